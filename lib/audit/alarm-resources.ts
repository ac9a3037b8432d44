import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Annotations, Duration, Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AuditAlarm } from './audit-alarm';
import type { IAgentAuditTrail } from './audit-trail-ref';

/** CloudWatch namespace of the metrics that the filters on the trail make. */
const NAMESPACE = 'BedrockManagedAgents/Audit';

/** The metric filter and the alarm of one {@link AuditAlarm}; see {@link IAgentAuditTrail.addAlarm}. */
export function alarmResources(
  trail: IAgentAuditTrail,
  scope: Construct,
  alarm: AuditAlarm,
): cloudwatch.Alarm | undefined {
  const { logGroup, bucket, alarmTopic } = trail;
  const filterPattern = alarm._filterPattern({ bucketName: bucket?.bucketName, logGroupName: logGroup?.logGroupName });
  if (!logGroup) {
    Annotations.of(scope).addWarningV2(
      `cdk-bedrock-managed-agents:auditAlarmNotMade:${alarm.name}`,
      `The alarm ${alarm.name} cannot be made, because the log group of the trail ${trail.node.path} is not known. Pass ` +
        '`logGroup` to AgentAuditTrail.fromAgentAuditTrailAttributes, or make this metric filter where the trail is delivered: ' +
        filterPattern.logPatternString,
    );
    return undefined;
  }
  const home = new Construct(scope, alarm.name);
  const filter = new logs.MetricFilter(home, 'Filter', {
    logGroup,
    filterPattern,
    metricNamespace: NAMESPACE,
    metricName: Names.uniqueResourceName(home, { maxLength: 200, separator: '-' }),
    metricValue: '1',
  });
  const made = new cloudwatch.Alarm(home, 'Alarm', {
    alarmDescription: alarm.description,
    metric: filter.metric({ statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) }),
    threshold: alarm.threshold,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    // Nothing happened, which is what we hope for.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (alarmTopic) {
    // Spares the aws-cloudwatch-actions module, whose only content we would need is this one line.
    made.addAlarmAction({ bind: () => ({ alarmActionArn: alarmTopic.topicArn }) });
  }
  return made;
}
