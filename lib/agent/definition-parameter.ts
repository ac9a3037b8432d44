import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Name of the SSM parameter that points to an agent's session definition. A caller of the agent needs only this name.
 */
export function definitionParameterName(agentName: string): string {
  return `/managed-agents/${agentName}/session-definition`;
}

/** ARN of that parameter in the account and Region of the scope's stack. */
export function definitionParameterArn(scope: IConstruct, parameterName: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: `parameter${parameterName}` });
}
