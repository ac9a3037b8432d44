import { App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
import { EXAMPLES } from './examples';

// Every example of the repository, against the published package: scripts/test-package.mjs copies them beside this file.
for (const { name, add } of EXAMPLES) {
  const app = new App({ outdir: `cdk.out/examples/${name}` });
  add(app, { region: 'us-east-1' });
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  app.synth();
}
