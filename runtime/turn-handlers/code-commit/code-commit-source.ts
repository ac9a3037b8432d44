import {
  type CodeCommitClient,
  type Difference,
  GetBlobCommand,
  GetDifferencesCommand,
  GetPullRequestCommand,
  type PullRequestTarget,
} from '@aws-sdk/client-codecommit';
import type { ChangedFile } from '../../../lib/contracts/review';
import { diffLines } from '../pull-request/line-diff';
import type {
  Change,
  ChangeLimits,
  PullRequest,
  PullRequestSource,
  PullRequestSubject,
} from '../pull-request/pull-request-source';
import { StagingRefusal } from '../pull-request/staging-refusal';
import { codeCommitCall } from './code-commit-failures';

/** Bytes of file content that are read to find the changed lines, both versions together. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/** Files of a change, including ignored files. */
const MAX_DIFFERENCES = 10_000;

/** git treats content as binary if its first 8,000 bytes contain a zero byte. */
const BINARY_PROBE = 8_000;

const SUBMODULE = '160000';

const UNKNOWN: readonly string[] = [
  'PullRequestDoesNotExistException',
  'RepositoryDoesNotExistException',
  'InvalidPullRequestIdException',
];

/** CodeCommit returns no diff as text: changed lines are computed from both versions of every changed file. */
export class CodeCommitSource implements PullRequestSource {
  readonly host = 'codecommit';

  constructor(private readonly client: CodeCommitClient) {}

  async pullRequest({ repository, pullRequestId }: PullRequestSubject): Promise<PullRequest> {
    const { pullRequest } = await codeCommitCall('GetPullRequest', () =>
      this.client.send(new GetPullRequestCommand({ pullRequestId })),
    ).catch((error: Error) => {
      if (UNKNOWN.includes(error.name)) throw notFound();
      throw error;
    });
    const target = pullRequest?.pullRequestTargets?.find(({ repositoryName }) => repositoryName === repository);
    if (!pullRequest || !target) throw notFound();
    return {
      open: pullRequest.pullRequestStatus === 'OPEN' && target.mergeMetadata?.isMerged !== true,
      ...commitsOf(target),
      draft: false,
      byBot: false,
      title: pullRequest.title ?? '',
      author: pullRequest.authorArn ?? '',
      // Both branches of a pull request are in one repository.
      fromFork: false,
    };
  }

  async change(
    { repository }: PullRequestSubject,
    { sourceCommit, destinationCommit, mergeBase }: PullRequest,
    limits: ChangeLimits,
  ): Promise<Change> {
    const differences = await this.differences(repository, mergeBase ?? destinationCommit, sourceCommit, limits);
    const budget = { read: MAX_READ_BYTES, change: limits.bytes };
    const files: ChangedFile[] = [];
    // One after the other, so that at most two versions of one file are in memory.
    const kept = differences.filter((difference) => !limits.isLeftOut(fileOf(difference)));
    for (const difference of kept) files.push(await this.changedFile(repository, difference, budget));
    return { files, leftOut: differences.map(fileOf).filter(limits.isLeftOut) };
  }

  private async differences(
    repositoryName: string,
    beforeCommitSpecifier: string,
    afterCommitSpecifier: string,
    { files: limit, isLeftOut }: ChangeLimits,
  ): Promise<Difference[]> {
    const found: Difference[] = [];
    let NextToken: string | undefined;
    do {
      const page = await codeCommitCall('GetDifferences', () =>
        this.client.send(
          new GetDifferencesCommand({
            repositoryName,
            beforeCommitSpecifier,
            afterCommitSpecifier,
            MaxResults: 100,
            NextToken,
          }),
        ),
      );
      found.push(...(page.differences ?? []));
      const kept = found.filter((difference) => !isLeftOut(fileOf(difference)));
      if (kept.length > limit || found.length > MAX_DIFFERENCES) throw tooLarge(`more than ${limit} files`);
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  private async changedFile(
    repository: string,
    { beforeBlob, afterBlob, changeType }: Difference,
    budget: { read: number; change: number },
  ): Promise<ChangedFile> {
    const file = afterBlob?.path ?? beforeBlob?.path ?? '';
    const renamed = beforeBlob?.path !== undefined && beforeBlob.path !== file;
    const named = {
      file,
      ...(renamed ? { previousFile: beforeBlob.path } : {}),
      status: changeType === 'A' ? 'added' : changeType === 'D' ? 'removed' : renamed ? 'renamed' : 'modified',
    } as const;
    const [before, after] = [
      await this.text(repository, beforeBlob, budget),
      await this.text(repository, afterBlob, budget),
    ];
    if (before === undefined || after === undefined) {
      return { ...named, binary: true, addedLines: 0, removedLines: 0, hunks: [] };
    }
    const { hunks, addedLines, removedLines, size } = diffLines(before, after);
    budget.change -= size;
    if (budget.change < 0) throw tooLarge('more changed lines than are reviewed');
    return { ...named, binary: false, addedLines, removedLines, hunks };
  }

  /** The content of a file: empty if the file doesn't exist, undefined if it isn't text. */
  private async text(
    repositoryName: string,
    blob: Difference['afterBlob'],
    budget: { read: number },
  ): Promise<string | undefined> {
    if (!blob?.blobId) return '';
    // The id of a submodule is a commit of another repository.
    if (blob.mode === SUBMODULE) return undefined;
    const { blobId } = blob;
    const content = await codeCommitCall('GetBlob', () =>
      this.client.send(new GetBlobCommand({ repositoryName, blobId })),
    ).then(
      (answer) => answer.content ?? new Uint8Array(),
      (error: Error) => {
        if (error.name === 'FileTooLargeException') return undefined;
        throw error;
      },
    );
    if (content === undefined) return undefined;
    budget.read -= content.byteLength;
    if (budget.read < 0) throw tooLarge('more content than is compared');
    return content.subarray(0, BINARY_PROBE).includes(0) ? undefined : new TextDecoder().decode(content);
  }
}

const fileOf = ({ beforeBlob, afterBlob }: Difference): string => afterBlob?.path ?? beforeBlob?.path ?? '';

function commitsOf(target: PullRequestTarget) {
  const { sourceCommit = '', destinationCommit = '', mergeBase } = target;
  return {
    sourceCommit,
    destinationCommit,
    ...(mergeBase ? { mergeBase } : {}),
    sourceReference: target.sourceReference ?? '',
    destinationReference: target.destinationReference ?? '',
  };
}

function notFound(): StagingRefusal {
  return new StagingRefusal('not-found', 'CodeCommit knows no such pull request of this repository');
}

function tooLarge(why: string): StagingRefusal {
  return new StagingRefusal('change-too-large', `The change has ${why}`);
}
