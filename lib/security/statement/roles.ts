import { permissionsOf, permits } from './permissions';
import { readConditions, readPolicy, type PolicyEntry } from './policy-reading';
import { listOf, objectOf, sorted, sortedBy, type Item, type Source } from './source';
import type { Permission, Trust } from './statement';

/** A principal of the app with what its policies give it. */
export interface Identity {
  readonly item: Item;
  readonly permissions: readonly Permission[];
  readonly trustedBy: readonly Trust[];
  readonly boundary?: string;
  readonly attached: readonly string[];
}

const PRINCIPALS = [
  ['AWS::IAM::Role', 'Roles'],
  ['AWS::IAM::User', 'Users'],
  ['AWS::IAM::Group', 'Groups'],
] as const;

/** The roles, users and groups of an app; each is read once. */
export class Identities {
  public readonly all: readonly Identity[];
  private readonly byKey: ReadonlyMap<string, Identity>;
  /** Allowed actions by the service they are of; under no service, those that may be of any. */
  private readonly byService = new Map<string, [Identity, Permission][]>();
  private readonly ableTo = new Map<string, ReadonlyMap<Identity, readonly Permission[]>>();

  constructor(private readonly source: Source) {
    const entries = this.attachedEntries();
    this.all = PRINCIPALS.flatMap(([type]) =>
      source.items(type).map((item) => this.identity(item, entries.get(item.key) ?? [])),
    );
    for (const identity of this.all) {
      for (const entry of identity.permissions.filter(({ effect }) => effect === 'allow')) {
        const service = serviceOf(entry.action);
        const known = this.byService.get(service);
        if (known) {
          known.push([identity, entry]);
        } else {
          this.byService.set(service, [[identity, entry]]);
        }
      }
    }
    this.byKey = new Map(this.all.map((identity) => [identity.item.key, identity]));
  }

  public of(item: Item): Identity | undefined {
    return this.byKey.get(item.key);
  }

  /** The identities that may do an action on anything, with the permissions that let them. */
  public able(action: string): ReadonlyMap<Identity, readonly Permission[]> {
    let able = this.ableTo.get(action);
    if (!able) {
      const found = new Map<Identity, Permission[]>();
      for (const [identity, entry] of [
        ...(this.byService.get(serviceOf(action)) ?? []),
        ...(this.byService.get('') ?? []),
      ]) {
        if (permits(entry, action)) {
          const known = found.get(identity);
          if (known) {
            known.push(entry);
          } else {
            found.set(identity, [entry]);
          }
        }
      }
      able = found;
      this.ableTo.set(action, able);
    }
    return able;
  }

  /** Whether an identity may do an action on a resource. */
  public may(identity: Identity, action: string, resource?: string): boolean {
    return (this.able(action).get(identity) ?? []).some((entry) => permits(entry, action, resource));
  }

  /** Statements of policies that are resources of their own, by the principal they are attached to. */
  private attachedEntries(): Map<string, PolicyEntry[]> {
    const entries = new Map<string, PolicyEntry[]>();
    const add = (item: Item | undefined, found: readonly PolicyEntry[]) => {
      if (item) {
        entries.set(item.key, [...(entries.get(item.key) ?? []), ...found]);
      }
    };
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
      for (const policy of this.source.items(type)) {
        const found = readPolicy(policy.properties.PolicyDocument, this.source);
        for (const [, list] of PRINCIPALS) {
          listOf(policy.properties[list]).forEach((principal) => add(this.principal(principal), found));
        }
      }
    }
    for (const [type, name] of [
      ['AWS::IAM::RolePolicy', 'RoleName'],
      ['AWS::IAM::UserPolicy', 'UserName'],
      ['AWS::IAM::GroupPolicy', 'GroupName'],
    ]) {
      for (const policy of this.source.items(type)) {
        const found = readPolicy(policy.properties.PolicyDocument, this.source);
        add(this.principal(policy.properties[name]), found);
      }
    }
    return entries;
  }

  /** A principal by reference, or by the name that it was given. */
  private principal(value: unknown): Item | undefined {
    const target = this.source.target(value);
    if (target || typeof value !== 'string') {
      return target;
    }
    return PRINCIPALS.flatMap(([type]) => this.source.items(type)).find(
      ({ properties: { RoleName, UserName, GroupName } }) => [RoleName, UserName, GroupName].includes(value),
    );
  }

  private identity(item: Item, attachedEntries: readonly PolicyEntry[]): Identity {
    const { source } = this;
    const { Policies, ManagedPolicyArns, PermissionsBoundary, AssumeRolePolicyDocument } = item.properties;
    const inline = listOf(Policies).flatMap((policy) => readPolicy(objectOf(policy).PolicyDocument, source));
    const outside: string[] = [];
    const managed = listOf(ManagedPolicyArns).flatMap((arn) => {
      const policy = source.target(arn);
      if (policy?.type !== 'AWS::IAM::ManagedPolicy') {
        outside.push(source.text(arn));
        return [];
      }
      return readPolicy(policy.properties.PolicyDocument, source);
    });
    const boundaryPolicy = PermissionsBoundary === undefined ? undefined : source.target(PermissionsBoundary);
    const boundaryEntries =
      boundaryPolicy?.type === 'AWS::IAM::ManagedPolicy'
        ? readPolicy(boundaryPolicy.properties.PolicyDocument, source)
        : undefined;
    return {
      item,
      permissions: permissionsOf([...inline, ...managed, ...attachedEntries], boundaryEntries),
      trustedBy: trusts(AssumeRolePolicyDocument, source),
      ...(PermissionsBoundary === undefined ? {} : { boundary: source.text(PermissionsBoundary) }),
      attached: sorted(outside),
    };
  }
}

/** The service of an action; empty when a wildcard or a negation leaves it open. */
function serviceOf(action: string): string {
  return /^([a-z0-9-]+):/i.exec(action)?.[1].toLowerCase() ?? '';
}

function trusts(document: unknown, source: Source): Trust[] {
  const found = listOf(objectOf(document).Statement).flatMap((statement) => {
    const conditions = readConditions(objectOf(statement).Condition, source);
    const [entry] = readPolicy({ Statement: [statement] }, source);
    return entry.principals.map((principal) => ({ effect: entry.effect, principal, conditions }));
  });
  return sortedBy(found, (trust) => JSON.stringify(trust));
}
