/** Authorizes requests with all policies of the templates. */
import type { Resource } from '../../analysis/model/assembly';
import { literalOf } from '../../analysis/model/compose-text';
import { concreteValue } from '../../analysis/model/concrete-value';
import { identities, type Identity } from '../../analysis/model/identities';
import { printed } from '../../analysis/model/printed-text';
import { resourcePolicies } from '../../analysis/model/resource-policies';
import type { TemplateModel } from '../../analysis/model/template-model';
import { networkOf } from '../../analysis/network/network';
import { contextOf } from '../../analysis/policy/condition';
import {
  type Answer,
  evaluate,
  type Gate,
  type Policies,
  type PolicySource,
  type Reason,
} from '../../analysis/policy/evaluate';
import { readPolicy } from '../../analysis/policy/read-policy';
import type { Statement } from '../../analysis/policy/statement';
import type { Place } from './deployed-templates';

/** One request to a service of AWS. */
export interface AccessRequest {
  /** ARN of a role, or the calling service: `events.amazonaws.com`. */
  readonly caller: string;
  readonly action: string;
  /** ARN, or `*` for an action without a resource. */
  readonly resource: string;
  /** Condition keys of the request in addition to those of the caller. */
  readonly context?: Readonly<Record<string, string>>;
  /** Condition keys with several values. */
  readonly multiple?: Readonly<Record<string, readonly string[]>>;
  /**
   * The service makes the request for the role, so it doesn't come from the role's VPC: for example, AWS Lambda polls a
   * queue, or a service calls AWS KMS for its caller. Default: false
   */
  readonly outsideNetwork?: boolean;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why it is denied, in the wording of AWS. */
  readonly reason: string;
  /** The statements that decided. */
  readonly statements: readonly Statement[];
}

/** A recorded decision. */
export interface RecordedDecision extends AccessRequest {
  readonly decision: Decision;
}

/** Limit of remembered decisions, so that a long run doesn't fill the memory. */
const REMEMBERED = 20_000;

export interface Role {
  readonly arn: string;
  readonly logicalId: string;
  readonly identity: Identity;
}

/**
 * Names of the policies in AWS's denials. Source:
 * docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
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
  /**
   * Decisions, oldest first. Of equal decisions (the same statements, caller, action and kind of resource), only the
   * first is kept.
   */
  public readonly decisions = new Map<string, RecordedDecision>();
  public readonly roles: readonly Role[];
  private readonly byArn: ReadonlyMap<string, Role>;
  private readonly networks = new Map<string, ReadonlyMap<string, Resource> | undefined>();
  private readonly judged = new Map<string, Decision>();
  private readonly endpointPolicies = new Map<Resource, Pick<Policies, 'endpoint'>>();
  private readonly attached = new Map<string, Pick<Policies, 'resource' | 'resourceKind'>>();
  private readonly numbers = new Map<Statement, number>();
  /** Managed policies that calls attached to roles since the deployment: statements by policy, by the ARN of the role. */
  private readonly attachments = new Map<string, Map<string, readonly Statement[]>>();

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

  /**
   * Attaches a managed policy of the templates to a role: from now on, its policy statements apply.
   *
   * @returns false when the policy doesn't exist
   */
  public attach(roleArn: string, policyArn: string): boolean {
    const policy = this.model
      .ofType('AWS::IAM::ManagedPolicy')
      .find((resource) => this.model.arn(resource).some(({ value }) => literalOf(value) === policyArn));
    if (policy === undefined) return false;
    const statements = policy.properties
      .at('PolicyDocument')
      .flatMap((document) => readPolicy(document, policy, (text) => this.model.canonical(text)));
    this.attachments.set(
      roleArn,
      (this.attachments.get(roleArn) ?? new Map<string, readonly Statement[]>()).set(policyArn, statements),
    );
    this.judged.clear();
    return true;
  }

  /** @returns false when the policy was not attached by a call */
  public detach(roleArn: string, policyArn: string): boolean {
    this.judged.clear();
    return this.attachments.get(roleArn)?.delete(policyArn) ?? false;
  }

  /** ARNs of the policies that calls attached to a role. */
  public attachedTo(roleArn: string): readonly string[] {
    return [...(this.attachments.get(roleArn)?.keys() ?? [])];
  }

  /** Decides a request and records the decision. */
  public decide(request: AccessRequest): Decision {
    const { caller, action, resource, context = {}, multiple = {}, outsideNetwork = false } = request;
    const key = JSON.stringify([caller, action, resource, context, multiple, outsideNetwork]);
    const known = this.judged.get(key);
    if (known !== undefined) return known;
    const decision = this.judge(request);
    if (this.judged.size >= REMEMBERED) this.judged.clear();
    this.judged.set(key, decision);
    const record = JSON.stringify([
      caller,
      action,
      kindOfResource(resource),
      decision.allowed || decision.reason,
      decision.statements.map((statement) => this.numberOf(statement)),
    ]);
    if (!this.decisions.has(record)) this.decisions.set(record, { ...request, decision });
    return decision;
  }

  /** Statements of the policies of VPC endpoints. */
  public endpointStatements(): Statement[] {
    return this.model
      .ofType('AWS::EC2::VPCEndpoint')
      .flatMap((endpoint) => (this.endpointPolicy(endpoint).endpoint ?? []) as readonly Statement[]);
  }

  /** Requests that were denied, oldest first. */
  public get denials(): readonly RecordedDecision[] {
    return [...this.decisions.values()].filter(({ decision }) => !decision.allowed);
  }

  /** Decides a request without a record. `without`: as if this statement weren't deployed. */
  public judge(request: AccessRequest, without?: Statement): Decision {
    const { caller, action, resource } = request;
    const isRole = caller.startsWith('arn:');
    const role = this.byArn.get(caller);
    if (isRole && role === undefined) {
      return this.denied(request, `because ${caller} is not a role of the template`, []);
    }
    const outside = request.outsideNetwork === true || ACTS_THROUGH_ANOTHER.has(action);
    const endpoints = role && !outside ? this.endpointsOf(role) : undefined;
    const endpoint = endpoints?.get(endpointOf(action));
    if (endpoints !== undefined && endpoint === undefined) {
      return this.denied(request, `because the VPC of the caller has no endpoint for ${endpointOf(action)}`, []);
    }
    const policies = withoutOne(
      {
        ...(role && {
          identity: [...role.identity.statements, ...[...(this.attachments.get(caller)?.values() ?? [])].flat()],
          outside: role.identity.outside,
          ...boundaryOf(role.identity),
        }),
        ...this.resourceSide(action, resource),
        ...(endpoint && this.endpointPolicy(endpoint)),
      },
      without,
    );
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

  private contextOf(
    { caller, resource, context = {} }: AccessRequest,
    endpoint: Resource | undefined,
  ): Record<string, string> {
    const [, , service, , account] = resource.split(':');
    // Buckets have no account in their ARN; all buckets of the local cloud belong to its account.
    const owner = service === 's3' ? this.place.accountId : account;
    return {
      ...(owner ? { 'aws:ResourceAccount': owner } : {}),
      ...(caller.startsWith('arn:')
        ? { 'aws:PrincipalArn': caller, 'aws:PrincipalAccount': caller.split(':')[4] ?? '' }
        : {}),
      ...(endpoint && { 'aws:SourceVpce': literalOf(this.model.name(endpoint)[0].value) ?? '' }),
      'aws:RequestedRegion': this.place.region,
      // The local cloud uses plain HTTP on loopback. In AWS, calls use TLS, and policies require it.
      'aws:SecureTransport': 'true',
      ...context,
    };
  }

  private denied({ caller, action, resource }: AccessRequest, reason: string, statements: readonly Statement[]) {
    const on = resource === '*' ? '' : ` on resource: ${resource}`;
    return {
      allowed: false,
      reason: `User: ${userOf(caller)} is not authorized to perform: ${action}${on} ${reason}`,
      statements,
    };
  }

  private numberOf(statement: Statement): number {
    const known = this.numbers.get(statement);
    if (known !== undefined) return known;
    this.numbers.set(statement, this.numbers.size);
    return this.numbers.size - 1;
  }

  /** The policies of the resource itself. */
  private resourceSide(action: string, resource: string): Pick<Policies, 'resource' | 'resourceKind'> {
    if (action === 'sts:AssumeRole') {
      return { resource: this.byArn.get(resource)?.identity.trust ?? [], resourceKind: 'trust' };
    }
    // An object has the policy of its bucket, and a table that of its indexes.
    const holder = resource.replace(/^(arn:[^:]*:s3:::[^/]+)\/.*$/, '$1');
    const found = this.attached.get(holder) ?? this.policiesOf(holder);
    this.attached.set(holder, found);
    return action.startsWith('kms:') && found.resource!.length > 0 ? { ...found, resourceKind: 'key' } : found;
  }

  private policiesOf(resource: string): Pick<Policies, 'resource' | 'resourceKind'> {
    const targets = this.model.named([resource]).map((named) => named.resource);
    const attached = resourcePolicies(this.model).filter((policy) =>
      policy.targets.some((target) =>
        target.resource === undefined ? target.text.value[0] === resource : targets.includes(target.resource),
      ),
    );
    return { resource: attached.flatMap(({ statements }) => statements), resourceKind: 'ordinary' };
  }

  /** Without a policy, an endpoint allows every call. */
  private endpointPolicy(endpoint: Resource): Pick<Policies, 'endpoint'> {
    const known = this.endpointPolicies.get(endpoint);
    if (known !== undefined) return known;
    const documents = endpoint.properties.at('PolicyDocument');
    const read = documents.flatMap((document) => readPolicy(document, endpoint, (text) => this.model.canonical(text)));
    const policy = documents.length === 0 ? {} : { endpoint: read };
    this.endpointPolicies.set(endpoint, policy);
    return policy;
  }

  /** By service, the endpoints for the calls of a role; undefined if its compute isn't in a VPC. */
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
          : new Map(endpoints.map(({ service, resource }): [string, Resource] => [service ?? '', resource])),
      );
    }
    return this.networks.get(role.arn);
  }
}

/**
 * Actions whose endpoint name differs from their prefix, by action or by prefix.
 *
 * Source: docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
const ENDPOINTS: Readonly<Record<string, string>> = {
  'bedrock:ApplyGuardrail': 'bedrock-runtime',
  'bedrock:Retrieve': 'bedrock-agent-runtime',
  cloudwatch: 'monitoring',
  codeartifact: 'codeartifact.api',
  'codeartifact:ReadFromRepository': 'codeartifact.repositories',
  // docs.aws.amazon.com/codeartifact/latest/ug/create-vpc-endpoints.html: the policy of that endpoint has to allow it.
  'sts:GetServiceBearerToken': 'codeartifact.api',
  'codecommit:GitPull': 'git-codecommit',
  'ecr:GetAuthorizationToken': 'ecr.api',
  ecr: 'ecr.dkr',
};

const endpointOf = (action: string): string => {
  const [service] = action.split(':');
  return ENDPOINTS[action] ?? ENDPOINTS[service] ?? service;
};

/** Actions that a service checks during a call, which don't go through an endpoint of the caller. */
const ACTS_THROUGH_ANOTHER: ReadonlySet<string> = new Set(['iam:PassRole']);

/** Without numerous parts: objects of a bucket, executions of a state machine. */
const kindOfResource = (resource: string): string =>
  resource.replace(/^(arn:[^:]*:s3:::[^/]+)\/.*$/, '$1/').replace(/(:execution:[^:]+):.*$/, '$1');

/** Denials name the session of an assumed role, which is `local` in the local cloud. */
const userOf = (caller: string): string =>
  caller.replace(/^(arn:[^:]*):iam::(\d+):role\/(?:.*\/)?([^/]+)$/, '$1:sts::$2:assumed-role/$3/local');

/** The policies without one statement. */
function withoutOne(policies: Policies, removed: Statement | undefined): Policies {
  if (removed === undefined) return policies;
  const rest = <T extends PolicySource | undefined>(source: T) =>
    source === undefined || source === 'unknown' ? source : source.filter((statement) => statement !== removed);
  return {
    ...policies,
    ...(policies.identity && { identity: rest(policies.identity) }),
    ...(policies.resource && { resource: rest(policies.resource) }),
    ...(policies.boundary && { boundary: rest(policies.boundary) }),
    ...(policies.endpoint && { endpoint: rest(policies.endpoint) }),
  };
}

function boundaryOf({ boundaries }: Identity): Pick<Policies, 'boundary'> {
  if (boundaries.length === 0) return {};
  const sources = boundaries.map(({ statements }) => statements);
  return { boundary: sources.includes('unknown') ? 'unknown' : (sources as (readonly Statement[])[]).flat() };
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
  // The missing gate: with it, the request would be allowed.
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
