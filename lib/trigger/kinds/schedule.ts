import type { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { requireInput } from '../../validation/input-error';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import { requireSchedule, warnOfPast } from '../schedule-check';
import type { TriggerDefinition } from '../trigger-definition';

/** Options of a schedule. */
export interface ScheduleTriggerOptions extends AgentTriggerOptions {
  /**
   * Flexible time window for the start of a turn: 1 minute to 24 hours after the exact time.
   *
   * @default TimeWindow.off() - within the minute
   */
  readonly timeWindow?: TimeWindow;

  /**
   * When the schedule begins.
   *
   * @default - immediately
   */
  readonly start?: Date;

  /**
   * When the schedule ends.
   *
   * @default - never
   */
  readonly end?: Date;
}

export function scheduleTrigger(
  id: string,
  expression: ScheduleExpression,
  options: ScheduleTriggerOptions,
): TriggerDefinition {
  const { timeWindow, start, end } = options;
  return {
    type: 'schedule',
    defaultId: id,
    schedule: { expression, timeWindow, start, end },
    prompt: [
      'The time of scheduled work has come: {{event.time | time}}.',
      '',
      'Do the scheduled work that your instructions describe.',
    ].join('\n'),
    deduplicationKey: ['resources.0', 'time'],
    subject: { scheduledTime: 'event.time | time' },
    options,
    prepare: (scope) => {
      requireSchedule(scope, expression);
      warnOfPast(scope, expression, end);
      requireInput(options.filter === undefined, scope, {
        input: 'filter',
        value: options.filter,
        allowed: 'no filter: a schedule has no events to choose from',
        fix: 'leave it out',
      });
      requireInput(!start || !end || start < end, scope, {
        input: 'end',
        value: end?.toISOString(),
        allowed: `a time after start (${start?.toISOString()})`,
        fix: 'exchange start and end, or leave one out',
      });
    },
  };
}
