import { MAX_INLINE_BYTES, MAX_PART_CHARACTERS, MAX_PARTS } from '../../../lib/contracts/turn';
import { RefusedEventError } from './refused-event';

/** A prompt in pieces that a guardrail can screen one by one; none cuts a surrogate pair. */
export function splitPrompt(prompt: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < prompt.length;) {
    let end = Math.min(start + MAX_PART_CHARACTERS, prompt.length);
    if (end < prompt.length && isHighSurrogate(prompt.charCodeAt(end - 1))) {
      end -= 1;
    }
    parts.push(prompt.slice(start, end));
    start = end;
  }
  if (parts.length === 0 || parts.length > MAX_PARTS) {
    throw new RefusedEventError(`the prompt has ${prompt.length} characters`);
  }
  return parts;
}

/** True when the parts may travel in the request itself. */
export function travelInline(parts: readonly string[]): boolean {
  return Buffer.byteLength(JSON.stringify(parts.map((text) => ({ text })))) <= MAX_INLINE_BYTES;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
