import type { PreparedTurn } from '../../../lib/contracts/step';
import type { PullRequestSubject } from './pull-request-source';

/**
 * The pull request of a turn, or undefined if its subject names a repository that isn't reviewed. Numbers and hashes
 * are checked here once more: a turn can be started by hand, too.
 */
export function pullRequestOf(turn: PreparedTurn, repositories: readonly string[]): PullRequestSubject | undefined {
  const { repository, pullRequestId, sourceCommit } = turn.detail.subject ?? {};
  // GitHub accepts names in any case. The configured spelling is used from here on.
  const name =
    repositories.find((each) => each === repository) ?? repositories.find((each) => isSame(each, repository));
  if (name === undefined) return undefined;
  if (pullRequestId === undefined || !/^\d{1,15}$/.test(pullRequestId)) return undefined;
  if (sourceCommit !== undefined && !/^[0-9a-f]{40,64}$/.test(sourceCommit)) return undefined;
  return { repository: name, pullRequestId, ...(sourceCommit === undefined ? {} : { sourceCommit }) };
}

/** Names on CodeCommit, which have no slash, are case-sensitive. */
function isSame(one: string, other: string | undefined): boolean {
  return one.includes('/') && one.toLowerCase() === other?.toLowerCase();
}
