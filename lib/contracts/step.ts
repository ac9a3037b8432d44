/**
 * The contract between the definition of the state machine (lib/workflow) and its Lambda functions
 * (runtime/turn-handlers): the payload and the answer of every step. Types only.
 */
import type {
  DeliveryReceipt,
  TextPart,
  TurnApprovalRecord,
  TurnEventDetail,
  TurnEvidence,
  TurnOutcome,
  TurnReason,
  TurnRequest,
} from './turn';

/** What is known about a turn from its first step on. Also kept in the ledger, for the settlement of a stopped turn. */
export interface PreparedTurn {
  /** Name of the execution. */
  readonly name: string;
  /** What every outcome event of the turn says. */
  readonly detail: TurnEventDetail;
  /** Keys of the turn and of its conversation in the ledger. */
  readonly turnPk: string;
  readonly sessionPk: string;
  /** From the moment the session is opened: waiting for the conversation and for a slot does not count. */
  readonly deadlineSeconds: number;
  readonly approvalRequired: boolean;
  /** Attribute of the slots item that counts the share of the turn, and how many it may count, in the form DynamoDB takes a number in. */
  readonly share: { readonly attribute: string; readonly slots: string };
  /** Unix seconds as text, the form DynamoDB takes a number in: when the ledger forgets the turn. */
  readonly expiresAt: string;
}

/** How a turn ended, as the steps hand it on. */
export interface Ending {
  readonly outcome: TurnOutcome;
  readonly reason?: TurnReason;
}

export interface PrepareTurnPayload {
  readonly request: TurnRequest;
  readonly execution: { readonly name: string; readonly id: string; readonly startTime: string };
}
export type PrepareTurnAnswer =
  | {
      readonly accepted: true;
      readonly turn: PreparedTurn;
      readonly prompt: readonly TextPart[];
      /** The parts of the prompt that the guardrail judges: all that are not trusted, in their order. Where all are: the id of the trigger. */
      readonly toScreen: readonly TextPart[];
      readonly replacesOlderTurns?: true;
    }
  | {
      readonly accepted: false;
      readonly turn: PreparedTurn;
      readonly ending: Ending;
      readonly replacesOlderTurns?: true;
    };

/** What a staging function is asked: before the guardrail, the slot and the session. May be asked again for the same turn. */
export interface StageTurnPayload {
  /** `detail.subject` and `detail.trigger` are what it works from; `name` is where it puts things. */
  readonly turn: PreparedTurn;
  readonly prompt: readonly TextPart[];
}
export type StageTurnAnswer =
  | {
      readonly accepted: true;
      /** Takes the place of the prompt: the one given, and what is to be added. Absent: the prompt as it was. */
      readonly prompt?: readonly TextPart[];
      /** The conversation that the turn belongs to. Absent: as the request says. */
      readonly sessionKey?: string;
      readonly replacesOlderTurns?: true;
    }
  /** Nothing is opened; the turn ends as Rejected. `code`: lower-case letters, digits and dashes. No text of the event. */
  | {
      readonly accepted: false;
      readonly reason: TurnReason;
      /**
       * The work of turns of the same conversation that began before is of no use any more: those that wait or run end as
       * Cancelled with `superseded`.
       */
      readonly replacesOlderTurns?: true;
    };

/** The answer of a staging function, which `prepare-turn` checks before anything follows from it. */
export interface AcceptStagingPayload extends StageTurnPayload {
  readonly answer: unknown;
}

/** What a delivery function is asked: the output passed the guardrail. May be asked again for the same turn. */
export interface DeliverTurnPayload {
  readonly turn: PreparedTurn;
  readonly output: readonly TextPart[];
  readonly evidence: TurnEvidence;
}
export type DeliverTurnAnswer =
  | { readonly delivered: true; readonly receipt?: DeliveryReceipt }
  /** The output is not published; the turn ends as Failed. `message` without text of the output. */
  | { readonly delivered: false; readonly reason: TurnReason };

/** A part after the guardrail has seen it. */
export interface ScreenedPart {
  readonly part: TextPart;
  readonly verdict: GuardrailVerdict;
}

export interface GuardrailVerdict {
  readonly action: 'NONE' | 'MASKED' | 'BLOCKED';
  /** What was found, without the text that matched: `contentPolicy:VIOLENCE`, `sensitiveInformationPolicy:EMAIL`. */
  readonly findings?: readonly string[];
}

/** Asked only when the guardrail intervened. */
export interface JudgeScreeningPayload {
  readonly turn: PreparedTurn;
  readonly stage: 'input' | 'output';
  readonly index: number;
  readonly part: TextPart;
  /** The answer of ApplyGuardrail. */
  readonly answer: unknown;
}

/** What one attempt to be admitted leaves to the next. */
export interface Admission {
  /** Milliseconds since the epoch: when the turn began to wait. */
  readonly since: number;
  /** Attempts so far. */
  readonly polls: number;
  readonly waitSeconds: number;
}

/** Takes the conversation and waits for a slot. */
export interface AdmitTurnPayload {
  readonly turn: PreparedTurn;
  /** Null in the first attempt. */
  readonly admission: Admission | null;
}
export type AdmitTurnAnswer =
  /** The conversation is held and a slot is free for this turn. `admission`: should another turn take it first. */
  | { readonly status: 'admitted'; readonly admission: Admission }
  | { readonly status: 'waiting'; readonly admission: Admission }
  | { readonly status: 'ended'; readonly ending: Ending };

export interface OpenSessionPayload {
  readonly turn: PreparedTurn;
  /** Value of the SSM parameter that points to the session definition. */
  readonly binding: string;
}
export type OpenSessionAnswer =
  | { readonly status: 'open'; readonly sessionId: string; readonly resumed: boolean }
  /** Another turn works in the session. */
  | { readonly status: 'busy'; readonly waitSeconds: number }
  | { readonly status: 'ended'; readonly ending: Ending };

/** What a function of the environment is asked that starts compute for a session. Asked again until the compute is ready. */
export interface StartComputePayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
}
export type StartComputeAnswer =
  /** The host is connected. */
  | { readonly status: 'ready' }
  | { readonly status: 'starting'; readonly waitSeconds: number }
  | { readonly status: 'ended'; readonly ending: Ending };

export interface SubmitTurnPayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
  readonly prompt: readonly TextPart[];
  /** What the guardrail left of the parts that are not trusted, in their order. */
  readonly screened: readonly ScreenedPart[];
  /** `answer-request`: a constant message that asks for the final answer again takes the place of the prompt. */
  readonly message?: 'prompt' | 'answer-request';
}
export type SubmitTurnAnswer =
  { readonly status: 'submitted'; readonly check: CheckState } | { readonly status: 'ended'; readonly ending: Ending };

/** What one look leaves to the next. */
export interface CheckState {
  readonly polls: number;
  /** How often in a row the session was at rest without a final answer. */
  readonly idlePolls: number;
  readonly waitSeconds: number;
  /** How often in a row the service refused the look. */
  readonly refusals?: number;
  /** Milliseconds since the epoch: the deadline, for a look that cannot read the ledger. */
  readonly deadlineAt?: number;
}

export interface CheckTurnPayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
  readonly check: CheckState;
  /** What the workflow takes as a final answer. Absent: any text. */
  readonly finalAnswer?: FinalAnswerForm;
}
/** One JSON object or list, bare or in one fenced block. */
export type FinalAnswerForm = 'json-document';
export type CheckTurnAnswer =
  | { readonly status: 'running'; readonly check: CheckState }
  /** The answer has another form than the workflow takes, and the agent was not asked for it again yet. */
  | { readonly status: 'wrong-form' }
  | { readonly status: 'deadline' }
  | { readonly status: 'ended'; readonly ending: Ending };

export interface CancelTurnPayload {
  readonly turn: PreparedTurn;
}
export interface CancelTurnAnswer {
  /** `nothing`: no message was ever submitted, or the turn was over. `pending`: asked, and not over yet. */
  readonly status: 'nothing' | 'cancelled' | 'pending';
}

export interface CollectEvidencePayload {
  readonly turn: PreparedTurn;
  readonly ending: Ending;
  /** Verdicts on the prompt, as far as it was screened. */
  readonly verdicts?: readonly GuardrailVerdict[];
  readonly approval?: TurnApprovalRecord | null;
}
export interface CollectEvidenceAnswer {
  /** What the outcome event says beside the outcome. */
  readonly detail: {
    readonly evidence: TurnEvidence;
    readonly sessionId?: string;
    readonly approval?: TurnApprovalRecord;
  };
  /** The final answer, not screened yet. Empty unless the turn completed. */
  readonly output: readonly TextPart[];
  /** Where the outcome is written when it is known. */
  readonly outcomeKey: string;
}

export interface CloseSessionPayload {
  readonly turn: PreparedTurn;
}
export interface CloseSessionAnswer {
  readonly status: 'released' | 'deleted' | 'nothing';
}

export interface ExpireSessionsAnswer {
  readonly deleted: number;
  readonly held: number;
  readonly failed: number;
}
