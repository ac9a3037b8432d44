import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { GitHubBoard } from '../github/github-board';
import { gitHubGate, reviewScope } from '../github/github-gate';
import { gitHubApi } from '../github/github-settings';
import { repeatable } from '../incident/repeatable';
import { deliveryParts } from '../pull-request/delivery-settings';
import { publishReview } from '../pull-request/publish-review';

const api = gitHubApi(reviewScope(process.env));
const gate = gitHubGate(api, process.env);
const parts = { ...deliveryParts(__dirname), board: new GitHubBoard(api), ...(gate ? { gate } : {}) };

/** Lambda: posts the review of a pull request of GitHub. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReview(payload, parts));
