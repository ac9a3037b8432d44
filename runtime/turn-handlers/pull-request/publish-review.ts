import {
  type ChangedFile,
  type ChangesDocument,
  type PullRequestDocument,
  STAGED_FILES,
  stagedKey,
} from '../../../lib/contracts/review';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { type Acceptance, nothingAccepted } from '../turn/accepted-findings';
import { AnswerError, jsonAnswer } from '../turn/final-answer';
import { log } from '../turn/log';
import type { TextStore } from '../turn/text-store';
import { findingFile } from './finding-file';
import { knownComments, recognized } from './known-findings';
import type { ReviewPublisher } from './review-publisher';
import { type Finding, readReview } from './review-document';
import { gateResult, type ReviewGate, verdictOn } from './review-gate';
import { identified, type IdentifiedFinding } from './review-marks';
import { acceptedText, findingText, resolvedText, summaryText } from './review-text';
import { pullRequestOf } from './subject';

export interface DeliveryParts {
  readonly publisher: ReviewPublisher;
  readonly agentName: string;
  readonly repositories: readonly string[];
  /** Reads the screened answer. */
  readonly texts: TextStore;
  readonly materialBucket: string;
  /** The register of accepted findings. */
  readonly acceptance?: Acceptance;
  /** Absent: reviews don't block merges. */
  readonly gate?: ReviewGate;
}

/**
 * Posts the review, or updates the posted one. Nothing is posted twice: existing comments are recognized by their
 * marks, so a repetition after a fault continues where the first attempt stopped. The summary is posted last.
 */
export async function publishReview(
  { turn, output }: DeliverTurnPayload,
  parts: DeliveryParts,
): Promise<DeliverTurnAnswer> {
  const {
    publisher,
    agentName,
    repositories,
    texts,
    materialBucket: bucket,
    gate,
    acceptance = nothingAccepted,
  } = parts;
  const refused = (code: string, message: string): DeliverTurnAnswer => {
    log('publish-review', 'refused', { turn: turn.name, code });
    return { delivered: false, reason: { code, message } };
  };
  const read = reviewOf(await texts.text(output));
  if ('wrong' in read) return refused('review-invalid', `The answer is not a review: ${read.wrong}`.slice(0, 500));
  const staged = async <T>(file: string) =>
    JSON.parse(new TextDecoder().decode(await texts.read({ bucket, key: stagedKey(turn.name, file) }))) as T;
  const pullRequest = await staged<PullRequestDocument>(STAGED_FILES.pullRequest);
  const subject = pullRequestOf(turn, repositories);
  if (subject?.repository !== pullRequest.repository || subject.pullRequestId !== pullRequest.pullRequestId) {
    return refused('subject-invalid', 'The staged pull request is not the one of the turn');
  }
  if (!(await publisher.isCurrent(pullRequest))) {
    return refused('superseded', 'The pull request was closed or has newer commits than the reviewed one');
  }
  const { files, leftOut = [] } = await staged<ChangesDocument>(STAGED_FILES.changes);
  const all = identified(read.review.findings.map((each) => ({ ...each, file: findingFile(each.file, files) })));
  const entryOf = ({ finding: { file, message, suggestion = '' } }: IdentifiedFinding) =>
    acceptance({ file, texts: [message, suggestion] });
  const findings = all.filter((each) => !entryOf(each));
  const accepted = all.flatMap((each) => {
    const entry = entryOf(each);
    return entry ? [{ ...each, entry }] : [];
  });
  const known = knownComments(agentName, await publisher.ownComments(pullRequest));
  const earlier = recognized(all, known.findings, files);
  const gone = known.findings.filter((each) => ![...earlier.values()].includes(each));
  const isPlaced = ({ finding }: IdentifiedFinding) => isShown(finding, files);
  const text = ({ id, finding }: IdentifiedFinding) =>
    findingText(agentName, earlier.get(id)?.id ?? id, finding, publisher.maxCharacters);
  const changed = [
    ...findings.flatMap((each) => {
      const comment = earlier.get(each.id)?.comment;
      return comment ? [{ comment, body: text(each) }] : [];
    }),
    ...accepted.flatMap(({ id, entry }) => {
      const before = earlier.get(id);
      return before
        ? [{ comment: before.comment, body: acceptedText(agentName, before, entry, publisher.maxCharacters) }]
        : [];
    }),
    ...gone
      .filter(({ resolved }) => !resolved)
      .map((each) => ({
        comment: each.comment,
        body: resolvedText(agentName, each, pullRequest.sourceCommit, publisher.maxCharacters),
      })),
  ].filter(({ comment, body }) => !saysTheSame(comment.body, body));
  const published = await publisher.publish(pullRequest, {
    ...(known.summary ? { summaryId: known.summary.id } : {}),
    changed: changed.map(({ comment, body }) => ({ commentId: comment.id, body })),
    inline: findings
      .filter((each) => isPlaced(each) && !earlier.has(each.id))
      .map((each) => ({ id: each.id, body: text(each), file: each.finding.file, line: each.finding.line })),
    summary: (notTaken) => {
      const isBeside = (each: IdentifiedFinding) => earlier.has(each.id) || (isPlaced(each) && !notTaken.has(each.id));
      return summaryText(
        {
          agentName,
          turnName: turn.name,
          sourceCommit: pullRequest.sourceCommit,
          summary: read.review.summary,
          placed: findings.filter(isBeside).map(({ finding }) => finding),
          outside: findings.filter((each) => !isBeside(each)).map(({ finding }) => finding),
          resolved: gone,
          accepted: accepted.map(({ finding, entry }) => ({ finding, entry })),
          leftOut,
        },
        publisher.maxCharacters,
      );
    },
  });
  log('publish-review', 'published', { turn: turn.name, findings: findings.length, updated: published.updated });
  const verdict = gate && {
    ...verdictOn(
      findings.map(({ finding }) => finding),
      gate,
    ),
    turnName: turn.name,
  };
  const gated = verdict && (await gateResult(() => gate.publisher.set(pullRequest, verdict), verdict.conclusion));
  return {
    delivered: true,
    receipt: {
      commentId: published.commentId,
      findings: findings.length,
      ...(accepted.length > 0 ? { accepted: accepted.length } : {}),
      inline: published.inline,
      updated: published.updated,
      ...(changed.length > 0 ? { changed: changed.length } : {}),
      ...(gated === undefined ? {} : { gate: gated }),
    },
  };
}

function reviewOf(text: string): ReturnType<typeof readReview> {
  try {
    return readReview(jsonAnswer(text));
  } catch (error) {
    if (error instanceof AnswerError) return { wrong: error.code };
    throw error;
  }
}

/** Whether the diff shows the line, so that a comment can be posted next to it. */
function isShown({ file, line }: Finding, files: readonly ChangedFile[]): boolean {
  const changed = files.find((each) => each.file === file);
  return changed?.hunks.some(({ start, lines }) => line >= start && line < start + lines) ?? false;
}

/** Hosts may trim a text or change its line ends: that doesn't count as a difference. */
function saysTheSame(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim();
  return plain(one) === plain(other);
}
