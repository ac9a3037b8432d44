import { concat, literalOf, textOf } from './compose-text';
import type { Hole, Text } from './text';

/** Private use characters, which no template needs: they mark holes in JSON while it is parsed. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const PLACEHOLDER = /\uE000(\d+)\uE001/;

/** JSON parsed from a text, with placeholders for the holes of the text. */
export interface ParsedJson {
  readonly json: unknown;
  readonly holes: readonly Hole[];
}

/**
 * Parses a text with JSON in it. A hole inside a string is part of the string; a hole outside of strings is a value. A
 * hole counts as one value, even if whoever deploys could write quotes into it.
 */
export function parseJsonText(text: Text): ParsedJson | undefined {
  const known = literalOf(text);
  if (known !== undefined) {
    return /^\s*[[{]/.test(known) ? parsed(known, []) : undefined;
  }
  const first = text[0];
  if (typeof first !== 'string' || !/^\s*[[{]/.test(first)) {
    return undefined;
  }
  const holes: Hole[] = [];
  let written = '';
  let quoted = false;
  for (const part of text) {
    if (typeof part === 'string') {
      written += part;
      quoted = endsQuoted(part, quoted);
    } else {
      const placeholder = `${OPEN}${holes.length}${CLOSE}`;
      written += quoted ? placeholder : `"${placeholder}"`;
      holes.push(part);
    }
  }
  return parsed(written, holes);
}

/** A parsed string with its holes put back. */
export function filledText(written: string, holes: readonly Hole[]): Text {
  if (!written.includes(OPEN)) {
    return textOf(written);
  }
  return concat(
    ...written.split(PLACEHOLDER).map((piece, at): Text => {
      const hole = at % 2 === 1 ? holes[Number(piece)] : undefined;
      return hole ? [hole] : textOf(piece);
    }),
  );
}

function parsed(written: string, holes: readonly Hole[]): ParsedJson | undefined {
  try {
    return { json: JSON.parse(written) as unknown, holes };
  } catch {
    return undefined;
  }
}

function endsQuoted(part: string, before: boolean): boolean {
  let quoted = before;
  for (let at = 0; at < part.length; at += 1) {
    if (part[at] === '\\' && quoted) {
      at += 1;
    } else if (part[at] === '"') {
      quoted = !quoted;
    }
  }
  return quoted;
}
