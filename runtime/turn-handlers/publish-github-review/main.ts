import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { GitHubReviewPublisher } from '../github/github-review-publisher';
import { gitHubGate, reviewScope } from '../github/github-gate';
import { gitHubApi } from '../github/github-settings';
import { repeatable } from '../incident/repeatable';
import { deliveryParts } from '../pull-request/delivery-settings';
import { publishReview } from '../pull-request/publish-review';

const api = gitHubApi(reviewScope(process.env));
const gate = gitHubGate(api, process.env);
const parts = { ...deliveryParts(__dirname), publisher: new GitHubReviewPublisher(api), ...(gate ? { gate } : {}) };

/** Lambda: posts the review of a pull request of GitHub. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReview(payload, parts));
