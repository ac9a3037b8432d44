import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { EXECUTIONS_WILDCARD, FOLDER_WILDCARD } from './wildcard-arns';

/** Acknowledges wildcards for folders of a bucket, or for the executions of a state machine. */
export function reviewedFolders(policy: IConstruct, statements: PolicyStatement[]): void {
  const folders = statements
    .flatMap(({ resources }) => resources)
    .filter(
      (resource) => resource !== '*' && /\/\*(\/[\w.]+)?$/.test(Token.isUnresolved(resource) ? String(resource) : ''),
    );
  for (const folder of new Set(folders)) {
    acknowledgeIam5(policy, folder, FOLDER_WILDCARD);
  }
  const executions = statements.flatMap(({ resources }) => resources).filter((arn) => /:execution:.*:\*$/.test(arn));
  for (const arn of new Set(executions)) {
    acknowledgeIam5(policy, arn, EXECUTIONS_WILDCARD);
  }
}
