import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { FUNCTION_INVOKE_ACTIONS, QUEUE_SEND_ACTIONS } from '../identity/perms';
import { ownScheduleGroup, scheduleRole } from '../function/schedule-role';
import type { TurnFunction } from './turn-function';

/**
 * Runs the function that deletes expired sessions, once a day. The next run deletes sessions that a failed run didn't
 * delete.
 */
export class SessionExpiry extends Construct {
  /** Runs that EventBridge Scheduler could not start. Should be empty. */
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, handler: TurnFunction, encryptionKey: kms.IKey) {
    super(scope, id);
    const own = ownScheduleGroup(this);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', encryptionKey);
    const { role, policy } = scheduleRole(this, {
      ...own,
      description: 'EventBridge Scheduler runs the deletion of sessions',
      encryptionKey,
      statements: [
        new iam.PolicyStatement({
          sid: 'RunDeletion',
          actions: FUNCTION_INVOKE_ACTIONS,
          resources: [handler.function.functionArn],
        }),
        new iam.PolicyStatement({
          sid: 'SendToDeadLetters',
          actions: QUEUE_SEND_ACTIONS,
          resources: [this.deadLetters.queueArn],
        }),
      ],
    });
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: 'Deletes sessions whose retention is over',
      groupName: own.group.ref,
      scheduleExpression: 'rate(1 day)',
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 60 },
      kmsKeyArn: encryptionKey.keyArn,
      target: {
        arn: handler.function.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        deadLetterConfig: { arn: this.deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 3 },
      },
    });
    schedule.node.addDependency(policy);
  }
}
