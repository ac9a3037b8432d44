import type { InsightType } from 'aws-cdk-lib/aws-cloudtrail';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import type { AuditAlarm } from './audit-alarm';
import type { ObjectLock } from '../encryption/object-lock';

/** Properties of an {@link AgentAuditTrail}. */
export interface AgentAuditTrailProps {
  /**
   * Name of the trail: 3 to 128 letters, digits and . _ -, unique in the account. Known before deployment, because the
   * policies of the key and the bucket name the trail before it exists.
   * @default - generated from the construct path, followed by the Region
   */
  readonly trailName?: string;

  /**
   * Key of the files, the log group and the topic. The policy of a key of this app gets the policy statements that it
   * needs; for an imported key, a warning prints them.
   *
   * @default - a new AgentKey
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How the files are locked against deletion and change.
   * @default ObjectLock.governance(Duration.days(365))
   */
  readonly lock?: ObjectLock;

  /**
   * How long the files are kept, in whole days, at least as long as the lock. Files of 128 KB or more move to Glacier
   * Instant Retrieval after 90 days, if they are kept for at least 180 days.
   * @default Duration.days(2557), seven years
   */
  readonly retention?: Duration;

  /**
   * How long the events can be searched in CloudWatch Logs.
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The events that raise an alarm. Agents whose baseline has the trail add an alarm for their session role.
   * @default AuditAlarm.standard()
   */
  readonly alarms?: AuditAlarm[];

  /**
   * Topic that the alarms notify: a standard topic of this account and Region. If it is encrypted, its key must allow
   * CloudWatch to publish.
   * @default - an encrypted topic without subscribers: subscribe to `alarmTopic`
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Services whose calls are recorded if a VPC endpoint policy denied them, as CloudTrail event sources. CloudTrail
   * does not support bedrock-mantle, logs and xray.
   * @default - every supported service that agents commonly call
   */
  readonly networkEventSources?: string[];

  /**
   * Bucket for S3 server access logs of the trail bucket. It is optional, because the trail itself records reads and
   * deletions of its files.
   * @default - no server access logs
   */
  readonly accessLogsBucket?: s3.IBucket;

  /**
   * CloudTrail Insights on management events: unusual call or error rates. Charged by the event.
   * @default - none
   */
  readonly insights?: InsightType[];
}
