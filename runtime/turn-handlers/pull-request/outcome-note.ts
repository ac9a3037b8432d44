/**
 * The note on a pull request about a turn without a review: the reason, and how to get a review. It has constant
 * sentences, without text of the pull request or a model.
 */
import type { TurnOutcome } from '../../../lib/contracts/turn';

export function noteMark(agentName: string): string {
  return `<!-- bma-note agent=${agentName} -->`;
}

interface Explanation {
  readonly why: string;
  readonly what: string;
}

const AGAIN = 'Push another commit to have it tried again.';

const BLOCKED: Explanation = {
  why: 'the content filter stopped it.',
  what: 'A person has to review it. The evidence of the turn says which policy applied.',
};

/**
 * By the code of the reason. There is no note for an outdated review (`superseded`) or a missing pull request
 * (`not-found`).
 */
const BY_CODE: Readonly<Record<string, Explanation | undefined>> = {
  draft: { why: 'it is a draft.', what: 'It is reviewed once it is marked as ready for review.' },
  'no-changes': { why: 'it changes no file.', what: 'It is reviewed once it has a change.' },
  'nothing-reviewable': {
    why: 'it changes no file that can be read as text.',
    what: 'It is reviewed once it changes one.',
  },
  'change-too-large': {
    why: 'the change is larger than this reviewer takes.',
    what: 'Split it into smaller pull requests, or have the limits of the reviewer raised (`maxChangedFiles`, `maxChangeSize`).',
  },
  'fork-not-allowed': {
    why: 'it comes from a fork.',
    what: 'Somebody with write access can push the branch to this repository and open a pull request from there.',
  },
  'input-blocked': BLOCKED,
  'output-blocked': BLOCKED,
  'review-invalid': { why: "the agent's answer was not a review.", what: AGAIN },
};

const BY_OUTCOME: Readonly<Partial<Record<TurnOutcome, Explanation>>> = {
  Rejected: { why: 'it was refused.', what: 'A person has to review it. The evidence of the turn says why.' },
  Failed: { why: 'the review failed.', what: AGAIN },
  TimedOut: { why: 'the review took too long, or had to wait too long.', what: AGAIN },
  Cancelled: { why: 'the review was cancelled.', what: AGAIN },
};

/** Reasons after which a request for a review helps: another attempt, or a decision that a person can make. */
const ON_REQUEST: ReadonlySet<Explanation | undefined> = new Set([
  BY_CODE.draft,
  BY_CODE['review-invalid'],
  BY_OUTCOME.Failed,
  BY_OUTCOME.TimedOut,
  BY_OUTCOME.Cancelled,
]);

/** Outdated reviews, missing pull requests, and pull requests that the policy skips. */
const SILENT = new Set(['bot-author', 'author-skipped', 'superseded', 'not-found', 'subject-invalid']);

export interface EndedTurn {
  readonly agentName: string;
  readonly turnName: string;
  readonly outcome: TurnOutcome;
  readonly code?: string;
  readonly sourceCommit: string;
  /** What a comment begins with to ask for a review. */
  readonly command?: string | undefined;
}

/** The note of a turn without a review, or undefined if none is needed. */
export function outcomeNote({
  agentName,
  turnName,
  outcome,
  code = '',
  sourceCommit,
  command,
}: EndedTurn): string | undefined {
  const explanation = (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ?? BY_OUTCOME[outcome];
  if (!explanation || SILENT.has(code)) return undefined;
  const reason = /^[a-z0-9-]{1,64}$/.test(code) ? `, reason \`${code}\`` : '';
  return [
    noteMark(agentName),
    `**Not reviewed:** commit ${sourceCommit.slice(0, 12)} was not reviewed, because ${explanation.why}`,
    command === undefined || !ON_REQUEST.has(explanation)
      ? explanation.what
      : `${explanation.what} Or ask for a review with a comment that begins with \`${command}\`.`,
    `From the agent \`${agentName}\` (turn \`${turnName}\`, outcome ${outcome}${reason}).`,
  ].join('\n\n');
}

/** The text of an earlier note after a review was posted. */
export function reviewedNote(agentName: string, sourceCommit: string): string {
  return `${noteMark(agentName)}\n\nReviewed since, at commit ${sourceCommit.slice(0, 12)}.`;
}
