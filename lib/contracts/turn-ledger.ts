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

/** The one item that counts who holds a concurrency slot. */
export const SLOTS_KEY = 'slots';

export interface SlotsItem extends LedgerKey {
  /** Execution names. The attribute is absent when nobody holds a slot. Beside it one such attribute per share, see {@link shareAttribute}. */
  readonly holders?: ReadonlySet<string>;
}

/** Name of the attribute that counts who holds a slot of a share; turns without one are counted, too, and never limited. */
export function shareAttribute(share: string | undefined): string {
  return share === undefined ? 'holdersOfNoShare' : `holders#${share}`;
}

/**
 * Name of the attribute by which a turn waits, in the item of the slots or of a conversation. One attribute per turn, so
 * that turns that join, refresh or leave at the same time never overwrite each other. Its value is a {@link Wait} as JSON.
 */
export function waitAttribute(executionName: string): string {
  return `${WAIT_PREFIX}${executionName}`;
}

export const WAIT_PREFIX = 'waits#';

/** A turn that waits. The one that has waited longest is next. */
export interface Wait {
  /** Milliseconds since the epoch: when the turn began to wait. */
  readonly since: number;
  /** When it last looked. A turn that has not looked for a while was lost and stands in nobody's way. */
  readonly seen: number;
  /** Of a slot: attribute of its share, and how many slots the share has. */
  readonly share?: string;
  readonly slots?: number;
}

/** Begins the key of a conversation. A turn without a session key has one of its own, by its execution name. */
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
  /** When the create was started, milliseconds since the epoch; where a reconciliation begins to look. */
  readonly createStartedAt?: number;
  /** SHA-256 of the published binding that the session was created from: what it changes begins a new session. */
  readonly bindingSha256?: string;
  /** Execution name of the turn that works in the session now, and when it must be over (milliseconds since the epoch). */
  readonly heldBy?: string;
  readonly heldUntil?: number;
  /** `session`, once a session is open: key of the index that finds what is to be deleted. */
  readonly kind?: 'session';
  /** Unix seconds; after it, the session is deleted. */
  readonly deleteAfter?: number;
}

/** Which conversation a session belongs to, so that no session serves two. */
export function ownerLedgerKey(sessionId: string): string {
  return `owner#${sessionId}`;
}

/** Which turn made the earlier ones of its conversation useless. */
export const REPLACED_PREFIX = 'replaced#';

export interface ReplacementItem extends LedgerKey {
  readonly replacedBy: string;
  /** Of the turn that replaces the others: the later a turn began, the later its record ends. */
  readonly expiresAt: number;
}

/** One turn, by its execution name: what was claimed before what was done. */
export function turnLedgerKey<Name extends string>(executionName: Name): `turn#${Name}` {
  return `turn#${executionName}`;
}

/**
 * What waits for an answer under the name of a turn: the turn itself, or a remediation that its report proposed. Apart from
 * each other, so that who may answer one may not answer the other.
 */
export type ApprovalRecords = 'turn' | 'remediation';

/** Where the task token and the answer are. */
export function approvalLedgerKey(records: ApprovalRecords, executionName: string): string {
  return records === 'turn' ? turnLedgerKey(executionName) : `${records}#${executionName}`;
}

export interface TurnItem extends LedgerKey {
  /** `submitting` is written before the message is sent, `submitted` after it was accepted. */
  readonly state: 'registered' | 'submitting' | 'submitted';
  /** Set when the execution was stopped: no message is sent any more. */
  readonly stopped?: boolean;
  /** How the turn ended, as JSON: written down before evidence and outcome, so that nothing after it can change it. */
  readonly ending?: string;
  /** Set when the outcome event was published. */
  readonly settled?: boolean;
  /** The prepared turn as JSON, without the prompt: what the settlement of a stopped execution works from. */
  readonly prepared: string;
  /** Milliseconds since the epoch; set when the session is opened. */
  readonly deadlineAt?: number;
  readonly sessionId?: string;
  readonly model?: string;
  /** SHA-256 of the session definition's file. */
  readonly definitionSha256?: string;
  /** What the conversation held before the submit, as JSON: what is newer is this turn's. */
  readonly conversationMark?: string;
  /** In records of earlier versions, instead: the newest item, absent when there was none. */
  readonly newestItemId?: string;
  readonly submitStartedAt?: number;
  readonly turnId?: string;
  /** The terminal event as JSON, when the stream was heard at the right moment: type, error code and usage. */
  readonly terminal?: string;
  /**
   * Of the message that asks for the final answer again, in another form, the same as above of the prompt. Absent in
   * nearly every turn: it is sent once at most, and only when the answer was not what the workflow takes.
   */
  readonly requestState?: 'submitting' | 'submitted';
  readonly requestMark?: string;
  readonly requestStartedAt?: number;
  readonly requestTurnId?: string;
  readonly requestTerminal?: string;
  /** Where an approver's answer goes; removed with the answer. */
  readonly approvalToken?: string;
  /** The answer as JSON. */
  readonly approval?: string;
  readonly outcome?: TurnOutcome;
  /** Unix seconds: DynamoDB removes the item some time after it. */
  readonly expiresAt: number;
}
