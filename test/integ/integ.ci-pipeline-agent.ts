import { integApp } from './integ-app';

integApp('ci-pipeline-agent');
