/**
 * The contract between the definition of the state machine (lib/workflow) and its Lambda functions
 * (runtime/turn-handlers): the payload and the result of every step. Types only.
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

/** The members of a turn from its first step on. Also stored in the ledger, for the settlement of a stopped turn. */
export interface PreparedTurn {
  /** Name of the execution. */
  readonly name: string;
  /** The common detail of all outcome events of the turn. */
  readonly detail: TurnEventDetail;
  /** Keys of the turn and of its conversation in the ledger. */
  readonly turnPk: string;
  readonly sessionPk: string;
  /** Begins when the session is opened: waiting for the conversation and for a slot doesn't count. */
  readonly deadlineSeconds: number;
  readonly approvalRequired: boolean;
  /** Attribute of the slots item that counts the share of the turn, and how many it may count, in the form DynamoDB takes a number in. */
  readonly share: { readonly attribute: string; readonly slots: string };
  /** Unix seconds as text, in the number format of DynamoDB: the time at which the ledger deletes the turn. */
  readonly expiresAt: string;
}

/** How a turn ended, as passed between steps. */
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
      /**
       * The parts of the prompt that the guardrail screens: all that aren't trusted, in their order. If all are
       * trusted: the id of the trigger.
       */
      readonly toScreen: readonly TextPart[];
      readonly replacesOlderTurns?: true;
    }
  | {
      readonly accepted: false;
      readonly turn: PreparedTurn;
      readonly ending: Ending;
      readonly replacesOlderTurns?: true;
    };

/**
 * Payload of a staging function, which runs before the guardrail, the slot and the session. Can be repeated for the
 * same turn.
 */
export interface StageTurnPayload {
  /** `detail.subject` and `detail.trigger` are its input; `name` identifies its outputs. */
  readonly turn: PreparedTurn;
  readonly prompt: readonly TextPart[];
}
export type StageTurnAnswer =
  | {
      readonly accepted: true;
      /** Replaces the prompt: the given parts and the added ones. Absent: the prompt is unchanged. */
      readonly prompt?: readonly TextPart[];
      /** The conversation that the turn belongs to. Absent: as the request says. */
      readonly sessionKey?: string;
      readonly replacesOlderTurns?: true;
    }
  /**
   * No session is opened; the turn ends as Rejected. `code`: lower-case letters, digits and dashes. No text of the
   * event.
   */
  | {
      readonly accepted: false;
      readonly reason: TurnReason;
      /**
       * Earlier turns of the same conversation are outdated: pending and running ones end as Cancelled with
       * `superseded`.
       */
      readonly replacesOlderTurns?: true;
    };

/** The result of a staging function, which `prepare-turn` checks before it is used. */
export interface AcceptStagingPayload extends StageTurnPayload {
  readonly answer: unknown;
}

/** Payload of a delivery function: the output passed the guardrail. Can be repeated for the same turn. */
export interface DeliverTurnPayload {
  readonly turn: PreparedTurn;
  readonly output: readonly TextPart[];
  readonly evidence: TurnEvidence;
}
export type DeliverTurnAnswer =
  | { readonly delivered: true; readonly receipt?: DeliveryReceipt }
  /** The output is not published; the turn ends as Failed. `message` without text of the output. */
  | { readonly delivered: false; readonly reason: TurnReason };

/** The result of a delivery function, which `prepare-turn` checks before it is used. */
export interface AcceptDeliveryPayload {
  readonly delivery: unknown;
}

/** A part after the screening. */
export interface ScreenedPart {
  readonly part: TextPart;
  readonly verdict: GuardrailVerdict;
}

export interface GuardrailVerdict {
  readonly action: 'NONE' | 'MASKED' | 'BLOCKED';
  /** What was found, without the text that matched: `contentPolicy:VIOLENCE`, `sensitiveInformationPolicy:EMAIL`. */
  readonly findings?: readonly string[];
}

/** Called only if the guardrail intervened. */
export interface JudgeScreeningPayload {
  readonly turn: PreparedTurn;
  readonly stage: 'input' | 'output';
  readonly index: number;
  readonly part: TextPart;
  /** The response of ApplyGuardrail. */
  readonly answer: unknown;
}

/** State between two attempts to be admitted. */
export interface Admission {
  /** Milliseconds since the epoch: start of the wait. */
  readonly since: number;
  /** Attempts so far. */
  readonly polls: number;
  readonly waitSeconds: number;
}

/** Claims the conversation and waits for a slot. */
export interface AdmitTurnPayload {
  readonly turn: PreparedTurn;
  /** Null in the first attempt. */
  readonly admission: Admission | null;
}
export type AdmitTurnAnswer =
  /**
   * The conversation is claimed and a slot is free for this turn. `admission`: for the case that another turn takes the
   * slot first.
   */
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
  /** Another turn uses the session. */
  | { readonly status: 'busy'; readonly waitSeconds: number }
  | { readonly status: 'ended'; readonly ending: Ending };

/**
 * Payload of the function of the environment that starts compute for a session. Called again until the compute is
 * ready.
 */
export interface StartComputePayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
}
/** Any other answer ends the turn as Failed with `compute-answer-invalid`. */
export type StartComputeAnswer =
  /** The host is connected. */
  | { readonly status: 'ready' }
  /** Called again after `waitSeconds`: a whole number, 1 to 900. */
  | { readonly status: 'starting'; readonly waitSeconds: number }
  /** `ending` has a reason, and an outcome other than Completed. */
  | { readonly status: 'ended'; readonly ending: Ending };

export interface SubmitTurnPayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
  readonly prompt: readonly TextPart[];
  /** The untrusted parts after the screening, in their order. */
  readonly screened: readonly ScreenedPart[];
  /** `answer-request`: instead of the prompt, a constant message asks for the final answer again. */
  readonly message?: 'prompt' | 'answer-request';
}
export type SubmitTurnAnswer =
  { readonly status: 'submitted'; readonly check: CheckState } | { readonly status: 'ended'; readonly ending: Ending };

/** State between two polls. */
export interface CheckState {
  readonly polls: number;
  /** Number of consecutive polls in which the session was idle without a final answer. */
  readonly idlePolls: number;
  readonly waitSeconds: number;
  /** Number of consecutive polls that the service refused. */
  readonly refusals?: number;
  /** Milliseconds since the epoch: the deadline, for a poll that can't read the ledger. */
  readonly deadlineAt?: number;
}

export interface CheckTurnPayload {
  readonly turn: PreparedTurn;
  readonly sessionId: string;
  readonly check: CheckState;
  /** The form of the final answer. Absent: any text. */
  readonly finalAnswer?: FinalAnswerForm;
}
/** One JSON object or list, bare or in one fenced block. */
export type FinalAnswerForm = 'json-document';
export type CheckTurnAnswer =
  | { readonly status: 'running'; readonly check: CheckState }
  /** The answer has another form than the workflow requires, and the agent wasn't asked again yet. */
  | { readonly status: 'wrong-form' }
  | { readonly status: 'deadline' }
  | { readonly status: 'ended'; readonly ending: Ending };

export interface CancelTurnPayload {
  readonly turn: PreparedTurn;
}
export interface CancelTurnAnswer {
  /**
   * `nothing`: no message was submitted, or the turn had ended. `pending`: the cancel was sent, and the turn hasn't
   * ended yet.
   */
  readonly status: 'nothing' | 'cancelled' | 'pending';
}

export interface CollectEvidencePayload {
  readonly turn: PreparedTurn;
  readonly ending: Ending;
  /** Verdicts on the screened parts of the prompt. */
  readonly verdicts?: readonly GuardrailVerdict[];
  readonly approval?: TurnApprovalRecord | null;
}
export interface CollectEvidenceAnswer {
  /** Members of the outcome event in addition to the outcome. */
  readonly detail: {
    readonly evidence: TurnEvidence;
    readonly sessionId?: string;
    readonly approval?: TurnApprovalRecord;
  };
  /** The final answer, not screened yet. Empty unless the turn completed. */
  readonly output: readonly TextPart[];
  /** Key of the outcome object. */
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
