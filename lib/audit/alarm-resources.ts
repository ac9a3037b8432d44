import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Annotations, Duration, Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { plainText } from '../validation/policy-text';
import { InputError } from '../validation/input-error';
import { isInAnotherRegion } from '../validation/same-place';
import type { AuditAlarm } from './audit-alarm';
import type { IAgentAuditTrail } from './audit-trail-ref';

/** CloudWatch namespace of the metrics of the filters on the trail. */
const NAMESPACE = 'BedrockManagedAgents/Audit';

/**
 * The metric filter and the alarm of one {@link AuditAlarm}; see {@link IAgentAuditTrail.addAlarm}. CloudWatch keeps a log
 * group, its metrics and their alarms in one Region, so for a construct in another Region, they are created in the
 * stack of the trail.
 */
export function alarmResources(
  trail: IAgentAuditTrail,
  scope: Construct,
  alarm: AuditAlarm,
): cloudwatch.Alarm | undefined {
  const { logGroup, bucket, alarmTopic } = trail;
  const filterPattern = alarm._filterPattern({ bucketName: bucket?.bucketName, logGroupName: logGroup?.logGroupName });
  const elsewhere = logGroup !== undefined && isInAnotherRegion(scope, logGroup, logGroup.logGroupArn);
  if (!logGroup || (elsewhere && isInAnotherRegion(trail, logGroup, logGroup.logGroupArn))) {
    const reason = logGroup ? 'in another Region' : 'not known';
    Annotations.of(scope).addWarningV2(
      `cdk-bedrock-managed-agents:auditAlarmNotMade:${alarm.name}`,
      `The alarm ${alarm.name} cannot be made, because the log group of the trail ${trail.node.path} is ${reason}. ` +
        (logGroup ? 'M' : 'Pass `logGroup` to AgentAuditTrail.fromAgentAuditTrailAttributes, or m') +
        'ake this metric filter where the trail is delivered: ' +
        plainText(scope, filterPattern.logPatternString),
    );
    return undefined;
  }
  if (elsewhere) {
    requireKnownThere(trail, scope, filterPattern.logPatternString);
  }
  const home = elsewhere
    ? new Construct(trail, `${Names.uniqueResourceName(scope, { maxLength: 120 })}${alarm.name}`)
    : new Construct(scope, alarm.name);
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
    // No data means that no event occurred.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (alarmTopic) {
    // Avoids loading the module aws-cloudwatch-actions for this one line.
    made.addAlarmAction({ bind: () => ({ alarmActionArn: alarmTopic.topicArn }) });
  }
  return made;
}

/** CDK refers to a role of another Region by its name, which it can choose only if the account is known. */
function requireKnownThere(trail: IAgentAuditTrail, scope: Construct, pattern: string): void {
  try {
    Stack.of(trail).resolve(pattern);
  } catch {
    throw new InputError(scope, {
      input: 'auditTrail',
      value: `${trail.node.path} in another Region`,
      allowed: 'for a role that the alarm of the trail watches, a role with a name, in a stack whose account is known',
      fix: 'set env.account and env.region of both stacks, and roleName of a role that you pass as sessionRole',
    });
  }
}
