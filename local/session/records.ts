/** The state of a session. */
import type {
  CommandExecutionItem,
  CreateSessionRequest,
  McpCallItem,
  MessageItem,
  ReasoningItem,
  ResourceError,
  SessionEnvironmentRequest,
  TokenUsage,
} from '../../runtime/session-client/types';

/** The items this service writes: exactly the documented ones. */
export type WrittenItem = MessageItem | ReasoningItem | CommandExecutionItem | McpCallItem;

export type TurnState = 'queued' | 'in_progress' | 'completed' | 'failed' | 'cancelled';

export interface TurnRecord {
  readonly id: string;
  /** The message of the turn. */
  readonly message: string;
  status: TurnState;
  readonly created_at: number;
  started_at: number | null;
  completed_at: number | null;
  error: ResourceError | null;
  usage: TokenUsage | null;
}

export interface SessionRecord {
  readonly id: string;
  readonly agent: CreateSessionRequest['agent'];
  readonly environment: SessionEnvironmentRequest & { readonly id: string };
  readonly role_arn: string;
  status: 'idle' | 'in_progress' | 'failed';
  readonly created_at: number;
  last_active_at: number;
  error: ResourceError | null;
  readonly turns: TurnRecord[];
  readonly items: WrittenItem[];
  /** Generation of the attachment; increases whenever the environment has to be attached again. */
  generation: number;
  /** 33 to 256 characters, as AgentCore requires. */
  readonly runtimeSessionId: string;
  /** Thread of the model harness, if it has one. */
  harnessThread?: string;
}

/** The session in the API. */
export function sessionResource(record: SessionRecord): Record<string, unknown> {
  const { id, agent, environment, role_arn, status, created_at, last_active_at, error } = record;
  return { id, object: 'agent.session', agent, environment, role_arn, status, created_at, last_active_at, error };
}

/** The turn in events. */
export function turnResource(sessionId: string, turn: TurnRecord): Record<string, unknown> {
  const { id, status, created_at, started_at, completed_at, error, usage } = turn;
  const times = { created_at, started_at, completed_at };
  return { id, object: 'agent.session.turn', session_id: sessionId, subagent_id: null, status, ...times, error, usage };
}
