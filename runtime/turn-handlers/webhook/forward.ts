import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  GITHUB_EVENT_SOURCE,
  type GitHubCommentDetail,
  type GitHubPullRequestDetail,
} from '../../../lib/contracts/webhook';
import type { Webhook } from './configuration';

export interface ForwardClients {
  readonly events: EventBridgeClient;
  readonly queues: () => SQSClient;
}

/**
 * Sends the event to the bus; if that fails, to the dead-letter queue. GitHub doesn't repeat a delivery automatically
 * (docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries), so it is kept here.
 *
 * @throws if both fail.
 */
export async function forward(
  clients: ForwardClients,
  webhook: Webhook,
  detailType: string,
  detail: GitHubPullRequestDetail | GitHubCommentDetail,
): Promise<'forwarded' | 'kept'> {
  const entry = {
    EventBusName: webhook.eventBusName,
    Source: GITHUB_EVENT_SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
  try {
    const { FailedEntryCount } = await clients.events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount === 0) {
      return 'forwarded';
    }
  } catch {
    // Every failure of the bus leads to the queue.
  }
  await clients
    .queues()
    .send(new SendMessageCommand({ QueueUrl: webhook.deadLetterQueueUrl, MessageBody: JSON.stringify(entry) }));
  return 'kept';
}
