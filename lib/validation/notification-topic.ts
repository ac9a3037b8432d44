import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { requireInput } from './refused-input';
import { requireSamePlace } from './same-place';

/**
 * Refuses topics that can't be used for notifications: FIFO topics, whose messages need a group, and topics of another
 * account or Region, for which the key and topic policy statements don't apply.
 *
 * Source: docs.aws.amazon.com/sns/latest/api/API_Publish.html (MessageGroupId is required for FIFO topics).
 */
export function requireStandardTopic(scope: IConstruct, input: string, topic: ITopic): void {
  requireInput(!topic.fifo && !topic.topicName.endsWith('.fifo'), scope, {
    input,
    value: topic.node.path,
    allowed: 'a standard topic',
    fix: 'create a topic without fifo: true',
  });
  requireSamePlace(scope, {
    input,
    what: 'a topic',
    construct: topic,
    arn: topic.topicArn,
    fix: 'create a topic in this account and Region, and subscribe the other place to it',
  });
  if (topic.masterKey) {
    requireSamePlace(scope, {
      input,
      what: 'a topic whose key is',
      construct: topic.masterKey,
      arn: topic.masterKey.keyArn,
      fix: 'give the topic a key of this account and Region',
    });
  }
}
