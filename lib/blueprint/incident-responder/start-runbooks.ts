import { PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { attachPolicy } from '../../identity/attach-policy';
import { PASS_ROLE_ACTIONS, RUNBOOK_START_ACTIONS } from '../../identity/perms';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';

/**
 * A role may start these runbooks, and pass the roles that they run under. This is a separate policy, so that a
 * reviewer finds all possible changes in one place.
 *
 * Documents and executions are the resources that the guide names
 * (docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html);
 * automation-definition is the older format, which the service authorization reference still lists.
 */
export function startRunbooks(
  scope: Construct,
  role: IRole,
  runbooks: readonly { readonly documentName: string; readonly roleArn?: string }[],
): void {
  const stack = Stack.of(scope);
  const executions = stack.formatArn({ service: 'ssm', resource: 'automation-execution', resourceName: '*' });
  const definitions = runbooks.flatMap(({ documentName }) =>
    accountsOf(documentName).map((account) =>
      stack.formatArn({
        service: 'ssm',
        account,
        resource: 'automation-definition',
        resourceName: `${documentName}:*`,
      }),
    ),
  );
  const documents = runbooks.flatMap(({ documentName }) =>
    accountsOf(documentName).map((account) =>
      stack.formatArn({
        service: 'ssm',
        account,
        resource: 'document',
        resourceName: documentName,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    ),
  );
  const roles = [...new Set(runbooks.flatMap(({ roleArn }) => roleArn ?? []))];
  const policy = attachPolicy(scope, 'Runbooks', role, 'role of a state machine', [
    new PolicyStatement({
      sid: 'StartApprovedRunbooks',
      actions: RUNBOOK_START_ACTIONS,
      resources: [...documents, ...definitions, executions],
    }),
    ...(roles.length
      ? [
          new PolicyStatement({
            sid: 'HandOverRunbookRoles',
            actions: PASS_ROLE_ACTIONS,
            resources: roles,
            conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
          }),
        ]
      : []),
  ])!;
  acknowledgeIam5(policy, executions, 'The service chooses the ids of executions; the documents are exact.');
  for (const definition of definitions) {
    acknowledgeIam5(policy, definition, 'Any version of a runbook; its name is exact.');
  }
}

/**
 * ARNs of AWS's documents contain no account (the guide above), and names of other documents can't have this prefix.
 */
function accountsOf(documentName: string): (string | undefined)[] {
  return /^(?:aws|amazon|amzn)/i.test(documentName) ? ['', undefined] : [undefined];
}
