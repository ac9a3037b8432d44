import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowTopicPublishers } from '../encryption/key-statements';
import { policyText } from '../validation/policy-text';
import { requireInput } from '../validation/input-error';
import { requireStandardTopic } from '../validation/notification-topic';

const ALARMS = 'cloudwatch.amazonaws.com';

/** A topic for alarms: encrypted, TLS-only, and writable by the CloudWatch alarms of this account and Region. */
export function alarmTopic(scope: Construct, id: string, encryptionKey: kms.IKey): sns.Topic {
  const topic = new sns.Topic(scope, id, {
    displayName: 'Agent audit alarms',
    masterKey: encryptionKey,
    enforceSSL: true,
  });
  admitAlarms(scope, topic);
  return topic;
}

/**
 * Allows the alarms of this account and Region to publish. For an imported topic, a warning prints what its policy must
 * contain.
 *
 * @throws InputError when alarms cannot notify the topic
 */
export function admitAlarms(scope: Construct, topic: sns.ITopic): void {
  requireStandardTopic(scope, 'alarmTopic', topic);
  const key = topic.masterKey;
  if (key) {
    // The policy of this key can't be changed and doesn't allow CloudWatch:
    // docs.aws.amazon.com/sns/latest/dg/sns-key-management.html ("must use a customer managed key").
    requireInput(!/alias\/aws\//.test(key.keyArn), scope, {
      input: 'alarmTopic',
      value: topic.node.path,
      allowed: 'a topic without encryption or under a customer-managed key, which can admit CloudWatch',
      fix: 'give the topic an AgentKey as masterKey',
    });
    allowTopicPublishers(key, scope, ALARMS);
  }
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    sid: 'AlarmsPublish',
    principals: [new iam.ServicePrincipal(ALARMS)],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      // The ARN of a single alarm would be a cycle (alarm, topic), so every alarm of this account and Region is
      // allowed.
      ArnLike: {
        'aws:SourceArn': `arn:${stack.partition}:cloudwatch:${stack.region}:${stack.account}:alarm:*`,
      },
    },
  });
  if (!topic.addToResourcePolicy(statement).statementAdded) {
    Annotations.of(scope).addWarningV2(
      'cdk-bedrock-managed-agents:topicPolicyNotUpdated',
      `The policy of the imported topic ${topic.node.path} cannot be updated from here. If it has a policy of its own, ` +
        `attach this statement: ${policyText(scope, statement.toStatementJson())}`,
    );
  }
}
