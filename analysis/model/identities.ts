import { contextOf, type RequestContext } from '../policy/condition';
import { type Answer, evaluate, type Policies, type PolicySource } from '../policy/evaluate';
import { aboutService, type Statement } from '../policy/statement';
import { resourceAccountIn } from './arn-parts';
import type { Resource } from './assembly';
import { textKey } from './compose-text';
import { FALSE } from './guard';
import { identitiesNamed } from './identities-named';
import type { Model } from './model';
import { readIdentities } from './read-identities';
import { readResourcePolicies, type ResourcePolicyIndex } from './read-resource-policies';
import type { ResourcePolicy } from './resource-policies';
import { rolesOfAgents } from './roles-of-agents';
import type { RunsAs } from './runs-as';
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

/** The identities of an assembly: the roles, users and groups in it, and those that it attaches policies to. */
export function identities(model: Model): Identities {
  return model.view(read);
}

function read(model: Model): Identities {
  return new Identities(model);
}

/** The identities of an assembly, and what each may do. */
export class Identities {
  public readonly all: readonly Identity[];

  /** The roles of agents. */
  public readonly rolesOfAgents: readonly Identity[];

  private readonly byId: ReadonlyMap<string, Identity>;
  private readonly policies: ResourcePolicyIndex;
  private readonly answers = new Map<string, Answer>();
  private readonly contexts = new Map<Identity, RequestContext>();

  constructor(private readonly model: Model) {
    const byId = readIdentities(model);
    const ofAgents = rolesOfAgents(byId.values());
    this.byId = byId;
    this.policies = readResourcePolicies(model, byId, ofAgents);
    this.rolesOfAgents = ofAgents;
    this.all = [...byId.values()];
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
    return identitiesNamed(this.model, this.byId, text, kind);
  }

  /** The policies that are attached to a resource. */
  public policiesOf(resource: Resource): readonly ResourcePolicy[] {
    return this.policies.byTarget.get(resource.id) ?? [];
  }

  /**
   * Whether all policies of the assembly together allow an identity an action on a resource.
   *
   * @param context what is known about the request; the caller may choose the rest
   */
  public may(caller: Identity, action: string, resource: Text, context?: RequestContext): Answer {
    const target = this.model.canonical(resource);
    if (context) {
      return this.decide(caller, action, target, context);
    }
    // Many rules ask the same few questions without a context.
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
      ...this.policiesFor(action, named?.resource ?? this.calledApi(action, target)),
    };
    let known = this.contexts.get(caller);
    if (!known) {
      known = contextOf({ 'aws:PrincipalArn': caller.arn, 'aws:PrincipalAccount': caller.account });
      this.contexts.set(caller, known);
    }
    const account = named ? named.resource.stack.account : resourceAccountIn(target);
    return evaluate(
      policies,
      {
        caller: { kind: 'AWS', name: caller.arn, account: caller.account },
        action,
        resource: target,
        ...(account ? { resourceAccount: account } : {}),
        context: context ? new Map([...known, ...context]) : known,
      },
      'any',
    );
  }

  /** The permission to call an API names it by another ARN than its own. */
  private calledApi(action: string, target: Text): Resource | undefined {
    return action.startsWith('execute-api:')
      ? this.model.mentioned(target).find(({ type }) => type === 'AWS::ApiGateway::RestApi')
      : undefined;
  }

  private policiesFor(action: string, target: Resource | undefined): Pick<Policies, 'resource' | 'resourceKind'> {
    if (action.toLowerCase().startsWith('sts:assumerole')) {
      const role = target && this.byId.get(target.id);
      return role?.resource ? { resource: aboutService(role.trust, action), resourceKind: 'trust' } : {};
    }
    const attached = target ? this.policiesOf(target) : [];
    const statements = [...attached, ...this.policies.ofAccounts].flatMap((policy) =>
      aboutService(policy.statements, action),
    );
    const isKey = target?.type === 'AWS::KMS::Key' && attached.length > 0;
    return { resource: statements, resourceKind: isKey ? 'key' : 'ordinary' };
  }
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
