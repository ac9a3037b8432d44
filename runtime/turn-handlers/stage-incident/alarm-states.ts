import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** State of an alarm now, by its name. */
export type AlarmStates = ReadonlyMap<string, 'ALARM' | 'OK' | 'INSUFFICIENT_DATA'>;

export interface SeenAlarms {
  /** Alarms that don't exist, that this role can't read, or that watch nothing are missing. */
  readonly states: AlarmStates;
  /** Alarms that watch no metric. */
  readonly idle: ReadonlySet<string>;
}

/**
 * Reads exactly the named alarms of every kind. CloudWatch returns composite alarms only to roles that can read every
 * alarm.
 */
export async function alarmStates(cloudWatch: CloudWatchClient, names: readonly string[]): Promise<SeenAlarms> {
  const {
    MetricAlarms = [],
    CompositeAlarms = [],
    LogAlarms = [],
  } = await cloudWatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...names],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
      MaxRecords: 100,
    }),
  );
  const watching = MetricAlarms.filter(watches);
  return {
    states: new Map(
      [...watching, ...CompositeAlarms, ...LogAlarms].flatMap(({ AlarmName, StateValue }) =>
        AlarmName !== undefined && StateValue !== undefined ? [[AlarmName, StateValue] as const] : [],
      ),
    ),
    idle: new Set(MetricAlarms.filter((alarm) => !watches(alarm)).map(({ AlarmName = '' }) => AlarmName)),
  };
}

function watches({ MetricName, Metrics, EvaluationCriteria }: MetricAlarm): boolean {
  return MetricName !== undefined || (Metrics?.length ?? 0) > 0 || EvaluationCriteria !== undefined;
}
