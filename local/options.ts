/** The options of the local service, and their defaults. */
import type { ComputeProvider } from './compute/compute';
import type { FaultOptions } from './faults/faults';
import type { AccountPolicies } from './iam/account-policies';
import type { Script } from './script/script';

/** An option that can't be used: its value, what is wrong, and the fix. */
export class OptionError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'OptionError';
  }
}

export interface LocalServiceOptions {
  /** @default 0, a free port; always on 127.0.0.1 */
  readonly port?: number;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default '111122223333' */
  readonly accountId?: string;
  /**
   * Template file, or cdk.out directory, whose policies authorize every call.
   *
   * @default every authenticated caller is allowed
   */
  readonly template?: string;
  /** Its policies, if they were read before, with the recorded decisions. @default read again */
  readonly policies?: AccountPolicies;
  /** Stacks of the cdk.out directory that are used. @default all */
  readonly stacks?: readonly string[];
  /** Role (ARN, name or logical id) of `credentials`. @default a separate role; required with `template` */
  readonly caller?: string;
  /** @default a script that shows the workspace and repeats the message */
  readonly script?: Script;
  /**
   * Base URL of an OpenAI-compatible endpoint (Responses API): the real Codex harness replaces the script.
   *
   * @default the script
   */
  readonly modelEndpoint?: ModelEndpoint;
  /** Model ids that sessions can use. @default those of `AgentModel` */
  readonly models?: readonly string[];
  /** @default CODEX_BINARY, then the installed @openai/codex */
  readonly codexBinary?: string;
  /** How compute is created. @default a child process running the bundled lifecycle server */
  readonly compute?: ComputeProvider;
  /** Directories of the image, and their paths on this machine. @default none: the same path */
  readonly imagePaths?: Readonly<Record<string, string>>;
  /** Environment variables of the container. @default none */
  readonly containerEnvironment?: Readonly<Record<string, string>>;
  /** Directory for sessions and mounts. @default memory, and a temporary directory that is removed on close */
  readonly dataDirectory?: string;
  /** @default no faults */
  readonly faults?: FaultOptions;
  /** How long a turn waits for the environment to connect, in milliseconds. @default 30000 */
  readonly connectTimeoutMs?: number;
  /** Duration of a turn lease, in seconds. @default 60 */
  readonly leaseSeconds?: number;
  /** Compute without a turn for this long is stopped, in milliseconds. @default never */
  readonly idleTimeoutMs?: number;
  /** The service's clock, in Unix milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Called with one line per request and per lifecycle log line, without secrets and messages. @default nothing */
  readonly log?: (line: string) => void;
  /** Called with a problem of this machine that a client can't see, such as a full disk. @default nothing */
  readonly onProblem?: (problem: string) => void;
}

export interface ModelEndpoint {
  readonly baseUrl: string;
  /** Name of the environment variable that holds the endpoint's key. @default no key is sent */
  readonly keyVariable?: string;
  /** Model name sent to the endpoint. @default the session's model id */
  readonly model?: string;
}

/** The ids of `AgentModel` (lib/agent/agent-model.ts); local/ does not import lib/ code. */
export const DEFAULT_MODELS: readonly string[] = ['openai.gpt-5.6-luna', 'openai.gpt-5.5', 'openai.gpt-5.4'];
