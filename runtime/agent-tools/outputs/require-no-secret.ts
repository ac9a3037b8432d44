import { type FoundCredential, firstSecret } from '../server/redaction';
import { Refusal } from '../server/refusal';
import { readableParts } from './readable-content';

/**
 * Refuses a file that holds a credential, in any encoding: text of any character width, base64, hexadecimal, escaped or
 * compressed.
 *
 * A file of text must be UTF-8: it is stored with this character set, and no search can know all others.
 */
export function requireNoSecret(content: Buffer, isText: boolean): void {
  for (const part of readableParts(content)) {
    const found = firstIn(part, 2);
    if (!found) continue;
    const where = part === content && isText && found.line !== undefined ? `, in line ${found.line}` : '';
    throw new Refusal(`The file holds what looks like ${found.kind}${where}${found.how}. Remove it and try again.`);
  }
  if (isText && !isUtf8(content)) {
    throw new Refusal('The file is not text in UTF-8, so it cannot be searched for credentials. Convert it to UTF-8.');
  }
}

interface Found {
  readonly kind: string;
  readonly line?: number;
  /** Empty if the text can be searched without decoding. */
  readonly how: string;
}

function isUtf8(content: Buffer): boolean {
  if (content.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}

function firstIn(bytes: Buffer, depth: number): Found | undefined {
  const text = bytes.toString('utf8');
  const plain = firstSecret(text);
  if (plain) return { ...plain, how: '' };
  for (const [how, other] of readings(bytes, text)) {
    const found: FoundCredential | undefined = firstSecret(other);
    if (found) return { kind: found.kind, how: ` (${how})` };
  }
  if (depth === 0) return undefined;
  for (const [how, decoded] of encodedBytes(text)) {
    if (!mayHoldText(decoded)) continue;
    for (const part of readableParts(decoded)) {
      const found = firstIn(part, depth - 1);
      if (found) return { kind: found.kind, how: ` (${how})` };
    }
  }
  return undefined;
}

/** Most runs that look encoded aren't, or begin at another offset: they decode to bytes without text. */
const mayHoldText = (bytes: Buffer): boolean =>
  /[\x20-\x7e]{12}|(?:[\x20-\x7e]\0){12}|^\x1f\x8b\x08|^PK\x03\x04/.test(bytes.toString('latin1'));

/** The same text, read as a program that gets the file would. */
function* readings(bytes: Buffer, text: string): Generator<[how: string, text: string]> {
  // Characters of two or four bytes, in either order: letters of a credential have one byte that is not zero.
  if (bytes.includes(0)) yield ['in UTF-16 or UTF-32', bytes.toString('latin1').replaceAll('\0', '')];
  const visible = text.replace(INVISIBLE, '');
  if (visible !== text) yield ['with invisible characters in it', visible];
  const unescaped = text.replace(ESCAPES, (escape) => String.fromCodePoint(codePointOf(escape)));
  if (unescaped !== text) yield ['escaped', unescaped];
}

const INVISIBLE = /[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]/g;
/** `\u0041`, `\u{41}`, `\x41`, `%41`, `=41`, `&#65;`, `&#x41;` */
const ESCAPES =
  /\\u[0-9a-f]{4}|\\u\{0{0,4}[0-9a-f]{1,4}\}|\\x[0-9a-f]{2}|%[0-9a-f]{2}|=[2-7][0-9a-f]|&#0{0,5}\d{2,5};|&#x0{0,5}[0-9a-f]{2,4};/gi;

function codePointOf(escape: string): number {
  const digits = /([0-9a-f]+)\}?;?$/i.exec(escape.replace(/^\\u\{?|^\\x|^[%=]|^&#x?/i, ''))![1];
  const code = Number.parseInt(digits, /^&#[^x]/i.test(escape) ? 10 : 16);
  return code <= 0x10ffff ? code : 0xfffd;
}

/** A run of digits is searched in windows, so that no content makes the search slow or deep. */
const WINDOW = 65_536;
/** Windows overlap by more than a credential is long, encoded twice. */
const OVERLAP = 8_192;

/** Runs of base64 (also over several lines) and hexadecimal digits, decoded. Shorter ones hold no credential. */
function* encodedBytes(text: string): Generator<[how: string, bytes: Buffer]> {
  for (let begin = 0; begin === 0 || begin + OVERLAP < text.length; begin += WINDOW - OVERLAP) {
    const window = text.slice(begin, begin + WINDOW);
    for (const [run] of window.matchAll(/[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*/g)) {
      const digits = run.replace(/\s+/g, '');
      // Characters directly before the run shift it, for example the name of a variable: try all four offsets.
      for (const phase of [0, 1, 2, 3]) yield ['encoded in base64', Buffer.from(digits.slice(phase), 'base64')];
    }
    for (const [run] of window.matchAll(/(?:[0-9a-f]{2}[ :]?){16,}/gi)) {
      const digits = run.replace(/[^0-9a-f]/gi, '');
      for (const phase of [0, 1]) yield ['encoded in hexadecimal', Buffer.from(digits.slice(phase), 'hex')];
    }
  }
}
