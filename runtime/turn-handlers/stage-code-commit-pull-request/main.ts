import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { CodeCommitSource } from '../code-commit/code-commit-source';
import { stagePullRequest } from '../pull-request/stage-pull-request';
import { stagingParts } from '../pull-request/staging-settings';

const parts = { ...stagingParts(), source: new CodeCommitSource(new CodeCommitClient({})) };

/** Lambda: stages a pull request of CodeCommit. */
export const handler = (payload: StageTurnPayload): Promise<StageTurnAnswer> => stagePullRequest(payload, parts);
