import type { LineRange } from '../../../lib/contracts/review';

/** Lines that git shows around a changed one. */
const CONTEXT = 3;

/**
 * Edits up to which the shortest difference is looked for. The search keeps a row per edit and its time grows with their
 * number; beyond, everything between the equal beginning and the equal end counts as changed.
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

/** Lines `[from, to)` of the old version became lines `[start, end)` of the new one. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export function diffLines(before: string, after: string): LineDiff {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const edits = editsBetween(old, fresh);
  const sum = (lines: string[]) => lines.reduce((size, line) => size + Buffer.byteLength(line) + 1, 0);
  return {
    hunks: hunksOf(edits, fresh.length),
    addedLines: edits.reduce((count, { start, end }) => count + end - start, 0),
    removedLines: edits.reduce((count, { from, to }) => count + to - from, 0),
    size: edits.reduce(
      (size, { from, to, start, end }) => size + sum(old.slice(from, to)) + sum(fresh.slice(start, end)),
      0,
    ),
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

/** E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), between the equal beginning and end. */
function editsBetween(old: string[], fresh: string[]): Edit[] {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let [from, to] = [old.length, fresh.length];
  while (from > head && to > head && old[from - 1] === fresh[to - 1]) [from, to] = [from - 1, to - 1];
  if (from === head && to === head) return [];
  return (
    shortestEdits(old.slice(head, from), fresh.slice(head, to), head) ?? [
      { from: head, to: from, start: head, end: to },
    ]
  );
}

function shortestEdits(old: string[], fresh: string[], offset: number): Edit[] | undefined {
  const [n, m] = [old.length, fresh.length];
  const rows: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(n + m, MAX_EDITS); edits += 1) {
    const row = new Map<number, number>();
    rows.push(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = takesInsertion(reached, diagonal, edits)
        ? (reached.get(diagonal + 1) ?? 0)
        : (reached.get(diagonal - 1) ?? 0) + 1;
      while (x < n && x - diagonal < m && old[x] === fresh[x - diagonal]) x += 1;
      row.set(diagonal, x);
      if (x >= n && x - diagonal >= m) return walkBack(rows, n, m, offset);
    }
    reached = row;
  }
  return undefined;
}

function takesInsertion(reached: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  return (
    diagonal === -edits || (diagonal !== edits && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1))
  );
}

/** From the end to the beginning: one step per edit, neighbours joined. */
function walkBack(rows: readonly ReadonlyMap<number, number>[], n: number, m: number, offset: number): Edit[] {
  const edits: { from: number; to: number; start: number; end: number }[] = [];
  let [x, y] = [n, m];
  for (let edit = rows.length - 1; edit > 0; edit -= 1) {
    const row = rows[edit];
    const insertion = takesInsertion(row, x - y, edit);
    const px = row.get(x - y + (insertion ? 1 : -1)) ?? 0;
    const py = px - (x - y + (insertion ? 1 : -1));
    const step = insertion
      ? { from: px, to: px, start: py, end: py + 1 }
      : { from: px, to: px + 1, start: py, end: py };
    const next = edits[0];
    if (next && next.from === step.to && next.start === step.end) {
      [next.from, next.start] = [step.from, step.start];
    } else {
      edits.unshift(step);
    }
    [x, y] = [px, py];
  }
  return edits.map(({ from, to, start, end }) => ({
    from: from + offset,
    to: to + offset,
    start: start + offset,
    end: end + offset,
  }));
}
