import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import {
  CHANGES_FORMAT,
  type ChangedFile,
  type ChangesDocument,
  type ForkHandling,
  PULL_REQUEST_FORMAT,
  type PullRequestDocument,
  type ReviewPolicyDocument,
  STAGED_FILES,
  stagedKey,
} from '../../../lib/contracts/review';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { GITHUB_COMMENT_EVENT } from '../../../lib/contracts/webhook';
import { log } from '../turn/log';
import type { ChangeLimits, PullRequest, PullRequestSource, PullRequestSubject } from './pull-request-source';
import { pathMatcher } from './path-patterns';
import { stagedPrompt } from './staged-prompt';
import { StagingRefusal } from './staging-refusal';
import { pullRequestOf } from './subject';

export interface StagingParts {
  readonly source: PullRequestSource;
  readonly repositories: readonly string[];
  readonly forks: ForkHandling;
  readonly policy: ReviewPolicyDocument;
  readonly limits: Omit<ChangeLimits, 'isLeftOut'>;
  /** Puts an object into the bucket of the material. A repetition replaces it. */
  readonly put: (object: Required<Pick<PutObjectCommandInput, 'Key' | 'Body' | 'ContentType'>>) => Promise<void>;
}

const REPLACES = { replacesOlderTurns: true } as const;

/** Reads the pull request, decides whether it is reviewed, and stores its material where the agent finds it. */
export async function stagePullRequest(
  { turn, prompt }: StageTurnPayload,
  parts: StagingParts,
): Promise<StageTurnAnswer> {
  // Whether reviews of earlier events are outdated: the pull request is closed, or this event is about its newest
  // commit.
  let replaces: Partial<typeof REPLACES> = {};
  try {
    const subject = pullRequestOf(turn, parts.repositories);
    if (!subject) {
      throw new StagingRefusal('not-found', 'The subject names no pull request of the repositories of this agent');
    }
    const pullRequest = await parts.source.pullRequest(subject);
    if (!pullRequest.open) replaces = REPLACES;
    refuseWhatIsOver(subject, pullRequest);
    if (turn.detail.subject?.['draft'] === 'true' && !pullRequest.draft && !parts.policy.drafts) {
      throw new StagingRefusal('superseded', 'The draft was marked as ready since, which has a turn of its own');
    }
    replaces = REPLACES;
    if (pullRequest.fromFork && parts.forks === 'skip') {
      throw new StagingRefusal('fork-not-allowed', 'The pull request comes from a fork');
    }
    // People who can request a review can also request one of a draft, or of an author that the policy skips.
    if (turn.detail.trigger.detailType !== GITHUB_COMMENT_EVENT) refuseByPolicy(pullRequest, parts.policy);
    const limits = { ...parts.limits, isLeftOut: pathMatcher(parts.policy.ignoredPaths) };
    const { files, leftOut, diff } = await parts.source.change(subject, pullRequest, limits);
    refuseWhatCannotBeReviewed(files, leftOut);
    const archive = await parts.source.archive?.(subject, pullRequest);
    const document = documentOf(parts, subject, pullRequest);
    const changes: ChangesDocument = { format: CHANGES_FORMAT, files, ...(leftOut.length > 0 ? { leftOut } : {}) };
    const put = (file: string, Body: string | Uint8Array, ContentType: string) =>
      parts.put({ Key: stagedKey(turn.name, file), Body, ContentType });
    await put(STAGED_FILES.pullRequest, JSON.stringify(document, undefined, 2), 'application/json');
    await put(STAGED_FILES.changes, JSON.stringify(changes), 'application/json');
    if (diff !== undefined) await put(STAGED_FILES.diff, diff, 'text/x-diff; charset=utf-8');
    if (archive !== undefined) await put(STAGED_FILES.source, archive, 'application/gzip');
    log('stage-pull-request', 'staged', { turn: turn.name, files: files.length, fromFork: pullRequest.fromFork });
    return { accepted: true, prompt: stagedPrompt(prompt, document, { files, leftOut }, turn.name), ...replaces };
  } catch (error) {
    if (!(error instanceof StagingRefusal)) throw error;
    log('stage-pull-request', 'refused', { turn: turn.name, code: error.code });
    return { accepted: false, reason: { code: error.code, message: error.message }, ...replaces };
  }
}

/** An event without a commit is about the newest one. */
function isNewest({ sourceCommit }: PullRequestSubject, pullRequest: PullRequest): boolean {
  return sourceCommit === undefined || sourceCommit === pullRequest.sourceCommit;
}

/** A closed pull request needs no review, and newer commits have their own turn. */
function refuseWhatIsOver(subject: PullRequestSubject, pullRequest: PullRequest): void {
  if (!pullRequest.open) throw new StagingRefusal('superseded', 'The pull request is not open any more');
  if (!isNewest(subject, pullRequest)) {
    throw new StagingRefusal('superseded', 'The source branch has moved on since the event');
  }
}

function refuseByPolicy({ draft, byBot, author }: PullRequest, policy: ReviewPolicyDocument): void {
  if (draft && !policy.drafts) throw new StagingRefusal('draft', 'The pull request is a draft');
  if (byBot && !policy.bots) throw new StagingRefusal('bot-author', 'The author of the pull request is an app');
  const name = author.toLowerCase();
  const isSkipped = policy.skippedAuthors.some((each) => {
    const skipped = each.toLowerCase();
    return name === skipped || name.endsWith(`:${skipped}`);
  });
  if (isSkipped) throw new StagingRefusal('author-skipped', 'Pull requests of this author are not reviewed');
}

function refuseWhatCannotBeReviewed(files: readonly ChangedFile[], leftOut: readonly string[]): void {
  if (files.length === 0 && leftOut.length > 0) {
    throw new StagingRefusal('nothing-reviewable', 'The pull request changes only files that are left out of reviews');
  }
  if (files.length === 0) throw new StagingRefusal('no-changes', 'The pull request changes no file');
  if (files.every(({ binary }) => binary)) {
    throw new StagingRefusal('nothing-reviewable', 'The pull request changes no file that can be read as text');
  }
}

function documentOf(
  { source, forks }: StagingParts,
  { repository, pullRequestId }: PullRequestSubject,
  pullRequest: PullRequest,
): PullRequestDocument {
  const { sourceCommit, destinationCommit, mergeBase, fromFork } = pullRequest;
  return {
    format: PULL_REQUEST_FORMAT,
    host: source.host,
    repository,
    pullRequestId,
    sourceCommit,
    destinationCommit,
    ...(mergeBase === undefined ? {} : { mergeBase }),
    sourceReference: pullRequest.sourceReference,
    destinationReference: pullRequest.destinationReference,
    title: pullRequest.title,
    author: pullRequest.author,
    fromFork,
    execution: fromFork && forks !== 'run' ? 'forbidden' : 'allowed',
  };
}
