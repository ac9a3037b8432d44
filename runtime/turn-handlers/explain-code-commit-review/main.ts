import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { CodeCommitReviewPublisher } from '../code-commit/code-commit-review-publisher';
import { CodeCommitNotes } from '../code-commit/code-commit-notes';
import { explainOutcomes } from '../pull-request/explain-outcome';
import type { QueueBatch, QueueBatchAnswer } from '../turn/queue-batch';
import { explainParts } from '../pull-request/explain-settings';
import { setting } from '../turn/settings';

const client = new CodeCommitClient({});
const publisher = new CodeCommitReviewPublisher(client, setting(process.env, REVIEW_VARIABLES.ownRoleName));
const parts = { ...explainParts(), publisher: new CodeCommitNotes(client, publisher) };

/** Lambda: explains on a CodeCommit pull request why there is no review. */
export const handler = (batch: QueueBatch): Promise<QueueBatchAnswer> => explainOutcomes(batch, parts);
