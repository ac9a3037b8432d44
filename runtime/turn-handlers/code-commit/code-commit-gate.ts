import {
  type CodeCommitClient,
  GetPullRequestCommand,
  UpdatePullRequestApprovalStateCommand,
} from '@aws-sdk/client-codecommit';
import type { GatePublisher, GateVerdict } from '../pull-request/review-gate';
import { codeCommitCall } from './code-commit-failures';

/**
 * The approval of the reviewed revision by the role of this function. New commits make another revision, which is not
 * approved. Source: docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestApprovalState.html
 */
export class CodeCommitGate implements GatePublisher {
  constructor(private readonly client: CodeCommitClient) {}

  async set(
    { repository, pullRequestId, sourceCommit }: Parameters<GatePublisher['set']>[0],
    { conclusion }: GateVerdict,
  ): Promise<void> {
    const { pullRequest } = await codeCommitCall('GetPullRequest', () =>
      this.client.send(new GetPullRequestCommand({ pullRequestId })),
    );
    const target = pullRequest?.pullRequestTargets?.find(({ repositoryName }) => repositoryName === repository);
    // The review doesn't apply to another revision.
    if (target?.sourceCommit !== sourceCommit) throw new Error('The pull request has newer commits');
    await codeCommitCall('UpdatePullRequestApprovalState', () =>
      this.client.send(
        new UpdatePullRequestApprovalStateCommand({
          pullRequestId,
          revisionId: pullRequest?.revisionId,
          approvalState: conclusion === 'success' ? 'APPROVE' : 'REVOKE',
        }),
      ),
    );
  }
}
