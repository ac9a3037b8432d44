import { concat, textOf } from './compose-text';
import type { Text } from './text';

/** Splits at a delimiter; undefined if a hole could contain the delimiter or a part of it. */
export function splitText(delimiter: string, text: Text): Text[] | undefined {
  if (delimiter === '') {
    return undefined;
  }
  const parts: Text[] = [[]];
  for (const [at, part] of text.entries()) {
    if (typeof part !== 'string') {
      if (couldHold(delimiter, part.excludes, text[at - 1], text[at + 1])) {
        return undefined;
      }
      parts.push(concat(parts.pop()!, [part]));
      continue;
    }
    part.split(delimiter).forEach((piece, index) => {
      parts.push(index === 0 ? concat(parts.pop()!, textOf(piece)) : textOf(piece));
    });
  }
  return parts;
}

/** Whether a delimiter could be in a hole, or begin or end in it. */
function couldHold(delimiter: string, excludes: string, before?: Text[number], after?: Text[number]): boolean {
  const isPossible = (text: string) => ![...text].some((character) => excludes.includes(character));
  if (isPossible(delimiter)) {
    return true;
  }
  return [...delimiter].some((_, at) => {
    const [head, tail] = [delimiter.slice(0, at), delimiter.slice(at)];
    if (at === 0) {
      return false;
    }
    return (isPossible(head) && couldBegin(after, tail)) || (isPossible(tail) && couldEnd(before, head));
  });
}

const couldBegin = (part: Text[number] | undefined, text: string): boolean =>
  part !== undefined && (typeof part !== 'string' || part.startsWith(text) || text.startsWith(part));

const couldEnd = (part: Text[number] | undefined, text: string): boolean =>
  part !== undefined && (typeof part !== 'string' || part.endsWith(text) || text.endsWith(part));
