import { MAX_PART_CHARACTERS, MAX_PARTS } from '../../../lib/contracts/turn';

/** How far back from the end of a piece a better position for the cut is searched. */
const LOOK_BACK = 500;

/**
 * Pieces of at most `MAX_PART_CHARACTERS`, cut after a line or a space if possible, never inside a surrogate pair.
 * Together, they are the text. A text of more than `MAX_PARTS` pieces ends with a note that it was cut; the items
 * contain the whole text.
 */
export function splitText(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    if (pieces.length === MAX_PARTS - 1 && text.length - start > MAX_PART_CHARACTERS) {
      pieces.push('\n[The answer is longer than what is published; the evidence holds all of it.]');
      break;
    }
    const end = cutBefore(text, start, Math.min(text.length, start + MAX_PART_CHARACTERS));
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function cutBefore(text: string, start: number, end: number): number {
  if (end === text.length) return end;
  const window = text.slice(Math.max(start, end - LOOK_BACK), end);
  const after = Math.max(window.lastIndexOf('\n'), window.lastIndexOf(' '));
  if (after >= 0) return end - window.length + after + 1;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff && end - 1 > start ? end - 1 : end;
}
