import { isLiteral, soleReference } from '../template/reference-text';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { type PolicyStatement, readPolicy } from '../policy/statement';

/** A statement and where it is written, so that a finding can point at it. */
export interface PlacedStatement extends PolicyStatement {
  /** The role, policy or other resource that holds the statement. */
  readonly resource: IndexedResource;
  /** The property that holds the policy document: `Properties.PolicyDocument`. */
  readonly location: string;
}

/** A role with everything the templates attach to it. */
export interface IndexedRole {
  /** The same for every way to name the role: id of its resource, or its name when it is not in the app. */
  readonly key: string;
  /** The role's resource; undefined for a role the app only refers to. */
  readonly resource: IndexedResource | undefined;
  readonly trust: readonly PlacedStatement[];
  /** Statements of inline policies, `AWS::IAM::Policy`, `AWS::IAM::RolePolicy` and managed policies of the app. */
  readonly statements: readonly PlacedStatement[];
  /** ARNs of managed policies that are not in the app: what they allow cannot be read here. */
  readonly outsidePolicies: readonly string[];
  /** ARN of the permissions boundary. */
  readonly boundary: string | undefined;
  /** Services that may assume the role. */
  readonly trustedServices: readonly string[];
}

/** All roles of the app and all roles that policies of the app are attached to, by key. */
export function roles(index: TemplateIndex): ReadonlyMap<string, IndexedRole> {
  return index.view(collectRoles);
}

/** The role that a value (name, ARN or reference) means, if the app has it or attaches policies to it. */
export function roleOf(index: TemplateIndex, value: unknown): IndexedRole | undefined {
  return typeof value === 'string' ? roles(index).get(roleKey(index, value)) : undefined;
}

/** The key of the role that a value (name, ARN or reference) means. */
export function roleKey(index: TemplateIndex, value: string): string {
  const reference = soleReference(value);
  if (reference) {
    return `${reference.sourceId}#${reference.logicalId}`;
  }
  // The account may be a reference, which holds colons.
  const arn = /^arn:[^:]*:iam::(?:\$\{[^}]*\}|[^:$])*:role\/(?:.*\/)?([^/]+)$/.exec(value);
  const name = arn?.[1] ?? value;
  const sole = soleReference(name);
  if (sole) {
    return `${sole.sourceId}#${sole.logicalId}`;
  }
  return index.view(rolesByName).get(name) ?? name;
}

function rolesByName(index: TemplateIndex): Map<string, string> {
  const names = new Map<string, string>();
  for (const role of index.ofType('AWS::IAM::Role')) {
    const name = role.properties.RoleName;
    if (typeof name === 'string' && isLiteral(name)) {
      names.set(name, role.id);
    }
  }
  return names;
}

interface Draft {
  resource?: IndexedResource;
  statements: PlacedStatement[];
  outsidePolicies: string[];
}

function collectRoles(index: TemplateIndex): Map<string, IndexedRole> {
  const drafts = new Map<string, Draft>();
  const draft = (key: string): Draft => {
    let found = drafts.get(key);
    if (!found) {
      drafts.set(key, (found = { statements: [], outsidePolicies: [] }));
    }
    return found;
  };
  const managed = new Set<string>(index.ofType('AWS::IAM::ManagedPolicy').map((policy) => policy.id));
  const managedStatements = new Map<string, PlacedStatement[]>();
  const statementsOf = (policy: IndexedResource): PlacedStatement[] => {
    let statements = managedStatements.get(policy.id);
    if (!statements) {
      statements = placed(policy, policy.properties.PolicyDocument, 'Properties.PolicyDocument');
      managedStatements.set(policy.id, statements);
    }
    return statements;
  };

  for (const resource of index.ofType('AWS::IAM::Role')) {
    const role = draft(resource.id);
    role.resource = resource;
    for (const inline of list(resource.properties.Policies)) {
      role.statements.push(
        ...placed(resource, (inline as { PolicyDocument?: unknown }).PolicyDocument, 'Properties.Policies'),
      );
    }
    for (const arn of list(resource.properties.ManagedPolicyArns)) {
      const policy = index.target(arn);
      if (policy && managed.has(policy.id)) {
        role.statements.push(...statementsOf(policy));
      } else {
        role.outsidePolicies.push(String(arn));
      }
    }
  }
  for (const policy of index.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')) {
    for (const name of list(policy.properties.Roles)) {
      const role = draft(roleKey(index, String(name)));
      const statements = statementsOf(policy);
      role.statements.push(...statements.filter((statement) => !role.statements.includes(statement)));
    }
  }
  for (const policy of index.ofType('AWS::IAM::RolePolicy')) {
    const { RoleName, PolicyDocument } = policy.properties;
    draft(roleKey(index, String(RoleName))).statements.push(
      ...placed(policy, PolicyDocument, 'Properties.PolicyDocument'),
    );
  }

  return new Map(
    [...drafts].map(([key, { resource, statements, outsidePolicies }]) => {
      const trust = resource
        ? placed(resource, resource.properties.AssumeRolePolicyDocument, 'Properties.AssumeRolePolicyDocument')
        : [];
      const boundary = resource?.properties.PermissionsBoundary;
      const role: IndexedRole = {
        key,
        resource,
        trust,
        statements,
        outsidePolicies,
        boundary: typeof boundary === 'string' ? boundary : undefined,
        trustedServices: [
          ...new Set(
            trust.filter(({ effect }) => effect === 'Allow').flatMap(({ principals }) => principals.Service ?? []),
          ),
        ],
      };
      return [key, role];
    }),
  );
}

/** The statements of a policy document of a resource. */
export function placed(resource: IndexedResource, document: unknown, location: string): PlacedStatement[] {
  return readPolicy(document).map((statement) => ({ ...statement, resource, location }));
}

function list(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
