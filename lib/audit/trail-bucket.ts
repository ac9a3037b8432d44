import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { protectedBucket } from '../encryption/protected-bucket';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import type { ObjectLock } from '../encryption/object-lock';

/** Settings of the trail bucket. */
interface TrailBucketOptions {
  readonly trailArn: string;
  readonly encryptionKey: kms.IKey;
  readonly lock: ObjectLock;
  readonly retention: Duration;
  readonly accessLogsBucket?: s3.IBucket;
}

/**
 * Days after which files move to a cheaper class with instant access, and the minimum number of days that are billed
 * there.
 */
const GLACIER_INSTANT_RETRIEVAL_DAYS = 90;

/**
 * The bucket of a trail: private, versioned, TLS-only, encrypted, locked, with a lifecycle, and written by one trail.
 */
export function trailBucket(scope: Construct, id: string, options: TrailBucketOptions): s3.Bucket {
  const { trailArn, encryptionKey, lock, retention, accessLogsBucket } = options;
  const retentionDays = retention.toDays();
  const bucket = protectedBucket(scope, id, {
    removalPolicy: removalPolicy(scope, REMOVAL.trailBucket),
    encryptionKey,
    retention,
    // A deleted file is only hidden. It can be restored for a year, or as long as its lock holds.
    restorable: Duration.days(365),
    transitions:
      retentionDays >= 2 * GLACIER_INSTANT_RETRIEVAL_DAYS
        ? [
            {
              storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
              transitionAfter: Duration.days(GLACIER_INSTANT_RETRIEVAL_DAYS),
            },
          ]
        : undefined,
    lock: lock._retention,
    accessLogsBucket,
  });

  // docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html. No policy statement
  // requires an encryption header: the files are encrypted with the key of the trail, and digest files are also written
  // with AES256.
  const cloudTrail = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'CloudTrailChecksTheBucket',
      principals: [cloudTrail],
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
    }),
  );
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'CloudTrailDelivers',
      principals: [cloudTrail],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(scope).account}/*`)],
      conditions: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArn } },
    }),
  );
  if (lock._retention?.mode === s3.ObjectLockMode.GOVERNANCE) {
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'NobodyBypassesTheLock',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:BypassGovernanceRetention'],
        resources: [bucket.arnForObjects('*')],
      }),
    );
  }
  return bucket;
}
