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
   * Screens the input before the session and the output before it is published. A guardrail of this app is in the stack of
   * the workflow: its version gets another export name with every change of its policy, and CloudFormation refuses to
   * remove the old export while it is in use.
   *
   * @default AgentGuardrail.standard()
   */
  readonly guardrail?: IAgentGuardrail;

  /**
   * Network of the functions that talk to the agent's sessions, keys and log settings. The network must have the
   * `bedrock-mantle` endpoint. Prompts and evidence are under the evidence key, everything else under the data key.
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
   * Longest time of a turn, from the moment its session is opened: waiting does not count. 1 minute to 8 hours, which is also how long the compute of a
   * session lives at most. A request may ask for less.
   *
   * @default Duration.hours(1)
   */
  readonly turnDeadline?: Duration;

  /**
   * How long a turn waits for its conversation and for a slot, together. 1 minute to 24 hours. Then it ends as `TimedOut`
   * with `session-busy` or `no-slot`.
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
   * Prepares what the turn works on, or refuses the turn, before the input is screened: a function that is told the turn
   * and its prompt, and may add to the prompt and name the conversation.
   *
   * @default - the prompt goes on as it is
   */
  readonly staging?: ITurnStep;

  /**
   * Brings the screened output to where it belongs, or refuses it, before the outcome is published. A turn whose output is
   * not delivered ends as Failed and publishes none.
   *
   * @default - the output is in the outcome event and in the evidence
   */
  readonly delivery?: ITurnStep;

  /**
   * What the workflow takes as the final answer of the agent. An answer in another form is asked for again, once.
   *
   * @default FinalAnswer.text()
   */
  readonly finalAnswer?: FinalAnswer;

  /**
   * How long a session with a session key is kept after its last turn, 1 to 365 days. Then the service is asked to delete
   * it. A session without a session key is deleted when its turn is over.
   *
   * @default Duration.days(14)
   */
  readonly sessionRetention?: Duration;

  /**
   * How evidence is protected against deletion and change.
   *
   * @default ObjectLock.governance(Duration.days(90))
   */
  readonly evidenceLock?: ObjectLock;

  /**
   * How long prompts and evidence are kept, 1 to 3650 days, not less than they are locked.
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
  /** ARN of the bus where outcome events appear. */
  readonly eventBusArn: string;
  /** Name of the bucket that holds prompts and evidence. */
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
   * Where approvers answer.
   *
   * @default - the workflow has no approval step, or its URL is not known
   */
  readonly approveUrl?: string;
  /**
   * ARN of the function behind `approveUrl`.
   *
   * @default - `grants.approveTurns` cannot be used
   */
  readonly approveFunctionArn?: string;
}
