import type { App, Environment } from 'aws-cdk-lib/core';
import { acknowledgeBlueprintFindings } from '../reviewed-findings';
import { LicenceAuditorStack } from './licence-auditor/licence-auditor-stack';

/** Adds the stack of the example to an app. */
export function addCustomBlueprint(app: App, env: Environment) {
  const stack = new LicenceAuditorStack(app, 'LicenceAuditor', { env });
  acknowledgeBlueprintFindings(stack);
  return stack;
}
