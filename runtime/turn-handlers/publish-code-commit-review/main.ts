import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { CodeCommitBoard } from '../code-commit/code-commit-board';
import { repeatable } from '../incident/repeatable';
import { deliveryParts } from '../pull-request/delivery-settings';
import { publishReview } from '../pull-request/publish-review';
import { setting } from '../turn/settings';

const board = new CodeCommitBoard(new CodeCommitClient({}), setting(process.env, REVIEW_VARIABLES.ownRoleName));
const parts = { ...deliveryParts(), board };

/** Lambda: posts the review of a pull request of CodeCommit. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReview(payload, parts));
