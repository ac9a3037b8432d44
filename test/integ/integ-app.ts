import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, RemovalPolicies } from 'aws-cdk-lib/core';
import { DevelopmentMode } from 'cdk-bedrock-managed-agents';
import { ImagesOfCodeBuild } from '../../bin/images-of-code-build';
import { EXAMPLE_TESTS } from './example-tests';

/** The CDK app of the integration test of an example, for the account of the deployer's credentials. */
export function integApp(example: string, account = process.env.CDK_DEFAULT_ACCOUNT): App {
  const { context } = JSON.parse(readFileSync(path.join(__dirname, '../../cdk.json'), 'utf8')) as { context: object };
  const app = new App({ postCliContext: { ...context } });
  DevelopmentMode.of(app).enable();
  ImagesOfCodeBuild.addTo(app, app.node.tryGetContext('image') as string | undefined);
  EXAMPLE_TESTS[example]?.(app, { account, region: process.env.BMA_REGION ?? 'us-east-1' });
  // Also the buckets that the examples make themselves. They are empty in these tests.
  RemovalPolicies.of(app).destroy();
  return app;
}
