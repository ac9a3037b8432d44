import { integApp } from './integ-app';

integApp('custom-blueprint');
