import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { GitHubBoard } from '../github/github-board';
import { gitHubApi } from '../github/github-settings';
import { repeatable } from '../incident/repeatable';
import { deliveryParts } from '../pull-request/delivery-settings';
import { publishReview } from '../pull-request/publish-review';

const parts = { ...deliveryParts(), board: new GitHubBoard(gitHubApi({ pull_requests: 'write' })) };

/** Lambda: posts the review of a pull request of GitHub. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReview(payload, parts));
