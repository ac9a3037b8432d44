import { isEverything } from '../policy/condition';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { canMeet } from './caller-limits';
import { holesOf, literalOf, referencesOf } from './compose-text';
import type { Identity } from './identities';
import { identitiesNamed } from './identities-named';
import type { Model } from './model';
import { type Draft, statementsUnder } from './read-identities';
import { type ResourcePolicy, resourcePolicies } from './resource-policies';
import { tagOfKey, tagsOf } from './role-tags';
import type { Text, Unreadable } from './text';

/** The resource policies of an assembly. */
export interface ResourcePolicyIndex {
  /** By the id of the resource that they are attached to. */
  readonly byTarget: ReadonlyMap<string, readonly ResourcePolicy[]>;
  /** Those of a whole account. */
  readonly ofAccounts: readonly ResourcePolicy[];
}

/** Indexes the resource policies, and grants their permissions to the identities that they name. */
export function readResourcePolicies(
  model: Model,
  byId: ReadonlyMap<string, Draft>,
  rolesOfAgents: readonly Draft[],
): ResourcePolicyIndex {
  const byTarget = new Map<string, ResourcePolicy[]>();
  const ofAccounts: ResourcePolicy[] = [];
  const named = (text: Text) => identitiesNamed(model, byId, text);
  for (const policy of resourcePolicies(model)) {
    if (policy.targets.length === 0) {
      ofAccounts.push(policy);
    }
    for (const { resource } of policy.targets) {
      if (resource) {
        const known = byTarget.get(resource.id) ?? [];
        byTarget.set(resource.id, known.includes(policy) ? known : [...known, policy]);
      }
    }
    for (const statement of policy.statements) {
      grant(policy, statement, rolesOfAgents, named);
    }
  }
  return { byTarget, ofAccounts };
}

/** A statement of a resource policy that names an identity is a permission of that identity. */
function grant(
  policy: ResourcePolicy,
  statement: Statement,
  rolesOfAgents: readonly Draft[],
  named: (text: Text) => readonly Draft[],
): void {
  if (statement.effect === 'Deny' || statement.principals === 'attached') {
    return;
  }
  for (const { kind, except, name } of statement.principals) {
    const isEverybody = except || (kind === 'AWS' && literalOf(name.value) === '*');
    if (kind === 'Service' || (isEverybody && policy.holder.type === 'AWS::ApiGateway::RestApi')) {
      continue; // An API also asks its authorizers.
    }
    const admits = isEverybody
      ? rolesOfAgents.flatMap((role) => {
          const given = givenBy(statement, role);
          return given ? [{ role, given }] : [];
        })
      : named(name.value).map((role) => ({ role, given: statement }));
    for (const { role, given } of admits.filter((each) => !except || !named(name.value).includes(each.role))) {
      role.granted.push(...statementsUnder([onTargets(given, policy)], name.guard));
    }
  }
}

/**
 * What a statement for everybody gives a role that its conditions name. If only a value that can't be read could name the
 * role, it isn't known what the statement allows the role, and MA-READ1 reports it.
 */
function givenBy(statement: Statement, role: Identity): Statement | undefined {
  const readable = statement.conditions.map((condition) =>
    condition.test.includes('not')
      ? condition
      : { ...condition, values: condition.values.filter(({ value }) => unreadIn(value).length === 0) },
  );
  if (readable.every(({ values }, at) => values.length > 0 || statement.conditions[at].values.length === 0)) {
    if (lets({ ...statement, conditions: readable }, role)) {
      return statement;
    }
  }
  const unreadable = statement.conditions.flatMap(({ values }) => values.flatMap(({ value }) => unreadIn(value)));
  return unreadable.length > 0 && lets(statement, role)
    ? { ...statement, effect: 'unknown', actions: { except: false, patterns: [] }, unreadable }
    : undefined;
}

const unreadIn = (value: Text): Unreadable[] =>
  holesOf(value).flatMap((hole) => (hole.kind !== 'reference' && hole.unreadable ? [hole.unreadable] : []));

/**
 * Whether a statement for everybody allows a role that its conditions name. A statement for a whole account or
 * organization names no role: the rules of entries, stores and keys judge it.
 */
function lets(statement: Statement, role: Identity): boolean {
  const names = statement.conditions.some(
    ({ key, test, values }) =>
      key === 'aws:principalarn' ||
      (/^string(?:equals|like)/.test(test) && values.some(({ value }) => hasTag(role, key, value))) ||
      // `aws:userid` of a session begins with the id of its role.
      (key === 'aws:userid' &&
        values.some(({ value }) => referencesOf(value).some(({ resource }) => resource === role.id))),
  );
  return names && canMeet(role, statement);
}

/** Whether the template gives a role the tag that a condition asks for. */
function hasTag(role: Identity, key: string, wanted: Text): boolean {
  const tag = tagOfKey(key);
  return tag !== undefined && tagsOf(role, tag).some(({ value }) => overlap(value, wanted) !== 'no');
}

/** `Resource: "*"` in the policy of a resource means that resource. */
function onTargets(statement: Statement, { targets }: ResourcePolicy): Statement {
  const { except, patterns } = statement.resources;
  return targets.length > 0 && !except && patterns.some(({ value }) => isEverything(value))
    ? { ...statement, resources: { except, patterns: targets.map(({ text }) => text) } }
    : statement;
}
