/**
 * Makes text from a template safe for a terminal and for Markdown. Names in a template are untrusted text.
 */

/**
 * Text with every control, zero-width and direction-changing character made visible, on one line: a name in a template
 * must not move the cursor of a terminal, break a line or reverse text.
 */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/**
 * Text as a Markdown code span, in which HTML, links, mentions and emphasis have no effect. The fence is longer than
 * any run of backticks in the text, as CommonMark asks.
 */
export function code(text: string): string {
  const shown = visible(text) || ' ';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = shown !== ' ' && /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
