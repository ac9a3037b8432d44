import { MAX_INLINE_BYTES, MAX_PART_CHARACTERS, MAX_PARTS } from '../../../lib/contracts/turn';
import { RefusedEventError } from './refused-event';
import type { PromptPiece } from './untrusted-text';

/** A prompt in parts that a guardrail can screen one by one; none cuts a surrogate pair. */
export function splitPrompt(prompt: readonly PromptPiece[]): PromptPiece[] {
  const parts = prompt.flatMap(({ text, ...mark }) => splitText(text).map((part) => ({ text: part, ...mark })));
  if (parts.length === 0 || parts.length > MAX_PARTS) {
    const characters = prompt.reduce((sum, { text }) => sum + text.length, 0);
    throw new RefusedEventError(`the prompt has ${characters} characters`);
  }
  return parts;
}

function splitText(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + MAX_PART_CHARACTERS, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) {
      end -= 1;
    }
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/** Whether the parts fit into the request itself. */
export function travelInline(parts: readonly PromptPiece[]): boolean {
  return Buffer.byteLength(JSON.stringify(parts)) <= MAX_INLINE_BYTES;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
