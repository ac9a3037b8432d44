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
  /** The state machine, with one execution per turn, named after the turn. */
  readonly stateMachine: IStateMachine;
  /** The bus of outcome events. */
  readonly eventBus: IEventBus;
  /** The bucket with evidence and, below `prompts/`, the prompts that are too large for a request. */
  readonly evidenceBucket: IBucket;
  /** Key of everything that the workflow stores, except what is in the evidence bucket. */
  readonly encryptionKey: IKey;
  /** Longest time of a turn. */
  readonly turnDeadline: Duration;
  /** The URL for decisions of approvers, or undefined without an approval step. */
  readonly approveUrl?: string;
  /** The function of `approveUrl`, for `grants.approveTurns`. */
  readonly approveFunction?: IFunction;
  /** Permissions for turns. */
  readonly grants: TurnWorkflowGrants;
  /** Metrics of turns. */
  readonly metrics: TurnWorkflowMetrics;

  /** Adds a trigger. */
  addTrigger(trigger: IAgentTrigger): void;
}

/**
 * A trigger of turns: a schedule, an event, a pull request.
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
