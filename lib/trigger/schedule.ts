import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { CfnSchedule, ContextAttribute, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { QUEUE_SEND_ACTIONS } from '../identity/perms';
import { ownScheduleGroup, scheduleRole } from '../function/schedule-role';
import type { ScheduleSource } from './trigger-definition';
import type { TriggerQueues } from './trigger-queues';

/** `source` and `detail-type` of the event of a schedule. */
export const SCHEDULE_EVENT = { source: 'cdk-bedrock-managed-agents.schedule', detailType: 'Scheduled Turn' };

/** Limits of the retry policy. Source: docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const MAX_EVENT_AGE_SECONDS = 86_400;
const RETRY_ATTEMPTS = 185;

/** The target of a schedule. */
export interface ScheduleTarget {
  readonly arn: string;
  readonly deadLetters: sqs.IQueue;
  /** Permissions for target and dead-letter queue, without the use of keys. */
  readonly statements: iam.PolicyStatement[];
  /** JSON, with context attributes of the schedule. */
  readonly input: object;
}

export interface TurnScheduleProps {
  readonly source: ScheduleSource;
  readonly target: ScheduleTarget;
  readonly encryptionKey: kms.IKey;
  readonly enabled: boolean;
  readonly description: string;
}

/**
 * The queue of a starter. The event has the format of other events. Its time is the scheduled time, so that a repeated
 * invocation (with another id) is the same turn.
 */
export function starterTarget(queues: TriggerQueues): ScheduleTarget {
  return {
    arn: queues.events.queueArn,
    deadLetters: queues.deadLetters,
    statements: [
      new iam.PolicyStatement({
        sid: 'SendToOwnQueues',
        actions: QUEUE_SEND_ACTIONS,
        resources: [queues.events.queueArn, queues.deadLetters.queueArn],
      }),
    ],
    input: {
      version: '0',
      id: ContextAttribute.executionId,
      'detail-type': SCHEDULE_EVENT.detailType,
      source: SCHEDULE_EVENT.source,
      time: ContextAttribute.scheduledTime,
      resources: [ContextAttribute.scheduleArn],
      detail: {},
    },
  };
}

/**
 * A schedule of EventBridge Scheduler.
 *
 * L1, because the L2 target grants `kms:GenerateDataKey*` without a condition and trusts every schedule group.
 */
export class TurnSchedule extends Construct {
  constructor(scope: Construct, id: string, props: TurnScheduleProps) {
    super(scope, id);
    const { target, encryptionKey, source } = props;
    const own = ownScheduleGroup(this);
    const { description } = props;
    const { role, policy } = scheduleRole(this, { ...own, description, encryptionKey, statements: target.statements });

    const window = source.timeWindow ?? TimeWindow.off();
    const schedule = new CfnSchedule(this, 'Schedule', {
      description,
      groupName: own.group.ref,
      scheduleExpression: source.expression.expressionString,
      scheduleExpressionTimezone: source.expression.timeZone?.timezoneName,
      startDate: source.start?.toISOString(),
      endDate: source.end?.toISOString(),
      state: props.enabled ? 'ENABLED' : 'DISABLED',
      flexibleTimeWindow: { mode: window.mode, maximumWindowInMinutes: window.maxWindow?.toMinutes() },
      kmsKeyArn: encryptionKey.keyArn,
      target: {
        arn: target.arn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: target.deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: MAX_EVENT_AGE_SECONDS, maximumRetryAttempts: RETRY_ATTEMPTS },
        input: JSON.stringify(target.input),
      },
    });
    schedule.node.addDependency(policy);
  }
}
