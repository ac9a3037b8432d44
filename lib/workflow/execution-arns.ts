import { Arn, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Every execution of a state machine in the account and Region of the scope. Executions get their names at run time.
 */
export function executionArns(scope: IConstruct, stateMachineArn: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${Arn.split(stateMachineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
