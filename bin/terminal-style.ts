/** Text styles of a terminal; plain text if the output isn't a terminal, or if NO_COLOR is set. */
export interface TerminalStyle {
  title(text: string): string;
  good(text: string): string;
  name(text: string): string;
  faint(text: string): string;
  bad(text: string): string;
}

/** Styles for a stream. Respects FORCE_COLOR and NO_COLOR (no-color.org). */
export function terminalStyle(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): TerminalStyle {
  const coloured = env.NO_COLOR ? false : env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : stream.isTTY === true;
  const wrap = (code: number, end: number) => (text: string) =>
    coloured ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return { title: wrap(1, 22), good: wrap(32, 39), name: wrap(36, 39), faint: wrap(2, 22), bad: wrap(31, 39) };
}
