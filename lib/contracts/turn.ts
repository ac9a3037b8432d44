/**
 * The contract between synth (lib/) and run time (runtime/) around one turn: what starts the workflow, what it answers, and
 * what it says on the agent's bus. What it keeps in the ledger: turn-ledger.ts.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 * Not exported from lib/index.ts: users meet these shapes as JSON.
 */
import { createHash } from 'node:crypto';

/* ------------------------------------------------------------------------------------------------ input */

/** `TurnRequest.format`. A workflow refuses every other. */
export const TURN_REQUEST_FORMAT = 'cdk-bedrock-managed-agents/turn-request/1';

/**
 * Longest text of one part, in characters: ten text units of a guardrail (one unit is up to 1,000 characters), so that
 * one ApplyGuardrail call stays below the smallest documented rate of 25 units a second.
 */
export const MAX_PART_CHARACTERS = 10_000;

/**
 * Most parts that a prompt or an output has: one million characters. The workflow keeps one record per part in its state.
 */
export const MAX_PARTS = 100;

/**
 * Largest sum of the inline parts of a prompt, in bytes of their JSON text. Above it, every part goes to S3.
 * The state of a Step Functions execution holds 256 KiB, and screened parts stand beside the original ones in it.
 */
export const MAX_INLINE_BYTES = 49_152;

/** A text in S3. */
export interface TextReference {
  readonly bucket: string;
  readonly key: string;
}

/**
 * A piece of text that travels inline or by reference. Exactly one of `text` and `s3` is set. The pieces of a text, joined without
 * a separator, are the text; no piece cuts a surrogate pair.
 */
export interface TextPart {
  /** At most {@link MAX_PART_CHARACTERS} characters, never empty. */
  readonly text?: string;
  /** An object in UTF-8 of at most {@link MAX_PART_CHARACTERS} characters. */
  readonly s3?: TextReference;
  /**
   * Only in a prompt, and only for text that the deployment itself holds: its sentences, and values of types that no words fit
   * into. The guardrail is not asked about it, because to a filter of prompt attacks an instruction is an attack. Absent:
   * others may have written it, and it is judged.
   */
  readonly trusted?: true;
}

/** Where the text of a request's parts is put when it is too large: `prompts/<execution name>/000.txt` in the evidence bucket. */
export function promptPartKey(executionName: string, index: number): string {
  return `prompts/${executionName}/${String(index).padStart(3, '0')}.txt`;
}

/** What caused a turn. Copied into evidence and outcome events, never into the prompt. No free text of the event. */
export interface TurnTrigger {
  /** Kind of trigger: `schedule`, `event`, `alarm`, `pull-request`, `object-created`, `finding`, `build-failed`, `direct`, … */
  readonly type: string;
  /** Id of the trigger in the app (construct id), or of the caller for a direct start. */
  readonly id: string;
  /** Source of the event, such as `aws.codecommit`; for a direct start the ARN of the caller, if it is known. */
  readonly source: string;
  /** Id of the event, such as the `id` of an EventBridge event. */
  readonly eventId?: string;
  /** `detail-type` of the event. */
  readonly detailType?: string;
  /** When the event happened, ISO 8601 with seconds, UTC. */
  readonly time: string;
  /** ARNs or names that the event is about. At most 10, each at most 512 characters. */
  readonly resources?: readonly string[];
}

/**
 * Input of the workflow's state machine. Serialized it has at most 200,000 bytes.
 *
 * Only `prompt` reaches the agent. Instructions, tools, role and environment come from the published session
 * definition; nothing here can change them.
 */
export interface TurnRequest {
  readonly format: typeof TURN_REQUEST_FORMAT;
  /** Name of the agent. A workflow refuses requests for another. */
  readonly agentName: string;
  /** Two requests with the same key are the same turn. 1 to 1,024 characters. See {@link turnExecutionName}. */
  readonly deduplicationKey: string;
  /**
   * What the conversation is about (a pull request, an incident): later turns with the same key resume its session.
   * 1 to 256 characters. Absent: the turn has a session of its own, deleted after the turn's evidence is stored.
   */
  readonly sessionKey?: string;
  readonly trigger: TurnTrigger;
  /** What the event is about, for the steps around the turn. Never part of the message. See {@link TurnSubject}. */
  readonly subject?: TurnSubject;
  /** The message to the agent: 1 to {@link MAX_PARTS} parts. */
  readonly prompt: readonly TextPart[];
  /** How long the turn may take from its start, waiting for a slot and for approval not included. At most the deadline of the workflow, which is also the default. */
  readonly deadlineSeconds?: number;
  /** `required`: a person approves before the session is opened; refused by a workflow that has no approval step. Absent: as the workflow says. */
  readonly approval?: 'required';
  /** Part of the workflow's slots that the turn competes for beside all other turns. Absent: all slots. */
  readonly share?: SlotShare;
}

/**
 * Typed facts of the event, by name: the number of a pull request, the hash of a commit, the ARN of an alarm. Staging and
 * delivery work from them; evidence and outcome events show them. At most 16 names of the form `[a-z][A-Za-z0-9]{0,31}`,
 * values of 1 to 2,400 visible ASCII characters, 19,200 together. Identifiers with other characters are percent-encoded, see
 * `factText`.
 */
export type TurnSubject = Readonly<Record<string, string>>;

/** Limits of a {@link TurnSubject}. */
export const SUBJECT_LIMITS = {
  names: 16,
  name: /^[a-z][A-Za-z0-9]{0,31}$/,
  value: /^[\x21-\x7e]{1,2400}$/,
  total: 19_200,
};

/** At most `slots` turns that name the same share hold a slot at the same time. */
export interface SlotShare {
  /** 1 to 64 letters, digits and dashes: the id of the trigger. */
  readonly name: string;
  /** 1 to 1,000. More than the workflow has is no limit. */
  readonly slots: number;
}

/**
 * Name of the execution of a turn. Step Functions starts no second execution of a state machine under a name that ran
 * in the last 90 days, which is what makes duplicates no-ops. At most 80 characters; this has 69.
 */
export function turnExecutionName(deduplicationKey: string): string {
  return `turn-${createHash('sha256').update(deduplicationKey, 'utf8').digest('hex')}`;
}

/* ------------------------------------------------------------------------------------------------ outcome */

/** How a turn ended. */
export type TurnOutcome = 'Completed' | 'Failed' | 'Rejected' | 'TimedOut' | 'Cancelled';

/** `source` of the events on the agent's bus. */
export const TURN_EVENT_SOURCE = 'cdk-bedrock-managed-agents';

/** What an event on the agent's bus says about a turn. A state machine fills the outcome in for `{}`. */
export type TurnEventSubject = TurnOutcome | 'Started' | 'Approval Requested' | '{}';

/** `detail-type` of the events on the agent's bus. */
export type TurnEventType = `Managed Agent Turn ${TurnEventSubject}`;

export function turnEventType<T extends TurnEventSubject>(subject: T): `Managed Agent Turn ${T}` {
  return `Managed Agent Turn ${subject}`;
}

/** Why a turn did not complete. `code` is stable; `message` is for people and holds no prompt, output or service text. */
export interface TurnReason {
  /**
   * Rejected: what the staging of the workflow refuses with, `input-blocked`, `output-blocked`, `approval-denied`, `approval-expired`, `approval-unavailable`, `request-invalid`.
   * TimedOut: `deadline`, `no-slot`, `session-busy`. Cancelled: `stopped`, `cancelled`, `agent-stopped`, `superseded`, `budget-used-up`.
   * Failed: `turn-failed`, `session-failed`, `no-final-answer`, `answer-unattributable`, `preview-not-enabled`, `access-denied`, `not-found`,
   * `request-refused`, `definition-unusable`, `create-undecided`, `submit-undecided`, `evidence-missing`,
   * `staging-failed`, `delivery-failed`, `workflow-error`, and what the delivery of the workflow refuses with.
   */
  readonly code: string;
  readonly message?: string;
}

/** Who decided about an approval. */
export interface TurnApprovalRecord {
  readonly decision: 'approved' | 'denied' | 'expired';
  /** ARN of the caller who answered, as the approve function saw it. */
  readonly by?: string;
  readonly at?: string;
  readonly comment?: string;
}

/** What the approve URL says of an answer. */
export type ApprovalAnswerCode =
  'recorded' | 'already-answered' | 'not-waiting' | 'expired' | 'caller-unknown' | 'request-invalid';

/** Body of what the approve URL answers. */
export interface ApprovalAnswer {
  readonly code: ApprovalAnswerCode;
  readonly message: string;
  /** The answer that stands, when there is one. */
  readonly approval?: TurnApprovalRecord;
}

/** Small facts about what was delivered. At most 16, with the names of a {@link TurnSubject}. */
export type DeliveryReceipt = Readonly<Record<string, string | number | boolean>>;

/** Where the evidence of a turn is. */
export interface TurnEvidence {
  readonly bucket: string;
  /** `manifest.json` of the turn. */
  readonly manifestKey: string;
  /** Lower-case hexadecimal SHA-256 of the manifest's bytes. */
  readonly manifestSha256: string;
}

/** `TurnEventDetail.format`. */
export const TURN_EVENT_FORMAT = 'cdk-bedrock-managed-agents/turn-event/1';

/** `detail` of every event on the agent's bus. */
export interface TurnEventDetail {
  readonly format: typeof TURN_EVENT_FORMAT;
  readonly agentName: string;
  /** Name and ARN of the execution. */
  readonly turn: { readonly name: string; readonly executionArn: string };
  readonly sessionKey?: string;
  readonly deduplicationKey: string;
  readonly trigger: TurnTrigger;
  readonly subject?: TurnSubject;
  /** Absent in `Managed Agent Turn Approval Requested` and `Managed Agent Turn Started`. */
  readonly outcome?: TurnOutcome;
  readonly reason?: TurnReason;
  readonly sessionId?: string;
  readonly approval?: TurnApprovalRecord;
  /** The screened final answer; only in `Managed Agent Turn Completed`. */
  readonly output?: readonly TextPart[];
  /** What the delivery did with the output: ids, counts, keys. Only where the workflow has a delivery that succeeded. */
  readonly delivery?: DeliveryReceipt;
  /** Absent when nothing was collected, for example before a session was open. */
  readonly evidence?: TurnEvidence;
}

/** Output of the state machine of a turn that ended, whatever the outcome. */
export type TurnResult = TurnEventDetail & { readonly outcome: TurnOutcome };
