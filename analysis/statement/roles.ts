import type { Identity } from '../model/identities';
import { usesElsewhere } from '../model/runs-as';
import type { Principal, Statement } from '../policy/statement';
import { type App, distinctBy, sorted } from './app';
import { conditionsOf, permissionsOf, type ReadPermission } from './permissions';
import type { RoleReach, Trust } from './statement';

/** A role with its permissions as they were read. */
export interface ReadRole {
  readonly purpose: RoleReach['purpose'];
  readonly identity: Identity;
  readonly permissions: readonly ReadPermission[];
}

export function readRole(app: App, purpose: RoleReach['purpose'], identity: Identity): ReadRole {
  return { purpose, identity, permissions: permissionsOf(app, identity) };
}

/** A role of an agent. */
export function roleReach(app: App, { purpose, identity, permissions }: ReadRole): RoleReach {
  const works = usesElsewhere(identity).map(({ resource }) => app.nameOf(resource));
  const boundaries = sorted(identity.boundaries.map(({ policy }) => app.text(policy.value)));
  return {
    purpose,
    role: identityName(app, identity),
    trustedBy: trustsOf(app, identity),
    ...(boundaries.length > 0 ? { boundary: boundaries.join(' or ') } : {}),
    ...(works.length > 0 ? { worksFor: sorted([...new Set(works)]) } : {}),
    attached: sorted(identity.outside.map(({ value }) => app.text(value))),
    permissions: permissions.map(({ permission, statement }) =>
      identity.granted.includes(statement) ? { ...permission, grantedBy: app.nameOf(statement.holder) } : permission,
    ),
  };
}

export function identityName(app: App, { resource, arn }: Identity): string {
  return resource ? app.nameOf(resource) : app.text(arn);
}

/** Who may assume a role. */
export function trustsOf(app: App, { trust }: Identity): Trust[] {
  const found = trust.flatMap((statement) => {
    const conditions = conditionsOf(app, statement.conditions);
    const effect = statement.effect === 'Deny' ? ('deny' as const) : ('allow' as const);
    return principalTexts(app, statement).map((principal) => ({ effect, principal, conditions }));
  });
  return distinctBy(found, (each) => JSON.stringify(each));
}

/** The principals of a statement of a trust, resource or endpoint policy. */
export function principalTexts(app: App, { principals }: Statement): string[] {
  return principals === 'attached' ? ['everybody'] : principals.map((principal) => principalText(app, principal));
}

function principalText(app: App, { except, name }: Principal): string {
  const text = app.text(name.written ?? name.value);
  const shown = text === '*' ? 'everybody' : text;
  return except ? `everybody but ${shown}` : shown;
}
