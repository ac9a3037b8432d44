import { App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
import { EXAMPLES } from './examples';

// Every example of the repository, against the published package: scripts/test-package.mjs copies them beside this file.
const app = new App({ outdir: 'cdk.out/examples' });
EXAMPLES.forEach(({ add }) => add(app, { region: 'us-east-1' }));
Validations.of(app).addPlugins(new ManagedAgentChecks(app));
app.synth();
