import { PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { attachPolicy } from '../../identity/attach-policy';
import { PASS_ROLE_ACTIONS, RUNBOOK_START_ACTIONS } from '../../identity/perms';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';

/**
 * A role may start these runbooks, and hand over the roles that they work under: a policy of its own, in which a reviewer
 * sees all that can be changed.
 *
 * Documents and executions are the resources that the guide names
 * (docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html); automation-definition
 * is the form before it, which the service authorization reference still lists.
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

/** Documents of AWS have no account in their ARN (the guide above), and no other may begin like them. */
function accountsOf(documentName: string): (string | undefined)[] {
  return /^(?:aws|amazon|amzn)/i.test(documentName) ? ['', undefined] : [undefined];
}
