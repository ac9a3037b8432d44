import { AGENT_SERVICES, computeKindOf } from '../../lib/facts/compute-kinds';
import { contextOf, isEverything, type RequestContext } from '../policy/condition';
import { type Answer, evaluate, type Policies, type PolicySource } from '../policy/evaluate';
import { patternKey, subset } from '../policy/pattern';
import { aboutService, type Pattern, type Principal, readPolicy, type Statement } from '../policy/statement';
import { isCustomResource } from '../facts/custom-resources';
import type { Resource } from './assembly';
import { canMeet } from './caller-limits';
import { concat, literalOf, referencesOf, soleHole, textKey, textOf } from './compose-text';
import { FALSE, type Guard } from './guard';
import type { Model } from './model';
import type { Node } from './node';
import { type ResourcePolicy, resourcePolicies } from './resource-policies';
import { type RunsAs, runsAs } from './runs-as';
import type { Case, Text } from './text';

export type IdentityKind = 'role' | 'user' | 'group';

/** A role, user or group with everything that the assembly attaches to it. */
export interface Identity {
  /** Id of its resource; for one that is not in the assembly, its kind and what the assembly calls it. */
  readonly id: string;
  readonly kind: IdentityKind;
  /** Undefined for one that the assembly only attaches policies to. */
  readonly resource?: Resource;
  /** ARN, canonical. */
  readonly arn: Text;
  readonly account: Text;
  /** Statements of the policies attached to it, and to the groups of a user. */
  readonly statements: readonly Statement[];
  /** Statements of resource policies that name it, on the resources that they are attached to. */
  readonly granted: readonly Statement[];
  readonly boundaries: readonly Boundary[];
  /** Who may assume a role. Empty for users and groups. */
  readonly trust: readonly Statement[];
  /** Policies attached to it that are not in the assembly. */
  readonly outside: readonly Case<Text>[];
  /** Resources that work with its permissions. */
  readonly runs: readonly RunsAs[];
}

/** A permissions boundary of an identity. */
export interface Boundary {
  readonly policy: Case<Text>;
  /** `unknown` for a policy that is not in the assembly. */
  readonly statements: PolicySource;
}

interface Draft extends Identity {
  readonly statements: Statement[];
  readonly granted: Statement[];
  readonly boundaries: Boundary[];
  readonly outside: Case<Text>[];
  readonly runs: RunsAs[];
}

const KINDS = { role: 'AWS::IAM::Role', user: 'AWS::IAM::User', group: 'AWS::IAM::Group' } as const;
const PERMISSION_SET = 'AWS::SSO::PermissionSet';
const MANAGED_POLICY = 'AWS::IAM::ManagedPolicy';

/** The identities of an assembly: the roles, users and groups in it, and those that it attaches policies to. */
export function identities(model: Model): Identities {
  return model.view(read);
}

function read(model: Model): Identities {
  return new Identities(model);
}

/** Who there is, and what each may do. */
export class Identities {
  public readonly all: readonly Identity[];

  private readonly byId = new Map<string, Draft>();
  private readonly documents = new Map<Resource, readonly Statement[]>();
  private readonly byTarget = new Map<string, ResourcePolicy[]>();
  private readonly ofAccounts: ResourcePolicy[] = [];
  private ofAgents?: readonly Identity[];
  private readonly answers = new Map<string, Answer>();
  private readonly contexts = new Map<Identity, RequestContext>();
  /** Set when every policy is read: an answer given before may change. */
  private readonly complete: boolean = false;

  constructor(private readonly model: Model) {
    for (const [kind, type] of Object.entries(KINDS) as [IdentityKind, string][]) {
      model.ofType(type).forEach((resource) => this.addResource(kind, resource));
    }
    model.ofType(PERMISSION_SET).forEach((set) => this.addPermissionSet(set));
    this.attachPolicies();
    this.addGroups();
    for (const run of runsAs(model)) {
      this.find('role', run.role, run.resource).forEach((role) => role.runs.push(run));
    }
    this.readResourcePolicies();
    this.all = [...this.byId.values()];
    this.complete = true;
  }

  /** The identity of a resource. */
  public of(resource: Resource): Identity | undefined {
    return this.byId.get(resource.id);
  }

  public byName(id: string): Identity | undefined {
    return this.byId.get(id);
  }

  /** The identities that a text names: a reference, an ARN or, with a kind, a name. */
  public named(text: Text, kind?: IdentityKind): Identity[] {
    const canonical = this.model.canonical(text);
    const types = kind ? [KINDS[kind]] : Object.values(KINDS);
    const found = this.model.named(canonical, ...types).flatMap(({ resource }) => this.byId.get(resource.id) ?? []);
    if (found.length > 0) {
      return found;
    }
    const session = sessionOf(canonical);
    if (session && kind !== 'user' && kind !== 'group') {
      return this.named(session, 'role');
    }
    const name = nameOf(canonical);
    return (kind ? [kind] : (Object.keys(KINDS) as IdentityKind[])).flatMap(
      (each) => this.byId.get(`${each} ${patternKey(name)}`) ?? [],
    );
  }

  /** The policies that are attached to a resource. */
  public policiesOf(resource: Resource): readonly ResourcePolicy[] {
    return this.byTarget.get(resource.id) ?? [];
  }

  /**
   * Whether an identity may do an action on a resource, by all policies of the assembly.
   *
   * @param context what is known of the request; the caller may choose the rest
   */
  public may(caller: Identity, action: string, resource: Text, context?: RequestContext): Answer {
    const target = this.model.canonical(resource);
    if (context || !this.complete) {
      return this.decide(caller, action, target, context);
    }
    // Without a context the same few questions are asked for many reasons.
    const key = `${caller.id}\u0002${action}\u0002${textKey(target)}`;
    let answer = this.answers.get(key);
    if (!answer) {
      answer = this.decide(caller, action, target, undefined);
      this.answers.set(key, answer);
    }
    return answer;
  }

  private decide(caller: Identity, action: string, target: Text, context: RequestContext | undefined): Answer {
    const [named] = this.model.named(target);
    const policies: Policies = {
      identity: aboutService(caller.statements, action),
      outside: caller.outside,
      ...boundaryOf(caller),
      ...this.policiesFor(action, named?.resource),
    };
    let known = this.contexts.get(caller);
    if (!known) {
      known = contextOf({ 'aws:PrincipalArn': caller.arn, 'aws:PrincipalAccount': caller.account });
      this.contexts.set(caller, known);
    }
    return evaluate(
      policies,
      {
        caller: { kind: 'AWS', name: caller.arn, account: caller.account },
        action,
        resource: target,
        ...accountOf(target, named?.resource),
        context: context ? new Map([...known, ...context]) : known,
      },
      'any',
    );
  }

  private policiesFor(action: string, target: Resource | undefined): Pick<Policies, 'resource' | 'resourceKind'> {
    if (action.toLowerCase().startsWith('sts:assumerole')) {
      const role = target && this.byId.get(target.id);
      return role?.resource ? { resource: aboutService(role.trust, action), resourceKind: 'trust' } : {};
    }
    const attached = target ? this.policiesOf(target) : [];
    const statements = [...attached, ...this.ofAccounts].flatMap((policy) => aboutService(policy.statements, action));
    const isKey = target?.type === 'AWS::KMS::Key' && attached.length > 0;
    return { resource: statements, resourceKind: isKey ? 'key' : 'ordinary' };
  }

  private addResource(kind: IdentityKind, resource: Resource): void {
    const { properties, stack } = resource;
    const arn = { kind: 'reference', key: `${resource.id}.Arn`, resource: resource.id, attribute: 'Arn', excludes: '' };
    const draft = this.draft(kind, resource.id, this.model.canonical([arn as Text[number]]), stack.account, resource);
    for (const policy of properties.at('Policies').flatMap((node) => node.items())) {
      draft.statements.push(...policy.at('PolicyDocument').flatMap((node) => this.readPolicy(node, resource)));
    }
    for (const policy of textsAt(properties, 'ManagedPolicyArns')) {
      this.attach(draft, policy);
    }
    for (const policy of textsAt(properties, 'PermissionsBoundary')) {
      draft.boundaries.push({ policy, statements: this.boundaryStatements(policy) });
    }
  }

  /** A permission set is the role that it becomes in each account it is assigned to. */
  private addPermissionSet(set: Resource): void {
    const { properties, stack } = set;
    const name: Text = [
      { kind: 'reference', key: `${set.id}.@name`, resource: set.id, attribute: '@name', excludes: ':/' },
    ];
    const arn = concat(roleArn(stack.partition, stack.account), name);
    const draft = this.draft('role', set.id, arn, stack.account, set);
    draft.statements.push(...properties.at('InlinePolicy').flatMap((node) => this.readPolicy(node, set)));
    textsAt(properties, 'ManagedPolicies').forEach((policy) => this.attach(draft, policy));
    for (const reference of properties.at('CustomerManagedPolicyReferences').flatMap((node) => node.items())) {
      textsAt(reference, 'Name').forEach((policy) => this.attach(draft, policy));
    }
    for (const boundary of properties.at('PermissionsBoundary')) {
      const texts = [
        ...textsAt(boundary, 'ManagedPolicyArn'),
        ...boundary.at('CustomerManagedPolicyReference').flatMap((node) => textsAt(node, 'Name')),
      ];
      draft.boundaries.push(...texts.map((policy) => ({ policy, statements: this.boundaryStatements(policy) })));
    }
  }

  /** Policies that are resources of their own and say whom they are attached to. */
  private attachPolicies(): void {
    const lists = { role: ['Roles', 'RoleName'], user: ['Users', 'UserName'], group: ['Groups', 'GroupName'] } as const;
    const types = ['Policy', 'ManagedPolicy', 'RolePolicy', 'UserPolicy', 'GroupPolicy'];
    for (const policy of this.model.ofType(...types.map((type) => `AWS::IAM::${type}`))) {
      for (const [kind, properties] of Object.entries(lists) as [IdentityKind, readonly string[]][]) {
        for (const name of properties.flatMap((property) => textsAt(policy.properties, property))) {
          this.find(kind, name, policy).forEach((draft) => {
            const known = new Set(draft.statements);
            draft.statements.push(...under(this.statementsOf(policy), name.guard).filter((each) => !known.has(each)));
          });
        }
      }
    }
  }

  /** Users have the statements of their groups. */
  private addGroups(): void {
    const join = (user: Draft, name: Case<Text>, holder: Resource, guard: Guard): void => {
      for (const group of this.find('group', name, holder)) {
        user.statements.push(...under(group.statements, guard));
        user.outside.push(...group.outside.map((policy) => ({ ...policy, guard: policy.guard.and(guard) })));
      }
    };
    for (const resource of this.model.ofType(KINDS.user)) {
      for (const name of textsAt(resource.properties, 'Groups')) {
        join(this.byId.get(resource.id)!, name, resource, name.guard);
      }
    }
    for (const addition of this.model.ofType('AWS::IAM::UserToGroupAddition')) {
      for (const group of textsAt(addition.properties, 'GroupName')) {
        for (const name of textsAt(addition.properties, 'Users')) {
          this.find('user', name, addition).forEach((user) => join(user, group, addition, name.guard.and(group.guard)));
        }
      }
    }
  }

  private readResourcePolicies(): void {
    for (const policy of resourcePolicies(this.model)) {
      if (policy.targets.length === 0) {
        this.ofAccounts.push(policy);
      }
      for (const { resource } of policy.targets) {
        if (resource) {
          const known = this.byTarget.get(resource.id) ?? [];
          this.byTarget.set(resource.id, known.includes(policy) ? known : [...known, policy]);
        }
      }
      for (const statement of policy.statements) {
        this.grant(policy, statement);
      }
    }
  }

  /** A statement of a resource policy that names an identity is a permission of that identity. */
  private grant(policy: ResourcePolicy, statement: Statement): void {
    if (statement.effect === 'Deny' || statement.principals === 'attached') {
      return;
    }
    for (const { kind, except, name } of statement.principals) {
      const isEverybody = except || (kind === 'AWS' && literalOf(name.value) === '*');
      if (kind === 'Service' || (isEverybody && policy.holder.type === 'AWS::ApiGateway::RestApi')) {
        continue; // An API asks its authorizers, too.
      }
      const admits = isEverybody
        ? this.rolesOfAgents().filter((role) => lets(statement, role))
        : this.named(name.value);
      for (const identity of admits.filter((each) => !except || !this.named(name.value).includes(each))) {
        const granted = under([onTargets(statement, policy)], name.guard);
        this.byId.get(identity.id)!.granted.push(...granted);
      }
    }
  }

  /**
   * The roles of agents, which commands of anybody may run under: what everybody may do counts for them. Other identities
   * do what they are made for.
   */
  public rolesOfAgents(): readonly Identity[] {
    this.ofAgents ??= [...this.byId.values()].filter(
      ({ kind, runs, trust, statements }) =>
        kind === 'role' &&
        (runs.some(({ resource }) => isCompute(resource, statements)) ||
          trust.some(({ principals }) => principals !== 'attached' && principals.some(isAgentService))),
    );
    return this.ofAgents;
  }

  private attach(draft: Draft, policy: Case<Text>): void {
    const [managed] = this.model.named(policy.value, MANAGED_POLICY);
    if (managed) {
      draft.statements.push(...under(this.statementsOf(managed.resource), policy.guard));
    } else {
      draft.outside.push(policy);
    }
  }

  private boundaryStatements(policy: Case<Text>): PolicySource {
    const [managed] = this.model.named(policy.value, MANAGED_POLICY);
    return managed ? under(this.statementsOf(managed.resource), policy.guard) : 'unknown';
  }

  private statementsOf(policy: Resource): readonly Statement[] {
    let statements = this.documents.get(policy);
    if (!statements) {
      statements = policy.properties.at('PolicyDocument').flatMap((node) => this.readPolicy(node, policy));
      this.documents.set(policy, statements);
    }
    return statements;
  }

  private readPolicy(document: Node, holder: Resource): Statement[] {
    return readPolicy(document, holder, (text) => this.model.canonical(text));
  }

  /** The identities that a name stands for. One that is not in the assembly is made when it is named first. */
  private find(kind: IdentityKind, name: Case<Text>, holder: Resource): Draft[] {
    const known = this.named(name.value, kind);
    if (known.length > 0) {
      return known.map(({ id }) => this.byId.get(id)!);
    }
    const canonical = this.model.canonical(name.value);
    const hole = soleHole(canonical);
    const type = hole?.kind === 'reference' ? this.model.resource(hole.resource)?.type : undefined;
    if (type !== undefined && !isCustomResource(type)) {
      return []; // A resource of another kind. What a custom resource returns can be the name of any role.
    }
    const { partition, account } = holder.stack;
    const short = nameOf(canonical);
    const [first] = canonical;
    const isArn = typeof first === 'string' && first.startsWith('arn:');
    const arn = isArn ? canonical : concat(textOf(`arn:${partition}:iam::`), account, textOf(`:${kind}/`), short);
    const owner = accountOf(arn, undefined).resourceAccount ?? account;
    return [this.draft(kind, `${kind} ${patternKey(short)}`, arn, owner, undefined)];
  }

  private draft(kind: IdentityKind, id: string, arn: Text, account: Text, resource: Resource | undefined): Draft {
    const trust = (resource?.properties.at('AssumeRolePolicyDocument') ?? []).flatMap((node) =>
      this.readPolicy(node, resource!),
    );
    const draft: Draft = {
      id,
      kind,
      ...(resource ? { resource } : {}),
      arn,
      account,
      statements: [],
      granted: [],
      boundaries: [],
      trust,
      outside: [],
      runs: [],
    };
    this.byId.set(id, draft);
    return draft;
  }
}

/** Statements that are there when a guard holds. */
function under(statements: readonly Statement[], guard: Guard): Statement[] {
  return statements.flatMap((statement) => {
    const both = statement.guard.and(guard);
    return both === statement.guard ? [statement] : both.possible() ? [{ ...statement, guard: both }] : [];
  });
}

/** The allow statements of an identity that an action may be covered by. */
export function statementsFor(identity: Pick<Identity, 'statements' | 'granted'>, action: string): Statement[] {
  const text: Text = [action];
  return [...aboutService(identity.statements, action), ...aboutService(identity.granted, action)].filter(
    ({ effect, actions: { except, patterns } }) => {
      const covers = (pattern: Pattern) => subset(text, pattern.value, { ignoreCase: true });
      return (
        effect !== 'Deny' &&
        (except
          ? !patterns.some((pattern) => covers(pattern) === 'yes')
          : patterns.some((pattern) => covers(pattern) !== 'no'))
      );
    },
  );
}

/** Whether what works under an identity may connect to the service, as the host of a session. */
export function connects(identity: Pick<Identity, 'statements' | 'granted'>): boolean {
  return statementsFor(identity, 'bedrock-mantle:ConnectEnvironment').length > 0;
}

/** Compute of a type that others use, too, is an agent's if it may connect to the service. */
function isCompute({ type }: Resource, statements: readonly Statement[]): boolean {
  const kind = computeKindOf(type);
  return kind !== undefined && (kind.driven !== undefined || connects({ statements, granted: [] }));
}

const isAgentService = ({ kind, name }: Principal): boolean =>
  kind === 'Service' && AGENT_SERVICES.includes(literalOf(name.value)?.toLowerCase() ?? '');

/**
 * Whether a statement for everybody lets a role in by its name. One for a whole account or organization names nobody:
 * the rules of entries, stores and keys judge it.
 */
function lets(statement: Statement, role: Identity): boolean {
  const names = statement.conditions.some(
    ({ key, values }) =>
      key === 'aws:principalarn' ||
      // A session is called after the id of its role.
      (key === 'aws:userid' &&
        values.some(({ value }) => referencesOf(value).some(({ resource }) => resource === role.id))),
  );
  return names && canMeet(role, statement);
}

/** `Resource: "*"` in the policy of a resource is that resource. */
function onTargets(statement: Statement, { targets }: ResourcePolicy): Statement {
  const { except, patterns } = statement.resources;
  return targets.length > 0 && !except && patterns.some(({ value }) => isEverything(value))
    ? { ...statement, resources: { except, patterns: targets.map(({ text }) => text) } }
    : statement;
}

/** A boundary limits only if every deployment has one. */
function boundaryOf({ boundaries, resource }: Identity): Pick<Policies, 'boundary'> {
  const present = boundaries.reduce((any, { policy }) => any.or(policy.guard), FALSE);
  if (boundaries.length === 0 || !resource?.guard.implies(present)) {
    return {};
  }
  const sources = boundaries.map(({ statements }) => statements);
  return { boundary: sources.includes('unknown') ? 'unknown' : (sources as (readonly Statement[])[]).flat() };
}

/** The account of a resource, from its stack or its ARN. */
function accountOf(target: Text, resource: Resource | undefined): { readonly resourceAccount?: Text } {
  if (resource) {
    return { resourceAccount: resource.stack.account };
  }
  const account: Text[number][] = [];
  let colons = 0;
  for (const part of target) {
    if (typeof part !== 'string') {
      if (colons === 4) {
        account.push(part);
      }
      continue;
    }
    for (const piece of part.split(/(:)/)) {
      if (piece === ':') {
        colons += 1;
      } else if (colons === 4 && piece !== '') {
        account.push(piece);
      }
    }
  }
  const isKnown = account.length > 0 && (literalOf(account) === undefined || /^\d{12}$/.test(literalOf(account)!));
  return isKnown ? { resourceAccount: account } : {};
}

/** What follows the last slash: the name in an ARN, without the path. */
function nameOf(text: Text): Text {
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const part = text[at];
    const slash = typeof part === 'string' ? part.lastIndexOf('/') : -1;
    if (slash >= 0) {
      return concat(textOf((part as string).slice(slash + 1)), text.slice(at + 1));
    }
  }
  return text;
}

/** The name of the role of a session: `arn:aws:sts::111122223333:assumed-role/<role>/<session>`. */
function sessionOf(text: Text): Text | undefined {
  const key = text.map((part) => (typeof part === 'string' ? part : '\u0000')).join('');
  const name = /^arn:[^:]*:sts::[^:]*:assumed-role\/([^/]+)\//.exec(key)?.[1];
  if (name === undefined) {
    return undefined;
  }
  const hole = text.find((part, at) => {
    const before = text[at - 1];
    return typeof part !== 'string' && typeof before === 'string' && before.endsWith(':assumed-role/');
  });
  return name !== '\u0000' ? textOf(name) : hole === undefined ? undefined : [hole];
}

function roleArn(partition: string, account: Text): Text {
  return concat(textOf(`arn:${partition}:iam::`), account, textOf(':role/'));
}

/** The texts of a property, or of each element of a list. */
function textsAt(node: Node, property: string): Case<Text>[] {
  return node
    .at(property)
    .flatMap((value) => value.items())
    .flatMap((value) => value.texts());
}
