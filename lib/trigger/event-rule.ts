import * as events from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import type { RuleSource } from './trigger-definition';
import type { TriggerQueues } from './trigger-queues';
import { DELIVERY_RETRY } from '../function/rule-delivery';

export interface EventRuleProps {
  readonly source: RuleSource;
  readonly queues: TriggerQueues;
  readonly encryptionKey: kms.IKey;
  readonly enabled: boolean;
  readonly description: string;
}

/**
 * A rule that puts whole events into the queue of the starter. No input transformer: what the starter does is in its
 * code, never in the message.
 */
export class EventRule extends Construct {
  constructor(scope: Construct, id: string, props: EventRuleProps) {
    super(scope, id);
    const { queues } = props;
    const rule = new events.Rule(this, 'Rule', {
      description: props.description,
      eventPattern: props.source.pattern,
      eventBus: props.source.eventBus,
      enabled: props.enabled,
    });
    rule.addTarget({
      bind: () => ({
        arn: queues.events.queueArn,
        deadLetterConfig: { arn: queues.deadLetters.queueArn },
        retryPolicy: DELIVERY_RETRY,
      }),
    });
    queues.admitRule(rule.ruleArn);
    allowQueueForEventBridge(props.encryptionKey, this);
  }
}
