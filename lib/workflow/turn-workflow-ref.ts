import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent';
import type { TurnWorkflowGrants } from './turn-workflow-grants';
import type { TurnWorkflowMetrics } from './turn-workflow-metrics';

/** The workflow that runs the turns of one agent. Implemented by this library only. */
export interface ITurnWorkflow extends IConstruct {
  /** The agent whose turns these are. */
  readonly agent: IManagedAgent;
  /** Started once per turn, with the name of the turn. */
  readonly stateMachine: IStateMachine;
  /** Where outcome events appear. */
  readonly eventBus: IEventBus;
  /** Holds evidence and, below `prompts/`, the prompts that are too large for a request. */
  readonly evidenceBucket: IBucket;
  /** Key of everything that the workflow stores, except what is in the evidence bucket. */
  readonly encryptionKey: IKey;
  /** Longest time of a turn. */
  readonly turnDeadline: Duration;
  /** Where approvers answer, or undefined without an approval step. */
  readonly approveUrl?: string;
  /** The function behind `approveUrl`, which `grants.approveTurns` names. */
  readonly approveFunction?: IFunction;
  /** Permissions around turns. */
  readonly grants: TurnWorkflowGrants;
  /** Metrics of turns. */
  readonly metrics: TurnWorkflowMetrics;

  /** Lets something start turns. */
  addTrigger(trigger: IAgentTrigger): void;
}

/**
 * Something that starts turns: a schedule, an event, a pull request.
 *
 * @subclassable
 */
export interface IAgentTrigger {
  /**
   * Creates the resources of the trigger. Called by `workflow.addTrigger`.
   *
   * @param workflow runs the turns
   */
  bind(workflow: ITurnWorkflow): void;
}
