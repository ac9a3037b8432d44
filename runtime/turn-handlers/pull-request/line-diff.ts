import { diffArrays } from 'diff';
import type { LineRange } from '../../../lib/contracts/review';

/** Lines that git shows around a changed one. */
const CONTEXT = 3;

/**
 * Largest number of edits for which the shortest diff is computed: the time grows with their square. Above it,
 * everything between the equal beginning and the equal end counts as changed.
 */
const MAX_EDITS = 1_000;

/** What changed between two versions of a text. */
export interface LineDiff {
  /** Lines of the new version, context included. */
  readonly hunks: readonly LineRange[];
  readonly addedLines: number;
  readonly removedLines: number;
  /** Bytes of the added and removed lines, line ends included. */
  readonly size: number;
}

/** Removed lines of the old version, and lines `[start, end)` of the new version that replace them. */
interface Edit {
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly start: number;
  readonly end: number;
}

export function diffLines(before: string, after: string): LineDiff {
  const fresh = linesOf(after);
  const edits = editsBetween(linesOf(before), fresh);
  const removed = edits.flatMap((edit) => edit.removed);
  const added = edits.flatMap((edit) => edit.added);
  return {
    hunks: hunksOf(edits, fresh.length),
    addedLines: added.length,
    removedLines: removed.length,
    size: [...removed, ...added].reduce((size, line) => size + Buffer.byteLength(line) + 1, 0),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function hunksOf(edits: readonly Edit[], length: number): LineRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const edit of edits) {
    const start = Math.max(0, edit.start - CONTEXT);
    const end = Math.min(length, edit.end + CONTEXT);
    const last = ranges.at(-1);
    if (last && start <= last.end) last.end = end;
    else if (end > start) ranges.push({ start, end });
  }
  return ranges.map(({ start, end }) => ({ start: start + 1, lines: end - start }));
}

function editsBetween(old: string[], fresh: string[]): Edit[] {
  const changes = diffArrays(old, fresh, { maxEditLength: MAX_EDITS });
  if (!changes) return [everythingBetweenEqualEnds(old, fresh)];
  const edits: Edit[] = [];
  let line = 0;
  for (const { added, removed, value } of changes) {
    if (removed) edits.push({ removed: value, added: [], start: line, end: line });
    if (added) edits.push({ removed: [], added: value, start: line, end: line + value.length });
    if (!removed) line += value.length;
  }
  return edits;
}

function everythingBetweenEqualEnds(old: string[], fresh: string[]): Edit {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let [from, to] = [old.length, fresh.length];
  while (from > head && to > head && old[from - 1] === fresh[to - 1]) [from, to] = [from - 1, to - 1];
  return { removed: old.slice(head, from), added: fresh.slice(head, to), start: head, end: to };
}
