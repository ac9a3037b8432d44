import type { ChangedFile } from '../../../lib/contracts/review';
import { patchHunks } from '../pull-request/patch-hunks';
import { type DiffSection, diffSections, diffWithout } from '../pull-request/unified-diff';
import type {
  Change,
  ChangeLimits,
  PullRequest,
  PullRequestSource,
  PullRequestSubject,
} from '../pull-request/pull-request-source';
import { StagingRefusal } from '../pull-request/staging-refusal';
import { type GitHubApi, GitHubError, OversizedAnswerError } from './github-api';

/** Largest source archive, compressed. The function holds it in memory. */
const MAX_ARCHIVE_BYTES = 100 * 1024 * 1024;

/** Largest diff that is read to remove ignored files from it. */
const MAX_DIFF_BYTES = 32 * 1024 * 1024;

/** The members of `GET /repos/{owner}/{repo}/pulls/{number}` that are read. */
export interface GitHubPullRequest {
  readonly state: string;
  readonly title: string;
  readonly changed_files: number;
  readonly draft?: boolean;
  readonly user: { readonly login: string; readonly type?: string } | null;
  readonly head: GitHubBranch;
  readonly base: GitHubBranch;
}
interface GitHubBranch {
  readonly ref: string;
  readonly sha: string;
  /** Null if the fork no longer exists. */
  readonly repo: { readonly full_name: string } | null;
}

/** The members of `GET /repos/{owner}/{repo}/pulls/{number}/files` that are read. */
export interface GitHubFile {
  readonly filename: string;
  readonly previous_filename?: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  /**
   * Absent for binary files, for changes without lines (an empty file, a new name, a new mode), for large files, and
   * for all files of a response that already has too many lines. Those also have counts of zero.
   */
  readonly patch?: string;
}

export class GitHubSource implements PullRequestSource {
  readonly host = 'github';

  constructor(private readonly api: GitHubApi) {}

  async pullRequest({ repository, pullRequestId }: PullRequestSubject): Promise<PullRequest> {
    const { state, draft, title, user, head, base } = await this.read(repository, pullRequestId);
    return {
      open: state === 'open',
      draft: draft ?? false,
      byBot: user?.type === 'Bot' || (user?.login.endsWith('[bot]') ?? false),
      sourceCommit: head.sha,
      destinationCommit: base.sha,
      sourceReference: head.ref,
      destinationReference: base.ref,
      title,
      author: user?.login ?? '',
      // Compared with the current name of the base repository: the configured name may be an older one.
      fromFork: head.repo?.full_name.toLowerCase() !== (base.repo?.full_name ?? repository).toLowerCase(),
    };
  }

  async change(
    { repository, pullRequestId }: PullRequestSubject,
    _pullRequest: PullRequest,
    limits: ChangeLimits,
  ): Promise<Change> {
    const { changed_files } = await this.read(repository, pullRequestId);
    if (changed_files === 0) return { files: [], leftOut: [] };
    const all = await this.files(repository, pullRequestId, limits);
    const files = all.filter(({ filename }) => !limits.isLeftOut(filename));
    const leftOut = all.map(({ filename }) => filename).filter(limits.isLeftOut);
    if (files.length === 0) return { files: [], leftOut };
    const diff =
      leftOut.length === 0
        ? await this.diff(repository, pullRequestId, limits.bytes)
        : await this.diffWithout(repository, pullRequestId, limits);
    const sections = diff === undefined ? undefined : diffSections(diff);
    return {
      leftOut,
      files: files.map((file) => changedFile(file, sections)),
      diff: diff ?? assembled(files, limits.bytes),
    };
  }

  /** The pull request's head is in the repository itself (`refs/pull/N/head`), also when it comes from a fork. */
  async archive({ repository }: PullRequestSubject, { sourceCommit }: PullRequest): Promise<Uint8Array> {
    try {
      return await this.api.archive(repository, sourceCommit, MAX_ARCHIVE_BYTES);
    } catch (error) {
      if (error instanceof OversizedAnswerError) throw tooLarge('a source archive of more than 100 MiB');
      throw error;
    }
  }

  private async read(repository: string, pullRequestId: string): Promise<GitHubPullRequest> {
    try {
      return await this.api.get<GitHubPullRequest>(repository, `/pulls/${pullRequestId}`);
    } catch (error) {
      if (error instanceof GitHubError && error.status === 404) {
        throw new StagingRefusal('not-found', 'GitHub knows no such pull request, or the credentials do not reach it');
      }
      throw error;
    }
  }

  private async files(
    repository: string,
    pullRequestId: string,
    { files: most, isLeftOut }: ChangeLimits,
  ): Promise<GitHubFile[]> {
    try {
      const path = `/pulls/${pullRequestId}/files`;
      const tooMany = (found: GitHubFile[]) => found.filter(({ filename }) => !isLeftOut(filename)).length > most;
      const files = await this.api.list<GitHubFile>(repository, path, tooMany);
      if (tooMany(files)) throw tooLarge(`more than ${most} files`);
      return files;
    } catch (error) {
      if (error instanceof GitHubError && error.status === 422) throw tooLarge('a difference that GitHub cannot make');
      throw error;
    }
  }

  /** The diff without ignored files, which may make it too large for GitHub. */
  private async diffWithout(
    repository: string,
    pullRequestId: string,
    { bytes, isLeftOut }: ChangeLimits,
  ): Promise<string | undefined> {
    const whole = await this.diff(repository, pullRequestId, MAX_DIFF_BYTES).catch((error: unknown) => {
      if (error instanceof StagingRefusal) return undefined;
      throw error;
    });
    if (whole === undefined) return undefined;
    const rest = diffWithout(whole, isLeftOut);
    if (Buffer.byteLength(rest) > bytes) throw tooLarge('more changed lines than are reviewed');
    return rest;
  }

  /**
   * The diff as text, or undefined if GitHub takes too long to create it (422). GitHub refuses a diff of more than
   * 20,000 lines or 300 files (406, or 422 with the code `too_large`).
   */
  private async diff(repository: string, pullRequestId: string, limit: number): Promise<string | undefined> {
    try {
      return await this.api.text(repository, `/pulls/${pullRequestId}`, 'application/vnd.github.diff', limit);
    } catch (error) {
      if (
        error instanceof OversizedAnswerError ||
        (error instanceof GitHubError && (error.status === 406 || error.code === 'too_large'))
      ) {
        throw tooLarge('more changed lines than are reviewed');
      }
      if (error instanceof GitHubError && error.status === 422) return undefined;
      throw error;
    }
  }
}

/** A diff built from the list of files. The source that the agent gets is always complete. */
function assembled(files: readonly GitHubFile[], most: number): string {
  const text = files
    .map(({ filename, previous_filename = filename, patch }) =>
      [
        `diff --git a/${previous_filename} b/${filename}`,
        ...(patch === undefined
          ? ['(not shown by GitHub)']
          : [`--- a/${previous_filename}`, `+++ b/${filename}`, patch]),
        '',
      ].join('\n'),
    )
    .join('');
  if (Buffer.byteLength(text) > most) throw tooLarge('more changed lines than are reviewed');
  return text;
}

function changedFile(entry: GitHubFile, sections: ReadonlyMap<string, DiffSection> | undefined): ChangedFile {
  const { filename, previous_filename, status, additions, deletions, patch } = entry;
  const section = sections?.get(filename);
  return {
    file: filename,
    ...(previous_filename === undefined ? {} : { previousFile: previous_filename }),
    status:
      status === 'added' || status === 'copied'
        ? 'added'
        : status === 'removed' || status === 'renamed'
          ? status
          : 'modified',
    // A missing patch doesn't mean that the file is binary: see above.
    binary: patch === undefined && section?.binary === true,
    addedLines: additions,
    removedLines: deletions,
    hunks: patch === undefined ? (section?.hunks ?? []) : patchHunks(patch),
  };
}

function tooLarge(why: string): StagingRefusal {
  return new StagingRefusal('change-too-large', `The change has ${why}`);
}
