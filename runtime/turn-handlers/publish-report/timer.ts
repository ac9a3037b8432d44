import { createHash } from 'node:crypto';
import { CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { TIMER_EVENT, type TimerDetail, type TimerSetting } from '../../../lib/contracts/incident';

/** Limits of the retry policy. Source: docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const RETRY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/**
 * A schedule that runs once and deletes itself. Its name is derived from the turn, so that a repeated delivery finds
 * it.
 */
export async function setTimer(
  scheduler: SchedulerClient,
  setting: TimerSetting,
  detail: TimerDetail,
  at: Date,
): Promise<void> {
  const name = `after-${createHash('sha256').update(detail.after, 'utf8').digest('hex').slice(0, 40)}`;
  try {
    await scheduler.send(
      new CreateScheduleCommand({
        GroupName: setting.group,
        Name: name,
        ClientToken: name,
        Description: `Resumes ${detail.incident}`,
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        KmsKeyArn: setting.keyArn,
        Target: {
          Arn: setting.eventBusArn,
          RoleArn: setting.roleArn,
          EventBridgeParameters: { Source: TIMER_EVENT.source, DetailType: TIMER_EVENT.detailType },
          Input: JSON.stringify(detail),
          DeadLetterConfig: { Arn: setting.deadLetterArn },
          RetryPolicy: RETRY,
        },
      }),
    );
  } catch (error) {
    if ((error as Error).name !== 'ConflictException') throw error;
  }
}
