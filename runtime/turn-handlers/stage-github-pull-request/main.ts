import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { gitHubApi } from '../github/github-settings';
import { GitHubSource } from '../github/github-source';
import { repeatable } from '../incident/repeatable';
import { stagePullRequest } from '../pull-request/stage-pull-request';
import { stagingParts } from '../pull-request/staging-settings';

const parts = { ...stagingParts(), source: new GitHubSource(gitHubApi({ contents: 'read', pull_requests: 'read' })) };

/** Lambda: stages a pull request of GitHub. */
export const handler = (payload: StageTurnPayload): Promise<StageTurnAnswer> =>
  repeatable(() => stagePullRequest(payload, parts));
