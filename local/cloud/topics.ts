/** Amazon SNS: messages to the topics of the deployment, and their subscribers. */
import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error';
import type { Deployment } from './deployment';

export interface Message {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
}

/** A message that could not be delivered to a subscription. */
export interface Undelivered extends Message {
  readonly endpoint: string;
  readonly error: Error;
}

export interface TopicOperations {
  /** Sends a message to a queue. @throws when the topic isn't permitted */
  toQueue(topicArn: string, queueArn: string, body: string): void;
  /** Invokes a function. @throws when the topic isn't permitted */
  toFunction(topicArn: string, functionArn: string, event: unknown): Promise<void>;
}

interface Subscription {
  readonly TopicArn: string;
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly RawMessageDelivery?: boolean;
}

export class Topics {
  /** All published messages, oldest first. */
  public readonly messages: Message[] = [];
  public readonly undelivered: Undelivered[] = [];

  public constructor(
    private readonly deployment: Deployment,
    private readonly operations: TopicOperations,
  ) {}

  /** @returns id of the message. @throws AwsError when there is no such topic */
  public async publish({ topicArn, subject, message }: Message): Promise<string> {
    const isKnown = this.deployment.all('AWS::SNS::Topic').some(({ ref, arn }) => [ref, arn].includes(topicArn));
    if (!isKnown) throw new AwsError('NotFound', `Topic does not exist: ${topicArn}`, 404);
    const id = randomUUID();
    this.messages.push({ topicArn, subject, message });
    for (const subscription of this.subscriptions(topicArn)) {
      try {
        await this.deliver(subscription, id, { topicArn, subject, message });
      } catch (error) {
        this.undelivered.push({ topicArn, subject, message, endpoint: subscription.Endpoint, error: error as Error });
      }
    }
    return id;
  }

  private subscriptions(topicArn: string): Subscription[] {
    return this.deployment
      .all('AWS::SNS::Subscription')
      .map(({ properties }) => properties as unknown as Subscription)
      .filter(({ TopicArn }) => TopicArn === topicArn);
  }

  /** Forms: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
  private async deliver(
    { Protocol, Endpoint, RawMessageDelivery }: Subscription,
    MessageId: string,
    { topicArn, subject, message }: Message,
  ): Promise<void> {
    const notification = {
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn,
      ...(subject === undefined ? {} : { Subject: subject }),
      Message: message,
      Timestamp: new Date().toISOString(),
    };
    if (Protocol === 'sqs') {
      this.operations.toQueue(topicArn, Endpoint, RawMessageDelivery ? message : JSON.stringify(notification));
    } else if (Protocol === 'lambda') {
      const Records = [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: notification }];
      await this.operations.toFunction(topicArn, Endpoint, { Records });
    }
    // The others are for people: e-mail, SMS, chat.
  }
}
