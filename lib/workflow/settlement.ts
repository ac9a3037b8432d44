import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { startMachineOnEvents } from './machine-rule';
import { TurnMachine, type TurnMachineProps } from './turn-machine';

export interface SettlementProps extends TurnMachineProps {
  readonly encryptionKey: kms.IKey;
  /** The state machine whose executions are settled. */
  readonly of: sfn.IStateMachine;
}

/**
 * Starts the settlement of a turn after its execution was stopped, timed out or failed: such executions never reach
 * their last states.
 */
export class Settlement extends Construct {
  public readonly machine: TurnMachine;
  /** Executions that could not be settled: each keeps its slot until you run the settlement with it. */
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: SettlementProps) {
    super(scope, id);
    this.machine = new TurnMachine(this, 'Machine', props);
    this.deadLetters = startMachineOnEvents(this, {
      machineArn: this.machine.stateMachine.stateMachineArn,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [props.of.stateMachineArn], status: ['ABORTED', 'FAILED', 'TIMED_OUT'] },
      },
      description: 'Turns whose execution did not come to its own end',
      roleDescription: 'EventBridge starts the settlement of stopped turns',
      sid: 'StartSettlement',
      encryptionKey: props.encryptionKey,
    });
  }
}
