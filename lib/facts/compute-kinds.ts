import { RUNTIME_POLICY_ACTIONS } from './agentcore-limits';
import type { PriceName } from './prices';
import { AGENTCORE_SERVICE_PRINCIPAL, MANTLE_SERVICE_PRINCIPAL } from './service-principals';

/** Where a property is: its names from the outside in. */
type Path = readonly string[];

/**
 * A kind of compute that an agent can run on: what the construct, the checks, the statement, the estimate and the local
 * account have to know of it. Paths are those of the properties in a template.
 */
export interface ComputeKind {
  readonly type: string;
  /** What people call it. */
  readonly name: string;
  /** The service that assumes the execution role. */
  readonly service: string;
  /** Property that names the execution role: what the commands of the agent run under. */
  readonly role: string;
  /** Property with the name that the template gives it. */
  readonly chosenName: string;
  /** Whether the service adds a dash and ten characters to that name. */
  readonly addsSuffix: boolean;
  /** Where the network mode of the compute is, if it has one. */
  readonly mode?: Path;
  /** Where the subnets and security groups of the compute are. */
  readonly subnets: Path;
  readonly securityGroups: Path;
  /** Where the URI of the container image is, and the object with the code of compute that has no image. */
  readonly image: Path;
  readonly codeArchive?: Path;
  /** Where the seconds are after which it stops: without work, if it can be said, and at the latest. */
  readonly idleTimeout?: Path;
  readonly maxLifetime: Path;
  /** Seconds without work after which it stops when the template doesn't say. */
  readonly defaultIdleSeconds: number;
  /** Storage of a session: where the file systems are, and the member of each that is one. */
  readonly storage?: { readonly fileSystems: Path; readonly member: string; readonly price: PriceName };
  /** Begins the names of its log groups, which the service makes on first use unless they are there. */
  readonly logGroups?: string;
  /** Types that are other names of it, and the property that names it. */
  readonly endpoints: readonly (readonly [type: string, property: string])[];
  /**
   * How it is driven by the session role, and past the session by others. Absent: its hosts connect to the service, so
   * resources of the type are compute of an agent if their role may connect, and session roles are those of the stack.
   */
  readonly driven?: DrivenCompute;
  /** Types of its data events, by the name of their selector in a trail. */
  readonly dataEvents: Readonly<Record<string, string>>;
  /** What a turn pays for: processor time, and memory until it stops. */
  readonly prices: { readonly vcpuHour: PriceName; readonly memoryHour: PriceName };
}

/** How compute is driven that others can call. */
export interface DrivenCompute {
  /** Actions that drive it; the first is the one of a session role. */
  readonly actions: readonly string[];
  /** Type of the resource policy that keeps others from driving it, and every action that the policy has to deny. */
  readonly policy: { readonly type: string; readonly actions: readonly string[] };
  /** Property that lets an identity provider in place of IAM decide who drives it. */
  readonly authorizer: string;
}

/** Begins the names of the log groups of AgentCore Runtimes. */
export const RUNTIME_LOG_GROUPS = '/aws/bedrock-agentcore/runtimes/';

/** The kinds of compute that run agents. Another kind is another row. */
export const COMPUTE_KINDS: readonly ComputeKind[] = [
  {
    type: 'AWS::BedrockAgentCore::Runtime',
    name: 'AgentCore Runtime',
    service: AGENTCORE_SERVICE_PRINCIPAL,
    role: 'RoleArn',
    chosenName: 'AgentRuntimeName',
    addsSuffix: true,
    mode: ['NetworkConfiguration', 'NetworkMode'],
    subnets: ['NetworkConfiguration', 'NetworkModeConfig', 'Subnets'],
    securityGroups: ['NetworkConfiguration', 'NetworkModeConfig', 'SecurityGroups'],
    image: ['AgentRuntimeArtifact', 'ContainerConfiguration', 'ContainerUri'],
    codeArchive: ['AgentRuntimeArtifact', 'CodeConfiguration', 'Code', 'S3'],
    idleTimeout: ['LifecycleConfiguration', 'IdleRuntimeSessionTimeout'],
    maxLifetime: ['LifecycleConfiguration', 'MaxLifetime'],
    // Source: API_LifecycleConfiguration of the AgentCore control plane.
    defaultIdleSeconds: 900,
    storage: { fileSystems: ['FilesystemConfigurations'], member: 'SessionStorage', price: 'sessionStorage' },
    logGroups: RUNTIME_LOG_GROUPS,
    endpoints: [['AWS::BedrockAgentCore::RuntimeEndpoint', 'AgentRuntimeId']],
    driven: {
      actions: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeCommand'],
      policy: { type: 'AWS::BedrockAgentCore::ResourcePolicy', actions: RUNTIME_POLICY_ACTIONS },
      authorizer: 'AuthorizerConfiguration',
    },
    // Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html, read 2026-11-23.
    dataEvents: {
      'AgentCore runtime data events': 'AWS::BedrockAgentCore::Runtime',
      'AgentCore runtime endpoint data events': 'AWS::BedrockAgentCore::RuntimeEndpoint',
    },
    prices: { vcpuHour: 'vcpuHour', memoryHour: 'memoryHour' },
  },
];

/** The kind of compute that resources of a type are; undefined for every other type. */
export function computeKindOf(type: string): ComputeKind | undefined {
  return COMPUTE_KINDS.find((kind) => kind.type === type);
}

/** Services that work for agents only: the one that runs sessions, and those whose compute it drives. */
export const AGENT_SERVICES: readonly string[] = [
  MANTLE_SERVICE_PRINCIPAL,
  ...COMPUTE_KINDS.filter(({ driven }) => driven).map(({ service }) => service),
];
