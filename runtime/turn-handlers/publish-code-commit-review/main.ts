import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { CodeCommitReviewPublisher } from '../code-commit/code-commit-review-publisher';
import { CodeCommitGate } from '../code-commit/code-commit-gate';
import { repeatable } from '../incident/repeatable';
import { deliveryParts } from '../pull-request/delivery-settings';
import { gateSetting } from '../pull-request/review-gate';
import { publishReview } from '../pull-request/publish-review';
import { setting } from '../turn/settings';

const client = new CodeCommitClient({});
const publisher = new CodeCommitReviewPublisher(client, setting(process.env, REVIEW_VARIABLES.ownRoleName));
const gate = gateSetting(process.env);
const parts = {
  ...deliveryParts(__dirname),
  publisher,
  ...(gate ? { gate: { ...gate, publisher: new CodeCommitGate(client) } } : {}),
};

/** Lambda: posts the review of a pull request of CodeCommit. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReview(payload, parts));
