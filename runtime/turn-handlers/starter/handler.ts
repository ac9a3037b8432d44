import { randomBytes } from 'node:crypto';
import type { Starter } from './configuration';
import { parseEvent } from './event-value';
import { startTurn, type StarterClients } from './start-turn';
import { forEachMessage, type QueueBatch, type QueueBatchAnswer } from '../turn/queue-batch';
import { requestTurn } from './turn-request';

export type LogLine = Record<string, string | number | undefined>;

/**
 * Starts one turn per message. A message whose turn could not be started returns to the queue and, after the last
 * attempt, to the dead-letter queue. No event is lost. Log lines name messages and executions, never their text.
 */
export async function startTurns(
  batch: QueueBatch,
  starter: Starter,
  clients: StarterClients,
  log: (line: LogLine) => void,
): Promise<QueueBatchAnswer> {
  return await forEachMessage(
    batch,
    async ({ messageId, body }) => {
      const nonce = randomBytes(16).toString('hex');
      const turn = requestTurn(starter, parseEvent(body), nonce, new Date());
      const { name, result } = await startTurn(clients, starter, turn, nonce);
      log({ level: 'INFO', message: `turn ${result}`, messageId, turn: name, eventId: turn.request.trigger.eventId });
    },
    (messageId, error) => log({ level: 'ERROR', message: 'turn not started', messageId, ...reason(error) }),
  );
}

/**
 * Name and cause of an error. The message is included only for our own errors: a service may repeat its input in its
 * message.
 */
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
