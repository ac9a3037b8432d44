#!/usr/bin/env node
import { App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks, SecurityStatement } from 'cdk-bedrock-managed-agents';
import { exampleNamed } from '../examples';
import { ImagesOfCodeBuild } from './images-of-code-build';

/** The CDK app of one example; cdk.json runs it: `npx cdk deploy --all --context example=incident-response`. */
const app = new App();
const example = exampleNamed((app.node.tryGetContext('example') as string | undefined) ?? 'ci-pipeline-agent');
// `--context image=code-build`: for a machine without a container engine.
ImagesOfCodeBuild.addTo(app, app.node.tryGetContext('image') as string | undefined);
example.add(app, {
  // The account of the deployer's credentials, if there are any; the Region must be one where BMA is offered.
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.BMA_REGION ?? 'us-east-1',
});
// Synthesis fails if an agent breaks the security model; docs/RULES.md lists the rules.
Validations.of(app).addPlugins(new ManagedAgentChecks(app));
SecurityStatement.writeFor(app);
