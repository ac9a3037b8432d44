import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** State of an alarm now, by its name. Alarms that are gone, or that watch nothing, are missing. */
export type AlarmStates = ReadonlyMap<string, 'ALARM' | 'OK' | 'INSUFFICIENT_DATA'>;

/** Asks for exactly the named alarms: composite ones are shown only to who may see every alarm. */
export async function alarmStates(cloudWatch: CloudWatchClient, names: readonly string[]): Promise<AlarmStates> {
  const { MetricAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm'], MaxRecords: 100 }),
  );
  return new Map(
    MetricAlarms.filter(watches).flatMap(({ AlarmName, StateValue }) =>
      AlarmName !== undefined && StateValue !== undefined ? [[AlarmName, StateValue] as const] : [],
    ),
  );
}

function watches({ MetricName, Metrics, EvaluationCriteria }: MetricAlarm): boolean {
  return MetricName !== undefined || (Metrics?.length ?? 0) > 0 || EvaluationCriteria !== undefined;
}
