import * as events from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import type { RuleSource } from './trigger-definition';
import type { TriggerQueues } from './trigger-queues';
import { deliverToQueue } from '../function/rule-delivery';
import { DeployedText } from '../quotas/deployed-text';
import { QUOTAS } from '../quotas/quota';

export interface EventRuleProps {
  readonly source: RuleSource;
  readonly queues: TriggerQueues;
  readonly encryptionKey: kms.IKey;
  readonly enabled: boolean;
  readonly description: string;
}

/**
 * A rule that sends whole events to the queue of the starter. There is no input transformer: the configuration of the
 * starter is in its code, never in the message.
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
    deliverToQueue(rule, queues.events, queues.deadLetters);
    queues.admitRule(rule.ruleArn);
    allowQueueForEventBridge(props.encryptionKey, this);
  }
}

/** Space for quotes and a comma, and for `detail-type`, which is longer than the name of the prop. */
const PUNCTUATION = 3;
const RESERVE = 10;

/**
 * The pattern, or several patterns with a part of its resources each, so that each is small enough for a rule. ARNs are
 * counted with their deployed length.
 */
export function patternsOfRules(scope: IConstruct, pattern: events.EventPattern): events.EventPattern[] {
  const text = new DeployedText(Stack.of(scope));
  const room = QUOTAS.eventPattern.limit - text.lengthOf({ ...pattern, resources: [] }) - RESERVE;
  const parts: string[][] = [[]];
  let used = 0;
  for (const resource of pattern.resources ?? []) {
    const length = text.lengthOf(resource) + PUNCTUATION;
    if (used > 0 && used + length > room) {
      parts.push([]);
      used = 0;
    }
    parts[parts.length - 1].push(resource);
    used += length;
  }
  return parts.length === 1 ? [pattern] : parts.map((resources) => ({ ...pattern, resources }));
}
