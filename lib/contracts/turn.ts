/**
 * The contract between synth (lib/) and run time (runtime/) around one turn: the input and the output of the workflow,
 * and its events on the agent's bus. turn-ledger.ts has its records in the ledger.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 * Not exported from lib/index.ts: users get these types as JSON.
 */
import { createHash } from 'node:crypto';

/* ------------------------------------------------------------------------------------------------ input */

/** `TurnRequest.format`. A workflow refuses other formats. */
export const TURN_REQUEST_FORMAT = 'cdk-bedrock-managed-agents/turn-request/1';

/**
 * Longest text of one part, in characters: ten text units of a guardrail (one unit is up to 1,000 characters), so that
 * one ApplyGuardrail call stays below the smallest documented rate of 25 units a second.
 */
export const MAX_PART_CHARACTERS = 10_000;

/**
 * Maximum number of parts of a prompt or an output: one million characters. The workflow keeps one record per part in
 * its state.
 */
export const MAX_PARTS = 100;

/**
 * Largest sum of the inline parts of a prompt, in bytes of their JSON text. Above it, every part goes to S3.
 * The state of a Step Functions execution has at most 256 KiB, and contains the screened parts in addition to the
 * original ones.
 */
export const MAX_INLINE_BYTES = 49_152;

/** A text in S3. */
export interface TextReference {
  readonly bucket: string;
  readonly key: string;
}

/**
 * A piece of text, inline or by reference. Exactly one of `text` and `s3` is set. The pieces of a text, joined without
 * a separator, are the text; no piece ends inside a surrogate pair.
 */
export interface TextPart {
  /** At most {@link MAX_PART_CHARACTERS} characters, never empty. */
  readonly text?: string;
  /** An object in UTF-8 of at most {@link MAX_PART_CHARACTERS} characters. */
  readonly s3?: TextReference;
  /**
   * Only in a prompt, and only for text of the deployment: its sentences, and values of types that can't contain words.
   * The guardrail doesn't screen it, because a prompt-attack filter treats instructions as an attack. Absent: others
   * may have written it, and it is screened.
   */
  readonly trusted?: true;
}

/** Keys of the parts of a large prompt: `prompts/<execution name>/000.txt` in the evidence bucket. */
export function promptPartKey(executionName: string, index: number): string {
  return `prompts/${executionName}/${String(index).padStart(3, '0')}.txt`;
}

/**
 * The cause of a turn. Copied to evidence and outcome events, never to the prompt. Contains no free text of the event.
 */
export interface TurnTrigger {
  /** Kind of trigger: `schedule`, `event`, `alarm`, `pull-request`, `object-created`, `finding`, `build-failed`, `direct`, … */
  readonly type: string;
  /** Id of the trigger in the app (construct id), or of the caller for a direct start. */
  readonly id: string;
  /** Source of the event, such as `aws.codecommit`; for a direct start, the ARN of the caller, if it is known. */
  readonly source: string;
  /** Id of the event, such as the `id` of an EventBridge event. */
  readonly eventId?: string;
  /** `detail-type` of the event. */
  readonly detailType?: string;
  /** Time of the event, ISO 8601 with seconds, UTC. */
  readonly time: string;
  /** ARNs or names that the event is about. At most 10, each at most 512 characters. */
  readonly resources?: readonly string[];
}

/**
 * Input of the workflow's state machine. It has at most 200,000 bytes as JSON. Only `prompt` is sent to the agent.
 * Instructions, tools, role and environment come from the published session definition; a request can't change them.
 */
export interface TurnRequest {
  readonly format: typeof TURN_REQUEST_FORMAT;
  /** Name of the agent. A workflow refuses requests for another agent. */
  readonly agentName: string;
  /** Two requests with the same key are the same turn. 1 to 1,024 characters. See {@link turnExecutionName}. */
  readonly deduplicationKey: string;
  /**
   * What the conversation is about (a pull request, an incident): later turns with the same key resume its session.
   * 1 to 256 characters. Absent: the turn has its own session, which is deleted after the turn's evidence is stored.
   */
  readonly sessionKey?: string;
  readonly trigger: TurnTrigger;
  /** The subject of the event, for staging and delivery. Never part of the message. See {@link TurnSubject}. */
  readonly subject?: TurnSubject;
  /** The message to the agent: 1 to {@link MAX_PARTS} parts. */
  readonly prompt: readonly TextPart[];
  /** How long the turn may take from its start, waiting for a slot and for approval not included. At most the deadline of the workflow, which is also the default. */
  readonly deadlineSeconds?: number;
  /** `required`: a person approves before the session is opened; refused by a workflow that has no approval step. Absent: as the workflow says. */
  readonly approval?: 'required';
  /** Share of the workflow's slots that the turn can use. Absent: all slots. */
  readonly share?: SlotShare;
}

/**
 * Typed values of the event, by name: the number of a pull request, the hash of a commit, the ARN of an alarm. Staging
 * and delivery use them; evidence and outcome events contain them. At most 16 names of the form
 * `[a-z][A-Za-z0-9]{0,31}`, values of 1 to 2,400 visible ASCII characters, 19,200 in total. Identifiers with other
 * characters are percent-encoded, see `factText`.
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
  /** 1 to 1,000. A number above that of the workflow has no effect. */
  readonly slots: number;
}

/**
 * Name of the execution of a turn. Step Functions starts no second execution of a state machine with a name that was
 * used in the last 90 days, so duplicates have no effect. Names have at most 80 characters; this one has 69.
 */
export function turnExecutionName(deduplicationKey: string): string {
  return `turn-${createHash('sha256').update(deduplicationKey, 'utf8').digest('hex')}`;
}

/* ------------------------------------------------------------------------------------------------ outcome */

/** How a turn ended. */
export type TurnOutcome = 'Completed' | 'Failed' | 'Rejected' | 'TimedOut' | 'Cancelled';

/** `source` of the events on the agent's bus. */
export const TURN_EVENT_SOURCE = 'cdk-bedrock-managed-agents';

/** `detail-type` of an outcome event on the agent's bus. A state machine replaces `{}` with the outcome. */
export type TurnEventSubject = TurnOutcome | 'Started' | 'Approval Requested' | '{}';

/** `detail-type` of the events on the agent's bus. */
export type TurnEventType = `Managed Agent Turn ${TurnEventSubject}`;

export function turnEventType<T extends TurnEventSubject>(subject: T): `Managed Agent Turn ${T}` {
  return `Managed Agent Turn ${subject}`;
}

/**
 * Why a turn did not complete. `code` is stable; `message` is for people and contains no prompt, output or service
 * text.
 */
export interface TurnReason {
  /**
   * Rejected: codes of the staging, `input-blocked`, `output-blocked`, `approval-denied`, `approval-expired`,
   * `approval-unavailable`, `request-invalid`. TimedOut: `deadline`, `no-slot`, `session-busy`. Cancelled: `stopped`,
   * `cancelled`, `agent-stopped`, `superseded`, `budget-used-up`. Failed: `turn-failed`, `session-failed`,
   * `no-final-answer`, `compute-answer-invalid`, `answer-unattributable`, `preview-not-enabled`, `access-denied`, `not-found`, `request-refused`,
   * `definition-unusable`, `create-undecided`, `submit-undecided`, `evidence-missing`, `staging-failed`,
   * `delivery-failed`, `workflow-error`, and codes of the delivery.
   */
  readonly code: string;
  readonly message?: string;
}

/** Who decided about an approval. */
export interface TurnApprovalRecord {
  readonly decision: 'approved' | 'denied' | 'expired';
  /** ARN of the caller who decided, from the request to the approve function. */
  readonly by?: string;
  readonly at?: string;
  readonly comment?: string;
}

/** Codes of the approve URL. */
export type ApprovalAnswerCode =
  'recorded' | 'already-answered' | 'not-waiting' | 'expired' | 'caller-unknown' | 'request-invalid';

/** Body of a response of the approve URL. */
export interface ApprovalAnswer {
  readonly code: ApprovalAnswerCode;
  readonly message: string;
  /** The recorded decision, if there is one. */
  readonly approval?: TurnApprovalRecord;
}

/** Small values about the delivery. At most 16, with names as in a {@link TurnSubject}; 4,096 bytes as JSON. */
export type DeliveryReceipt = Readonly<Record<string, string | number | boolean>>;

/** The location of the evidence of a turn. */
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
  /** The receipt of the delivery: ids, counts, keys. Only if the workflow has a delivery that succeeded. */
  readonly delivery?: DeliveryReceipt;
  /** Absent if nothing was collected, for example before a session was opened. */
  readonly evidence?: TurnEvidence;
}

/** Output of the state machine of an ended turn, for every outcome. */
export type TurnResult = TurnEventDetail & { readonly outcome: TurnOutcome };
