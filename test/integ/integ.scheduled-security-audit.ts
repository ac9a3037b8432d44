import { integApp } from './integ-app';

integApp('scheduled-security-audit');
