/** The event of a queue; only the members that are read. */
export interface QueueBatch {
  readonly Records: readonly QueueMessage[];
}
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
}

/**
 * The messages that return to the queue. Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export interface QueueBatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * Handles the messages one after the other. One that fails returns to the queue and, after its last attempt, to the
 * dead-letter queue; the others are completed.
 */
export async function forEachMessage(
  { Records }: QueueBatch,
  handle: (message: QueueMessage) => Promise<void>,
  failed: (messageId: string, error: unknown) => void,
): Promise<QueueBatchAnswer> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of Records) {
    try {
      await handle(message);
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: message.messageId });
      failed(message.messageId, error);
    }
  }
  return { batchItemFailures };
}
