import type { PullRequestDocument } from '../../../lib/contracts/review';

/** A comment that this function wrote earlier. */
export interface OwnComment {
  readonly id: string;
  readonly body: string;
  /** The line of the comment; absent for the summary. */
  readonly file?: string;
  readonly line?: number;
}

/** A comment next to a line of the new version. */
export interface InlineComment {
  /** The id of its finding. */
  readonly id: string;
  readonly body: string;
  readonly file: string;
  readonly line: number;
}

/** The intended result. */
export interface Publication {
  /** The summary of an earlier turn, to be replaced. */
  readonly summaryId?: string;
  /** Comments of earlier turns with changed text. */
  readonly changed: readonly { readonly commentId: string; readonly body: string }[];
  /** Comments to post. */
  readonly inline: readonly InlineComment[];
  /** Text of the summary if the host refused the lines of the comments with these ids. */
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
