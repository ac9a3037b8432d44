import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { attachPolicy } from '../identity/attach-policy';
import {
  FUNCTION_INVOKE_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  QUEUE_SEND_ACTIONS,
} from '../identity/perms';
import { kmsViaService } from '../function/kms-via-service';
import type { TurnFunction } from './turn-function';

/** Once a day the function that deletes sessions runs. The next run deletes what a failed one left. */
export class SessionExpiry extends Construct {
  /** Runs that EventBridge Scheduler could not start. Should be empty. */
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, handler: TurnFunction, encryptionKey: kms.IKey) {
    super(scope, id);
    const name = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    // A group of its own: the trust policy of the role and the condition on the key can then name exactly this schedule
    // (docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
    const group = new scheduler.CfnScheduleGroup(this, 'Group', { name });
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${name}/*`,
    });
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', encryptionKey);
    const role = new iam.Role(this, 'Role', {
      description: 'EventBridge Scheduler runs the deletion of sessions',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': group.attrArn },
        },
      }),
    });
    const policy = attachPolicy(this, 'Policy', role, 'role of a schedule', [
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
      kmsViaService(this, encryptionKey, 'sqs', KEY_READ_WRITE_ACTIONS),
      // The service calls KMS with this role itself, so the request does not come through a service.
      new iam.PolicyStatement({
        sid: 'ReadOwnPayload',
        actions: KEY_READ_ACTIONS,
        resources: [encryptionKey.keyArn],
        // Source: docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': schedules } },
      }),
    ]);
    const schedule = new scheduler.CfnSchedule(this, 'Schedule', {
      description: 'Deletes sessions whose retention is over',
      groupName: group.ref,
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
    schedule.node.addDependency(policy!);
  }
}
