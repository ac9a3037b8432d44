/** One client of an event stream: server-sent events, kept alive by comments. */
import type { ServerResponse } from 'node:http';
import type { Faults } from '../faults/faults';
import type { LiveEvent, SessionEvents } from '../session/events';

const KEEP_ALIVE_MS = 15_000;

/**
 * Streams events from now on.
 *
 * @param until ends the stream after this event; without it the stream ends with the session or the client
 */
export function streamEvents(
  response: ServerResponse,
  events: SessionEvents,
  faults: Faults,
  until?: (event: LiveEvent) => boolean,
): { send: (event: LiveEvent) => void } {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
  });
  response.flushHeaders();
  const write = (event: LiveEvent): void =>
    void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const send = (event: LiveEvent): void => {
    if (faults.strikes('drop-stream')) return void response.destroy();
    if (!faults.strikes('lose-event')) write(event);
    if (faults.strikes('duplicate-event')) write(event);
    if (until?.(event) === true) finish();
  };
  const finish = (): void => void response.end();
  const stopListening = events.listen(send, finish);
  const keepAlive = setInterval(() => void response.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
  response.on('close', () => {
    stopListening();
    clearInterval(keepAlive);
  });
  response.on('error', () => undefined);
  return { send };
}
