import { integApp } from './integ-app';

integApp('incident-response');
