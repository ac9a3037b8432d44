import { redacted } from './redaction';

/** Most bytes of JSON in one result: the model must be able to read it together with the rest of its context. */
export const MAX_OUTPUT_BYTES = 64 * 1024;
/** Longest single text in an answer, in characters. */
const MAX_TEXT = 4_000;
/** For the other members of a result, in bytes. */
const RESERVED_BYTES = 4_096;
/** Searched beyond the cut, so that a credential across the cut is still recognized. */
const MARGIN = 4_000;

/** One text: credentials removed, then cut. */
export function safeText(text: string, max = MAX_TEXT): string {
  const clean = redacted(text.length > max + MARGIN ? text.slice(0, max + MARGIN) : text);
  const cut = clean.length > max ? clean.slice(0, max) : clean;
  return text.length > max ? `${cut}… [${text.length} characters in full]` : cut;
}

/** Makes every text in a value safe. Members that are undefined or null disappear; dates become ISO 8601. */
export function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (Array.isArray(value)) return value.map((entry) => safeValue(entry));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined && member !== null)
        .map(([name, member]) => [safeText(name, 200), safeValue(member)]),
    );
  }
  return value;
}

/**
 * The first entries that fit into the output once they are made safe. Omitted entries are counted, so that the model
 * knows about them.
 */
export function fitting<T>(entries: readonly T[]): { fit: T[]; left: number } {
  const fit: T[] = [];
  let bytes = RESERVED_BYTES;
  for (const entry of entries) {
    bytes += Buffer.byteLength(JSON.stringify(safeValue(entry))) + 1;
    if (bytes > MAX_OUTPUT_BYTES) break;
    fit.push(entry);
  }
  return { fit, left: entries.length - fit.length };
}
