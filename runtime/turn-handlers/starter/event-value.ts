import { RefusedEventError } from './refused-event';

/** A member of an event, or undefined. Follows own members and list positions only, never inherited ones. */
export function eventValue(event: unknown, path: readonly string[]): unknown {
  let value = event;
  for (const member of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[member];
  }
  return value ?? undefined;
}

/** The event in a message. */
export function parseEvent(body: string): object {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    throw new RefusedEventError('the message is not JSON');
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new RefusedEventError('the message is not a JSON object');
  }
  return event;
}
