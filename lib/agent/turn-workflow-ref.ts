import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { IManagedAgent } from './managed-agent-base';

/** The workflow that runs the turns of an agent, as the agent and its triggers see it. */
export interface ITurnWorkflow extends IConstruct {
  /** Started once per turn, with the name of the turn. */
  readonly stateMachine: IStateMachine;
  /** Where outcome events appear. */
  readonly eventBus: IEventBus;
  /** Where evidence is, and below `prompts/` the prompts that are too large for a request. */
  readonly evidenceBucket: IBucket;
  /** Key of everything the workflow stores. */
  readonly encryptionKey: IKey;
  /** Longest time of a turn. */
  readonly turnDeadline: Duration;

  /** The grantee may start turns. */
  grantStart(grantee: IGrantable): Grant;

  /**
   * The grantee may approve and deny turns.
   *
   * @throws InputError when the workflow has no approval step.
   */
  grantApprove(grantee: IGrantable): Grant;
}

/** Something that starts turns of an agent: a schedule, an event, a pull request. */
export interface IAgentTrigger {
  /**
   * Puts the trigger into its place below the agent. Called by `agent.addTrigger`.
   *
   * @param agent whose turns it starts
   * @param workflow that runs them
   */
  bind(agent: IManagedAgent, workflow: ITurnWorkflow): void;
}
