/**
 * What each operation requires, as one readable list of checks.
 *
 * With a template, every check is evaluated against the policies in it. Without one there is nothing to evaluate
 * against: every authenticated caller is allowed, and the service says so when it starts.
 *
 * Sources: bedrock-managed-agents-openai-security.html for the actions; the resource is the project ARN because
 * observed denials name `project/default`. Not documented: that `GET /v1/models` is `bedrock-mantle:ListModels` here.
 */
import { forbidden } from '../http/api-error';
import { type AccessRequest, type Decision, evaluate } from './evaluate';
import type { Place } from './intrinsics';
import type { RoleIdentity, TemplateIdentities } from './template-identities';

const MANTLE = 'bedrock-mantle.amazonaws.com';

const context = (entries: Record<string, string>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(entries).map(([key, value]) => [key.toLowerCase(), [value]]));

export class Authorizer {
  private readonly roles: ReadonlyMap<string, RoleIdentity>;

  public constructor(
    private readonly place: Place,
    private readonly identities: TemplateIdentities | undefined,
    private readonly project = 'default',
  ) {
    this.roles = new Map((identities?.roles ?? []).map((role) => [role.arn, role]));
  }

  public get enforced(): boolean {
    return this.identities !== undefined;
  }

  public get projectArn(): string {
    const { partition, region, accountId } = this.place;
    return `arn:${partition}:bedrock-mantle:${region}:${accountId}:project/${this.project}`;
  }

  /** The role by ARN, logical id or name. */
  public role(reference: string): RoleIdentity | undefined {
    return (
      this.roles.get(reference) ??
      [...this.roles.values()].find((role) => role.logicalId === reference || role.arn.endsWith(`/${reference}`))
    );
  }

  public executionRoleOf(runtimeArn: string): string | undefined {
    return this.identities?.runtimes.find((runtime) => runtime.arn === runtimeArn)?.executionRoleArn;
  }

  /** One of the seven session operations, or ListModels. */
  public operation(principalArn: string, action: string): void {
    this.require(
      this.decide(principalArn, { action, resource: this.projectArn, context: this.caller(principalArn) }),
      principalArn,
      action,
      this.projectArn,
    );
  }

  /** `iam:PassRole` of the caller, then the trust of the session role in this service. */
  public passSessionRole(principalArn: string, roleArn: string): void {
    const action = 'iam:PassRole';
    this.require(
      this.decide(principalArn, {
        action,
        resource: roleArn,
        context: new Map([...this.caller(principalArn), ...context({ 'iam:PassedToService': MANTLE })]),
      }),
      principalArn,
      action,
      roleArn,
    );
    if (!this.enforced) return;
    const role = this.roles.get(roleArn);
    if (role === undefined) throw forbidden('AccessDeniedException', `The role ${roleArn} is not in the template`);
    const trusted = evaluate([role.trust], {
      action: 'sts:AssumeRole',
      // Trust policies have no Resource; the role itself stands for it.
      resource: roleArn,
      principal: { kind: 'Service', value: MANTLE },
      context: context({ 'aws:SourceAccount': this.place.accountId, 'aws:SourceArn': this.projectArn }),
    });
    if (!trusted.allowed) {
      throw forbidden(
        'AccessDeniedException',
        `${MANTLE} is not able to assume the role ${roleArn}: check its trust policy`,
      );
    }
  }

  /** May the session role call this model. */
  public inference(roleArn: string, model: string): Decision {
    const action = 'bedrock-mantle:CreateInference';
    return this.describe(
      this.decide(roleArn, {
        action,
        resource: this.projectArn,
        context: new Map([...this.caller(roleArn), ...context({ 'bedrock-mantle:Model': model })]),
      }),
      roleArn,
      action,
      this.projectArn,
    );
  }

  /** May the session role invoke (or stop) the runtime: both the runtime and the endpoint must allow it. */
  public runtime(
    roleArn: string,
    runtimeArn: string,
    qualifier: string,
    action: 'InvokeAgentRuntime' | 'StopRuntimeSession',
  ): Decision {
    const full = `bedrock-agentcore:${action}`;
    const resources = [runtimeArn, `${runtimeArn}/runtime-endpoint/${qualifier}`];
    for (const resource of resources) {
      const decision = this.decideWithResourcePolicies(roleArn, full, resource);
      if (!decision.allowed) return this.describe(decision, roleArn, full, resource);
    }
    return { allowed: true, reason: 'allowed' };
  }

  /** The execution environment registering itself, or connecting. */
  public environment(principalArn: string, action: 'RegisterEnvironment' | 'ConnectEnvironment'): void {
    this.operation(principalArn, `bedrock-mantle:${action}`);
  }

  private caller(principalArn: string): ReadonlyMap<string, readonly string[]> {
    const vpcEndpoint = this.roles.get(principalArn)?.vpcEndpoint;
    return context({
      ...(vpcEndpoint === undefined ? {} : { 'aws:SourceVpce': vpcEndpoint }),
      'aws:PrincipalArn': principalArn,
      'aws:PrincipalAccount': principalArn.split(':')[4] ?? '',
      'aws:RequestedRegion': this.place.region,
      // The local service is plain HTTP on loopback; AWS is reached over TLS only, and policies are written for that.
      'aws:SecureTransport': 'true',
    });
  }

  private decide(principalArn: string, request: AccessRequest): Decision {
    if (!this.enforced) return { allowed: true, reason: 'no template: authorisation is off' };
    const role = this.roles.get(principalArn);
    if (role === undefined) return { allowed: false, reason: `because ${principalArn} is not a role of the template` };
    const decision = evaluate(role.policies, request);
    if (!decision.allowed) {
      const unknown = role.unknownManagedPolicies;
      const note = unknown.length > 0 ? ` (not in the template, so not evaluated: ${unknown.join(', ')})` : '';
      return { allowed: false, reason: decision.reason + note };
    }
    if (role.boundary === undefined) return decision;
    const bounded = evaluate([role.boundary], request);
    return bounded.allowed
      ? decision
      : { allowed: false, reason: `because no permissions boundary allows the ${request.action} action` };
  }

  /** Same account: the identity policy or the resource policy may allow, and either may deny. */
  private decideWithResourcePolicies(roleArn: string, action: string, resource: string): Decision {
    const request: AccessRequest = {
      action,
      resource,
      principal: { kind: 'AWS', value: roleArn },
      context: this.caller(roleArn),
    };
    const identity = this.decide(roleArn, request);
    const attached = (this.identities?.resourcePolicies ?? []).filter((policy) => policy.resourceArn === resource);
    const byResource = evaluate(
      attached.map((entry) => entry.policy),
      request,
    );
    if (!byResource.allowed && /^(with an explicit deny|denied)/.test(byResource.reason)) return byResource;
    return identity;
  }

  private describe(decision: Decision, principalArn: string, action: string, resource: string): Decision {
    if (decision.allowed) return decision;
    return {
      allowed: false,
      reason: `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${decision.reason}`,
    };
  }

  private require(decision: Decision, principalArn: string, action: string, resource: string): void {
    if (!decision.allowed) {
      throw forbidden('AccessDeniedException', this.describe(decision, principalArn, action, resource).reason);
    }
  }
}
