import { identities, type Identity } from '../model/identities';
import type { Model } from '../model/model';
import { printed } from '../model/printed-text';
import type { Use } from '../policy/actions';
import { hasWildcard } from '../policy/pattern';
import { allowsOf } from './agent-roles';
import { isDenied, isOfLibrary, namedUses, wholeServices } from './permissions';

/** What makes a role stronger than an ordinary one. */
export interface Strength {
  /** Follows the name of the role: `may call iam:PutRolePolicy`. */
  readonly says: string;
  /** False when it isn't known. */
  readonly certain: boolean;
}

/** AWS managed policies that only let a service write logs, network interfaces and traces for the resource. */
export const HARMLESS_POLICIES =
  /^arn:[^:]*:iam::aws:policy\/(?:service-role\/(?:AWSLambda\w*ExecutionRole|AmazonECSTaskExecutionRolePolicy|AmazonAPIGatewayPushToCloudWatchLogs|AWSAppSyncPushToCloudWatchLogs)|CloudWatchLambdaInsightsExecutionRolePolicy|AWSXRayDaemonWriteAccess|AWSXrayWriteOnlyAccess|CloudWatchAgentServerPolicy)$/;

/** AWS managed policies that let a role change every role of the account. */
export const CHANGES_ROLES = /:policy\/(?:AdministratorAccess|IAMFullAccess)$/;

/**
 * Why a role is stronger than one that reads and writes data; undefined when it isn't.
 *
 * @param counts false for a power that doesn't make it stronger where it is asked
 */
export function strengthOf(identity: Identity, counts: (use: Use) => boolean = () => true): Strength | undefined {
  for (const statement of allowsOf(identity)) {
    if (statement.effect !== 'Allow') {
      return { says: "has a policy that can't be read", certain: false };
    }
    if (statement.actions.except) {
      return { says: 'has an allow with NotAction', certain: true };
    }
    const [whole] = wholeServices(statement);
    if (whole) {
      return { says: `may call ${whole.text}`, certain: true };
    }
    const power = namedUses(statement).find(
      (use) =>
        use.class === 'power' && !isOfLibrary(use.action, statement) && !isDenied(identity, use.action) && counts(use),
    );
    if (power) {
      return { says: `may call ${power.action}`, certain: true };
    }
  }
  const outside = identity.outside.map(({ value }) => printed(value)).find((name) => !HARMLESS_POLICIES.test(name));
  if (outside !== undefined) {
    const isOpen =
      /:policy\/(?:job-function\/)?(?:AdministratorAccess|PowerUserAccess|SystemAdministrator|IAMFullAccess)/.test(
        outside,
      );
    return { says: `has the policy ${outside}`, certain: isOpen };
  }
  return identity.resource ? undefined : { says: "isn't in the app", certain: false };
}

/** Narrows: the role has something that makes it stronger. */
export function isStrong(strength: Strength | undefined): strength is Strength {
  return strength !== undefined;
}

/** To assume roles of the app by name makes a role as strong as these are, which the ways to them say. */
export function assumesKnownRoles(model: Model, { action, resources: { except, patterns } }: Use): boolean {
  return (
    /^sts:(?:assumerole|tagsession|setsourceidentity)$/i.test(action) &&
    !except &&
    patterns.every(({ value }) => !hasWildcard(value) && identities(model).named(value, 'role').length > 0)
  );
}
