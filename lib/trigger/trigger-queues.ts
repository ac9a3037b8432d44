import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { eventQueue } from '../function/event-queue';
import { admitRules } from '../function/rule-delivery';

export interface TriggerQueuesProps {
  readonly encryptionKey: kms.IKey;
  /** Attempts to start a turn before its event goes to the dead-letter queue. */
  readonly maxAttempts: number;
  /** Timeout of the function that reads the events. */
  readonly functionTimeout: Duration;
}

/**
 * The queue in which events wait for the start of their turn, and the dead-letter queue: for events that EventBridge
 * could not deliver, and for events whose turn could not be started.
 */
export class TriggerQueues extends Construct {
  public readonly events: sqs.Queue;
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: TriggerQueuesProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', props.encryptionKey);
    this.events = eventQueue(this, 'Events', { ...props, deadLetters: this.deadLetters });
  }

  /** Allows one EventBridge rule to deliver to both queues. */
  public admitRule(ruleArn: string): void {
    admitRules(this.events, ruleArn);
    admitRules(this.deadLetters, ruleArn);
  }
}
