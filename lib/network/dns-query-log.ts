import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Duration, Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { retainedLogGroup } from './retained-log-group';

export interface DnsQueryLogProps {
  readonly vpcId: string;
  readonly encryptionKey: kms.IKey;
  readonly retention: logs.RetentionDays;
  /** Absent: no names are blocked, so there is no alarm. */
  readonly alarmTopic?: sns.ITopic;
}

/** CloudWatch namespace of the metric of blocked names. */
const NAMESPACE = 'BedrockManagedAgents/Network';

/**
 * Logs every DNS query of a VPC with the action of DNS Firewall, and adds an alarm for blocked names.
 *
 * This library adds no resource policy to the log group: AWS adds the one for log delivery when the logging starts, if
 * the deploying role may call `logs:PutResourcePolicy`
 * (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html, read 2026-11-27).
 */
export class DnsQueryLog extends Construct {
  public readonly logGroup: logs.ILogGroup;
  public readonly alarm?: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: DnsQueryLogProps) {
    super(scope, id);
    this.logGroup = retainedLogGroup(this, 'dns', props.vpcId, props.encryptionKey, props.retention).logGroup;
    const config = new resolver.CfnResolverQueryLoggingConfig(this, 'Config', {
      name: Names.uniqueResourceName(this, { separator: '-', maxLength: 60 }),
      destinationArn: this.logGroup.logGroupArn,
    });
    new resolver.CfnResolverQueryLoggingConfigAssociation(this, 'Association', {
      resolverQueryLogConfigId: config.attrId,
      resourceId: props.vpcId,
    });
    this.alarm = props.alarmTopic && this.blockedNamesAlarm(props.alarmTopic);
  }

  private blockedNamesAlarm(topic: sns.ITopic): cloudwatch.Alarm {
    const scope = new Construct(this, 'BlockedNames');
    const blocked = new logs.MetricFilter(scope, 'Filter', {
      logGroup: this.logGroup,
      // The action of DNS Firewall, in the records of the query log.
      filterPattern: logs.FilterPattern.stringValue('$.firewall_rule_action', '=', 'BLOCK'),
      metricNamespace: NAMESPACE,
      metricName: Names.uniqueResourceName(scope, { separator: '-', maxLength: 200 }),
      metricValue: '1',
    });
    const alarm = new cloudwatch.Alarm(scope, 'Alarm', {
      alarmDescription:
        'DNS Firewall blocked a name that something in the network of agents asked for. Find the name in the query log: add it ' +
        'to additionalNames if it is needed, treat it as an attempt to send data out if not.',
      metric: blocked.metric({ statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // No data means that no name was blocked.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
    return alarm;
  }
}
