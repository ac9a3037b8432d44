import { Arn, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Why a permission for a folder of a bucket ends with a wildcard. */
export const FOLDER_WILDCARD = 'The names of turns are known at run time; the folder is exact.';
/** Why a permission for executions of a state machine ends with a wildcard. */
export const EXECUTIONS_WILDCARD = 'Executions are named at run time; the state machine is exact.';
/** Why a permission for a stack ends with a wildcard. */
export const STACK_WILDCARD =
  'CloudFormation chooses the id at the end of the ARN of a stack; the name of the stack is exact.';

/** The stack of a construct, whatever id CloudFormation gives it. */
export function stackArns(scope: IConstruct): string {
  const stack = Stack.of(scope);
  return stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stack.stackName}/*` });
}

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
