import type { ChangedFile, PullRequestDocument } from '../../../lib/contracts/review';

/** The pull request of a turn: checked values of the event. */
export interface PullRequestSubject {
  readonly repository: string;
  readonly pullRequestId: string;
  /** The commit of the event. Absent if a review was requested without one. */
  readonly sourceCommit?: string;
}

/** The current state of a pull request at its host. */
export interface PullRequest extends Omit<
  PullRequestDocument,
  'format' | 'host' | 'repository' | 'pullRequestId' | 'execution'
> {
  readonly open: boolean;
  readonly draft: boolean;
  /** Whether its author is an app. */
  readonly byBot: boolean;
}

/** How large a change may be. */
export interface ChangeLimits {
  readonly files: number;
  /** Bytes of the lines that were added or removed. */
  readonly bytes: number;
  /** Ignored files, which don't count toward limits. */
  readonly isLeftOut: (file: string) => boolean;
}

export interface Change {
  readonly files: readonly ChangedFile[];
  /** Names of changed files that are ignored. */
  readonly leftOut: readonly string[];
  /** The diff as text, if the host creates one. */
  readonly diff?: string;
}

/** The source of pull requests and their code. */
export interface PullRequestSource {
  readonly host: 'codecommit' | 'github';
  /** @throws StagingRefusal `not-found` */
  pullRequest(subject: PullRequestSubject): Promise<PullRequest>;
  /** @throws StagingRefusal `change-too-large` as soon as the limits are passed */
  change(subject: PullRequestSubject, pullRequest: PullRequest, limits: ChangeLimits): Promise<Change>;
  /**
   * The whole source at the reviewed commit as a gzipped tar file, unless the agent reads it directly from the host.
   */
  archive?(subject: PullRequestSubject, pullRequest: PullRequest): Promise<Uint8Array>;
}
