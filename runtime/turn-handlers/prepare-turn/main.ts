import type {
  AcceptDeliveryPayload,
  AcceptStagingPayload,
  DeliverTurnAnswer,
  PrepareTurnAnswer,
  PrepareTurnPayload,
} from '../../../lib/contracts/step';
import { textStore } from '../turn/clients';
import { acceptDelivery } from './accept-delivery';
import { acceptStaging } from './accept-staging';
import { prepareTurn } from './prepare-turn';
import { storePrompt } from './store-prompt';

const store = textStore();

/**
 * Lambda: checks input from outside before it is used (a request, or the result of a staging or delivery function), and
 * computes what the other steps need. Puts a large prompt into S3 and calls nothing else.
 */
export async function handler(
  payload: PrepareTurnPayload | AcceptStagingPayload | AcceptDeliveryPayload,
): Promise<PrepareTurnAnswer | DeliverTurnAnswer> {
  if ('delivery' in payload) return acceptDelivery(payload);
  return 'answer' in payload
    ? storePrompt(acceptStaging(payload), `${payload.turn.name}/staged`, store)
    : storePrompt(prepareTurn(payload, process.env), payload.execution.name, store);
}
