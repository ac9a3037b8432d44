import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';

/**
 * Refuses a target of server access logs to which Amazon S3 can't deliver: one with a customer-managed key, and one
 * with an object lock by default.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html
 */
export function requireLogTarget(scope: IConstruct, bucket: IBucket | undefined): void {
  const fix = 'pass a bucket with encryption: BucketEncryption.S3_MANAGED and without a lock';
  const value = bucket?.node.path;
  requireInput(bucket?.encryptionKey === undefined, scope, {
    input: 'accessLogsBucket',
    value,
    allowed: 'a bucket without a customer-managed key, because Amazon S3 delivers no access logs to one with a key',
    fix,
  });
  const { defaultChild } = bucket?.node ?? {};
  const lock = defaultChild instanceof CfnBucket ? defaultChild.objectLockConfiguration : undefined;
  requireInput(lock === undefined, scope, {
    input: 'accessLogsBucket',
    value,
    allowed: 'a bucket without a default object lock, because Amazon S3 delivers no access logs to one with a lock',
    fix,
  });
}
