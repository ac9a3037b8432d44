import { isCustomResource } from '../facts/custom-resources';
import type { PolicySource } from '../policy/evaluate';
import { readPolicy } from '../policy/read-policy';
import type { Statement } from '../policy/statement';
import { nameIn, resourceAccountIn } from './arn-parts';
import type { Resource } from './assembly';
import { concat, literalOf, soleHole, textOf } from './compose-text';
import type { Guard } from './guard';
import type { Boundary, Identity, IdentityKind } from './identities';
import { identitiesNamed, IDENTITY_TYPES, outsideId } from './identities-named';
import type { Model } from './model';
import type { Node } from './node';
import { type RunsAs, runsAs } from './runs-as';
import type { Case, Text } from './text';

/** An identity that is being read. */
export interface Draft extends Identity {
  readonly statements: Statement[];
  readonly granted: Statement[];
  readonly boundaries: Boundary[];
  readonly outside: Case<Text>[];
  readonly runs: RunsAs[];
}

const PERMISSION_SET = 'AWS::SSO::PermissionSet';
const MANAGED_POLICY = 'AWS::IAM::ManagedPolicy';
const DENY_ALL = /^arn:[^:]*:iam::aws:policy\/AWSDenyAll$/;

const isAllowing = ({ effect }: Statement): boolean => effect !== 'Deny';

/** The roles, users and groups of an assembly, by their ids, each with the policies that the templates attach to it. */
export function readIdentities(model: Model): ReadonlyMap<string, Draft> {
  return new IdentityReader(model).byId;
}

class IdentityReader {
  public readonly byId = new Map<string, Draft>();

  private readonly documents = new Map<Resource, readonly Statement[]>();

  constructor(private readonly model: Model) {
    for (const [kind, type] of Object.entries(IDENTITY_TYPES) as [IdentityKind, string][]) {
      model.ofType(type).forEach((resource) => this.addResource(kind, resource));
    }
    model.ofType(PERMISSION_SET).forEach((set) => this.addPermissionSet(set));
    this.attachPolicies();
    this.attachByBudgets();
    this.addGroups();
    for (const run of runsAs(model)) {
      this.find('role', run.role, run.resource).forEach((role) => role.runs.push(run));
    }
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

  /** A permission set counts as the role that IAM Identity Center creates from it in each account. */
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

  /** Attaches the policies that are resources of their own. */
  private attachPolicies(): void {
    const lists = { role: ['Roles', 'RoleName'], user: ['Users', 'UserName'], group: ['Groups', 'GroupName'] } as const;
    const types = ['Policy', 'ManagedPolicy', 'RolePolicy', 'UserPolicy', 'GroupPolicy'];
    for (const policy of this.model.ofType(...types.map((type) => `AWS::IAM::${type}`))) {
      for (const [kind, properties] of Object.entries(lists) as [IdentityKind, readonly string[]][]) {
        for (const name of properties.flatMap((property) => textsAt(policy.properties, property))) {
          this.find(kind, name, policy).forEach((draft) => {
            const known = new Set(draft.statements);
            draft.statements.push(
              ...statementsUnder(this.statementsOf(policy), name.guard).filter((each) => !known.has(each)),
            );
          });
        }
      }
    }
  }

  /**
   * Attaches what the action of a budget attaches when the budget is exceeded. Until then a denial doesn't apply, so it
   * limits nothing; the policy of AWS that denies everything allows nothing.
   * Source: docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html
   */
  private attachByBudgets(): void {
    const lists = { role: 'Roles', user: 'Users', group: 'Groups' } as const;
    for (const action of this.model.ofType('AWS::Budgets::BudgetsAction')) {
      for (const definition of action.properties.at('Definition', 'IamActionDefinition')) {
        const policies = textsAt(definition, 'PolicyArn').filter(({ value }) => !DENY_ALL.test(literalOf(value) ?? ''));
        for (const [kind, property] of Object.entries(lists) as [IdentityKind, string][]) {
          const drafts = textsAt(definition, property).flatMap((name) => this.find(kind, name, action));
          drafts.forEach((draft) => policies.forEach((policy) => this.attach(draft, policy, isAllowing)));
        }
      }
    }
  }

  /** Users have the statements of their groups. */
  private addGroups(): void {
    const join = (user: Draft, name: Case<Text>, holder: Resource, guard: Guard): void => {
      for (const group of this.find('group', name, holder)) {
        user.statements.push(...statementsUnder(group.statements, guard));
        user.outside.push(...group.outside.map((policy) => ({ ...policy, guard: policy.guard.and(guard) })));
      }
    };
    for (const resource of this.model.ofType(IDENTITY_TYPES.user)) {
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

  private attach(draft: Draft, policy: Case<Text>, counts: (statement: Statement) => boolean = () => true): void {
    const [managed] = this.model.named(policy.value, MANAGED_POLICY);
    if (managed) {
      const statements = this.statementsOf(managed.resource).filter(counts);
      draft.statements.push(...statementsUnder(statements, policy.guard));
    } else {
      draft.outside.push(policy);
    }
  }

  private boundaryStatements(policy: Case<Text>): PolicySource {
    const [managed] = this.model.named(policy.value, MANAGED_POLICY);
    return managed ? statementsUnder(this.statementsOf(managed.resource), policy.guard) : 'unknown';
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

  /** The identities that a name stands for. An identity that isn't in the assembly is added when it is first named. */
  private find(kind: IdentityKind, name: Case<Text>, holder: Resource): Draft[] {
    const known = this.named(name.value, kind);
    if (known.length > 0) {
      return known;
    }
    const canonical = this.model.canonical(name.value);
    const hole = soleHole(canonical);
    const type = hole?.kind === 'reference' ? this.model.resource(hole.resource)?.type : undefined;
    if (type !== undefined && !isCustomResource(type)) {
      return []; // A resource that isn't an identity. A custom resource can return the name of any role.
    }
    const { partition, account } = holder.stack;
    const short = nameIn(canonical);
    const [first] = canonical;
    const isArn = typeof first === 'string' && first.startsWith('arn:');
    const arn = isArn ? canonical : concat(textOf(`arn:${partition}:iam::`), account, textOf(`:${kind}/`), short);
    const owner = resourceAccountIn(arn) ?? account;
    return [this.draft(kind, outsideId(kind, short), arn, owner, undefined)];
  }

  private named(text: Text, kind?: IdentityKind): Draft[] {
    return identitiesNamed(this.model, this.byId, text, kind);
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

/** Statements, limited to the deployments in which a guard holds. */
export function statementsUnder(statements: readonly Statement[], guard: Guard): Statement[] {
  return statements.flatMap((statement) => {
    const both = statement.guard.and(guard);
    return both === statement.guard ? [statement] : both.possible() ? [{ ...statement, guard: both }] : [];
  });
}

function roleArn(partition: string, account: Text): Text {
  return concat(textOf(`arn:${partition}:iam::`), account, textOf(':role/'));
}

/** The texts of a property, or of the elements of its list. */
function textsAt(node: Node, property: string): Case<Text>[] {
  return node
    .at(property)
    .flatMap((value) => value.items())
    .flatMap((value) => value.texts());
}
