import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import type { AgentModel, AgentTool } from '../agent';
import type { IAgentBaseline } from '../baseline';
import type { AgentCompute, AgentSkill } from '../environment';
import type { IAgentGuardrail } from '../guardrail';
import type { ObjectLock } from '../encryption';
import type { BlueprintBudget } from './blueprint-budget';
import type { FinalAnswer, IAgentTrigger, ITurnStep, TurnApproval } from '../workflow';

/** Properties of every blueprint: where it runs and how it is governed, not what it does. */
export interface AgentBlueprintProps {
  /**
   * Network, keys, trail and log settings.
   *
   * @default - a new AgentBaseline
   */
  readonly baseline?: IAgentBaseline;

  /**
   * Name of the agent, unique in account and Region.
   *
   * @default - generated from the construct path
   */
  readonly agentName?: string;

  /**
   * The model, instead of the model of the blueprint.
   *
   * @default - the model of the blueprint
   */
  readonly model?: AgentModel;

  /**
   * The kind of compute that commands run on.
   *
   * @default AgentCompute.agentCore()
   */
  readonly compute?: AgentCompute;

  /**
   * The role that BMA assumes for the agent's sessions.
   *
   * @default - a role that may call the model of the agent, and invoke and stop its Runtime
   */
  readonly sessionRole?: IRole;

  /**
   * Screens the input of turns and the published output.
   *
   * @default AgentGuardrail.standard()
   */
  readonly guardrail?: IAgentGuardrail;

  /**
   * Turns that run at the same time, 1 to 1000.
   *
   * @default - the number of the blueprint, otherwise 4
   */
  readonly maxConcurrency?: number;

  /**
   * Longest time of a turn, 1 minute to 8 hours.
   *
   * @default - the value of the blueprint, otherwise one hour
   */
  readonly turnDeadline?: Duration;

  /**
   * Whether a person approves turns.
   *
   * @default TurnApproval.none()
   */
  readonly approval?: TurnApproval;

  /**
   * How evidence is protected against deletion and change. Rule MA-AUD2 reports less than 90 days.
   *
   * @default ObjectLock.governance(Duration.days(90))
   */
  readonly evidenceLock?: ObjectLock;

  /**
   * The budget that notifies people when the agent spends more than usual on tokens.
   *
   * @default - BlueprintBudget.notify() with the topic for the messages of the blueprint, such as `notify` of IncidentResponder, or
   * else with the alarm topic of the trail in `baseline`. No budget if neither exists in this Region, or the list price
   * of the model isn't known
   */
  readonly budget?: BlueprintBudget;
}

/** The definition of a blueprint, which a subclass of {@link AgentBlueprint} provides. */
export interface AgentBlueprintDefinition {
  /** The model, unless the user of the blueprint names another. */
  readonly model: AgentModel;

  /** The instructions of the agent. They must not contain credentials. */
  readonly instructions: string;

  /**
   * Skills, which are copied into the bundled image.
   *
   * @default - the skills of the bundled image
   */
  readonly skills?: AgentSkill[];

  /**
   * Tools. Each tool adds the permissions and endpoints that it needs.
   *
   * @default - only the commands in the environment
   */
  readonly tools?: AgentTool[];

  /**
   * The triggers that start turns.
   *
   * @default - none; callers with `workflow.grants.startTurns` start turns
   */
  readonly triggers?: IAgentTrigger[];

  /**
   * The step that prepares or refuses a turn before it starts.
   *
   * @default - none
   */
  readonly staging?: ITurnStep;

  /**
   * The step that publishes or refuses the output of a turn.
   *
   * @default - the output is in the outcome event and in the evidence
   */
  readonly delivery?: ITurnStep;

  /**
   * The form of the agent's final answer. If the answer has another form, the agent is asked once more.
   *
   * @default FinalAnswer.text()
   */
  readonly finalAnswer?: FinalAnswer;

  /**
   * Longest time of a turn, unless the user of the blueprint names another.
   *
   * @default Duration.hours(1)
   */
  readonly turnDeadline?: Duration;

  /**
   * Turns that run at the same time, unless the user of the blueprint names another number.
   *
   * @default 4
   */
  readonly maxConcurrency?: number;

  /**
   * The topic for messages of the blueprint, if it has one. The budget uses it unless the user of the blueprint sets another.
   *
   * @default - none; the budget uses the alarm topic of the trail
   */
  readonly notify?: ITopic;

  /**
   * How long a session with a session key is kept after its last turn, 1 to 365 days.
   *
   * @default Duration.days(14)
   */
  readonly sessionRetention?: Duration;
}

/** Options of a bucket for outputs. */
export interface OutputBucketOptions {
  /**
   * How long objects are kept, in whole days, at least as long as the lock.
   *
   * @default Duration.days(365)
   */
  readonly retention?: Duration;

  /**
   * How objects are protected against deletion and change. A locked bucket keeps every object that was written to it.
   * @default ObjectLock.none() - versioned: an overwritten object can be restored for 30 days
   */
  readonly lock?: ObjectLock;
}
