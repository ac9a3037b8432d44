import { concat, textOf } from './compose-text';
import type { Text } from './text';

/** Splits at a delimiter; undefined when a hole could hold it, or a part of it. */
export function splitText(delimiter: string, text: Text): Text[] | undefined {
  if (delimiter === '') {
    return undefined;
  }
  const parts: Text[] = [[]];
  for (const part of text) {
    if (typeof part !== 'string') {
      if (![...delimiter].every((character) => part.excludes.includes(character))) {
        return undefined;
      }
      parts.push(concat(parts.pop()!, [part]));
      continue;
    }
    part.split(delimiter).forEach((piece, at) => {
      parts.push(at === 0 ? concat(parts.pop()!, textOf(piece)) : textOf(piece));
    });
  }
  return parts;
}
