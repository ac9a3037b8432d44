/**
 * What each operation of Managed Agents requires, as one readable list of checks.
 *
 * With a template, its policies decide every check. Without one, every authenticated caller is allowed, and the service
 * prints that when it starts.
 *
 * Sources: bedrock-managed-agents-openai-security.html for the actions; the resource is the project ARN because
 * observed denials name `project/default`. Not documented: that `GET /v1/models` is `bedrock-mantle:ListModels` here.
 */
import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';
import { MANTLE_SERVICE_PRINCIPAL } from '../../lib/facts/service-principals';
import { forbidden } from '../http/api-error';
import { type AccessRequest, type AccountPolicies, type Decision, propertyOf, type Role } from './account-policies';
import type { Place } from './deployed-templates';

const ALLOWED: Decision = { allowed: true, reason: 'no template: authorisation is off', statements: [] };

export class Authorizer {
  public constructor(
    private readonly place: Place,
    /** Undefined without a template. */
    public readonly policies: AccountPolicies | undefined,
  ) {}

  public get enforced(): boolean {
    return this.policies !== undefined;
  }

  public get projectArn(): string {
    const { partition, region, accountId } = this.place;
    return `arn:${partition}:bedrock-mantle:${region}:${accountId}:project/default`;
  }

  /** The role by ARN, logical id or name. */
  public role(reference: string): Role | undefined {
    return this.policies?.role(reference);
  }

  public executionRoleOf(runtimeArn: string): string | undefined {
    for (const { type, role } of COMPUTE_KINDS) {
      const [compute] = this.policies?.model.named([runtimeArn], type) ?? [];
      if (compute) return String(propertyOf(compute.resource, role));
    }
    return undefined;
  }

  /** One of the seven session operations, or ListModels. */
  public operation(caller: string, action: string): void {
    this.require({ caller, action, resource: this.projectArn });
  }

  /** `iam:PassRole` of the caller, then the trust of the session role in this service. */
  public passSessionRole(caller: string, roleArn: string): void {
    const context = { 'iam:PassedToService': MANTLE_SERVICE_PRINCIPAL };
    this.require({ caller, action: 'iam:PassRole', resource: roleArn, context });
    if (!this.enforced) return;
    if (this.role(roleArn)?.arn !== roleArn) {
      throw forbidden('AccessDeniedException', `The role ${roleArn} is not in the template`);
    }
    const trusted = this.decide({
      caller: MANTLE_SERVICE_PRINCIPAL,
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: { 'aws:SourceAccount': this.place.accountId, 'aws:SourceArn': this.projectArn },
    });
    if (!trusted.allowed) {
      throw forbidden(
        'AccessDeniedException',
        `${MANTLE_SERVICE_PRINCIPAL} is not able to assume the role ${roleArn}: check its trust policy`,
      );
    }
  }

  /** Whether the session role can call this model. */
  public inference(caller: string, model: string): Decision {
    const context = { 'bedrock-mantle:Model': model };
    return this.decide({ caller, action: 'bedrock-mantle:CreateInference', resource: this.projectArn, context });
  }

  /** Whether the session role can invoke (or stop) the Runtime: both the Runtime and the endpoint must allow it. */
  public runtime(
    caller: string,
    runtimeArn: string,
    qualifier: string,
    operation: 'InvokeAgentRuntime' | 'StopRuntimeSession',
  ): Decision {
    const action = `bedrock-agentcore:${operation}`;
    const decisions = [runtimeArn, `${runtimeArn}/runtime-endpoint/${qualifier}`].map((resource) =>
      this.decide({ caller, action, resource }),
    );
    return decisions.find(({ allowed }) => !allowed) ?? decisions[0];
  }

  /** The execution environment registering itself, or connecting. */
  public environment(caller: string, action: 'RegisterEnvironment' | 'ConnectEnvironment'): void {
    this.operation(caller, `bedrock-mantle:${action}`);
  }

  private decide(request: AccessRequest): Decision {
    return this.policies?.decide(request) ?? ALLOWED;
  }

  private require(request: AccessRequest): void {
    const { allowed, reason } = this.decide(request);
    if (!allowed) throw forbidden('AccessDeniedException', reason);
  }
}
