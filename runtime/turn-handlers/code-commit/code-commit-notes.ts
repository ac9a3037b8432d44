import { type CodeCommitClient, GetPullRequestCommand, type PullRequestTarget } from '@aws-sdk/client-codecommit';
import type { NotePublisher } from '../pull-request/explain-outcome';
import type { PullRequestSubject } from '../pull-request/pull-request-source';
import type { OwnComment } from '../pull-request/review-publisher';
import type { CodeCommitReviewPublisher } from './code-commit-review-publisher';
import { codeCommitCall } from './code-commit-failures';

/** Comments on a CodeCommit pull request that aren't attached to a line. */
export class CodeCommitNotes implements NotePublisher {
  constructor(
    private readonly client: CodeCommitClient,
    private readonly publisher: CodeCommitReviewPublisher,
  ) {}

  async openCommit(subject: PullRequestSubject): Promise<string | undefined> {
    return (await this.openTarget(subject))?.sourceCommit;
  }

  async ownNotes(subject: PullRequestSubject): Promise<OwnComment[]> {
    return (await this.publisher.ownComments(subject)).filter(({ file }) => file === undefined);
  }

  async post(subject: PullRequestSubject, body: string): Promise<void> {
    const target = await this.openTarget(subject);
    if (!target) return;
    const { sourceCommit = '', destinationCommit = '' } = target;
    await this.publisher.post({ ...subject, sourceCommit, destinationCommit }, body);
  }

  async update(_subject: PullRequestSubject, noteId: string, body: string): Promise<void> {
    await this.publisher.update(noteId, body);
  }

  private async openTarget({ repository, pullRequestId }: PullRequestSubject): Promise<PullRequestTarget | undefined> {
    try {
      const { pullRequest } = await codeCommitCall('GetPullRequest', () =>
        this.client.send(new GetPullRequestCommand({ pullRequestId })),
      );
      if (pullRequest?.pullRequestStatus !== 'OPEN') return undefined;
      return pullRequest.pullRequestTargets?.find(({ repositoryName }) => repositoryName === repository);
    } catch (error) {
      if ((error as Error).name === 'PullRequestDoesNotExistException') return undefined;
      throw error;
    }
  }
}
