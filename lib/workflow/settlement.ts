import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import { attachPolicy } from '../identity/attach-policy';
import { QUEUE_SEND_ACTIONS, START_EXECUTION_ACTIONS } from '../identity/perms';
import { TurnMachine, type TurnMachineProps } from './turn-machine';

export interface SettlementProps extends TurnMachineProps {
  readonly encryptionKey: kms.IKey;
  /** Whose executions are settled. */
  readonly of: sfn.IStateMachine;
}

/**
 * Starts the settlement of a turn when its execution was stopped, timed out or broke: those executions never reach their own
 * last states.
 */
export class Settlement extends Construct {
  public readonly machine: TurnMachine;
  /** Executions that could not be settled: each holds a slot until somebody runs the settlement on it. */
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: SettlementProps) {
    super(scope, id);
    const { encryptionKey } = props;
    this.machine = new TurnMachine(this, 'Machine', props);
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const machineArn = this.machine.stateMachine.stateMachineArn;
    const role = new iam.Role(this, 'EventRole', {
      description: 'EventBridge starts the settlement of stopped turns',
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
    });
    attachPolicy(this, 'EventPolicy', role, 'role of a rule', [
      new iam.PolicyStatement({ sid: 'StartSettlement', actions: START_EXECUTION_ACTIONS, resources: [machineArn] }),
    ]);
    const rule = new events.Rule(this, 'Rule', {
      description: 'Turns whose execution did not come to its own end',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [props.of.stateMachineArn], status: ['ABORTED', 'FAILED', 'TIMED_OUT'] },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: machineArn,
        role,
        deadLetterConfig: { arn: this.deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      }),
    });
    this.deadLetters.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'OneRuleDelivers',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: QUEUE_SEND_ACTIONS,
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
    allowQueueForEventBridge(encryptionKey, this);
  }
}
