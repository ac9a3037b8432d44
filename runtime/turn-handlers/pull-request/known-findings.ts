/**
 * Finds which findings of a new review are those of earlier ones. A model can change the wording and the rating of a
 * finding, and its line can move: it is still the same finding. Words, location and file together decide, and each
 * earlier comment matches at most one finding. A wrong match costs little: the comment is rewritten with the text of
 * the new review.
 */
import type { ChangedFile } from '../../../lib/contracts/review';
import type { OwnComment } from './review-publisher';
import type { Severity } from './review-document';
import { type IdentifiedFinding, readMark } from './review-marks';
import { spokenText } from './review-text';

/** A finding that was posted next to a line earlier. */
export interface KnownFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly comment: OwnComment;
  /** Whether the comment already says that the finding is resolved. */
  readonly resolved: boolean;
}

export interface KnownComments {
  readonly summary?: OwnComment;
  readonly findings: readonly KnownFinding[];
}

export function knownComments(agentName: string, comments: readonly OwnComment[]): KnownComments {
  let summary: OwnComment | undefined;
  const findings = new Map<string, KnownFinding>();
  for (const comment of comments) {
    const mark = readMark(agentName, comment.body);
    if (mark?.kind === 'summary') summary ??= comment;
    else if (mark && !findings.has(mark.id)) findings.set(mark.id, { ...mark, comment });
  }
  return { ...(summary ? { summary } : {}), findings: [...findings.values()] };
}

/** The matching earlier finding of each new one, by the id of the new one. */
export function recognized(
  findings: readonly IdentifiedFinding[],
  known: readonly KnownFinding[],
  files: readonly ChangedFile[],
): Map<string, KnownFinding> {
  const formerNames = new Map(files.map(({ file, previousFile }) => [file, previousFile]));
  const pairs = findings
    .flatMap((one) =>
      known
        .filter(({ comment }) => [one.finding.file, formerNames.get(one.finding.file)].includes(comment.file))
        .map((other) => ({ one, other, score: likeness(one, other) })),
    )
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const found = new Map<string, KnownFinding>();
  const taken = new Set<KnownFinding>();
  for (const { one, other } of pairs) {
    if (found.has(one.id) || taken.has(other)) continue;
    found.set(one.id, other);
    taken.add(other);
  }
  return found;
}

/** Shares of common words above which two findings of a file are the same: at any distance, and close to each other. */
const ANYWHERE = 0.5;
const NEARBY = 0.25;
const NEARBY_LINES = 3;

function likeness({ id, finding }: IdentifiedFinding, known: KnownFinding): number {
  if (id === known.id) return 4;
  const distance = known.comment.line === undefined ? Infinity : Math.abs(known.comment.line - finding.line);
  const words = wordsInCommon(finding.message, spokenText(known.comment.body));
  // One location has one finding, unless the review has two at the same location. Then the words decide which of them
  // is known.
  if (distance === 0) return 2 + words;
  if (words >= ANYWHERE || (words >= NEARBY && distance <= NEARBY_LINES)) return words + 1 / (1 + distance);
  return 0;
}

/** Share of words that two texts have in common, 0 to 1 (Dice's coefficient). */
function wordsInCommon(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const common = [...a].filter((word) => b.has(word)).length;
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size);
}

const wordsOf = (text: string): Set<string> =>
  new Set(
    text
      .toLowerCase()
      .replace(/\p{Cf}/gu, '')
      .match(/[\p{L}\p{N}_]{2,}/gu) ?? [],
  );
