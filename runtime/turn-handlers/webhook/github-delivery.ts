import { createHash } from 'node:crypto';
import {
  GITHUB_COMMAND,
  type GitHubBranchDetail,
  type GitHubCommentDetail,
  type GitHubPullRequestDetail,
} from '../../../lib/contracts/webhook';

/** Longest texts that are passed on; the prompt doesn't need the rest of a long description. */
const MAX_TITLE = 1_000;
const MAX_BODY = 50_000;
/**
 * Bytes of a text as JSON, which writes a control character with six. An event has at most 256 KiB, and an author must
 * not keep a pull request from its review with the characters of its description.
 */
const MAX_BYTES = 150_000;

/**
 * The members of a `pull_request` payload that are passed on: those that rules and prompts can use, each with the type
 * that GitHub documents. Undefined if the payload has another form. A payload is about 25 kB, most of it links.
 *
 * Source: docs.github.com/webhooks/webhook-events-and-payloads#pull_request
 */
export function pullRequestDetail(
  payload: unknown,
  deliveryId: string,
  body: Buffer,
): GitHubPullRequestDetail | undefined {
  try {
    const root = members(payload);
    const [repository, request] = [members(root.repository), members(root.pull_request)];
    return {
      action: text(root.action),
      occurrence: occurrence(text(root.action), text(request.updated_at), root.before),
      number: wholeNumber(root.number),
      repository: repositoryDetail(repository),
      pull_request: {
        number: wholeNumber(request.number),
        state: text(request.state),
        draft: bool(request.draft ?? false),
        merged: bool(request.merged ?? false),
        title: cut(text(request.title), MAX_TITLE),
        body: cut(text(request.body ?? ''), MAX_BODY),
        html_url: text(request.html_url),
        author_association: text(request.author_association),
        created_at: text(request.created_at),
        updated_at: text(request.updated_at),
        user: user(request.user),
        head: branch(request.head),
        base: branch(request.base),
        from_fork: isFork(request, repository),
      },
      sender: user(root.sender),
      ...(root.requested_reviewer ? { requested_reviewer: user(root.requested_reviewer) } : {}),
      delivery: seen(deliveryId, body),
    };
  } catch {
    return undefined;
  }
}

/**
 * A new comment on a pull request that begins with a command, without the rest of its text. `no-command` for every
 * other comment, also on an issue; undefined when the payload is not one of `issue_comment`.
 *
 * Source: docs.github.com/webhooks/webhook-events-and-payloads#issue_comment
 */
export function commentDetail(
  payload: unknown,
  deliveryId: string,
  body: Buffer,
): GitHubCommentDetail | 'no-command' | undefined {
  try {
    const root = members(payload);
    const [issue, comment] = [members(root.issue), members(root.comment)];
    const command = text(comment.body ?? '')
      .slice(0, 100)
      .trimStart()
      .split(/\s/, 1)[0]
      .toLowerCase();
    const isOfPullRequest = issue.pull_request !== null && issue.pull_request !== undefined;
    if (root.action !== 'created' || !isOfPullRequest || !GITHUB_COMMAND.test(command)) return 'no-command';
    return {
      action: root.action,
      number: wholeNumber(issue.number),
      repository: repositoryDetail(members(root.repository)),
      issue: { state: text(issue.state) },
      comment: {
        id: wholeNumber(comment.id),
        command,
        author_association: text(comment.author_association),
        created_at: text(comment.created_at),
        user: user(comment.user),
      },
      sender: user(root.sender),
      delivery: seen(deliveryId, body),
    };
  } catch {
    return undefined;
  }
}

function repositoryDetail(repository: Record<string, unknown>): GitHubPullRequestDetail['repository'] {
  return {
    id: wholeNumber(repository.id),
    full_name: text(repository.full_name),
    private: bool(repository.private),
    default_branch: text(repository.default_branch),
  };
}

function seen(id: string, body: Buffer): GitHubPullRequestDetail['delivery'] {
  return { id, body_sha256: createHash('sha256').update(body).digest('hex') };
}

/** The id of the change. It is the same when a delivery is repeated. */
function occurrence(action: string, updatedAt: string, before: unknown): string {
  if (action === 'opened' || action === 'ready_for_review') return 'commit';
  // For a push, the commit that it replaces: two pushes can arrive in one second.
  const replaced = typeof before === 'string' && /^[0-9a-f]{40,64}$/.test(before) ? `/${before}` : '';
  return `${action}/${updatedAt}${replaced}`;
}

/** GitHub omits deleted accounts, and shows them as this user. */
function user(value: unknown): GitHubPullRequestDetail['sender'] {
  if (value === null || value === undefined) return { login: 'ghost', type: 'User' };
  const { login, type } = members(value);
  return { login: text(login), type: text(type ?? 'User') };
}

function branch(value: unknown): GitHubBranchDetail {
  const { ref, sha, repo } = members(value);
  const isGone = repo === null || repo === undefined;
  return { ref: text(ref), sha: text(sha), repo: isGone ? null : { full_name: text(members(repo).full_name) } };
}

/** By the ids of the repositories: names change. */
function isFork({ head }: Record<string, unknown>, repository: Record<string, unknown>): boolean {
  const { repo } = members(head);
  if (repo === null || repo === undefined) return true;
  return wholeNumber(members(repo).id) !== wholeNumber(repository.id);
}

function members(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError();
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError();
  return value;
}

/** The beginning of a text. A surrogate pair is not cut. */
function cut(whole: string, mostCharacters: number): string {
  let end = Math.min(whole.length, mostCharacters);
  for (;;) {
    const isInPair = end < whole.length && /^[\ud800-\udbff][\udc00-\udfff]$/.test(whole.slice(end - 1, end + 1));
    const kept = whole.slice(0, isInPair ? end - 1 : end);
    const bytes = Buffer.byteLength(JSON.stringify(kept));
    if (bytes <= MAX_BYTES) return kept;
    end = Math.floor((kept.length * MAX_BYTES) / bytes) - 1;
  }
}

function wholeNumber(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError();
  return value as number;
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError();
  return value;
}
