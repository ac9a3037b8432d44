import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { declareImportedTrail } from '../declaration/imported';
import { requirePattern } from '../validation/input-error';
import { alarmResources } from './alarm-resources';
import { admitAlarms } from './alarm-topic';
import type { AuditAlarm } from './audit-alarm';
import { AgentAuditTrailGrants } from './audit-trail-grants';
import type { AgentAuditTrailAttributes, IAgentAuditTrail } from './audit-trail-ref';

/** What `AgentAuditTrail.fromAgentAuditTrailAttributes` returns. */
export class ImportedAuditTrail extends Construct implements IAgentAuditTrail {
  public readonly trailArn: string;
  public readonly logGroup?: logs.ILogGroup;
  public readonly bucket?: s3.IBucket;
  public readonly encryptionKey?: kms.IKey;
  public readonly alarmTopic?: sns.ITopic;
  public readonly grants = AgentAuditTrailGrants.fromAuditTrail(this);

  constructor(scope: Construct, id: string, attributes: AgentAuditTrailAttributes) {
    super(scope, id);
    requirePattern(
      this,
      'trailArn',
      attributes.trailArn,
      /^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/.+$/,
      'arn:<partition>:cloudtrail:<region>:<account>:trail/<name>',
      'Copy the ARN from `aws cloudtrail describe-trails`',
    );
    this.trailArn = attributes.trailArn;
    declareImportedTrail(this, this.trailArn);
    this.logGroup = attributes.logGroup;
    this.bucket = attributes.bucket;
    this.encryptionKey = attributes.encryptionKey;
    this.alarmTopic = attributes.alarmTopic;
    if (this.alarmTopic) {
      admitAlarms(this, this.alarmTopic);
    }
  }

  public addAlarm(scope: Construct, alarm: AuditAlarm): cloudwatch.Alarm | undefined {
    return alarmResources(this, scope, alarm);
  }
}
