import { createHash } from 'node:crypto';
import {
  type CodeCommitClient,
  GetCommentsForPullRequestCommand,
  GetPullRequestCommand,
  PostCommentForPullRequestCommand,
  type PostCommentForPullRequestCommandInput,
  UpdateCommentCommand,
} from '@aws-sdk/client-codecommit';
import type { PullRequestDocument } from '../../../lib/contracts/review';
import type { OwnComment, Publication, Published, ReviewPublisher } from '../pull-request/review-publisher';
import { codeCommitCall } from './code-commit-failures';

/** What a comment is posted on. */
type PostedOn = Pick<PullRequestDocument, 'repository' | 'pullRequestId' | 'destinationCommit' | 'sourceCommit'>;

/** Errors that mean that a comment can't be posted at its line. */
const PLACE_REFUSED =
  /^(PathDoesNotExist|InvalidPath|InvalidFileLocation|InvalidFilePosition|InvalidRelativeFileVersionEnum)Exception$/;

/**
 * Errors after which a new summary is posted: the old one no longer exists, or belongs to an earlier role of this
 * function.
 */
const NOT_UPDATABLE = /^(CommentDeleted|CommentDoesNotExist|CommentNotCreatedByCaller)Exception$/;

/**
 * Reviews on CodeCommit, which posts comments one by one: those next to lines first, the summary last.
 *
 * Source: docs.aws.amazon.com/codecommit/latest/APIReference (PostCommentForPullRequest, UpdateComment)
 */
export class CodeCommitReviewPublisher implements ReviewPublisher {
  /** Source: CommentContentSizeLimitExceededException, "Comments are limited to 10,240 characters". */
  readonly maxCharacters = 10_240;

  /** @param ownRoleName role that this function runs under: the author of its comments is a session of it. */
  constructor(
    private readonly client: CodeCommitClient,
    private readonly ownRoleName: string,
  ) {}

  async isCurrent({ repository, pullRequestId, sourceCommit }: PullRequestDocument): Promise<boolean> {
    const { pullRequest } = await codeCommitCall('GetPullRequest', () =>
      this.client.send(new GetPullRequestCommand({ pullRequestId })),
    );
    const target = pullRequest?.pullRequestTargets?.find(({ repositoryName }) => repositoryName === repository);
    return pullRequest?.pullRequestStatus === 'OPEN' && target?.sourceCommit === sourceCommit;
  }

  async ownComments({
    repository,
    pullRequestId,
  }: Pick<PullRequestDocument, 'repository' | 'pullRequestId'>): Promise<OwnComment[]> {
    const own: OwnComment[] = [];
    let nextToken: string | undefined;
    do {
      // Without commits: the comments on every version of the pull request.
      const page = await codeCommitCall('GetCommentsForPullRequest', () =>
        this.client.send(new GetCommentsForPullRequestCommand({ pullRequestId, nextToken })),
      );
      for (const { repositoryName, location, comments } of page.commentsForPullRequestData ?? []) {
        if (repositoryName !== repository) continue;
        for (const { commentId, content, deleted, authorArn } of comments ?? []) {
          if (!commentId || content === undefined || deleted || !this.isOwn(authorArn)) continue;
          own.push({ id: commentId, body: content, file: location?.filePath, line: location?.filePosition });
        }
      }
      nextToken = page.nextToken;
    } while (nextToken);
    return own;
  }

  async publish(
    pullRequest: PullRequestDocument,
    { summaryId, changed, inline, summary }: Publication,
  ): Promise<Published> {
    for (const { commentId, body } of changed) await this.update(commentId, body);
    const refused = new Set<string>();
    for (const { id, body, file, line } of inline) {
      const location = { filePath: file, filePosition: line, relativeFileVersion: 'AFTER' } as const;
      try {
        await this.post(pullRequest, body, location);
      } catch (error) {
        if (!PLACE_REFUSED.test((error as Error).name)) throw error;
        refused.add(id);
      }
    }
    const text = summary(refused);
    const posted = inline.length - refused.size;
    if (summaryId !== undefined && (await this.update(summaryId, text))) {
      return { commentId: summaryId, inline: posted, updated: true };
    }
    return { commentId: await this.post(pullRequest, text), inline: posted, updated: false };
  }

  /** `arn:…:sts::account:assumed-role/role/session`, or a name that begins with the role in another form of ARN. */
  private isOwn(authorArn = ''): boolean {
    return authorArn.split(':').pop()!.startsWith(`assumed-role/${this.ownRoleName}/`);
  }

  /** @returns the id of the comment */
  async post(
    { repository, pullRequestId, destinationCommit, sourceCommit }: PostedOn,
    content: string,
    location?: PostCommentForPullRequestCommandInput['location'],
  ): Promise<string> {
    const comment = {
      pullRequestId,
      repositoryName: repository,
      beforeCommitId: destinationCommit,
      afterCommitId: sourceCommit,
      ...(location ? { location } : {}),
      content,
    };
    // The token depends on every sent value: with another value, the call would be refused.
    const clientRequestToken = createHash('sha256').update(JSON.stringify(comment)).digest('hex');
    const answer = await codeCommitCall('PostCommentForPullRequest', () =>
      this.client.send(new PostCommentForPullRequestCommand({ ...comment, clientRequestToken })),
    );
    return answer.comment?.commentId ?? '';
  }

  /** @returns false if the comment no longer exists or is of another author */
  async update(commentId: string, content: string): Promise<boolean> {
    try {
      await codeCommitCall('UpdateComment', () => this.client.send(new UpdateCommentCommand({ commentId, content })));
      return true;
    } catch (error) {
      if (NOT_UPDATABLE.test((error as Error).name)) return false;
      throw error;
    }
  }
}
