import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { type GatePublisher, gateSetting, type GateVerdict, type ReviewGate } from '../pull-request/review-gate';
import { type Environment, setting } from '../turn/settings';
import type { GitHubApi } from './github-api';
import type { TokenScope } from './github-credentials';

/** The permissions of the functions that write to a pull request. */
export function reviewScope(environment: Environment): TokenScope {
  return { pull_requests: 'write', ...(gateSetting(environment) ? { checks: 'write' as const } : {}) };
}

/** The gate of a reviewer, or undefined without a gate. */
export function gitHubGate(api: GitHubApi, environment: Environment): ReviewGate | undefined {
  const gate = gateSetting(environment);
  const name = `Review by ${setting(environment, REVIEW_VARIABLES.agentName)}`;
  return gate && { ...gate, publisher: new GitHubGate(api, name) };
}

interface CheckRuns {
  readonly check_runs: readonly { readonly id: number; readonly external_id?: string | null }[];
}

/**
 * A check run per turn on the reviewed commit; GitHub uses the newest one with a name. Source:
 * docs.github.com/rest/checks/runs
 */
export class GitHubGate implements GatePublisher {
  constructor(
    private readonly api: GitHubApi,
    private readonly name: string,
  ) {}

  async set(
    { repository, sourceCommit }: Parameters<GatePublisher['set']>[0],
    { conclusion, title, turnName }: GateVerdict,
  ): Promise<void> {
    const named = `check_name=${encodeURIComponent(this.name)}`;
    const { check_runs } = await this.api.get<CheckRuns>(repository, `/commits/${sourceCommit}/check-runs?${named}`);
    const own = check_runs.find(({ external_id }) => external_id === turnName);
    const output = { title, summary: `From turn \`${turnName}\`.` };
    const run = { name: this.name, external_id: turnName, status: 'completed', conclusion, output };
    if (own) await this.api.change('PATCH', repository, `/check-runs/${own.id}`, run);
    else await this.api.change('POST', repository, '/check-runs', { ...run, head_sha: sourceCommit });
  }
}
