/**
 * The environment variables of the lifecycle server in the image: the environment of an agent and the local service set
 * them, the server reads them (docs/runtime-image.md). Its Dockerfile sets two of them, too.
 *
 * Pure data without imports, so that runtime/ may bundle it.
 */
export const LIFECYCLE_VARIABLES = {
  /** Address and port to listen on. */
  host: 'BMA_HOST',
  port: 'BMA_PORT',
  /** Directory on the persistent mount for the state, HOME and CODEX_HOME. */
  stateDirectory: 'BMA_STATE_DIRECTORY',
  /** The native Codex binary. */
  codexPath: 'BMA_CODEX_PATH',
  /** Names of further variables that commands of the agent see, separated by commas. */
  passEnvironment: 'BMA_PASS_ENVIRONMENT',
  /** Local development only: lets an endpoint be a loopback address. */
  allowLoopbackEndpoint: 'BMA_ALLOW_LOOPBACK_ENDPOINT',
  maxBodyBytes: 'BMA_MAX_BODY_BYTES',
  /** First and longest pause before a restart of the exec server, in milliseconds. */
  restartBaseMs: 'BMA_RESTART_BASE_MS',
  restartMaxMs: 'BMA_RESTART_MAX_MS',
  /** `true` where orphans of this container become children of the server or of its init. */
  adoptsOrphans: 'BMA_ADOPTS_ORPHANS',
  logLevel: 'BMA_LOG_LEVEL',
} as const;

/**
 * Variables through which the SDK finds the credentials of the execution role in a container: the lifecycle server
 * passes them to the exec server, which passes them to the MCP servers. On AgentCore the credentials come from the
 * metadata service of the microVM and none is set.
 */
export const ROLE_CREDENTIAL_VARIABLES: readonly string[] = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
];
