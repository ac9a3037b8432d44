import type { PullRequestDocument } from '../../../lib/contracts/review';

/** A comment that this function wrote earlier. */
export interface OwnComment {
  readonly id: string;
  readonly body: string;
  /** Beside which line it stands; absent for the summary. */
  readonly file?: string;
  readonly line?: number;
}

/** A comment beside a line of the new version. */
export interface InlineComment {
  /** What its finding is known by. */
  readonly id: string;
  readonly body: string;
  readonly file: string;
  readonly line: number;
}

/** What is to be there in the end. */
export interface Publication {
  /** The summary of an earlier turn, to be replaced. */
  readonly summaryId?: string;
  /** Comments of earlier turns that say something else now. */
  readonly changed: readonly { readonly commentId: string; readonly body: string }[];
  /** Comments that are not there yet. */
  readonly inline: readonly InlineComment[];
  /** Text of the summary, when the host has refused the lines of some comments, by their ids. */
  readonly summary: (refused: ReadonlySet<string>) => string;
}

export interface Published {
  readonly commentId: string;
  /** Comments that were posted next to lines. */
  readonly inline: number;
  /** True when a summary of an earlier turn was replaced. */
  readonly updated: boolean;
}

/** Where reviews are posted. */
export interface ReviewPublisher {
  /** Most characters of one comment. */
  readonly maxCharacters: number;
  /** Whether the pull request is open at the commit that was reviewed. */
  isCurrent(pullRequest: PullRequestDocument): Promise<boolean>;
  ownComments(pullRequest: PullRequestDocument): Promise<OwnComment[]>;
  publish(pullRequest: PullRequestDocument, publication: Publication): Promise<Published>;
}
