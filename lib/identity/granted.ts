import { type Grant, type IGrantable, Policy, PolicyDocument, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Annotations } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { policyText } from '../validation/policy-text';
import { requireInput } from '../validation/refused-input';
import { requireSamePlace } from '../validation/same-place';
import { acknowledgeIam5 } from './acknowledge-iam5';
import { makesNoRoles } from './attach-policy';

/** What belongs to a grant in addition to the statements that allow something. */
export interface GrantDetails {
  readonly denials?: readonly PolicyStatement[];
  /** Why a resource of the grant ends with a wildcard, by resource: a rule pack then doesn't ask the user of the grant. */
  readonly wildcards?: ReadonlyMap<string, string>;
}

/**
 * Ensures that a grant of this library has an effect. The granted resources have no policy that allows other accounts.
 * The CDK silently adds nothing to principals without policies, and to roles that this app can't change.
 *
 * @param input name of the method, as in `grants.startTurns`
 * @param details what else belongs to the grant
 * @throws InputError for a grantee of another account, and for one without policies
 */
export function granted(
  scope: IConstruct,
  input: string,
  grantee: IGrantable,
  grant: Grant,
  { denials = [], wildcards = new Map() }: GrantDetails = {},
): Grant {
  const principal = grantee.grantPrincipal;
  const construct = Construct.isConstruct(principal) ? principal : undefined;
  const account = principal.principalAccount;
  if (account !== undefined) {
    requireSamePlace(scope, {
      input,
      what: 'a grantee',
      construct,
      arn: `arn:aws:iam::${account}:root`,
      anyRegion: true,
      fix: 'grant it to a role of this account, and let that role be assumed from the other one',
    });
  }
  requireInput(grant.principalStatements.length > 0, scope, {
    input,
    value: construct?.node.path ?? principal.constructor.name,
    allowed: 'a role, a user, a group, or a resource that has a role',
    fix: 'grant it to a role that the principal may assume',
  });
  if (construct) wildcards.forEach((reason, resource) => acknowledgeIam5(construct, resource, reason));
  if (construct && !construct.node.findAll().some((each) => each instanceof Policy) && !makesNoRoles(construct)) {
    const policy = new PolicyDocument({ statements: [...grant.principalStatements, ...denials] });
    Annotations.of(scope).addWarningV2(
      `cdk-bedrock-managed-agents:granteeNotUpdated:${input}:${construct.node.path}`,
      `${input}: this app cannot change ${construct.node.path}. ` +
        `Attach this policy to it: ${policyText(scope, policy.toJSON())}`,
    );
  }
  return grant;
}
