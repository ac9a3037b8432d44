import type { ChangedFile, PullRequestDocument } from '../../../lib/contracts/review';

/** Which pull request a turn is about: checked facts of the event. */
export interface PullRequestSubject {
  readonly repository: string;
  readonly pullRequestId: string;
  /** The commit that the event was about. Absent when somebody asks for a review without one. */
  readonly sourceCommit?: string;
}

/** A pull request as its host tells it now. */
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
  /** Files that are left out, and count for no limit. */
  readonly isLeftOut: (file: string) => boolean;
}

export interface Change {
  readonly files: readonly ChangedFile[];
  /** Names of changed files that are left out. */
  readonly leftOut: readonly string[];
  /** As text, where the host makes one. */
  readonly diff?: string;
}

/** Where pull requests and their sources come from. */
export interface PullRequestSource {
  readonly host: 'codecommit' | 'github';
  /** @throws StagingRefusal `not-found` */
  pullRequest(subject: PullRequestSubject): Promise<PullRequest>;
  /** @throws StagingRefusal `change-too-large` as soon as the limits are passed */
  change(subject: PullRequestSubject, pullRequest: PullRequest, limits: ChangeLimits): Promise<Change>;
  /** The whole source at the reviewed commit as a gzipped tar file, unless the agent gets it from the host itself. */
  archive?(subject: PullRequestSubject, pullRequest: PullRequest): Promise<Uint8Array>;
}
