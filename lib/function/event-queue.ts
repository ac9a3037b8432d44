import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { KEY_READ_ACTIONS, QUEUE_CONSUME_ACTIONS } from '../identity/perms';
import { kmsViaService } from './kms-via-service';

export interface EventQueueProps {
  readonly encryptionKey: kms.IKey;
  /** Where an event goes that is still there after `maxAttempts`. */
  readonly deadLetters: sqs.IQueue;
  readonly maxAttempts: number;
  /** Timeout of the function that takes the events. */
  readonly functionTimeout: Duration;
}

/** Where events wait for a function: encrypted, TLS-only, kept for as long as SQS keeps a message. */
export function eventQueue(scope: Construct, id: string, props: EventQueueProps): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.KMS,
    encryptionMasterKey: props.encryptionKey,
    enforceSSL: true,
    // Shorter than the 90 days for which Step Functions remembers the name of an execution.
    retentionPeriod: Duration.days(14),
    // Six times the timeout of the function. Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(6 * props.functionTimeout.toSeconds()),
    deadLetterQueue: { queue: props.deadLetters, maxReceiveCount: props.maxAttempts },
  });
}

/** What a function needs to take the events of its queue. */
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
