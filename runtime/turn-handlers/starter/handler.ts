import { randomBytes } from 'node:crypto';
import type { Starter } from './configuration';
import { parseEvent } from './event-value';
import { startTurn, type StarterClients } from './start-turn';
import { requestTurn } from './turn-request';

/** What Lambda hands over from a queue; only what is read. */
export interface QueueBatch {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** Which messages are to return to the queue. Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
export interface QueueBatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export type LogLine = Record<string, string | number | undefined>;

/**
 * Starts one turn per message. A message whose turn could not be started returns to the queue and, after the last
 * attempt, to the dead-letter queue: nothing is dropped here. Log lines name messages and executions, never their text.
 */
export async function startTurns(
  batch: QueueBatch,
  starter: Starter,
  clients: StarterClients,
  log: (line: LogLine) => void,
): Promise<QueueBatchAnswer> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of batch.Records) {
    try {
      const nonce = randomBytes(16).toString('hex');
      const turn = requestTurn(starter, parseEvent(body), nonce, new Date());
      const { name, result } = await startTurn(clients, starter, turn, nonce);
      log({ level: 'INFO', message: `turn ${result}`, messageId, turn: name, eventId: turn.request.trigger.eventId });
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: messageId });
      log({ level: 'ERROR', message: 'turn not started', messageId, ...reason(error) });
    }
  }
  return { batchItemFailures };
}

/** Name and cause of an error. The message only of our own errors: a service may repeat its input in its message. */
function reason(error: unknown): LogLine {
  if (!(error instanceof Error)) {
    return { error: typeof error };
  }
  const { httpStatusCode, requestId } =
    (error as { $metadata?: { httpStatusCode?: number; requestId?: string } }).$metadata ?? {};
  return {
    error: error.name,
    ...(httpStatusCode === undefined ? { reason: error.message } : { httpStatusCode, requestId }),
  };
}
