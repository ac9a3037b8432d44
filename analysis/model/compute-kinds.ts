/** A kind of compute that an agent can run on: how to read it from a template. */
export interface ComputeKind {
  readonly type: string;
  /** What people call it. */
  readonly name: string;
  /** Property that names the execution role: what the commands of the agent run under. */
  readonly role: string;
  /** Where the network mode of the compute is, if it has one. */
  readonly mode?: readonly string[];
  /** Where the subnets and security groups of the compute are. */
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** Where the seconds are after which it stops: without work, and at the latest. */
  readonly idleTimeout: readonly string[];
  readonly maxLifetime: readonly string[];
  /** Types that are other names of it, and the property that names it. */
  readonly endpoints: readonly (readonly [type: string, property: string])[];
  /** Actions that drive it past the session. */
  readonly invoke: readonly string[];
}

/** The kinds of compute that run agents. Another kind is another row. */
export const COMPUTE_KINDS: readonly ComputeKind[] = [
  {
    type: 'AWS::BedrockAgentCore::Runtime',
    name: 'AgentCore Runtime',
    role: 'RoleArn',
    mode: ['NetworkConfiguration', 'NetworkMode'],
    subnets: ['NetworkConfiguration', 'NetworkModeConfig', 'Subnets'],
    securityGroups: ['NetworkConfiguration', 'NetworkModeConfig', 'SecurityGroups'],
    idleTimeout: ['LifecycleConfiguration', 'IdleRuntimeSessionTimeout'],
    maxLifetime: ['LifecycleConfiguration', 'MaxLifetime'],
    endpoints: [['AWS::BedrockAgentCore::RuntimeEndpoint', 'AgentRuntimeId']],
    invoke: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeCommand'],
  },
];

/** The kind of compute that resources of a type are; undefined for every other type. */
export function computeKindOf(type: string): ComputeKind | undefined {
  return COMPUTE_KINDS.find((kind) => kind.type === type);
}
