import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledgeOwn } from '../identity/acknowledge-own';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';

/** The queue for events that could not be handled: encrypted, TLS-only, with the maximum retention of SQS. */
export function deadLetterQueue(scope: Construct, id: string, encryptionKey: kms.IKey): sqs.Queue {
  const queue = new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.KMS,
    encryptionMasterKey: encryptionKey,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: removalPolicy(scope, REMOVAL.deadLetterQueue),
  });
  // The rule recognizes dead-letter queues by the redrive policy of another queue. The sources of these aren't queues.
  acknowledgeOwn(
    queue,
    'AwsSolutions::AwsSolutions-SQS3',
    'This is a dead-letter queue of a rule, event bus, schedule, state machine or function.',
  );
  return queue;
}
