import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { granted } from '../identity/granted';
import { requireInput } from '../validation/input-error';
import type { IAgentAuditTrail } from './audit-trail-ref';
import { checkInputsOf } from '../validation/checked-inputs';

/** Permissions to read the records of an audit trail. No method grants changing them. */
export class AgentAuditTrailGrants {
  static {
    checkInputsOf(this, 'AgentAuditTrailGrants');
  }

  /**
   * @param trail the trail to read
   */
  public static fromAuditTrail(trail: IAgentAuditTrail): AgentAuditTrailGrants {
    return new AgentAuditTrailGrants(trail);
  }

  private constructor(private readonly trail: IAgentAuditTrail) {}

  /**
   * The grantee may read the log and digest files in the bucket, as Athena, a SIEM or `aws cloudtrail validate-logs`
   * do. It can use the key only through S3 and only for this bucket. The condition that CloudTrail documents for
   * readers (`kms:EncryptionContext:aws:cloudtrail:arn` is present) is not used, because under an S3 bucket key the
   * encryption context is the bucket's ARN.
   *
   * @param grantee who reads
   */
  public readFiles(grantee: iam.IGrantable): iam.Grant {
    const { bucket, encryptionKey } = this.trail;
    requireInput(bucket !== undefined, this.trail, {
      input: 'grants.readFiles',
      allowed: 'a trail whose bucket is known',
      fix: 'pass `bucket` (and `encryptionKey`) to AgentAuditTrail.fromAgentAuditTrailAttributes',
    });
    const objects = bucket.arnForObjects('*');
    const files = iam.Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetBucketLocation', 's3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
      resourceArns: [bucket.bucketArn, objects],
    });
    const grant = encryptionKey
      ? files.combine(
          addStatement(
            grantee,
            new iam.PolicyStatement({
              actions: ['kms:Decrypt'],
              resources: [encryptionKey.keyArn],
              conditions: {
                StringEquals: { 'kms:ViaService': `s3.${Stack.of(this.trail).region}.amazonaws.com` },
                ArnLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, objects] },
              },
            }),
          ),
        )
      : files;
    const wildcards = new Map([[objects, 'The grant is for all files of the trail; the bucket is exact.']]);
    return granted(this.trail, 'grants.readFiles', grantee, grant, { wildcards });
  }

  /**
   * The grantee may read the events of the last weeks or months in the log group, where they can be searched.
   *
   * @param grantee who reads
   */
  public readEvents(grantee: iam.IGrantable): iam.Grant {
    const { logGroup, encryptionKey } = this.trail;
    requireInput(logGroup !== undefined, this.trail, {
      input: 'grants.readEvents',
      allowed: 'a trail whose log group is known',
      fix: 'pass `logGroup` to AgentAuditTrail.fromAgentAuditTrailAttributes',
    });
    const events = logGroup.grantRead(grantee);
    const grant = encryptionKey
      ? logCallerStatements(this.trail, encryptionKey, logGroup.logGroupName, 'read')
          .map((statement) => addStatement(grantee, statement))
          .reduce((all, one) => all.combine(one), events)
      : events;
    return granted(this.trail, 'grants.readEvents', grantee, grant);
  }
}

function addStatement(grantee: iam.IGrantable, statement: iam.PolicyStatement): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee,
    actions: statement.actions,
    resourceArns: statement.resources,
    conditions: statement.conditions as Record<string, Record<string, unknown>>,
  });
}
