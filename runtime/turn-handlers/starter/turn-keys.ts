import { createHash } from 'node:crypto';
import { eventValue } from './event-value';
import { RefusedEventError } from './refused-event';

/**
 * Values that a key can contain unchanged. They don't contain the separator, so that two lists never have the same key.
 */
const LEGIBLE = /^[A-Za-z0-9._:/@+=-]{1,200}$/;

/**
 * A key from values of the event: legible when all of them are plain identifiers, otherwise their hash.
 *
 * If a value is missing, the event is refused. Otherwise, two subjects would have the same key, and the second would be
 * lost.
 *
 * @param maxLength most characters of the key.
 */
export function keyOf(prefix: string, event: object, paths: readonly (readonly string[])[], maxLength: number): string {
  const values = paths.map((path) => {
    const value = eventValue(event, path);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new RefusedEventError(`event.${path.join('.')} is missing, but a key of the turn is made from it`);
    }
    return value;
  });
  const legible = `${prefix}:${values.join('|')}`;
  if (legible.length <= maxLength && values.every((value) => LEGIBLE.test(String(value)))) {
    return legible;
  }
  return `${prefix}#${createHash('sha256').update(JSON.stringify(values), 'utf8').digest('hex')}`;
}
