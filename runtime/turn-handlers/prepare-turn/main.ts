import type { PrepareTurnAnswer, PrepareTurnPayload } from '../../../lib/workflow/step-contract';
import { prepareTurn } from './prepare-turn';

/** Lambda: checks a request and works out what the other steps need. Calls nothing. */
export const handler = (payload: PrepareTurnPayload): Promise<PrepareTurnAnswer> =>
  Promise.resolve(prepareTurn(payload, process.env));
