import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { CodeCommitSource } from '../code-commit/code-commit-source';
import { repeatable } from '../incident/repeatable';
import { stagePullRequest } from '../pull-request/stage-pull-request';
import { stagingParts } from '../pull-request/staging-settings';

const parts = { ...stagingParts(), source: new CodeCommitSource(new CodeCommitClient({})) };

/** Lambda: stages a pull request of CodeCommit. */
export const handler = (payload: StageTurnPayload): Promise<StageTurnAnswer> =>
  repeatable(() => stagePullRequest(payload, parts));
