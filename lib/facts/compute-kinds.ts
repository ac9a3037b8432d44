import { RUNTIME_POLICY_ACTIONS } from './agentcore-limits';
import type { PriceName } from './prices';
import { AGENTCORE_SERVICE_PRINCIPAL, MANTLE_SERVICE_PRINCIPAL } from './service-principals';

/** The path of a property: its names from the outside in. */
type Path = readonly string[];

/**
 * A kind of compute of agents, with the facts for the construct, the checks, the statement, the estimate and the local
 * account. Paths are those of the properties in a template.
 */
export interface ComputeKind {
  readonly type: string;
  /** Its name for people. */
  readonly name: string;
  /** The service that assumes the execution role. */
  readonly service: string;
  /** Property with the execution role of the agent's commands. */
  readonly role: string;
  /** Property with its name. */
  readonly chosenName: string;
  /** Whether the service adds a dash and ten characters to that name. */
  readonly addsSuffix: boolean;
  /** Path of the network mode, if it has one. */
  readonly mode?: Path;
  /** Paths of the subnets and security groups. */
  readonly subnets: Path;
  readonly securityGroups: Path;
  /** Paths of the URI of the container image, and of the object with the code of compute without an image. */
  readonly image: Path;
  readonly codeArchive?: Path;
  /** Paths of the seconds after which it stops: when idle, if it can be set, and at the latest. */
  readonly idleTimeout?: Path;
  readonly maxLifetime: Path;
  /** Default of the idle seconds after which it stops. */
  readonly defaultIdleSeconds: number;
  /** Storage of a session: path of the file systems, and the member of each that contains one. */
  readonly storage?: { readonly fileSystems: Path; readonly member: string; readonly price: PriceName };
  /** Prefix of the names of its log groups, which the service creates on first use unless they exist. */
  readonly logGroups?: string;
  /** Its properties that the checks know. What any other property changes isn't known. */
  readonly properties: readonly string[];
  /** Types that are aliases of it, and the property that refers to it. */
  readonly endpoints: readonly (readonly [type: string, property: string])[];
  /**
   * How the session role invokes it, and how other callers could invoke it directly. Absent: its hosts connect to the
   * service. Resources of the type are then compute of an agent if their role may connect, and session roles are those
   * of the stack.
   */
  readonly driven?: DrivenCompute;
  /** Types of its data events, by the name of their selector in a trail. */
  readonly dataEvents: Readonly<Record<string, string>>;
  /** The cost of a turn: processor time, and memory until it stops. */
  readonly prices: { readonly vcpuHour: PriceName; readonly memoryHour: PriceName };
}

/** How compute that others can call is invoked. */
export interface DrivenCompute {
  /** Actions that invoke it; the first is that of a session role. */
  readonly actions: readonly string[];
  /** Type of the resource policy that prevents calls of others, and every action that the policy has to deny. */
  readonly policy: { readonly type: string; readonly actions: readonly string[] };
  /** Property with which an identity provider instead of IAM authorizes calls. */
  readonly authorizer: string;
}

/** Prefix of the names of the log groups of AgentCore Runtimes. */
export const RUNTIME_LOG_GROUPS = '/aws/bedrock-agentcore/runtimes/';

/** The kinds of compute that run agents. To add a kind, add a row. */
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
    // Not CapacityProviderConfiguration: it runs the Runtime on instances, in the network of the provider.
    // Source: docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CapacityProviderConfiguration.html
    properties: [
      'AgentRuntimeArtifact',
      'AgentRuntimeName',
      'AuthorizerConfiguration',
      'Description',
      'EnvironmentVariables',
      'FilesystemConfigurations',
      'LifecycleConfiguration',
      'NetworkConfiguration',
      'PlatformVersion',
      'ProtocolConfiguration',
      'RequestHeaderConfiguration',
      'RoleArn',
      'Tags',
    ],
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

/** The kind of compute of a resource type; undefined for other types. */
export function computeKindOf(type: string): ComputeKind | undefined {
  return COMPUTE_KINDS.find((kind) => kind.type === type);
}

/** Services that are only for agents: the one that runs sessions, and those whose compute it uses. */
export const AGENT_SERVICES: readonly string[] = [
  MANTLE_SERVICE_PRINCIPAL,
  ...COMPUTE_KINDS.filter(({ driven }) => driven).map(({ service }) => service),
];
