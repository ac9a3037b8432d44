/**
 * A local server for the API of CodeCommit on loopback, for pull requests and their comments: JSON 1.1, the operation
 * in `x-amz-target`. Sources come from repositories of this machine, pull requests and comments are kept in memory.
 *
 * Shapes and errors: docs.aws.amazon.com/codecommit/latest/APIReference. Signatures are not checked.
 */
import { randomUUID } from 'node:crypto';
import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from './loopback-server';
import type { GitRepository } from './git-repository';

export interface CodeCommitPullRequest {
  readonly pullRequestId: string;
  readonly repositoryName: string;
  /** Names of branches. */
  readonly source: string;
  readonly destination: string;
  readonly title?: string;
  status?: 'OPEN' | 'CLOSED';
}

export interface CodeCommitComment {
  readonly commentId: string;
  content: string;
  authorArn: string;
  deleted: boolean;
  readonly clientRequestToken?: string;
  readonly pullRequestId: string;
  readonly repositoryName: string;
  readonly beforeCommitId: string;
  readonly afterCommitId: string;
  readonly location?: { filePath: string; filePosition: number; relativeFileVersion: string };
}

interface Input {
  readonly [name: string]: unknown;
  readonly pullRequestId?: string;
  readonly repositoryName?: string;
}

/** An error of CodeCommit. */
export class CodeCommitFault extends Error {
  public constructor(
    public readonly code: string,
    public readonly status = 400,
  ) {
    super(code);
  }
}

export class CodeCommitApi {
  public readonly comments: CodeCommitComment[] = [];
  public readonly pullRequests: CodeCommitPullRequest[] = [];
  /** Names of the called operations, in order. */
  public readonly calls: string[] = [];
  /** The author of the caller's comments. */
  public caller = 'arn:aws:sts::111122223333:assumed-role/DeliveryRole/function';
  /** Entries per page of differences and of comments. */
  public pageSize = 100;
  /**
   * Called with every call before its response; an error that it throws is the response. `after` runs after the call
   * has taken effect.
   */
  public before?: (operation: string, input: Input) => void;
  public after?: (operation: string, input: Input) => void;

  private readonly server = new LoopbackServer((request) => this.serve(request));

  public constructor(private readonly repositories: Readonly<Record<string, GitRepository>>) {}

  public static async start(repositories: Readonly<Record<string, GitRepository>>): Promise<CodeCommitApi> {
    const api = new CodeCommitApi(repositories);
    await api.server.start();
    return api;
  }

  public get url(): string {
    return this.server.url;
  }

  public close(): Promise<void> {
    return this.server.close();
  }

  /** The last approval state of each pull request: `APPROVE` or `REVOKE`. */
  public readonly approvals = new Map<string, string>();

  /** Removes pull requests, comments and all settings of a test. */
  public reset(): void {
    for (const list of [this.comments, this.pullRequests, this.calls]) list.length = 0;
    this.approvals.clear();
    Object.assign(this, { pageSize: 100, before: undefined, after: undefined });
  }

  private serve({ headers, body }: LoopbackRequest): LoopbackAnswer {
    const operation = String(headers['x-amz-target']).replace('CodeCommit_20150413.', '');
    const input = JSON.parse(body.toString('utf8')) as Input;
    this.calls.push(operation);
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    try {
      if (!headers.authorization) throw new CodeCommitFault('MissingAuthenticationTokenException', 403);
      this.before?.(operation, input);
      const answer = this.answer(operation, input);
      this.after?.(operation, input);
      return { status: 200, headers: type, body: answer };
    } catch (error) {
      if (!(error instanceof CodeCommitFault)) throw error;
      return { status: error.status, headers: type, body: { __type: error.code, message: error.code } };
    }
  }

  private answer(operation: string, input: Input): object {
    switch (operation) {
      case 'GetPullRequest':
        return { pullRequest: this.pullRequest(this.find(input)) };
      case 'GetDifferences':
        return this.differences(input);
      case 'GetBlob': {
        const content = this.repository(input).blob(String(input['blobId']));
        if (!content) throw new CodeCommitFault('BlobIdDoesNotExistException');
        return { content: content.toString('base64') };
      }
      case 'GetCommentsForPullRequest':
        return this.listComments(input);
      case 'PostCommentForPullRequest':
        return { comment: shown(this.post(input)) };
      case 'UpdatePullRequestApprovalState': {
        const { pullRequestId, source, repositoryName } = this.find(input);
        if (input['revisionId'] !== this.revision(repositoryName, source)) {
          throw new CodeCommitFault('RevisionNotCurrentException');
        }
        this.approvals.set(pullRequestId, String(input['approvalState']));
        return {};
      }
      case 'UpdateComment':
        return { comment: shown(this.update(input)) };
      default:
        throw new CodeCommitFault('UnknownOperationException');
    }
  }

  private pullRequest({ pullRequestId, repositoryName, source, destination, title, status }: CodeCommitPullRequest) {
    const repository = this.repositories[repositoryName];
    return {
      pullRequestId,
      revisionId: this.revision(repositoryName, source),
      title: title ?? '',
      pullRequestStatus: status ?? 'OPEN',
      authorArn: 'arn:aws:iam::111122223333:user/developer',
      pullRequestTargets: [
        {
          repositoryName,
          sourceReference: `refs/heads/${source}`,
          destinationReference: `refs/heads/${destination}`,
          sourceCommit: repository.tip(source),
          destinationCommit: repository.tip(destination),
          mergeBase: repository.mergeBase(destination, source),
          mergeMetadata: { isMerged: false },
        },
      ],
    };
  }

  private revision(repositoryName: string, source: string): string {
    return `revision-of-${String(this.repositories[repositoryName].tip(source))}`;
  }

  private differences(input: Input): object {
    const before = String(input['beforeCommitSpecifier']);
    const all = this.repository(input).differences(before, String(input['afterCommitSpecifier']));
    const from = Number(input['NextToken'] ?? 0);
    const to = from + Math.min(this.pageSize, Number(input['MaxResults'] ?? 100));
    return {
      differences: all.slice(from, to).map(({ status, before: old, after }) => ({
        changeType: status === 'A' || status === 'D' ? status : 'M',
        ...(old ? { beforeBlob: { blobId: old.blob, mode: old.mode, path: old.path } } : {}),
        ...(after ? { afterBlob: { blobId: after.blob, mode: after.mode, path: after.path } } : {}),
      })),
      ...(to < all.length ? { NextToken: String(to) } : {}),
    };
  }

  private listComments(input: Input): object {
    this.find(input);
    const all = this.comments.filter(({ pullRequestId }) => pullRequestId === input.pullRequestId);
    const from = Number(input['nextToken'] ?? 0);
    const to = from + this.pageSize;
    return {
      commentsForPullRequestData: all.slice(from, to).map((comment) => ({
        pullRequestId: comment.pullRequestId,
        repositoryName: comment.repositoryName,
        beforeCommitId: comment.beforeCommitId,
        afterCommitId: comment.afterCommitId,
        ...(comment.location ? { location: comment.location } : {}),
        comments: [shown(comment)],
      })),
      ...(to < all.length ? { nextToken: String(to) } : {}),
    };
  }

  private post(input: Input): CodeCommitComment {
    const { source, repositoryName } = this.find(input);
    const token = input['clientRequestToken'] as string | undefined;
    const known = this.comments.find(({ clientRequestToken }) => token && clientRequestToken === token);
    if (known) return known;
    const content = checkedContent(input);
    const location = input['location'] as CodeCommitComment['location'];
    const repository = this.repositories[repositoryName];
    if (input['afterCommitId'] !== repository.tip(source)) throw new CodeCommitFault('CommitDoesNotExistException');
    if (location && !repository.tip(String(input['beforeCommitId']))) {
      throw new CodeCommitFault('CommitDoesNotExistException');
    }
    const comment: CodeCommitComment = {
      commentId: randomUUID(),
      content,
      authorArn: this.caller,
      deleted: false,
      clientRequestToken: token,
      pullRequestId: input.pullRequestId!,
      repositoryName,
      beforeCommitId: String(input['beforeCommitId']),
      afterCommitId: String(input['afterCommitId']),
      ...(location ? { location } : {}),
    };
    this.comments.push(comment);
    return comment;
  }

  private update(input: Input): CodeCommitComment {
    const comment = this.comments.find(({ commentId }) => commentId === input['commentId']);
    if (!comment) throw new CodeCommitFault('CommentDoesNotExistException');
    if (comment.deleted) throw new CodeCommitFault('CommentDeletedException');
    if (comment.authorArn !== this.caller) throw new CodeCommitFault('CommentNotCreatedByCallerException');
    comment.content = checkedContent(input);
    return comment;
  }

  private find({ pullRequestId }: Input): CodeCommitPullRequest {
    const found = this.pullRequests.find((each) => each.pullRequestId === pullRequestId);
    if (!found) throw new CodeCommitFault('PullRequestDoesNotExistException');
    return found;
  }

  private repository({ repositoryName }: Input): GitRepository {
    const found = this.repositories[repositoryName ?? ''];
    if (!found) throw new CodeCommitFault('RepositoryDoesNotExistException');
    return found;
  }
}

function checkedContent(input: Input): string {
  const content = (input['content'] as string | undefined) ?? '';
  if (content === '') throw new CodeCommitFault('CommentContentRequiredException');
  if (content.length > 10_240) throw new CodeCommitFault('CommentContentSizeLimitExceededException');
  return content;
}

function shown({ commentId, content, authorArn, deleted, clientRequestToken }: CodeCommitComment) {
  return { commentId, content: deleted ? '' : content, authorArn, deleted, clientRequestToken };
}
