import { type CfnPolicy, type IRole, Policy, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Annotations, Names, Stack } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { checkQuotas } from '../quotas/check-quotas';
import { inlineSize, managedPolicies } from './managed-policies';
import { plainText, policyText } from '../validation/policy-text';

/**
 * The part of the 10,240 characters for inline policies of a role that this library uses. The rest is for the app's own
 * grants, which the CDK moves to managed policies only above 10,000 characters.
 */
const INLINE_BUDGET = 6_000;
/**
 * The context key with which `Role.customizeRoles` marks a scope without roles. aws-cdk-lib doesn't export the name.
 */
const CUSTOMIZED = '@aws-cdk/iam:customizeRoles';
const used = new WeakMap<IRole, number>();

/** Whether another team creates roles and policies (`Role.customizeRoles`); the CDK's report lists what they need. */
export const makesNoRoles = (scope: IConstruct): boolean => scope.node.tryGetContext(CUSTOMIZED) !== undefined;

/**
 * Attaches policy statements to a role as a separate inline policy, so that a reviewer finds them under one logical id.
 * Policy statements that don't fit into the inline policies of a role become managed policies below that id. For a role
 * that this app can't change (imported without policy updates, or from another account), the CDK silently drops
 * policies. In that case, this adds a warning with the exact policy to attach.
 *
 * @returns the policy, or the construct with the managed policies; undefined if the role can't be changed
 */
export function attachPolicy(
  scope: Construct,
  id: string,
  role: IRole,
  purpose: string,
  statements: PolicyStatement[],
): Construct | undefined {
  checkQuotas(scope);
  const size = inlineSize(scope, statements);
  const before = used.get(role) ?? 0;
  if (before + size > INLINE_BUDGET && role instanceof Role) {
    return managedPolicies(scope, id, role, statements);
  }
  const policy = new Policy(scope, id, { statements });
  nameForRole(policy, role);
  role.attachInlinePolicy(policy);
  if (makesNoRoles(scope)) {
    return policy; // The CDK's report on roles of another team contains its policy statements.
  }
  if (role instanceof Role || isAttached(policy)) {
    used.set(role, before + size);
    return policy;
  }
  const { document } = policy;
  scope.node.tryRemoveChild(id);
  Annotations.of(scope).addWarningV2(
    `cdk-bedrock-managed-agents:roleNotUpdated:${id}`,
    `The ${purpose} ${plainText(scope, role.roleArn)} cannot be changed by this app. ` +
      `Attach this policy to it: ${policyText(scope, document.toJSON())}`,
  );
  return undefined;
}

/**
 * Names an inline policy of a role that isn't of this stack. The CDK's name is the logical id, which another stack or
 * Region with the same construct ids also has: its deployment would silently replace the policy, and its deletion would
 * remove it.
 */
function nameForRole(policy: Policy, role: IRole): void {
  const stack = Stack.of(policy);
  if (role instanceof Role && Stack.of(role) === stack) {
    return;
  }
  const name = Names.uniqueResourceName(policy, { separator: '-', maxLength: 100 });
  (policy.node.defaultChild as CfnPolicy).policyName = `${name}-${stack.region}`;
}

/** What an imported role did with a policy shows only in its template. */
function isAttached(policy: Policy): boolean {
  const { roles } = policy.node.defaultChild as CfnPolicy;
  return ((Stack.of(policy).resolve(roles) ?? []) as unknown[]).length > 0;
}
