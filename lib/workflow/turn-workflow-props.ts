import type { Duration } from 'aws-cdk-lib/core';
import type { IManagedAgent } from '../agent';
import type { IAgentBaseline } from '../baseline';
import type { IAgentGuardrail } from '../guardrail';
import type { ObjectLock } from '../encryption/object-lock';
import type { FinalAnswer } from './final-answer';
import type { TurnApproval } from './turn-approval';
import type { ITurnStep } from './turn-step';

/** Properties of a {@link TurnWorkflow}. */
export interface TurnWorkflowProps {
  /** The agent. One workflow per agent. */
  readonly agent: IManagedAgent;

  /**
   * Screens the input before the session and the output before it is published. A guardrail of this app must be in the
   * stack of the workflow: every change of its policy gives its version another export name, and CloudFormation refuses
   * to remove the old export while it is in use.
   *
   * @default AgentGuardrail.standard()
   */
  readonly guardrail?: IAgentGuardrail;

  /**
   * Keys, log settings, and the network of the functions that call the agent's sessions. The network must have the
   * `bedrock-mantle` endpoint. The evidence key encrypts prompts and evidence, the data key all other data.
   *
   * @default - the baseline of the agent's environment; required for an imported agent whose environment isn't known
   */
  readonly baseline?: IAgentBaseline;

  /**
   * Turns that run at the same time, 1 to 1000. Others wait.
   *
   * @default 4
   */
  readonly maxConcurrency?: number;

  /**
   * Maximum duration of a turn, from the time its session is opened, without waiting times. 1 minute to 8 hours, which is also
   * the maximum lifetime of the compute of a session. A request may set a shorter deadline.
   *
   * @default Duration.hours(1)
   */
  readonly turnDeadline?: Duration;

  /**
   * Maximum total time that a turn waits for its conversation and for a slot, 1 minute to 24 hours. After that, it ends as
   * `TimedOut` with `session-busy` or `no-slot`.
   *
   * @default Duration.hours(4)
   */
  readonly slotTimeout?: Duration;

  /**
   * Whether a person approves turns.
   *
   * @default TurnApproval.none()
   */
  readonly approval?: TurnApproval;

  /**
   * A function that prepares the turn or refuses it, before the input is screened. It gets the turn and its prompt, and may
   * extend the prompt and set the session key.
   *
   * @default - the prompt is used unchanged
   */
  readonly staging?: ITurnStep;

  /**
   * A function that publishes the screened output, or refuses it, before the outcome event. If the output can't be delivered,
   * the turn ends as Failed and its output is not published.
   *
   * @default - the output is in the outcome event and in the evidence
   */
  readonly delivery?: ITurnStep;

  /**
   * Form of the final answer of the agent. If the answer has another form, the workflow asks for it once more.
   *
   * @default FinalAnswer.text()
   */
  readonly finalAnswer?: FinalAnswer;

  /**
   * How long a session with a session key is kept after its last turn, 1 to 365 days. After that, the workflow deletes it. A
   * session without a session key is deleted when its turn ends.
   *
   * @default Duration.days(14)
   */
  readonly sessionRetention?: Duration;

  /**
   * How evidence is protected against deletion and change. Rule MA-AUD2 reports less than 90 days.
   *
   * @default ObjectLock.governance(Duration.days(90))
   */
  readonly evidenceLock?: ObjectLock;

  /**
   * How long prompts and evidence are kept, 1 to 3650 days, and at least as long as they are locked.
   *
   * @default Duration.days(365)
   */
  readonly evidenceRetention?: Duration;
}

/** Attributes of a workflow that is defined elsewhere. */
export interface TurnWorkflowAttributes {
  /** The agent whose turns these are. */
  readonly agent: IManagedAgent;
  /** ARN of the state machine. */
  readonly stateMachineArn: string;
  /** ARN of the bus of outcome events. */
  readonly eventBusArn: string;
  /** Name of the bucket with prompts and evidence. */
  readonly evidenceBucketName: string;
  /** ARN of the key of everything that the workflow stores, except prompts and evidence. */
  readonly encryptionKeyArn: string;
  /**
   * ARN of the key of the evidence bucket.
   *
   * @default - the key of `encryptionKeyArn`
   */
  readonly evidenceKeyArn?: string;
  /**
   * Longest time of a turn.
   *
   * @default Duration.hours(1)
   */
  readonly turnDeadline?: Duration;
  /**
   * The URL for decisions of approvers.
   *
   * @default - the workflow has no approval step, or its URL isn't known
   */
  readonly approveUrl?: string;
  /**
   * ARN of the function of `approveUrl`.
   *
   * @default - `grants.approveTurns` cannot be used
   */
  readonly approveFunctionArn?: string;
}
