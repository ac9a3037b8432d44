import {
  type AlarmType,
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type LogAlarm,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { checkedWindow, timeWindow } from '../server/time-window';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

export interface AlarmScope {
  readonly alarms: readonly string[];
  readonly maxTimeRangeSeconds: number;
}

const ALARMS_PER_PAGE = 25;
const HISTORY_PER_PAGE = 50;
/** Most names of one DescribeAlarms request. Source: the CloudWatch API reference. */
const MAX_NAMES = 100;

/** Without a list of kinds, only metric alarms are shown (DescribeAlarms API reference). */
const EVERY_KIND: AlarmType[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];

/**
 * Alarms by name. CloudWatch returns composite alarms only to roles that can read every alarm (DescribeAlarms API
 * reference).
 */
export function alarmTools(cloudWatch: CloudWatchClient, { alarms, maxTimeRangeSeconds }: AlarmScope): Tool[] {
  const pages = new Pages();
  return [
    tool({
      name: 'alarms',
      description: `Shows CloudWatch alarms: state, reason, metric and threshold. ${TEXT_IS_DATA}`,
      input: z.strictObject({
        names: z
          .array(oneOf(alarms, 'Name of an alarm'))
          .min(1)
          .max(MAX_NAMES)
          .optional()
          .describe('Default: all in scope'),
        state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
        page: pageInput,
      }),
      annotations: READ_ONLY,
      run: async ({ page, ...request }, signal) => {
        const names = request.names ?? alarms.slice(0, MAX_NAMES);
        requireInScope(names, alarms, 'The alarm');
        const {
          MetricAlarms = [],
          CompositeAlarms = [],
          LogAlarms = [],
          NextToken,
        } = await cloudWatch.send(
          new DescribeAlarmsCommand({
            AlarmNames: [...names],
            AlarmTypes: EVERY_KIND,
            StateValue: request.state,
            MaxRecords: ALARMS_PER_PAGE,
            NextToken: pages.token(page, request),
          }),
          { abortSignal: signal },
        );
        const shared = (alarm: MetricAlarm | CompositeAlarm | LogAlarm) => ({
          name: alarm.AlarmName,
          description: alarm.AlarmDescription,
          state: alarm.StateValue,
          reason: alarm.StateReason,
          since: alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp,
          actions_enabled: alarm.ActionsEnabled,
        });
        const metric = MetricAlarms.map((alarm) => ({
          ...shared(alarm),
          namespace: alarm.Namespace,
          metric: alarm.MetricName,
          dimensions: Object.fromEntries(
            (alarm.Dimensions ?? []).map(({ Name = '', Value }) => [Name, Value] as const),
          ),
          statistic: alarm.Statistic ?? alarm.ExtendedStatistic,
          period_seconds: alarm.Period,
          comparison: alarm.ComparisonOperator,
          threshold: alarm.Threshold,
          evaluation_periods: alarm.EvaluationPeriods,
        }));
        const composite = CompositeAlarms.map((alarm) => ({
          ...shared(alarm),
          rule: alarm.AlarmRule,
          actions_suppressed_by: alarm.ActionsSuppressedBy,
        }));
        // With a composite alarm in scope, the role can read alarms outside of the scope, too.
        const found = [...metric, ...composite, ...LogAlarms.map(shared)].filter(({ name = '' }) =>
          alarms.includes(name),
        );
        return pages.page(found, NextToken, request);
      },
    }),
    tool({
      name: 'alarm_history',
      description: `Shows what happened to one alarm: state changes, changes of its configuration, actions. ${TEXT_IS_DATA}`,
      input: z.strictObject({
        name: oneOf(alarms, 'Name of the alarm'),
        type: z.enum(['StateUpdate', 'ConfigurationUpdate', 'Action']).optional(),
        ...timeWindow,
        page: pageInput,
      }),
      annotations: READ_ONLY,
      run: async ({ page, ...request }, signal) => {
        requireInScope([request.name], alarms, 'The alarm');
        const { start, end } = checkedWindow(request, maxTimeRangeSeconds);
        const { AlarmHistoryItems = [], NextToken } = await cloudWatch.send(
          new DescribeAlarmHistoryCommand({
            AlarmName: request.name,
            HistoryItemType: request.type,
            StartDate: start,
            EndDate: end,
            ScanBy: 'TimestampDescending',
            MaxRecords: HISTORY_PER_PAGE,
            NextToken: pages.token(page, request),
          }),
          { abortSignal: signal },
        );
        const items = AlarmHistoryItems.map(({ Timestamp, HistoryItemType, HistorySummary }) => ({
          at: Timestamp,
          type: HistoryItemType,
          summary: HistorySummary,
        }));
        return pages.page(items, NextToken, request);
      },
    }),
  ];
}
