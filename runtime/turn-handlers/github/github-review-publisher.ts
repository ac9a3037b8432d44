import type { PullRequestDocument } from '../../../lib/contracts/review';
import type {
  InlineComment,
  OwnComment,
  Publication,
  Published,
  ReviewPublisher,
} from '../pull-request/review-publisher';
import { type GitHubApi, GitHubError } from './github-api';
import type { GitHubPullRequest } from './github-source';

interface GitHubComment {
  readonly id: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  /** Of reviews. Pending ones are visible only to their author. */
  readonly state?: string;
  /** Of comments next to lines; null if the line no longer exists. */
  readonly path?: string;
  readonly line?: number | null;
  readonly original_line?: number | null;
}

/**
 * Reviews on GitHub. The first turn posts one review with all comments in it, at once or not at all. Later turns add the
 * comments that are new, and replace the text of the review last.
 *
 * Source: docs.github.com/rest/pulls/reviews, docs.github.com/rest/pulls/comments
 */
export class GitHubReviewPublisher implements ReviewPublisher {
  /** The length at which GitHub refuses a body, as its error message says; it is not documented. */
  readonly maxCharacters = 65_536;

  constructor(private readonly api: GitHubApi) {}

  async isCurrent({ repository, pullRequestId, sourceCommit }: PullRequestDocument): Promise<boolean> {
    const { state, head } = await this.api.get<GitHubPullRequest>(repository, `/pulls/${pullRequestId}`);
    return state === 'open' && head.sha === sourceCommit;
  }

  async ownComments({ repository, pullRequestId }: PullRequestDocument): Promise<OwnComment[]> {
    const login = await this.api.ownLogin(repository);
    const pull = `/pulls/${pullRequestId}`;
    const reviews = await this.api.list<GitHubComment>(repository, `${pull}/reviews`);
    const comments = await this.api.list<GitHubComment>(repository, `${pull}/comments`);
    return [...reviews, ...comments]
      .filter(({ user, state }) => user?.login === login && state !== 'PENDING')
      .map(({ id, body, path, line, original_line }) => ({
        id: String(id),
        body: body ?? '',
        ...(path === undefined ? {} : { file: path, line: line ?? original_line ?? undefined }),
      }));
  }

  async publish(pullRequest: PullRequestDocument, publication: Publication): Promise<Published> {
    for (const { commentId, body } of publication.changed) await this.change(pullRequest, commentId, body);
    return publication.summaryId === undefined
      ? await this.postReview(pullRequest, publication)
      : await this.updateReview(pullRequest, publication.summaryId, publication);
  }

  /** A comment that was deleted in the meantime needs no new text. */
  private async change({ repository }: PullRequestDocument, commentId: string, body: string): Promise<void> {
    try {
      await this.api.change('PATCH', repository, `/pulls/comments/${commentId}`, { body });
    } catch (error) {
      if (!(error instanceof GitHubError && error.status === 404)) throw error;
    }
  }

  private async postReview(pullRequest: PullRequestDocument, { inline, summary }: Publication): Promise<Published> {
    const post = (comments: readonly InlineComment[], body: string) =>
      this.api.change<{ id: number }>('POST', pullRequest.repository, `/pulls/${pullRequest.pullRequestId}/reviews`, {
        commit_id: pullRequest.sourceCommit,
        event: 'COMMENT',
        body,
        comments: comments.map(({ file, line, body }) => ({ path: file, line, side: 'RIGHT', body })),
      });
    try {
      const { id } = await post(inline, summary(new Set()));
      return { commentId: String(id), inline: inline.length, updated: false };
    } catch (error) {
      if (!isUnprocessable(error) || inline.length === 0) throw error;
      // GitHub doesn't return which lines it refused, so each comment is posted separately.
      const refused = await this.postComments(pullRequest, inline);
      const { id } = await post([], summary(refused));
      return { commentId: String(id), inline: inline.length - refused.size, updated: false };
    }
  }

  private async updateReview(
    pullRequest: PullRequestDocument,
    reviewId: string,
    { inline, summary }: Publication,
  ): Promise<Published> {
    const { repository, pullRequestId } = pullRequest;
    const refused = await this.postComments(pullRequest, inline);
    await this.api.change('PUT', repository, `/pulls/${pullRequestId}/reviews/${reviewId}`, { body: summary(refused) });
    return { commentId: reviewId, inline: inline.length - refused.size, updated: true };
  }

  /** @returns ids of the comments whose lines GitHub refuses */
  private async postComments(
    { repository, pullRequestId, sourceCommit }: PullRequestDocument,
    inline: readonly InlineComment[],
  ): Promise<Set<string>> {
    const refused = new Set<string>();
    for (const { id, body, file, line } of inline) {
      try {
        await this.api.change('POST', repository, `/pulls/${pullRequestId}/comments`, {
          commit_id: sourceCommit,
          path: file,
          line,
          side: 'RIGHT',
          body,
        });
      } catch (error) {
        if (!isUnprocessable(error)) throw error;
        refused.add(id);
      }
    }
    return refused;
  }
}

function isUnprocessable(error: unknown): boolean {
  return error instanceof GitHubError && error.status === 422;
}
