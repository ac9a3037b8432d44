/**
 * The Managed Agents REST API as types: requests, responses and events. Own types, because those of the OpenAI SDK lack
 * `role_arn` and AWS's environment types. Types only: this file adds nothing to a bundle.
 *
 * An unknown `type` never breaks a reader: every union ends in an `Unknown…` member whose `type` is a tag,
 * so comparing with a known literal still narrows to exactly that member.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-api-reference.html, read 2026-11-23.
 * Members marked "SDK" are typed by openai@7.57.0 but not documented by AWS for this service: always optional here.
 */
import type { AgentCoreSessionEnvironment, SessionAgent, SessionDefinition } from '../../lib/contracts/session';

export type {
  AgentCoreSessionEnvironment,
  SessionAgent,
  SessionDefinition,
  StdioMcpTool,
} from '../../lib/contracts/session';

/** Type-level only: a unit type lets `item.type === 'message'` exclude the unknown member. */
declare enum UnknownTag {
  UNKNOWN = '(unknown)',
}

/** A `type` (status, role, …) this client does not know. At run time, it is the string that the service sent. */
export type UnknownType = UnknownTag;

// --- Environment and session -------------------------------------------------------------------------------------

/** Customer compute that registers itself: no runtime fields. */
export interface SelfHostedSessionEnvironment {
  readonly type: 'self_hosted';
  /** Absolute path in the environment. */
  readonly workspace_directory?: string;
  /** Absolute paths in the environment; at most 32, unique. */
  readonly capability_directories?: string[];
}

/** The environment as it is sent. The qualifier and the directories are optional for the service. */
export type SessionEnvironmentRequest =
  | (Pick<AgentCoreSessionEnvironment, 'type' | 'runtime_arn'> & Partial<AgentCoreSessionEnvironment>)
  | SelfHostedSessionEnvironment;

/** An environment type this client does not know, as the service answered it. */
export interface UnknownSessionEnvironment {
  readonly type: UnknownType;
  readonly [member: string]: unknown;
}

/** The environment in a response: the sent members, and the id that the exec server connects to. */
export type SessionEnvironment = (SessionEnvironmentRequest | UnknownSessionEnvironment) & { readonly id: string };

/** `idle` is not proof of success: read the terminal turn event and the exit codes of the command items. */
export type SessionStatus = 'idle' | 'in_progress' | 'failed' | UnknownType;

/** Why a session or a turn failed. `message` may quote the prompt: never log it. */
export interface ResourceError {
  readonly code?: string | null;
  readonly message?: string | null;
}

/** The session resource. Times are Unix seconds. */
export interface Session {
  readonly id: string;
  readonly object: 'agent.session';
  readonly agent: SessionAgent;
  readonly environment: SessionEnvironment;
  readonly role_arn: string;
  readonly status: SessionStatus;
  readonly created_at: number;
  readonly last_active_at: number | null;
  readonly error: ResourceError | null;
}

/** The response to a delete. Its exact body is not documented; these are the members of openai@7.57.0. SDK. */
export interface SessionDeleted {
  readonly id?: string;
  readonly object?: string;
  readonly deleted?: boolean;
}

/** A part of a message. */
export interface InputTextPart {
  readonly type: 'input_text';
  readonly text: string;
}

/** A message as it is sent. The preview takes text only. */
export interface InputMessage {
  readonly role: 'user';
  readonly content: InputTextPart[];
}

/** The body of `POST /openai/v1/agents/sessions`. */
export interface CreateSessionRequest extends Omit<SessionDefinition, 'environment'> {
  readonly environment: SessionEnvironmentRequest;
  /** The first message: text, or messages. Without it the session is created idle. */
  readonly input?: string | InputMessage[];
  /** Respond with an event stream. This client does not send `true`: it opens the stream itself. */
  readonly stream?: boolean;
}

// --- Input events ------------------------------------------------------------------------------------------------

/** Starts a turn. */
export interface MessageInputEvent {
  readonly type: 'agent.session.input.message';
  readonly input: InputMessage[];
}

/** Stops the running turn. Finished tool actions are not undone. */
export interface CancelInputEvent {
  readonly type: 'agent.session.input.cancel';
}

export type InputEvent = MessageInputEvent | CancelInputEvent;

// --- Turns -------------------------------------------------------------------------------------------------------

/** Token counts of a turn. AWS doesn't document whether they have values. SDK. */
export interface TokenUsage {
  readonly input_tokens: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number };
  readonly output_tokens: number;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number };
  readonly total_tokens: number;
}

export type TurnStatus = 'queued' | 'in_progress' | 'waiting' | 'completed' | 'failed' | 'cancelled' | UnknownType;

/** A turn in turn events. No operation reads a turn. Times are Unix seconds. */
export interface Turn {
  readonly id: string;
  readonly status: TurnStatus;
  readonly session_id?: string;
  readonly created_at?: number;
  readonly started_at?: number | null;
  readonly completed_at?: number | null;
  readonly error?: ResourceError | null;
  readonly usage?: TokenUsage | null;
}

// --- Items: the durable conversation -----------------------------------------------------------------------------

export type ItemStatus = 'in_progress' | 'completed' | 'failed' | 'incomplete' | UnknownType;

/** A part of a message as it is read back. */
export type MessageContentPart =
  | InputTextPart
  | { readonly type: 'output_text'; readonly text: string }
  | { readonly type: UnknownType; readonly [member: string]: unknown };

interface ItemBase {
  /** Legacy user messages may have none. SDK. */
  readonly id: string | null;
  readonly turn_id: string | null;
  /**
   * Set by this client, not by the service: the size in bytes of an item that alone exceeds the largest response. Only
   * its ids, type, role, phase and status are here.
   */
  readonly omittedBytes?: number;
}

export interface MessageItem extends ItemBase {
  readonly type: 'message';
  readonly role: 'user' | 'assistant' | UnknownType;
  readonly content: MessageContentPart[];
  /** Only on messages of the assistant. */
  readonly phase?: 'commentary' | 'final_answer' | UnknownType | null;
  readonly status?: ItemStatus;
}

export interface ReasoningItem extends ItemBase {
  readonly type: 'reasoning';
  readonly summary?: { readonly type: string; readonly text: string }[];
}

export interface CommandExecutionItem extends ItemBase {
  readonly type: 'command_execution';
  /** A string, as AWS shows it. */
  readonly command: string;
  readonly cwd: string | null;
  readonly output: string | null;
  /** `null` while the command runs or when it never started. */
  readonly exit_code: number | null;
  readonly duration_ms: number | null;
  readonly status: ItemStatus;
}

export interface McpCallItem extends ItemBase {
  readonly type: 'mcp_call';
  readonly server_label: string;
  readonly name: string;
  /** JSON text in the OpenAI API; not documented by AWS. */
  readonly arguments: unknown;
  readonly result: unknown;
  readonly status: ItemStatus;
}

export interface UnknownItem extends ItemBase {
  readonly type: UnknownType;
  readonly [member: string]: unknown;
}

export type Item = MessageItem | ReasoningItem | CommandExecutionItem | McpCallItem | UnknownItem;

// --- Stream events -----------------------------------------------------------------------------------------------

export interface TurnProgressEvent {
  readonly type: 'agent.session.turn.created' | 'agent.session.turn.in_progress';
  readonly turn: Turn;
}

/** The only event that shows how a turn ended. */
export interface TurnTerminalEvent {
  readonly type: 'agent.session.turn.completed' | 'agent.session.turn.failed' | 'agent.session.turn.cancelled';
  readonly turn: Turn;
  readonly usage?: TokenUsage | null;
}

export interface TurnItemEvent {
  readonly type: 'agent.session.turn.item.added' | 'agent.session.turn.item.done';
  readonly item: Item;
  readonly turn_id?: string;
}

export interface OutputTextDeltaEvent {
  readonly type: 'agent.session.turn.output_text.delta';
  readonly delta: string;
  readonly item_id?: string;
  readonly turn_id?: string;
}

/** A change of the execution environment. */
export interface EnvironmentEvent {
  readonly type:
    | 'agent.session.environment.pending'
    | 'agent.session.environment.ready'
    | 'agent.session.environment.connected'
    | 'agent.session.environment.disconnected'
    | 'agent.session.environment.suspended'
    | 'agent.session.environment.expired'
    | 'agent.session.environment.failed'
    | 'agent.session.environment.reset';
  readonly environment?: { readonly id?: string; readonly [member: string]: unknown };
}

/** A change of the session's status. */
export interface SessionStateEvent {
  readonly type: 'agent.session.created' | 'agent.session.in_progress' | 'agent.session.idle' | 'agent.session.failed';
  readonly session?: Session;
  readonly error?: ResourceError | null;
}

/** An error the service sends inside the stream. `message` may quote the prompt: never log it. */
export interface StreamErrorEvent {
  readonly type: 'error';
  readonly code?: string | null;
  readonly message?: string | null;
  readonly error?: ResourceError | null;
}

export interface UnknownStreamEvent {
  readonly type: UnknownType;
  readonly [member: string]: unknown;
}

export type StreamEvent =
  | TurnProgressEvent
  | TurnTerminalEvent
  | TurnItemEvent
  | OutputTextDeltaEvent
  | EnvironmentEvent
  | SessionStateEvent
  | StreamErrorEvent
  | UnknownStreamEvent;

// --- Pages and models --------------------------------------------------------------------------------------------

export type PageOrder = 'asc' | 'desc';

/** One page of a list. `last_id` is the `after` of the next request. */
export interface Page<T> {
  readonly object?: 'list';
  readonly data: T[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

export interface PageQuery {
  /** 1 to 100. @default 20, the service's default */
  readonly limit?: number;
  /** @default 'desc', the service's default: newest first */
  readonly order?: PageOrder;
  /** `last_id` of the page before. */
  readonly after?: string;
}

export interface ListSessionsQuery extends PageQuery {
  readonly agent_id?: string;
}

/** A model of the catalogue. Presence alone does not prove that Managed Agents can use it. */
export interface Model {
  readonly id: string;
  readonly object?: 'model';
  readonly created?: number;
  readonly owned_by?: string;
}

/** The response to `GET /v1/models`; paging is not documented for it. */
export interface ModelList {
  readonly object?: 'list';
  readonly data: Model[];
}
