/** Reads a synthesized template (or a whole cloud assembly) and answers: which roles are there, and what may each do. */
import type { IntrinsicResolver, Place } from './intrinsics';
import { parsePolicy, type Policy } from './policy';
import { endpointsOfRoles } from './private-path';
import { type NamedTemplate, SynthesizedStacks } from './synthesized-stacks';

export interface RoleIdentity {
  readonly logicalId: string;
  readonly stackName: string;
  readonly arn: string;
  readonly trust: Policy;
  readonly policies: Policy[];
  /** Absent when the role has none. */
  readonly boundary?: Policy;
  /** Managed policies that are not in the template: what they allow is unknown, so it is not allowed. */
  readonly unknownManagedPolicies: string[];
  /** Id of the interface endpoint that its calls of the service come through; absent when its compute is in no VPC. */
  readonly vpcEndpoint?: string;
}

export interface RuntimeIdentity {
  readonly arn: string;
  readonly executionRoleArn: string;
  readonly endpointNames: string[];
  /** Mount path of session storage, when configured. */
  readonly idleTimeoutSeconds?: number;
}

/** A policy attached to a resource (an AgentCore runtime or its endpoint). */
export interface ResourcePolicy {
  readonly resourceArn: string;
  readonly policy: Policy;
}

export interface TemplateIdentities {
  readonly roles: RoleIdentity[];
  readonly runtimes: RuntimeIdentity[];
  readonly resourcePolicies: ResourcePolicy[];
}

class StackReader {
  public constructor(
    private readonly stack: NamedTemplate,
    private readonly resolver: IntrinsicResolver,
    private readonly endpoints: ReadonlyMap<string, string>,
  ) {}

  public roles(): RoleIdentity[] {
    return this.ofType('AWS::IAM::Role').map(([logicalId, properties]) => {
      const managed = (this.resolver.resolve(properties.ManagedPolicyArns ?? []) as unknown[]).map(String);
      const known = new Map(
        this.ofType('AWS::IAM::ManagedPolicy').map(([id, p]) => [this.resolver.arn(id), [id, p] as const]),
      );
      const boundaryArn =
        properties.PermissionsBoundary === undefined ? undefined : this.resolver.text(properties.PermissionsBoundary);
      const boundary = boundaryArn ? known.get(boundaryArn) : undefined;
      const name = this.resolver.text({ Ref: logicalId });
      return {
        logicalId,
        stackName: this.stack.stackName,
        arn: this.resolver.arn(logicalId),
        trust: this.policy(`trust policy of ${logicalId}`, properties.AssumeRolePolicyDocument),
        policies: [
          ...this.inline(logicalId, properties),
          ...this.attachedInline(name),
          ...managed.flatMap((arn) =>
            known.has(arn) ? [this.policy(known.get(arn)![0], known.get(arn)![1].PolicyDocument)] : [],
          ),
        ],
        // A boundary that cannot be read allows nothing.
        boundary: boundaryArn
          ? this.policy(boundary?.[0] ?? `unknown boundary ${String(boundaryArn)}`, boundary?.[1].PolicyDocument)
          : undefined,
        unknownManagedPolicies: managed.filter((arn) => !known.has(arn)),
        vpcEndpoint: this.endpoints.get(this.resolver.arn(logicalId)),
      };
    });
  }

  public runtimes(): RuntimeIdentity[] {
    return this.ofType('AWS::BedrockAgentCore::Runtime').map(([logicalId, properties]) => {
      const id = this.resolver.text({ 'Fn::GetAtt': [logicalId, 'AgentRuntimeId'] });
      const lifecycle = this.resolver.resolve(properties.LifecycleConfiguration) as Record<string, unknown> | undefined;
      return {
        arn: this.resolver.arn(logicalId),
        executionRoleArn: this.resolver.text(properties.RoleArn),
        endpointNames: [
          'DEFAULT',
          ...this.ofType('AWS::BedrockAgentCore::RuntimeEndpoint')
            .filter(([, p]) => this.resolver.text(p.AgentRuntimeId) === id)
            .map(([, p]) => this.resolver.text(p.Name)),
        ],
        idleTimeoutSeconds: Number(lifecycle?.IdleRuntimeSessionTimeout) || undefined,
      };
    });
  }

  public resourcePolicies(): ResourcePolicy[] {
    return this.ofType('AWS::BedrockAgentCore::ResourcePolicy').map(([logicalId, properties]) => {
      const document = this.resolver.resolve(
        properties.Policy ?? properties.ResourcePolicy ?? properties.PolicyDocument,
      );
      return {
        resourceArn: this.resolver.text(properties.ResourceArn),
        policy: parsePolicy(logicalId, typeof document === 'string' ? JSON.parse(document) : document),
      };
    });
  }

  private ofType(type: string): [string, Record<string, unknown>][] {
    return Object.entries(this.stack.template.Resources ?? {})
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, resource.Properties ?? {}]);
  }

  private policy(name: string, document: unknown): Policy {
    return parsePolicy(name, this.resolver.resolve(document));
  }

  private inline(logicalId: string, properties: Record<string, unknown>): Policy[] {
    const policies =
      (this.resolver.resolve(properties.Policies ?? []) as { PolicyName: string; PolicyDocument: unknown }[]) ?? [];
    return policies.map((p) => parsePolicy(`${logicalId}/${p.PolicyName}`, p.PolicyDocument));
  }

  /** AWS::IAM::Policy, AWS::IAM::RolePolicy and managed policies that name the role. */
  private attachedInline(roleName: string): Policy[] {
    const names = (list: unknown): string[] => ((this.resolver.resolve(list ?? []) as unknown[]) ?? []).map(String);
    return [
      ...this.ofType('AWS::IAM::Policy').filter(([, p]) => names(p.Roles).includes(roleName)),
      ...this.ofType('AWS::IAM::ManagedPolicy').filter(([, p]) => names(p.Roles).includes(roleName)),
      ...this.ofType('AWS::IAM::RolePolicy').filter(([, p]) => this.resolver.text(p.RoleName) === roleName),
    ].map(([id, p]) => this.policy(id, p.PolicyDocument));
  }
}

/** The service whose calls are authorised here. */
const SERVICE = 'bedrock-mantle';

export function readIdentities(templates: readonly NamedTemplate[], place: Place): TemplateIdentities {
  const stacks = new SynthesizedStacks(templates, place);
  const endpoints = endpointsOfRoles(stacks, SERVICE);
  const readers = stacks.all.map(({ stack, resolver }) => new StackReader(stack, resolver, endpoints));
  return {
    roles: readers.flatMap((reader) => reader.roles()),
    runtimes: readers.flatMap((reader) => reader.runtimes()),
    resourcePolicies: readers.flatMap((reader) => reader.resourcePolicies()),
  };
}
