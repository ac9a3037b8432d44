/** Untrusted text, on one line, without control sequences for the terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

/** The same for a text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** A value with every string in it made printable. */
export function printableValue<T>(value: T): T {
  if (typeof value === 'string') return printableLines(value) as T;
  if (Array.isArray(value)) return value.map((each) => printableValue<unknown>(each)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, printableValue<unknown>(each)])) as T;
}
