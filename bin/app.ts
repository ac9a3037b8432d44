#!/usr/bin/env node
import { App } from 'aws-cdk-lib/core';
import { CiPipelineAgentStack } from '../examples/ci-pipeline-agent/ci-pipeline-agent-stack';

/** The CDK app over all examples; cdk.json runs it. */
const app = new App();
new CiPipelineAgentStack(app, 'CiPipelineAgent', {
  // Account from the credentials of the deployer when there are any; the Region must be one where BMA is offered.
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.BMA_REGION ?? 'us-east-1' },
});
