/** The machine an AgentCore runtime session runs on, as far as the service sees it. */
import type { Credentials } from '../auth/principals';

export interface ComputeRequest {
  readonly runtimeSessionId: string;
  /** Persistent: the next compute of the same runtime session gets the same one. */
  readonly mountDirectory: string;
  readonly region: string;
  /** Of the execution role, as the container gets them. */
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
  /** Resolves when the compute is gone, for whatever reason. */
  readonly exited: Promise<void>;
  /** As StopRuntimeSession does: SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
  /** As a lost host does. */
  kill(): Promise<void>;
  /** Kills the exec server only. @returns whether there was one */
  killExecServer(): boolean;
}

export interface ComputeProvider {
  start(request: ComputeRequest): Promise<Compute>;
}
