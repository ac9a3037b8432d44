/** The agent loop of a turn: a script, or the real harness with a model. */
import type { PathMap } from '../compute/path-map';
import type { ExecConnection } from '../environment/exec-connection';
import type { ResourceError, TokenUsage } from '../../runtime/session-client/types';
import type { SessionRecord, TurnRecord } from './records';
import type { TurnJournal } from './turn-journal';

export interface TurnContext {
  readonly session: SessionRecord;
  readonly turn: TurnRecord;
  /** 1 for the first turn of the session. */
  readonly turnNumber: number;
  readonly message: string;
  readonly connection: ExecConnection;
  readonly paths: PathMap;
  /** The workspace on the machine of the exec server. */
  readonly workspace: string;
  readonly journal: TurnJournal;
  /** Aborted by a cancel event, by deleting the session and by closing the service. */
  readonly signal: AbortSignal;
  /** Additional variables of every STDIO MCP server. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** Called while a command runs; a planned fault may kill the exec server there. */
  readonly commandRunning: () => void;
}

export interface TurnOutcome {
  readonly error?: ResourceError;
  readonly usage: TokenUsage;
}

export interface AgentLoop {
  /** @throws TurnCancelled when the signal stopped it, ConnectionLost when the environment went away */
  run(context: TurnContext): Promise<TurnOutcome>;
  /** Called once, after the last turn. */
  close?(): void;
}

export class TurnCancelled extends Error {
  public constructor() {
    super('The turn was cancelled');
    this.name = 'TurnCancelled';
  }
}

/** A failed turn with a reason for the caller. */
export class TurnFailed extends Error {
  public constructor(
    public readonly code: string,
    message: string,
    /** The session can't continue. */
    public readonly fatal = false,
  ) {
    super(message);
    this.name = 'TurnFailed';
  }
}
