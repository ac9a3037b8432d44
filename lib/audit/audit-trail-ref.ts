import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import type { AuditAlarm } from './audit-alarm';
import type { AgentAuditTrailGrants } from './audit-trail-grants';

/** The audit trail of an account, new or imported. */
export interface IAgentAuditTrail extends IConstruct {
  /** ARN of the trail. */
  readonly trailArn: string;

  /** Log group that the trail is delivered to; undefined if it is unknown (then no alarm can be created). */
  readonly logGroup?: logs.ILogGroup;

  /** Bucket the trail is delivered to; undefined when it is unknown. */
  readonly bucket?: s3.IBucket;

  /** Key of bucket and log group; undefined when it is unknown. */
  readonly encryptionKey?: kms.IKey;

  /** Topic that the alarms notify; undefined if there is none. */
  readonly alarmTopic?: sns.ITopic;

  /** Permissions to read the trail. */
  readonly grants: AgentAuditTrailGrants;

  /**
   * Adds an alarm for a CloudTrail event. Without a log group, it adds a warning and creates nothing.
   *
   * @param scope filter and alarm are created in this construct. Use the construct that needs the alarm, so that in an
   * app of several stacks its stack depends on the stack of the trail and never the other way round
   * @param alarm the event
   * @returns the alarm, or undefined when the log group is unknown
   */
  addAlarm(scope: Construct, alarm: AuditAlarm): cloudwatch.Alarm | undefined;
}

/** Attributes of an existing trail, for example the one of the organization. */
export interface AgentAuditTrailAttributes {
  /** ARN of the trail. */
  readonly trailArn: string;

  /**
   * Log group of this account and Region that the trail is delivered to. The log group of an organization trail is in
   * the management account, where alarms of this account can't read it.
   *
   * @default - no alarms are created; for each requested alarm, a warning prints its filter pattern
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * Bucket the trail is delivered to.
   * @default - `grants.readFiles` is not available, and the tampering alarm does not watch the bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * Key of bucket and log group.
   * @default - grants include no permission on the key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Topic the alarms notify.
   * @default - alarms without an action
   */
  readonly alarmTopic?: sns.ITopic;
}
