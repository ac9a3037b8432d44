import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { admitRules } from '../function/rule-delivery';

/** How long a message stays when nobody takes it: the longest that SQS offers. Shorter than the 90 days of an execution name. */
const RETENTION = Duration.days(14);

export interface TriggerQueuesProps {
  readonly encryptionKey: kms.IKey;
  /** Attempts to start a turn before its event goes to the dead-letter queue. */
  readonly maxAttempts: number;
  readonly visibilityTimeout: Duration;
}

/**
 * Where events wait for their turn to be started, and where those end that could not be: events that EventBridge could
 * not deliver as well as those that the starter could not start.
 */
export class TriggerQueues extends Construct {
  public readonly events: sqs.Queue;
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: TriggerQueuesProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', props.encryptionKey);
    this.events = new sqs.Queue(this, 'Events', {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: props.encryptionKey,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxAttempts },
    });
  }

  /** One EventBridge rule may deliver to both queues. */
  public admitRule(ruleArn: string): void {
    admitRules(this.events, ruleArn);
    admitRules(this.deadLetters, ruleArn);
  }
}
