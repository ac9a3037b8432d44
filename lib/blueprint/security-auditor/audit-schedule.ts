import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ContextAttribute, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { deadLetterQueue } from '../../function/dead-letter-queue';
import { QUEUE_SEND_ACTIONS, START_EXECUTION_ACTIONS } from '../../identity/perms';
import { TurnSchedule } from '../../trigger/schedule';
import { requireSchedule, warnOfPast } from '../../trigger/schedule-check';

export interface AuditScheduleProps {
  readonly machine: IStateMachine;
  readonly expression: ScheduleExpression;
  readonly encryptionKey: IKey;
  readonly agentName: string;
}

/** Starts audits. The scheduled time identifies the night, so a repeated invocation is the same audit. */
export class AuditSchedule extends Construct {
  /** Audits that could not be started. */
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: AuditScheduleProps) {
    super(scope, id);
    const { machine, expression, encryptionKey } = props;
    requireSchedule(this, expression);
    warnOfPast(this, expression);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', encryptionKey);
    new TurnSchedule(this, 'Schedule', {
      source: { expression },
      target: {
        arn: machine.stateMachineArn,
        deadLetters: this.deadLetters,
        statements: [
          new PolicyStatement({
            sid: 'StartAudits',
            actions: START_EXECUTION_ACTIONS,
            resources: [machine.stateMachineArn],
          }),
          new PolicyStatement({
            sid: 'SendToDeadLetters',
            actions: QUEUE_SEND_ACTIONS,
            resources: [this.deadLetters.queueArn],
          }),
        ],
        input: { night: ContextAttribute.scheduledTime },
      },
      encryptionKey,
      enabled: true,
      description: `Starts audits of the agent ${props.agentName}`,
    });
  }
}
