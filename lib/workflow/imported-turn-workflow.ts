import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { StateMachine, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IManagedAgent } from '../agent';
import { TurnWorkflowGrants } from './turn-workflow-grants';
import { TurnWorkflowMetrics } from './turn-workflow-metrics';
import type { TurnWorkflowAttributes } from './turn-workflow-props';
import type { IAgentTrigger, ITurnWorkflow } from './turn-workflow-ref';

/** A workflow that is defined elsewhere. */
export class ImportedTurnWorkflow extends Construct implements ITurnWorkflow {
  public readonly agent: IManagedAgent;
  public readonly stateMachine: IStateMachine;
  public readonly eventBus: IEventBus;
  public readonly evidenceBucket: IBucket;
  public readonly encryptionKey: IKey;
  public readonly turnDeadline: Duration;
  public readonly approveUrl?: string;
  public readonly approveFunction?: IFunction;
  public readonly grants: TurnWorkflowGrants = TurnWorkflowGrants.fromTurnWorkflow(this);
  public readonly metrics: TurnWorkflowMetrics = TurnWorkflowMetrics.fromTurnWorkflow(this);

  constructor(scope: Construct, id: string, attrs: TurnWorkflowAttributes) {
    super(scope, id);
    this.agent = attrs.agent;
    this.stateMachine = StateMachine.fromStateMachineArn(this, 'Turns', attrs.stateMachineArn);
    this.eventBus = EventBus.fromEventBusArn(this, 'Outcomes', attrs.eventBusArn);
    this.encryptionKey = Key.fromKeyArn(this, 'Key', attrs.encryptionKeyArn);
    this.evidenceBucket = Bucket.fromBucketAttributes(this, 'Evidence', {
      bucketName: attrs.evidenceBucketName,
      encryptionKey:
        attrs.evidenceKeyArn === undefined
          ? this.encryptionKey
          : Key.fromKeyArn(this, 'EvidenceKey', attrs.evidenceKeyArn),
    });
    this.turnDeadline = attrs.turnDeadline ?? Duration.hours(1);
    this.approveUrl = attrs.approveUrl;
    this.approveFunction =
      attrs.approveFunctionArn === undefined
        ? undefined
        : LambdaFunction.fromFunctionArn(this, 'Approve', attrs.approveFunctionArn);
  }

  public addTrigger(trigger: IAgentTrigger): void {
    trigger.bind(this);
  }
}
