import { type CfnPolicy, type IRole, Policy, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { checkQuotas } from '../quotas/check-quotas';
import { inlineSize, managedPolicies } from './managed-policies';
import { plainText, policyText } from '../validation/policy-text';

/**
 * The part of the 10,240 characters for inline policies of a role that this library uses. The rest is for what an app
 * grants the role itself, which the CDK moves to managed policies only beyond 10,000 characters of its own.
 */
const INLINE_BUDGET = 6_000;
/** Where `Role.customizeRoles` notes that a scope makes no roles. aws-cdk-lib doesn't export the name. */
const CUSTOMIZED = '@aws-cdk/iam:customizeRoles';
const used = new WeakMap<IRole, number>();

/** True where `Role.customizeRoles` leaves roles and policies to another team; its report lists what they need. */
export const makesNoRoles = (scope: IConstruct): boolean => scope.node.tryGetContext(CUSTOMIZED) !== undefined;

/**
 * Attaches statements to a role as an inline policy of its own, so that a reviewer finds them under one logical id. What
 * the inline policies of a role have no room for becomes managed policies below that id.
 *
 * A role that this app cannot change (imported without policy updates, or from another account) silently swallows
 * policies in the CDK. Here it yields a warning that prints the exact policy to attach instead.
 *
 * @returns the policy or what holds the managed policies; undefined when the role could not take it
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
  role.attachInlinePolicy(policy);
  if (makesNoRoles(scope)) {
    return policy; // Its statements are in the report that CDK writes of the roles that somebody else makes.
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

/** What an imported role did with a policy shows only in its template. */
function isAttached(policy: Policy): boolean {
  const { roles } = policy.node.defaultChild as CfnPolicy;
  return ((Stack.of(policy).resolve(roles) ?? []) as unknown[]).length > 0;
}
