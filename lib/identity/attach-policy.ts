import { Policy, type CfnPolicy, type IRole, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * Attaches statements to a role as an inline policy of its own, so that a reviewer finds them under one logical id.
 *
 * A role that this app cannot change (imported without policy updates, or from another account) silently swallows
 * policies in the CDK. Here it yields a warning that prints the exact policy to attach instead.
 *
 * @returns the policy, or undefined when the role could not take it.
 */
export function attachPolicy(
  scope: Construct,
  id: string,
  role: IRole,
  purpose: string,
  statements: PolicyStatement[],
): Policy | undefined {
  const policy = new Policy(scope, id, { statements });
  role.attachInlinePolicy(policy);
  const attachedTo = Stack.of(scope).resolve((policy.node.defaultChild as CfnPolicy).roles) as unknown[] | undefined;
  if (attachedTo?.length) {
    return policy;
  }
  const document = Stack.of(scope).resolve(policy.document.toJSON()) as unknown;
  scope.node.tryRemoveChild(id);
  Annotations.of(scope).addWarningV2(
    `cdk-bedrock-managed-agents:roleNotUpdated:${id}`,
    `The ${purpose} ${show(scope, role.roleArn)} cannot be changed by this app. Attach this policy to it: ${JSON.stringify(document)}`,
  );
  return undefined;
}

function show(scope: Construct, arn: string): string {
  const resolved = Stack.of(scope).resolve(arn) as unknown;
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}
