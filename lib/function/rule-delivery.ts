import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { QUEUE_SEND_ACTIONS } from '../identity/perms';

/**
 * The longest time for which EventBridge retries a delivery. Source:
 * docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export const DELIVERY_RETRY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/**
 * A rule sends whole events to a queue. Events that EventBridge can't deliver go to the dead-letter queue. See {@link
 * admitRules}.
 */
export function deliverToQueue(rule: events.Rule, queue: IQueue, deadLetters: IQueue): void {
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetters.queueArn },
      retryPolicy: DELIVERY_RETRY,
    }),
  });
}

/**
 * Only these rules may send events to a queue. The L2 targets omit the condition if a queue is encrypted, which allows
 * the rules of every account.
 */
export function admitRules(queue: IQueue, ...ruleArns: string[]): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'OneRuleDelivers',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: QUEUE_SEND_ACTIONS,
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': ruleArns.length === 1 ? ruleArns[0] : ruleArns } },
    }),
  );
}
