import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import { attachPolicy } from '../identity/attach-policy';
import { START_EXECUTION_ACTIONS } from '../identity/perms';
import { admitRules, DELIVERY_RETRY } from '../function/rule-delivery';

export interface MachineRuleProps {
  readonly machineArn: string;
  readonly eventPattern: events.EventPattern;
  /** @default - the default bus of the account */
  readonly eventBus?: events.IEventBus;
  readonly description: string;
  readonly roleDescription: string;
  /** Sid of the policy statement that allows EventBridge to start the state machine. */
  readonly sid: string;
  readonly encryptionKey: kms.IKey;
}

/**
 * Starts a state machine for every matching event. EventBridge retries for a day, and then sends the event to a queue.
 * @returns the queue of events for which it could not be started
 */
export function startMachineOnEvents(scope: Construct, props: MachineRuleProps): sqs.Queue {
  const { machineArn, eventPattern, eventBus, description, roleDescription, sid, encryptionKey } = props;
  const deadLetters = deadLetterQueue(scope, 'DeadLetters', encryptionKey);
  const role = new iam.Role(scope, 'EventRole', {
    description: roleDescription,
    assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
  });
  attachPolicy(scope, 'EventPolicy', role, 'role of a rule', [
    new iam.PolicyStatement({ sid, actions: START_EXECUTION_ACTIONS, resources: [machineArn] }),
  ]);
  const rule = new events.Rule(scope, 'Rule', { description, eventBus, eventPattern });
  rule.addTarget({
    bind: () => ({
      arn: machineArn,
      role,
      deadLetterConfig: { arn: deadLetters.queueArn },
      retryPolicy: DELIVERY_RETRY,
    }),
  });
  admitRules(deadLetters, rule.ruleArn);
  allowQueueForEventBridge(encryptionKey, scope);
  return deadLetters;
}
