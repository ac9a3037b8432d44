/** The data of one server-sent event as a typed stream event. */
import { ProtocolError } from './errors';
import type { StreamEvent } from './types';

/** The OpenAI convention for "nothing follows". */
const DONE = '[DONE]';

/**
 * Returns the event, `done`, or nothing for an event without data.
 *
 * Data that is not a JSON object with a `type` is an error, not skipped: it may have been the terminal event, and a
 * reader that skipped it would wait for ever. Unknown types are passed through.
 */
export function eventFromData(data: string, eventName: string | undefined): StreamEvent | 'done' | undefined {
  if (data.trim() === '') return undefined;
  if (data.trim() === DONE) return 'done';
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new ProtocolError('The event stream carried data that is not JSON', { operation: 'streamEvents' });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const type = (value as Record<string, unknown>)['type'] ?? eventName;
    if (typeof type === 'string' && type !== '') return { ...value, type } as unknown as StreamEvent;
  }
  throw new ProtocolError('The event stream carried data that is not an event with a type', {
    operation: 'streamEvents',
  });
}
