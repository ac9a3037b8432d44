import type { App, Environment } from 'aws-cdk-lib/core';
import { acknowledgeBlueprintFindings } from '../reviewed-findings';
import { ScheduledSecurityAuditStack } from './scheduled-security-audit-stack';

/** Adds the stack of the example to an app. */
export function addScheduledSecurityAudit(app: App, env: Environment) {
  const stack = new ScheduledSecurityAuditStack(app, 'ScheduledSecurityAudit', { env });
  acknowledgeBlueprintFindings(stack);
  return stack;
}
