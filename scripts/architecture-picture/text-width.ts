/**
 * Width of a text without a browser. The picture is set in whatever sans-serif face the reader has, so a text is taken to
 * be as wide as in DejaVu Sans, one of the widest; what fits by this measure fits in every usual face.
 */
const WIDTHS: readonly (readonly [number, string])[] = [
  [0.32, " ijl.,:;|'!I`"],
  [0.42, '()[]-/\\frtJ·"'],
  [0.53, '*_?sz'],
  [0.64, 'abcdeghknopquvxyFLPTY0123456789{}$'],
  [0.7, 'ABCERSVXZK'],
  [0.79, 'DGHNOQU&'],
  [0.84, '+=<>#~w→×^'],
  [1, 'mMW@%…—'],
];
const BOLD = 1.12;

const byCharacter = new Map(WIDTHS.flatMap(([width, characters]) => [...characters].map((one) => [one, width])));

/** Width of a text in the units of its size. */
export function textWidth(text: string, size: number, bold = false): number {
  const ems = [...text].reduce((sum, character) => sum + (byCharacter.get(character) ?? 1.05), 0);
  return ems * size * (bold ? BOLD : 1);
}

/** Cuts a text into lines that fit, preferably after a separator; of more than `most` lines the rest is an ellipsis. */
export function linesOf(text: string, width: number, size: number, bold = false, most = 3): string[] {
  const fits = (line: string) => textWidth(line, size, bold) <= width;
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(/[^\s/,._-]*[\s/,._-]?/g) ?? []) {
    if (fits((line + piece).trimEnd())) {
      line += piece;
      continue;
    }
    if (line.trim()) {
      lines.push(line.trimEnd());
    }
    line = piece;
    while (!fits(line.trimEnd())) {
      const cut = longestFit(line, fits);
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  if (line.trim()) {
    lines.push(line.trimEnd());
  }
  if (lines.length <= most) {
    return lines;
  }
  let last = lines[most - 1];
  while (!fits(`${last}…`)) {
    last = last.slice(0, -1);
  }
  return [...lines.slice(0, most - 1), `${last.trimEnd()}…`];
}

function longestFit(text: string, fits: (line: string) => boolean): number {
  let length = text.length - 1;
  while (length > 1 && !fits(text.slice(0, length))) {
    length -= 1;
  }
  return length;
}
