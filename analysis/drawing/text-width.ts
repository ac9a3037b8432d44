import { visible } from '../../lib/contracts/untrusted-text';

/**
 * Width of a text without a browser. The picture uses the reader's sans-serif font, so texts are measured with the
 * widths of DejaVu Sans, one of the widest. A text that fits by this measure fits in every usual font.
 */
const WIDTHS: readonly (readonly [number, string])[] = [
  [0.32, " ijl.,:;|'!I`"],
  [0.42, '()[]-/\\frtJ·"'],
  [0.53, '*_?sz'],
  [0.64, 'abcdeghknopquvxyFLPTY0123456789{}$'],
  [0.7, 'ABCERSVXZK'],
  [0.79, 'DGHNOQU&△'],
  [0.84, '+=<>#~w→×^⊘'],
  [1, 'mMW@%…—'],
];
const OTHER = 1.05;
/** Characters of East Asian scripts are as wide as high; emoji are wider. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3fffd}]/u;
const BOLD = 1.12;

const byCharacter = new Map(WIDTHS.flatMap(([width, characters]) => [...characters].map((one) => [one, width])));

/** Width of a text in the units of its size. */
export function textWidth(text: string, size: number, bold = false): number {
  let ems = 0;
  for (const character of text) {
    ems += byCharacter.get(character) ?? (WIDE.test(character) ? 1.3 : OTHER);
  }
  return ems * size * (bold ? BOLD : 1);
}

/**
 * Cuts a text into lines that fit. A line ends between words; in a word that is longer than a line after a separator; in an
 * identifier that is longer than a line before a capital letter, and elsewhere only where it has none. Of more than `most` lines
 * the rest is an ellipsis.
 */
export function linesOf(text: string, width: number, size: number, bold = false, most = 3): string[] {
  const fits = (line: string) => textWidth(line.trimEnd(), size, bold) <= width;
  const lines: string[] = [];
  let line = '';
  const add = (piece: string, split: readonly RegExp[]): void => {
    const [next, ...rest] = split;
    if (fits(line + piece)) {
      line += piece;
    } else if (fits(piece)) {
      lines.push(line.trimEnd());
      line = piece;
    } else if (next) {
      (piece.match(next) ?? []).forEach((part) => add(part, rest));
    } else {
      [...piece].forEach((character) => add(character, []));
    }
  };
  // One character is always put, however narrow the line is: `fits` decides between lines, not whether there is one.
  const shown = visible(text);
  (shown.match(/\s*\S+\s*/g) ?? []).forEach((word) => add(word, [/[^/,:._-]*[/,:._-]*/g, /[A-Z]?[^A-Z]*/g]));
  lines.push(line.trimEnd());
  const found = lines.filter((each) => each !== '');
  if (found.length <= most) {
    return found;
  }
  let last = [...found[most - 1]];
  while (last.length > 0 && !fits(`${last.join('')}…`)) {
    last = last.slice(0, -1);
  }
  return [...found.slice(0, most - 1), `${last.join('').trimEnd()}…`];
}
