import { visible } from '../../lib/contracts/untrusted-text';

/**
 * Cuts a text into lines of at most `width` columns, preferably after a separator, and at most `most` lines: the rest is
 * an ellipsis. Characters of East Asian scripts and emoji take two columns.
 */
export function wrapped(text: string, width: number, most: number): string[] {
  let rest = [...visible(text)];
  const lines: string[] = [];
  while (rest.length > 0 && lines.length < most) {
    const fits = fitting(rest, width);
    if (fits === rest.length) {
      lines.push(rest.join(''));
      return lines;
    }
    if (lines.length === most - 1) {
      lines.push(`${rest.slice(0, fitting(rest, width - 1)).join('')}…`);
      return lines;
    }
    const cut = breakBefore(rest, fits);
    lines.push(rest.slice(0, cut).join('').trimEnd());
    rest = rest.slice(cut);
    while (rest[0] === ' ') {
      rest.shift();
    }
  }
  return lines.length ? lines : [''];
}

function fitting(characters: readonly string[], width: number): number {
  let columns = 0;
  for (const [index, character] of characters.entries()) {
    columns += columnsOf(character);
    if (columns > width) {
      return Math.max(index, 1);
    }
  }
  return characters.length;
}

/** The last place after a separator, if it does not leave the line too short. */
function breakBefore(characters: readonly string[], fits: number): number {
  for (let at = fits; at > fits / 2; at -= 1) {
    if (/[\s/:,._-]/.test(characters[at - 1])) {
      return at;
    }
  }
  return fits;
}

function columnsOf(character: string): number {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
