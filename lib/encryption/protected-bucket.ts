import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, type RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';

export interface ProtectedBucketOptions {
  readonly encryptionKey: kms.IKey;
  /** After this time, an object gets a delete marker, and it is removed after `restorable`. */
  readonly retention: Duration;
  readonly restorable: Duration;
  readonly transitions?: s3.Transition[];
  /** Lock of every object as it is written. */
  readonly lock?: s3.ObjectLockRetention;
  /** See REMOVAL: whether a rollback can delete the bucket depends on its writers. */
  readonly removalPolicy: RemovalPolicy;
  readonly accessLogsBucket?: s3.IBucket;
}

/** The bucket of this library: private, versioned, TLS-only, encrypted with the customer-managed key, and retained. */
export function protectedBucket(scope: Construct, id: string, options: ProtectedBucketOptions): s3.Bucket {
  const { encryptionKey, retention, restorable, transitions, accessLogsBucket } = options;
  const development = isDevelopment(scope);
  const lock = development ? undefined : options.lock;
  const bucket = new s3.Bucket(scope, id, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    versioned: true,
    objectLockEnabled: lock ? true : undefined,
    objectLockDefaultRetention: lock,
    serverAccessLogsBucket: accessLogsBucket,
    serverAccessLogsPrefix: accessLogsBucket ? `${scope.node.path}/` : undefined,
    lifecycleRules: [
      {
        id: 'KeepThenExpire',
        transitions,
        expiration: retention,
        noncurrentVersionExpiration: restorable,
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
    removalPolicy: options.removalPolicy,
    // A custom resource of aws-cdk-lib; Amazon S3 deletes no bucket with objects in it.
    autoDeleteObjects: development,
  });
  // A bucket that is kept stays protected: its policy requires TLS and denies bypassing a lock.
  bucket.policy?.applyRemovalPolicy(options.removalPolicy);
  return bucket;
}
