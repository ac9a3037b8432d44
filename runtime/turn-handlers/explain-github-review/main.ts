import { gitHubGate, reviewScope } from '../github/github-gate';
import { GitHubNotes } from '../github/github-notes';
import { gitHubApi } from '../github/github-settings';
import { explainOutcomes } from '../pull-request/explain-outcome';
import type { QueueBatch, QueueBatchAnswer } from '../turn/queue-batch';
import { explainParts } from '../pull-request/explain-settings';

const api = gitHubApi(reviewScope(process.env));
const gate = gitHubGate(api, process.env);
const parts = { ...explainParts(), publisher: new GitHubNotes(api), ...(gate ? { gate: gate.publisher } : {}) };

/** Lambda: explains on a GitHub pull request why there is no review. */
export const handler = (batch: QueueBatch): Promise<QueueBatchAnswer> => explainOutcomes(batch, parts);
