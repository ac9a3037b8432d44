/**
 * How text from a template is written where it could do harm: on a terminal, in Markdown. Names in a template are anybody's
 * text.
 */

/**
 * Text with every control, zero-width and direction-changing character made visible, on one line: a name in a template must
 * not be able to move the cursor of a terminal, break a line or make text read backwards.
 */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/**
 * Text as a Markdown code span: no HTML, no link, no mention and no emphasis can come out of one. The fence is longer than any
 * run of backticks in the text, as CommonMark asks.
 */
export function code(text: string): string {
  const shown = visible(text) || ' ';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = shown !== ' ' && /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
