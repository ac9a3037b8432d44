import type { AcceptStagingPayload, PrepareTurnAnswer, PrepareTurnPayload } from '../../../lib/contracts/step';
import { acceptStaging } from './accept-staging';
import { prepareTurn } from './prepare-turn';

/**
 * Lambda: checks what comes from outside before anything follows from it, a request or the answer of a staging function,
 * and works out what the other steps need. Calls nothing.
 */
export const handler = (payload: PrepareTurnPayload | AcceptStagingPayload): Promise<PrepareTurnAnswer> =>
  Promise.resolve('answer' in payload ? acceptStaging(payload) : prepareTurn(payload, process.env));
