/**
 * Limits of an AgentCore Runtime that can be checked at synth.
 *
 * Sources (read 2026-11-23): the CreateAgentRuntime model of the AWS SDK, and
 * docs.aws.amazon.com/bedrock-agentcore/latest/devguide/{bedrock-agentcore-limits,runtime-lifecycle-settings,
 * runtime-filesystem-configurations}.html.
 */
export const AGENTCORE_LIMITS = {
  /** Runtime and endpoint names. */
  namePattern: /^[a-zA-Z][a-zA-Z0-9_]{0,47}$/,
  nameMaxLength: 48,
  /** Environment variables of a Runtime. */
  environmentVariables: 50,
  environmentValueLength: 5000,
  /**
   * Bytes of all environment variables together, by platform version. Not in AWS's pages: 2,560 from the error message of
   * the service for V2, 4,096 for V1 from secondary sources (read 2026-11-27). How names, values and quotes are counted is
   * not documented; here the JSON object is counted.
   */
  environmentBytes: { V1: 4096, V2: 2560 } as Readonly<Record<string, number>>,
  /** Idle timeout and maximum lifetime of a compute session, in seconds (microVM compute). */
  lifetimeSeconds: { min: 60, max: 28800 },
  /** Mount path of session storage: one level below /mnt. */
  mountPathPattern: /^\/mnt\/[a-zA-Z0-9._-]+$/,
  mountPathLength: { min: 6, max: 200 },
  /** Length of a resource-based policy document. */
  resourcePolicyLength: 20480,
} as const;

/**
 * Limits of BMA that can be checked at synth.
 *
 * Source (read 2026-11-23): docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-quotas-limitations.html.
 */
export const BMA_LIMITS = {
  /** Unique capability directories of a session. */
  capabilityDirectories: 32,
} as const;

/** The runtime actions that a resource-based policy on a Runtime or its endpoint can name (same source family). */
export const RUNTIME_POLICY_ACTIONS: readonly string[] = [
  'bedrock-agentcore:GetAgentCard',
  'bedrock-agentcore:InvokeAgentRuntime',
  'bedrock-agentcore:InvokeAgentRuntimeCommand',
  'bedrock-agentcore:InvokeAgentRuntimeCommandShell',
  'bedrock-agentcore:InvokeAgentRuntimeForUser',
  'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream',
  'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser',
  'bedrock-agentcore:StopRuntimeSession',
];
