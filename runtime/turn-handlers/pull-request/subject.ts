import type { PreparedTurn } from '../../../lib/contracts/step';
import type { PullRequestSubject } from './pull-request-source';

/**
 * The pull request of a turn, or undefined when its subject names none of the repositories that may be reviewed.
 * Numbers and hashes are checked here once more: a turn can be started by hand, too.
 */
export function pullRequestOf(turn: PreparedTurn, repositories: readonly string[]): PullRequestSubject | undefined {
  const { repository, pullRequestId, sourceCommit } = turn.detail.subject ?? {};
  if (repository === undefined || !repositories.includes(repository)) return undefined;
  if (pullRequestId === undefined || !/^\d{1,15}$/.test(pullRequestId)) return undefined;
  if (sourceCommit !== undefined && !/^[0-9a-f]{40,64}$/.test(sourceCommit)) return undefined;
  return { repository, pullRequestId, ...(sourceCommit === undefined ? {} : { sourceCommit }) };
}
