import { change, name, protection, reach, cameAndWent, asJson, type Change, type Piece } from './change';
import { diffGrants, type Grant } from './diff-grants';
import { conditionsText, trustText } from './phrases';
import type { Influence, RoleReach, Statement, Trust } from './statement';

/** Permissions of the agent's roles, and the principals that may assume them. */
export function roles(before: Statement, after: Statement): Change[] {
  return (['session', 'execution'] as const).flatMap((purpose) => {
    const old = joined(before.roles.filter((role) => role.purpose === purpose));
    const now = joined(after.roles.filter((role) => role.purpose === purpose));
    return roleChanges(purpose, old ?? noRole(purpose), now ?? noRole(purpose), old !== undefined && now !== undefined);
  });
}

/** The roles of one purpose as one: where the deployment decides between several, each of them counts. */
function joined(found: readonly RoleReach[]): RoleReach | undefined {
  return found.length < 2
    ? found[0]
    : {
        ...found[0],
        role: found.map(({ role }) => role).join(' or '),
        trustedBy: found.flatMap(({ trustedBy }) => trustedBy),
        worksFor: found.flatMap(({ worksFor = [] }) => worksFor),
        attached: found.flatMap(({ attached }) => attached),
        permissions: found.flatMap(({ permissions }) => permissions),
        influences: found.flatMap(({ influences = [] }) => influences),
      };
}

function noRole(purpose: RoleReach['purpose']): RoleReach {
  return { purpose, role: '', trustedBy: [], attached: [], permissions: [] };
}

function roleChanges(purpose: string, before: RoleReach, after: RoleReach, both: boolean): Change[] {
  const as = ` (${purpose} role)`;
  const changes: Change[] = [];
  if (both && before.role !== after.role) {
    changes.push(
      change('other', 'neutral', [`the ${purpose} role is `, name(after.role), ' instead of ', name(before.role)]),
    );
  }
  changes.push(
    ...diffGrants(allowed(before), allowed(after), (verb, grants) => grantPieces(verb, grants).concat([as])),
    ...diffGrants(trusts(before.trustedBy), trusts(after.trustedBy), (verb, grants) => [
      `have its ${purpose} role assumed by `,
      ...(verb === 'conditions' ? trustChange(grants) : trustPieces(grants[0])),
    ]),
    ...cameAndWent(denials(before), denials(after), (json, added) => {
      const { action, resource, conditions } = JSON.parse(json) as Grant;
      const condition: Piece[] = conditions.length ? [' if ', name(conditionsText(conditions))] : [];
      return protection(added, ['denial of ', name(action), ' on ', name(resource), ...condition, as]);
    }),
    ...cameAndWent(before.attached, after.attached, (policy, added) =>
      reach(added, ['do everything that the policy ', name(policy), ' allows, which is not part of the app', as]),
    ),
  );
  changes.push(
    ...cameAndWent(before.worksFor ?? [], after.worksFor ?? [], (works, added) =>
      reach(added, ['have ', name(works), ' work with its permissions', as]),
    ),
  );
  changes.push(...influenceChanges(before, after, as));
  if (both && before.boundary !== after.boundary) {
    if (before.boundary !== undefined) {
      changes.push(protection(false, ['the permissions boundary ', name(before.boundary), as]));
    }
    if (after.boundary !== undefined) {
      changes.push(protection(true, ['the permissions boundary ', name(after.boundary), as]));
    }
  }
  return changes;
}

/** What a role can newly start or assume, in one row for each first step, because the next steps follow from it. */
function influenceChanges(before: RoleReach, after: RoleReach, as: string): Change[] {
  const driven = ({ influences = [] }: RoleReach) =>
    new Map(influences.map(({ what, way: [first] }) => [asJson([what, first.does, first.to]), { what, first }]));
  const [old, now] = [driven(before), driven(after)];
  const rows = (all: typeof now, others: typeof now, added: boolean): Change[] => {
    const byStep = new Map<string, Influence['what'][]>();
    for (const [key, { what, first }] of all) {
      if (!others.has(key)) {
        const step = asJson([first.does, first.to]);
        byStep.set(step, [...(byStep.get(step) ?? []), what]);
      }
    }
    return [...byStep].map(([step, driving]) => {
      const [does, to] = JSON.parse(step) as [string, string];
      const names = driving.flatMap((what, at): Piece[] => [
        at === 0 ? '' : at === driving.length - 1 ? ' and ' : ', ',
        name(what),
      ]);
      return reach(added, ['drive ', ...names.slice(1), `: its role ${does} `, name(to), as]);
    });
  };
  return [...rows(now, old, true), ...rows(old, now, false)];
}

function allowed({ permissions }: RoleReach): Grant[] {
  return permissions
    .filter(({ effect, outcome }) => effect === 'allow' && outcome === 'allowed')
    .map(({ action, resource, conditions }) => ({ action, resource, conditions }));
}

function denials({ permissions }: RoleReach): string[] {
  return permissions
    .filter(({ effect }) => effect === 'deny')
    .map(({ action, resource, conditions }) => asJson({ action, resource, conditions }));
}

export function trusts(list: readonly Trust[]): Grant[] {
  return list
    .filter(({ effect }) => effect === 'allow')
    .map(({ principal, conditions }) => ({ action: 'sts:AssumeRole', resource: principal, conditions }));
}

export function grantPieces(verb: 'plain' | 'resource' | 'conditions', grants: readonly Grant[]): Piece[] {
  const [first, was] = grants;
  const condition = (grant: Grant): Piece[] =>
    grant.conditions.length ? [' only if ', name(conditionsText(grant.conditions))] : [];
  const head: Piece[] = [name(first.action), ' on ', name(first.resource), ...condition(first)];
  switch (verb) {
    case 'resource':
      return [...head, ' (before: on ', name(was.resource), ')'];
    case 'conditions':
      return [
        ...head,
        ' (before: ',
        ...(was.conditions.length ? ['only if ', name(conditionsText(was.conditions))] : ['without conditions']),
        ')',
      ];
    default:
      return head;
  }
}

export function trustPieces({ resource, conditions }: Grant): Piece[] {
  return [name(trustText({ effect: 'allow', principal: resource, conditions }))];
}

export function trustChange([now, was]: readonly Grant[]): Piece[] {
  const before = was.conditions.length ? [' (before: only if ', name(conditionsText(was.conditions)), ')'] : [];
  return [...trustPieces(now), ...before];
}
