import type { NotePublisher } from '../pull-request/explain-outcome';
import type { PullRequestSubject } from '../pull-request/pull-request-source';
import type { OwnComment } from '../pull-request/review-publisher';
import { type GitHubApi, GitHubError } from './github-api';
import type { GitHubPullRequest } from './github-source';

interface IssueComment {
  readonly id: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
}

/**
 * Comments on a pull request of GitHub as a whole, which GitHub calls comments of an issue. The permission
 * "Pull requests (write)" is enough. Source: docs.github.com/rest/issues/comments
 */
export class GitHubNotes implements NotePublisher {
  constructor(private readonly api: GitHubApi) {}

  async openCommit({ repository, pullRequestId }: PullRequestSubject): Promise<string | undefined> {
    try {
      const { state, head } = await this.api.get<GitHubPullRequest>(repository, `/pulls/${pullRequestId}`);
      return state === 'open' ? head.sha : undefined;
    } catch (error) {
      if (error instanceof GitHubError && error.status === 404) return undefined;
      throw error;
    }
  }

  async ownNotes({ repository, pullRequestId }: PullRequestSubject): Promise<OwnComment[]> {
    const login = await this.api.ownLogin(repository);
    const comments = await this.api.list<IssueComment>(repository, `/issues/${pullRequestId}/comments`);
    return comments
      .filter(({ user }) => user?.login === login)
      .map(({ id, body }) => ({ id: String(id), body: body ?? '' }));
  }

  async post({ repository, pullRequestId }: PullRequestSubject, body: string): Promise<void> {
    await this.api.change('POST', repository, `/issues/${pullRequestId}/comments`, { body });
  }

  async update({ repository }: PullRequestSubject, noteId: string, body: string): Promise<void> {
    await this.api.change('PATCH', repository, `/issues/comments/${noteId}`, { body });
  }
}
