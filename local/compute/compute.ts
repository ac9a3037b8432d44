/** The compute of an AgentCore Runtime session, as the service uses it. */
import type { Credentials } from '../auth/principals';

export interface ComputeRequest {
  readonly runtimeSessionId: string;
  /** Persistent: the next compute of the same Runtime session gets the same mount. */
  readonly mountDirectory: string;
  readonly region: string;
  /** Credentials of the execution role for the container. */
  readonly credentials: Credentials;
  /** The service's own address. */
  readonly endpoint: string;
  /** Variables of the container that MCP servers name in `env_vars`. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Compute {
  /** Origin of the lifecycle server. */
  readonly url: string;
  readonly pid?: number;
  /** Resolves when the compute has ended, for any reason. */
  readonly exited: Promise<void>;
  /** Like StopRuntimeSession: SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
  /** Like a lost host. */
  kill(): Promise<void>;
  /** Kills only the exec server. @returns whether there was one */
  killExecServer(): boolean;
}

export interface ComputeProvider {
  start(request: ComputeRequest): Promise<Compute>;
}
