import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { KEY_READ_ACTIONS, QUEUE_CONSUME_ACTIONS } from '../identity/perms';
import { kmsViaService } from './kms-via-service';

export interface EventQueueProps {
  readonly encryptionKey: kms.IKey;
  /** The queue for events that are still there after `maxAttempts`. */
  readonly deadLetters: sqs.IQueue;
  readonly maxAttempts: number;
  /** Timeout of the function that reads the events. */
  readonly functionTimeout: Duration;
}

/** The queue of events for a function: encrypted, TLS-only, with the maximum retention of SQS. */
export function eventQueue(scope: Construct, id: string, props: EventQueueProps): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.KMS,
    encryptionMasterKey: props.encryptionKey,
    enforceSSL: true,
    // Shorter than the 90 days for which Step Functions keeps the name of an execution.
    retentionPeriod: Duration.days(14),
    // Six times the timeout of the function. Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(6 * props.functionTimeout.toSeconds()),
    deadLetterQueue: { queue: props.deadLetters, maxReceiveCount: props.maxAttempts },
  });
}

/** The permissions that a function needs to read its queue. */
export function consumeStatements(
  scope: IConstruct,
  queue: sqs.IQueue,
  encryptionKey: kms.IKey,
): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: 'ConsumeOwnQueue', actions: QUEUE_CONSUME_ACTIONS, resources: [queue.queueArn] }),
    kmsViaService(scope, encryptionKey, 'sqs', KEY_READ_ACTIONS),
  ];
}
