import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { SubmitTurnAnswer, SubmitTurnPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient, textStore } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { submitTurn } from './submit-turn';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  store: textStore(),
  settleMs: numberSetting(process.env, TURN_VARIABLES.settleSeconds) * 1000,
};

/** Lambda: sends the message of a turn, once. */
export const handler = (payload: SubmitTurnPayload): Promise<SubmitTurnAnswer> => submitTurn(payload, parts);
