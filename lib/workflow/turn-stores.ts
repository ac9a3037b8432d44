import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { protectedBucket } from '../encryption/protected-bucket';
import { protectionIfRetained, REMOVAL, removalPolicy } from '../lifecycle/removal';
import type { ObjectLock } from '../encryption/object-lock';

/** Index of the ledger for the deletion of sessions: open conversations by their expiry time. */
export const DELETION_INDEX = 'by-deletion';

/**
 * The ledger of slots, conversations and turns, in which actions are recorded before they run. Without it, turns could
 * run twice, so it is retained.
 */
export function turnLedger(scope: Construct, id: string, encryptionKey: kms.IKey): dynamodb.Table {
  const table = new dynamodb.Table(scope, id, {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
    encryptionKey,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: removalPolicy(scope, REMOVAL.ledger),
  });
  const resource = table.node.defaultChild as dynamodb.CfnTable;
  resource.deletionProtectionEnabled = protectionIfRetained(resource);
  table.addGlobalSecondaryIndex({
    indexName: DELETION_INDEX,
    partitionKey: { name: 'kind', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'deleteAfter', type: dynamodb.AttributeType.NUMBER },
    projectionType: dynamodb.ProjectionType.INCLUDE,
    nonKeyAttributes: ['sessionId'],
  });
  return table;
}

export interface EvidenceBucketOptions {
  readonly encryptionKey: kms.IKey;
  readonly lock: ObjectLock;
  readonly retention: Duration;
  readonly accessLogsBucket?: s3.IBucket;
}

/**
 * Large prompts (`prompts/`), and the evidence of every turn (`turns/`): private, versioned, TLS-only, encrypted,
 * retained.
 */
export function evidenceBucket(scope: Construct, id: string, options: EvidenceBucketOptions): s3.Bucket {
  const { encryptionKey, lock, retention, accessLogsBucket } = options;
  return protectedBucket(scope, id, {
    removalPolicy: removalPolicy(scope, REMOVAL.recordBucket),
    encryptionKey,
    retention,
    // While its lock is active, an object can always be restored.
    restorable: Duration.days(30),
    lock: lock._retention,
    accessLogsBucket,
  });
}
