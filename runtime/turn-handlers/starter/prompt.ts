import type { EventPlaceholder, PromptSegment } from '../../../lib/contracts/starter';
import { eventValue } from './event-value';
import { checkedValue } from './placeholder-value';
import { RefusedEventError } from './refused-event';
import { fencedBlock, fencedJson, fencedText, joined, type PromptPiece, trusted } from './untrusted-text';

const FENCED: ReadonlySet<string> = new Set(['text', 'json', 'arn', 'url', 'id']);

/**
 * Renders the prompt of one event. Text of the event is only in a fenced block at the end, one line of JSON per value.
 * The template's placeholder refers to that line. Everything else is the template, and values of types that can't
 * contain words. So everything except the lines is trusted.
 *
 * @param nonce random and new for every prompt, so that an author of the event can't write the mark that ends the
 * block.
 */
export function renderPrompt(
  segments: readonly PromptSegment[],
  bindings: readonly string[],
  event: object,
  nonce: string,
): PromptPiece[] {
  const lines = new Map<string, string>();
  const body = segments.map(({ text, binding, placeholder }) => {
    if (text !== undefined) {
      return text;
    }
    if (binding !== undefined) {
      return bound(bindings, binding);
    }
    return placeholder ? rendered(placeholder, event, lines) : '';
  });
  if (lines.size === 0) {
    return [trusted(body.join(''))];
  }
  return joined([trusted(`${body.join('')}\n\n`), ...fencedBlock([...lines.values()], nonce)]);
}

/** The text that replaces the placeholder; a fenced value is added to `lines`. */
function rendered(placeholder: EventPlaceholder, event: object, lines: Map<string, string>): string {
  const { name, path, type, limit = 0, optional } = placeholder;
  const value = eventValue(event, path);
  if (value === undefined) {
    if (!optional) {
      throw new RefusedEventError(`${name} is missing`);
    }
    return '(not given)';
  }
  const checked = checkedValue(placeholder, value);
  if (!FENCED.has(type)) {
    return checked;
  }
  const { json, cut } = type === 'json' ? fencedJson(checked, limit) : fencedText(checked, limit);
  const label = `${name} | ${type}:${limit}`;
  lines.set(label, `${name} = ${json}${cut ? ` (cut, ${checked.length} characters in all)` : ''}`);
  return `[data: ${name}]`;
}

function bound(bindings: readonly string[], index: number): string {
  const value = bindings[index];
  if (value === undefined) {
    throw new Error(`the deployment has no value for binding ${index}`);
  }
  return value;
}
