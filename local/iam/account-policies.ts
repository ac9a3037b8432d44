/** Decides requests by every policy that the templates deploy. */
import {
  type Answer,
  concreteValue,
  contextOf,
  evaluate,
  type Gate,
  identities,
  type Identity,
  literalOf,
  networkOf,
  type Policies,
  printed,
  readPolicy,
  type Reason,
  type Resource,
  resourcePolicies,
  type Statement,
  type TemplateModel,
} from '../../analysis';
import type { Place } from './deployed-templates';

/** One request to a service of AWS. */
export interface AccessRequest {
  /** ARN of a role, or the service that calls: `events.amazonaws.com`. */
  readonly caller: string;
  readonly action: string;
  /** ARN, or `*` for an action that works on no resource. */
  readonly resource: string;
  /** Condition keys of the request besides those of the caller. */
  readonly context?: Readonly<Record<string, string>>;
  /** Condition keys that take several values. */
  readonly multiple?: Readonly<Record<string, readonly string[]>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** In the words of AWS: why it is denied. */
  readonly reason: string;
  /** The statements that decided. */
  readonly statements: readonly Statement[];
}

/** A decision that was made, in the order of the requests. */
export interface RecordedDecision extends AccessRequest {
  readonly decision: Decision;
}

export interface Role {
  readonly arn: string;
  readonly logicalId: string;
  readonly identity: Identity;
}

/** What AWS calls the policies, in denials. Source: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const POLICY_TYPES: Readonly<Record<Gate, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  endpoint: 'VPC endpoint policy',
  'service control': 'service control policy',
  'resource control': 'resource control policy',
};

export class AccountPolicies {
  /** Every decision, oldest first: each different request once. */
  public readonly decisions = new Map<string, RecordedDecision>();
  public readonly roles: readonly Role[];
  private readonly byArn: ReadonlyMap<string, Role>;
  private readonly networks = new Map<string, ReadonlyMap<string, Resource> | undefined>();

  public constructor(
    public readonly model: TemplateModel,
    public readonly place: Place,
  ) {
    this.roles = identities(model).all.flatMap((identity) =>
      identity.kind === 'role' && identity.resource !== undefined
        ? [{ arn: literalOf(identity.arn) ?? '', logicalId: identity.resource.logicalId, identity }]
        : [],
    );
    this.byArn = new Map(this.roles.map((role) => [role.arn, role]));
  }

  /** The role by ARN, logical id or name. */
  public role(reference: string): Role | undefined {
    return (
      this.byArn.get(reference) ??
      this.roles.find(({ logicalId, arn }) => logicalId === reference || arn.endsWith(`/${reference}`))
    );
  }

  public decide(request: AccessRequest): Decision {
    const { caller, action, resource, context = {}, multiple = {} } = request;
    const key = JSON.stringify([caller, action, resource, context, multiple]);
    const known = this.decisions.get(key);
    if (known !== undefined) return known.decision;
    const decision = this.judge(request);
    this.decisions.set(key, { ...request, decision });
    return decision;
  }

  private judge(request: AccessRequest): Decision {
    const { caller, action, resource } = request;
    const isRole = caller.startsWith('arn:');
    const role = this.byArn.get(caller);
    if (isRole && role === undefined) {
      return this.denied(request, `because ${caller} is not a role of the template`, []);
    }
    const service = action.split(':')[0];
    const endpoints = role && this.endpointsOf(role);
    const endpoint = endpoints?.get(service);
    if (endpoints !== undefined && endpoint === undefined && !ACTS_THROUGH_ANOTHER.has(action)) {
      return this.denied(request, `because the VPC of the caller has no endpoint for ${service}`, []);
    }
    const policies: Policies = {
      ...(role && { identity: role.identity.statements, outside: role.identity.outside, ...boundaryOf(role.identity) }),
      ...this.resourceSide(action, resource),
      ...(endpoint && endpointPolicy(this.model, endpoint)),
    };
    const answerOf = (applied: Policies): Answer =>
      evaluate(
        applied,
        {
          caller: isRole
            ? { kind: 'AWS', name: [caller], account: [caller.split(':')[4]] }
            : { kind: 'Service', name: [caller] },
          action,
          resource: [resource],
          resourceAccount: [this.place.accountId],
          context: contextOf(this.contextOf(request, endpoint), request.multiple),
        },
        'given',
      );
    const answer = answerOf(policies);
    const statements = answer.because.flatMap(({ statement }) => statement ?? []);
    return answer.verdict === 'yes'
      ? { allowed: true, reason: 'allowed', statements }
      : this.denied(request, reasonOf(answer, request, policies, answerOf), statements);
  }

  private contextOf({ caller, context = {} }: AccessRequest, endpoint: Resource | undefined): Record<string, string> {
    return {
      ...(caller.startsWith('arn:')
        ? { 'aws:PrincipalArn': caller, 'aws:PrincipalAccount': caller.split(':')[4] ?? '' }
        : {}),
      ...(endpoint && { 'aws:SourceVpce': literalOf(this.model.name(endpoint)[0].value) ?? '' }),
      'aws:RequestedRegion': this.place.region,
      // Everything here is plain HTTP on loopback; AWS is reached over TLS only, and policies are written for that.
      'aws:SecureTransport': 'true',
      ...context,
    };
  }

  private denied({ caller, action, resource }: AccessRequest, reason: string, statements: readonly Statement[]) {
    const on = resource === '*' ? '' : ` on resource: ${resource}`;
    return {
      allowed: false,
      reason: `User: ${caller} is not authorized to perform: ${action}${on} ${reason}`,
      statements,
    };
  }

  /** The policies of the resource itself. */
  private resourceSide(action: string, resource: string): Pick<Policies, 'resource' | 'resourceKind'> {
    if (action === 'sts:AssumeRole') {
      return { resource: this.byArn.get(resource)?.identity.trust ?? [], resourceKind: 'trust' };
    }
    const targets = this.model.named([resource]).map((named) => named.resource);
    const attached = resourcePolicies(this.model).filter((policy) =>
      policy.targets.some((target) =>
        target.resource === undefined ? target.text.value[0] === resource : targets.includes(target.resource),
      ),
    );
    const isKey = action.startsWith('kms:');
    return {
      resource: attached.flatMap(({ statements }) => statements),
      resourceKind: isKey && attached.length > 0 ? 'key' : 'ordinary',
    };
  }

  /** By service, the endpoints that the calls of a role come through; undefined when its compute is in no VPC. */
  private endpointsOf(role: Role): ReadonlyMap<string, Resource> | undefined {
    if (!this.networks.has(role.arn)) {
      const networks = role.identity.runs
        .map(({ resource }) => networkOf(this.model, resource))
        .filter(({ subnets }) => subnets.length > 0);
      const endpoints = networks.flatMap((network) => network.endpoints);
      this.networks.set(
        role.arn,
        // A route out of the VPC reaches every service.
        networks.length === 0 || networks.some(({ ways }) => ways.length > 0)
          ? undefined
          : new Map(
              endpoints.flatMap(({ service, resource }) =>
                (SERVICES_OF_ENDPOINTS[service ?? ''] ?? [service ?? '']).map((name): [string, Resource] => [
                  name,
                  resource,
                ]),
              ),
            ),
      );
    }
    return this.networks.get(role.arn);
  }
}

/** Endpoints whose name is not the prefix of the actions that they serve. */
const SERVICES_OF_ENDPOINTS: Readonly<Record<string, readonly string[]>> = {
  'bedrock-runtime': ['bedrock'],
  monitoring: ['cloudwatch'],
};

/** Actions that a service asks about while it serves a call: they come through no endpoint of the caller. */
const ACTS_THROUGH_ANOTHER: ReadonlySet<string> = new Set(['iam:PassRole']);

function boundaryOf({ boundaries }: Identity): Pick<Policies, 'boundary'> {
  if (boundaries.length === 0) return {};
  const sources = boundaries.map(({ statements }) => statements);
  return { boundary: sources.includes('unknown') ? 'unknown' : (sources as (readonly Statement[])[]).flat() };
}

/** Without a policy, an endpoint lets every call pass. */
function endpointPolicy(model: TemplateModel, endpoint: Resource): Pick<Policies, 'endpoint'> {
  const documents = endpoint.properties.at('PolicyDocument');
  if (documents.length === 0) return {};
  return {
    endpoint: documents.flatMap((document) => readPolicy(document, endpoint, (text) => model.canonical(text))),
  };
}

function reasonOf(
  answer: Answer,
  { action, caller }: AccessRequest,
  policies: Policies,
  answerOf: (policies: Policies) => Answer,
): string {
  const denial = answer.because.find(({ effect }) => effect === 'deny');
  if (denial !== undefined) {
    return `with an explicit deny in a ${POLICY_TYPES[denial.gate]}${detailOf(denial)}`;
  }
  const problem = answer.because.find((reason) => reason.problem !== undefined);
  // The gate that is missing: without it, the request would be allowed.
  const limits = (['boundary', 'endpoint'] as const).filter((gate) => policies[gate] !== undefined);
  const silent = limits.find((gate) => answerOf({ ...policies, [gate]: undefined }).verdict === 'yes');
  const gate = problem?.gate ?? silent ?? (caller.startsWith('arn:') ? 'identity' : 'resource');
  const unknown = (policies.outside ?? []).map(({ value }) => printed(value));
  const note = unknown.length > 0 ? ` (not in the template, so not evaluated: ${unknown.join(', ')})` : '';
  return `because no ${POLICY_TYPES[gate]} allows the ${action} action${problem === undefined ? '' : detailOf(problem)}${note}`;
}

function detailOf({ statement, problem }: Reason): string {
  const where = statement && ` (${statement.holder.logicalId}, ${statement.place.path})`;
  const what = problem === undefined ? '' : `: the local account doesn't know the condition operator "${problem}"`;
  return `${where ?? ''}${what}`;
}

/** A property as plain JSON. */
export function propertyOf(resource: Resource, ...path: string[]): unknown {
  return concreteValue(resource.properties.at(...path));
}
