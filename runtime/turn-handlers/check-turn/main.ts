import type { CheckTurnAnswer, CheckTurnPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { checkTurn } from './check-turn';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  listenMs: numberSetting(process.env, 'LISTEN_SECONDS') * 1000,
};

/** Lambda: one look at a running turn. */
export const handler = (payload: CheckTurnPayload): Promise<CheckTurnAnswer> => checkTurn(payload, parts);
