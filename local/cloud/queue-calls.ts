/** Calls of operators to Amazon SQS: reading a queue, receiving messages and making them visible again. */
import { createHash } from 'node:crypto';
import type { Operation } from './front';
import type { Queues } from './queues';

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');

/**
 * By `x-amz-target`. A received message stays hidden until it is made visible again: there is no visibility timeout.
 */
export function queueCalls(queues: Queues): [string, Operation][] {
  return [
    [
      'AmazonSQS.ReceiveMessage',
      ({ QueueUrl, MaxNumberOfMessages = 1 }) => ({
        Messages: queues
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
      ({ QueueUrl, ReceiptHandle }) => queues.remove(String(QueueUrl), String(ReceiptHandle)),
    ],
    [
      'AmazonSQS.ChangeMessageVisibility',
      ({ QueueUrl, ReceiptHandle }) => queues.release(String(QueueUrl), String(ReceiptHandle)),
    ],
    [
      'AmazonSQS.GetQueueAttributes',
      ({ QueueUrl }) => ({
        Attributes: { ApproximateNumberOfMessages: String(queues.waiting(String(QueueUrl)).length) },
      }),
    ],
  ];
}
