/** What operators ask Amazon SQS: to look into a queue, to take messages out and to give them back. */
import { createHash } from 'node:crypto';
import type { Operation } from './front';
import type { Queues } from './queues';

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');

/** By `x-amz-target`. A message that was received stays away until it is given back: time is left out here. */
export function queueCalls(queues: () => Queues): [string, Operation][] {
  return [
    [
      'AmazonSQS.ReceiveMessage',
      ({ QueueUrl, MaxNumberOfMessages = 1 }) => ({
        Messages: queues()
          .receive(String(QueueUrl), Number(MaxNumberOfMessages))
          .map(({ messageId, body, sent, handle, receives }) => ({
            MessageId: messageId,
            ReceiptHandle: handle,
            Body: body,
            MD5OfBody: md5(body),
            Attributes: { SentTimestamp: String(sent), ApproximateReceiveCount: String(receives) },
          })),
      }),
    ],
    [
      'AmazonSQS.DeleteMessage',
      ({ QueueUrl, ReceiptHandle }) => queues().remove(String(QueueUrl), String(ReceiptHandle)),
    ],
    [
      'AmazonSQS.ChangeMessageVisibility',
      ({ QueueUrl, ReceiptHandle }) => queues().release(String(QueueUrl), String(ReceiptHandle)),
    ],
    [
      'AmazonSQS.GetQueueAttributes',
      ({ QueueUrl }) => ({
        Attributes: { ApproximateNumberOfMessages: String(queues().waiting(String(QueueUrl)).length) },
      }),
    ],
  ];
}
