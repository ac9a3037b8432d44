/**
 * The contract between synth (lib/) and run time (runtime/) about the ledger of a workflow: keys, attributes and items.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 */
import { createHash } from 'node:crypto';
import type { TurnOutcome } from './turn';

/** Partition key of every item of the ledger. There is no sort key. */
export interface LedgerKey {
  readonly pk: string;
}

/** The item with the holders of concurrency slots. */
export const SLOTS_KEY = 'slots';

export interface SlotsItem extends LedgerKey {
  /**
   * Execution names. The attribute is absent if no turn holds a slot. In addition, there is one such attribute per
   * share, see {@link shareAttribute}.
   */
  readonly holders?: ReadonlySet<string>;
}

/**
 * Name of the attribute with the holders of slots of a share. Turns without a share are counted, too, but not limited.
 */
export function shareAttribute(share: string | undefined): string {
  return share === undefined ? 'holdersOfNoShare' : `holders#${share}`;
}

/**
 * Name of the attribute of a waiting turn, in the item of the slots or of a conversation. There is one attribute per
 * turn, so that concurrent changes of several turns don't overwrite each other. Its value is a {@link Wait} as JSON.
 */
export function waitAttribute(executionName: string): string {
  return `${WAIT_PREFIX}${executionName}`;
}

export const WAIT_PREFIX = 'waits#';

/** A waiting turn. The one that has waited longest is next. */
export interface Wait {
  /** Milliseconds since the epoch: start of the wait. */
  readonly since: number;
  /** Time of its last poll. A turn that hasn't polled for a while counts as lost and is ignored. */
  readonly seen: number;
  /** For a slot: attribute of its share, and the number of slots of the share. */
  readonly share?: string;
  readonly slots?: number;
}

/**
 * Prefix of the key of a conversation. A turn without a session key has its own conversation, by its execution name.
 */
export const SESSION_PREFIX = 'session#';

/** A conversation, by its session key. */
export function sessionLedgerKey(sessionKey: string): string {
  return `${SESSION_PREFIX}${createHash('sha256').update(sessionKey, 'utf8').digest('hex')}`;
}

export interface SessionItem extends LedgerKey {
  readonly sessionKey: string;
  /** `creating` is written before the service is called, `open` after it answered. */
  readonly state: 'creating' | 'open';
  readonly sessionId?: string;
  /** Start of the create call, milliseconds since the epoch; a reconciliation searches from this time on. */
  readonly createStartedAt?: number;
  /** SHA-256 of the published binding of the session: a change of the binding starts a new session. */
  readonly bindingSha256?: string;
  /** Execution name of the turn that uses the session now, and the end of its claim (milliseconds since the epoch). */
  readonly heldBy?: string;
  readonly heldUntil?: number;
  /** `session`, after a session was opened: key of the index of sessions to delete. */
  readonly kind?: 'session';
  /** Unix seconds; after it, the session is deleted. */
  readonly deleteAfter?: number;
}

/** The conversation of a session, so that no session is used by two. */
export function ownerLedgerKey(sessionId: string): string {
  return `owner#${sessionId}`;
}

/** The turn that replaces the earlier ones of its conversation. */
export const REPLACED_PREFIX = 'replaced#';

export interface ReplacementItem extends LedgerKey {
  readonly replacedBy: string;
  /** Of the turn that replaces the others: a later turn has a later end. */
  readonly expiresAt: number;
}

/** One turn, by its execution name: actions are recorded before they run. */
export function turnLedgerKey<Name extends string>(executionName: Name): `turn#${Name}` {
  return `turn#${executionName}`;
}

/**
 * A pending approval for a turn: of the turn itself, or of a remediation that its report proposed. They are separate,
 * so that approvers of one can't decide about the other.
 */
export type ApprovalRecords = 'turn' | 'remediation';

/** The item with the task token and the decision. */
export function approvalLedgerKey(records: ApprovalRecords, executionName: string): string {
  return records === 'turn' ? turnLedgerKey(executionName) : `${records}#${executionName}`;
}

export interface TurnItem extends LedgerKey {
  /** `submitting` is written before the message is sent, `submitted` after it was accepted. */
  readonly state: 'registered' | 'submitting' | 'submitted';
  /** Set after the execution was stopped: no message is sent any more. */
  readonly stopped?: boolean;
  /** How the turn ended, as JSON: recorded before evidence and outcome, so that later steps can't change it. */
  readonly ending?: string;
  /** Set when the outcome event was published. */
  readonly settled?: boolean;
  /** The prepared turn as JSON, without the prompt: input of the settlement of a stopped execution. */
  readonly prepared: string;
  /** Milliseconds since the epoch; set when the session is opened. */
  readonly deadlineAt?: number;
  readonly sessionId?: string;
  readonly model?: string;
  /** SHA-256 of the session definition's file. */
  readonly definitionSha256?: string;
  /** The content of the conversation before the submit, as JSON: newer items belong to this turn. */
  readonly conversationMark?: string;
  /** In records of earlier versions: the newest item; absent if there was none. */
  readonly newestItemId?: string;
  readonly submitStartedAt?: number;
  readonly turnId?: string;
  /** The terminal event as JSON, if it was received: type, error code and usage. */
  readonly terminal?: string;
  /**
   * The same members for the message that asks for the final answer again. Absent in nearly every turn: it is sent at
   * most once, and only if the answer has another form than the workflow requires.
   */
  readonly requestState?: 'submitting' | 'submitted';
  readonly requestMark?: string;
  readonly requestStartedAt?: number;
  readonly requestTurnId?: string;
  readonly requestTerminal?: string;
  /** The task token for the decision; removed after the decision. */
  readonly approvalToken?: string;
  /** The first decision as JSON, until the turn has taken it. After the approval timed out, it says nothing about the turn. */
  readonly approvalAttempt?: string;
  /** The decision as JSON, which the turn has taken. */
  readonly approval?: string;
  readonly outcome?: TurnOutcome;
  /** Unix seconds: DynamoDB removes the item some time after it. */
  readonly expiresAt: number;
}
