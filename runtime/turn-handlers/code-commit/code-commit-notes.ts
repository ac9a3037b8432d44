import { type CodeCommitClient, GetPullRequestCommand, type PullRequestTarget } from '@aws-sdk/client-codecommit';
import type { NoteBoard } from '../pull-request/explain-outcome';
import type { PullRequestSubject } from '../pull-request/pull-request-source';
import type { OwnComment } from '../pull-request/review-board';
import type { CodeCommitBoard } from './code-commit-board';
import { codeCommitCall } from './code-commit-failures';

/** Comments on a pull request of CodeCommit that stand next to no line. */
export class CodeCommitNotes implements NoteBoard {
  constructor(
    private readonly client: CodeCommitClient,
    private readonly board: CodeCommitBoard,
  ) {}

  async openCommit(subject: PullRequestSubject): Promise<string | undefined> {
    return (await this.openTarget(subject))?.sourceCommit;
  }

  async ownNotes(subject: PullRequestSubject): Promise<OwnComment[]> {
    return (await this.board.ownComments(subject)).filter(({ file }) => file === undefined);
  }

  async post(subject: PullRequestSubject, body: string): Promise<void> {
    const target = await this.openTarget(subject);
    if (!target) return;
    const { sourceCommit = '', destinationCommit = '' } = target;
    await this.board.post({ ...subject, sourceCommit, destinationCommit }, body);
  }

  async update(_subject: PullRequestSubject, noteId: string, body: string): Promise<void> {
    await this.board.update(noteId, body);
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
