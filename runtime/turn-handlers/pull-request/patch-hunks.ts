import type { LineRange } from '../../../lib/contracts/review';

/** The lines of the new version that a unified diff of one file shows, by the headers of its hunks. */
export function patchHunks(patch: string): LineRange[] {
  return [...patch.matchAll(/^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/gm)]
    .map(([, start, lines]) => ({ start: Number(start), lines: lines === undefined ? 1 : Number(lines) }))
    .filter(({ lines }) => lines > 0);
}
