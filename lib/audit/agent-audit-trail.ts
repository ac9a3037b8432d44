import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Annotations, Duration, Lazy, Names, Stack, Stage, Token, TokenComparison } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { AgentKey } from '../encryption/agent-key';
import { allowCloudTrail } from '../encryption/key-statements';
import { NETWORK_EVENT_SOURCES } from '../facts/cloudtrail';
import { isDevelopment } from '../development/enabled-scopes';
import { logRetention } from '../lifecycle/log-retention';
import { objectRetention } from '../lifecycle/object-retention';
import { injectedProps } from '../injection/injected-props';
import type { AgentAuditTrailProps } from './agent-audit-trail-props';
import { alarmResources } from './alarm-resources';
import { admitAlarms, alarmTopic } from './alarm-topic';
import { AuditAlarm } from './audit-alarm';
import { AgentAuditTrailGrants } from './audit-trail-grants';
import type { AgentAuditTrailAttributes, IAgentAuditTrail } from './audit-trail-ref';
import { agentEventSelectors, objectsSelector, trailBucketSelector } from './event-selectors';
import { ImportedAuditTrail } from './imported-audit-trail';
import { trailBucket } from './trail-bucket';
import { requireTrailInput } from './trail-input';
import { ObjectLock } from '../encryption/object-lock';
import { TrailLogDelivery } from './trail-log-delivery';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireLogTarget } from '../encryption/access-logs-bucket';
import { PerValidation } from '../validation/per-validation';

/**
 * The audit trail of an account's agents: management events, every data event of bedrock-mantle projects and AgentCore
 * runtimes, and calls that VPC endpoint policies denied; in locked, encrypted, validated files, and in CloudWatch Logs with
 * alarms.
 *
 * Create one per account: it records all Regions, and AWS charges for every event of a second trail. The log group and the
 * alarms are in the Region of the trail. Baselines in other Regions of the account use the same trail. AWS doesn't document
 * whether CloudTrail records the session operations of Managed Agents. The trail selects all events of the project, and records
 * those that the service emits.
 */
export class AgentAuditTrail extends Construct implements IAgentAuditTrail {
  static {
    checkInputsOf(this, 'AgentAuditTrail');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentAuditTrail';

  /**
   * Uses an existing trail, for example the one of the organization. The app can't check whether it selects the events
   * of agents: compare it with `AgentAuditTrail.eventSelectors()`.
   *
   * @param scope parent
   * @param id construct id
   * @param attributes the known attributes of the trail
   */
  public static fromAgentAuditTrailAttributes(
    scope: Construct,
    id: string,
    attributes: AgentAuditTrailAttributes,
  ): IAgentAuditTrail {
    return new ImportedAuditTrail(scope, id, attributes);
  }

  /** The event selectors that a trail needs to record agents. Set them on an existing trail. */
  public static eventSelectors(): CfnTrail.AdvancedEventSelectorProperty[] {
    return agentEventSelectors(NETWORK_EVENT_SOURCES);
  }

  /** ARN of the trail. */
  public readonly trailArn: string;

  /** Name of the trail. */
  public readonly trailName: string;

  /** Log group the trail is delivered to. */
  public readonly logGroup?: logs.ILogGroup;

  /** Bucket the trail is delivered to. */
  public readonly bucket?: s3.IBucket;

  /** Key of the files, the log group and the topic. */
  public readonly encryptionKey?: kms.IKey;

  /** Topic the alarms notify. */
  public readonly alarmTopic?: sns.ITopic;

  /** Permissions to read the trail. */
  public readonly grants: AgentAuditTrailGrants = AgentAuditTrailGrants.fromAuditTrail(this);

  private readonly recordedBucketArns = new Set<string>();

  constructor(scope: Construct, id: string, props: AgentAuditTrailProps = {}) {
    super(scope, id);
    props = injectedProps(AgentAuditTrail.PROPERTY_INJECTION_ID, scope, id, props);
    const lock = isDevelopment(this) ? ObjectLock.none() : (props.lock ?? ObjectLock.governance(Duration.days(365)));
    const retention = objectRetention(this, props.retention, Duration.days(2557));
    const networkEventSources = props.networkEventSources ?? [...NETWORK_EVENT_SOURCES];
    this.trailName = props.trailName ?? uniqueTrailName(this);
    requireTrailInput(this, { trailName: this.trailName, lock, retention, networkEventSources });

    requireLogTarget(this, props.accessLogsBucket);
    const key = props.encryptionKey ?? new AgentKey(this, 'Key', { protects: `the audit trail ${this.trailName}` });
    if (key instanceof AgentKey) {
      key._keepAfterRollback();
    }
    allowCloudTrail(key, this, this.trailName);
    const bucket = trailBucket(this, 'Bucket', {
      trailArn: Stack.of(this).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: this.trailName }),
      encryptionKey: key,
      lock,
      retention,
      accessLogsBucket: props.accessLogsBucket,
    });
    const delivery = new TrailLogDelivery(this, 'Delivery', {
      trailName: this.trailName,
      uniqueName: uniqueTrailName(this),
      encryptionKey: key,
      retention: logRetention(this, props.logRetention),
    });

    // The L2 Trail has no advanced selectors, which every data event beyond S3 and Lambda needs.
    const trail = new CfnTrail(this, 'Trail', {
      trailName: this.trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      kmsKeyId: key.keyArn,
      s3BucketName: bucket.bucketName,
      cloudWatchLogsLogGroupArn: delivery.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: delivery.role.roleArn,
      advancedEventSelectors: Lazy.any({
        produce: () => [
          ...agentEventSelectors(networkEventSources),
          trailBucketSelector(bucket.bucketArn),
          ...(this.recordedBucketArns.size ? [objectsSelector([...this.recordedBucketArns])] : []),
        ],
      }),
      insightSelectors: props.insights?.map((insight) => ({ insightType: insight.value })),
    });
    // CloudTrail tests both when the trail is created.
    trail.node.addDependency(bucket, delivery);

    this.trailArn = trail.attrArn;
    this.bucket = bucket;
    this.logGroup = delivery.logGroup;
    this.encryptionKey = key;
    if (props.alarmTopic) {
      admitAlarms(this, props.alarmTopic);
    }
    this.alarmTopic = props.alarmTopic ?? alarmTopic(this, 'AlarmTopic', key);
    for (const alarm of props.alarms ?? AuditAlarm.standard()) {
      this.addAlarm(this, alarm);
    }
    this.node.addValidation({ validate: () => this.duplicateErrors() });
  }

  /**
   * Adds an alarm for a CloudTrail event.
   *
   * @param scope the construct that needs the alarm; filter and alarm are created in it
   * @param alarm the event
   */
  public addAlarm(scope: Construct, alarm: AuditAlarm): cloudwatch.Alarm | undefined {
    return alarmResources(this, scope, alarm);
  }

  /**
   * Records every access to the objects of a bucket: reads, writes and deletions with the caller. CloudTrail charges
   * for each event.
   *
   * The stack of the trail then depends on the stack of the bucket.
   *
   * @param bucket for example the bucket of an agent's results
   */
  public recordObjectAccess(bucket: s3.IBucket): void {
    this.recordedBucketArns.add(bucket.bucketArn);
  }

  /**
   * The name of a multi-Region trail is also used in every other Region, and with a second trail, the account pays for
   * each event twice.
   */
  private duplicateErrors(): string[] {
    const twins = TRAILS.of(this).filter((other) => other.node.path < this.node.path);
    const account = Stack.of(this).account;
    const certain = twins.find((other) => isSameAccount(this, other, account));
    if (certain) {
      return [
        `there is an AgentAuditTrail in this account already (${certain.node.path}). Allowed: one, which records all ` +
          'Regions. Fix: pass it to the baselines of all Regions, or import it with fromAgentAuditTrailAttributes in another Stage.',
      ];
    }
    const possible = twins.find((other) => Token.isUnresolved(account) || Token.isUnresolved(Stack.of(other).account));
    if (possible) {
      Annotations.of(this).addWarningV2(
        'cdk-bedrock-managed-agents:maybeSecondTrail',
        `If this Stage is deployed to the same account as ${possible.node.path}, the account has two trails and pays for ` +
          'each event twice. Set the account of both stacks, or acknowledge this warning where the accounts differ.',
      );
    }
    return [];
  }
}

/** Unique in the account. Unlike a fixed name, it allows several apps, and the same app in several Regions. */
function uniqueTrailName(trail: AgentAuditTrail): string {
  return `${Names.uniqueResourceName(trail, { maxLength: 90, separator: '-' })}-${Stack.of(trail).region}`;
}

/** Stacks of one Stage without an account are deployed to the same one; of two Stages, that is not known. */
function isSameAccount(one: AgentAuditTrail, other: AgentAuditTrail, account: string): boolean {
  const compared = Token.compareStrings(account, Stack.of(other).account);
  return (
    compared === TokenComparison.SAME ||
    (compared === TokenComparison.BOTH_UNRESOLVED && Stage.of(one) === Stage.of(other))
  );
}

/** Every trail of the app. */
const TRAILS = new PerValidation((root) =>
  root.node.findAll().filter((each): each is AgentAuditTrail => each instanceof AgentAuditTrail),
);
