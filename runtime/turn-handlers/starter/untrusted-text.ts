/**
 * Characters that a person does not see as what they are: controls, bidirectional and zero-width characters, tags,
 * variation selectors, fillers, unusual spaces, private and unassigned code points. They hide text from the reader of
 * the evidence but not from a model. Also `<` and `>`, so that no markup of any kind stands in the data.
 */
const DECEPTIVE =
  /[<>\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFE00-\uFE0F\uFFA0\u{E0100}-\u{E01EF}]|(?! )\p{Zs}/u;

/** A text as it stands in the fence. */
export interface QuotedText {
  /** One line: a JSON string with every deceptive character escaped. */
  readonly quoted: string;
  /** True when the text was longer than the limit. */
  readonly cut: boolean;
}

/**
 * Quotes a text of somebody else as a JSON string on one line. JSON keeps what was there readable, and neither a line
 * break nor a quotation mark can end it.
 *
 * @param limit most characters between the quotation marks, escapes counted.
 */
export function quoteUntrusted(text: string, limit: number): QuotedText {
  let quoted = '';
  for (const character of text) {
    const escaped = escape(character);
    if (quoted.length + escaped.length > limit) {
      return { quoted: `"${quoted}"`, cut: true };
    }
    quoted += escaped;
  }
  return { quoted: `"${quoted}"`, cut: false };
}

function escape(character: string): string {
  if (DECEPTIVE.test(character) && !/[\b\f\n\r\t]/.test(character)) {
    return [...Array(character.length).keys()]
      .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
      .join('');
  }
  // Quotation marks, backslashes, line breaks and halves of surrogate pairs.
  return JSON.stringify(character).slice(1, -1);
}
