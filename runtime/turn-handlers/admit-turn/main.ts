import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { AdmitTurnAnswer, AdmitTurnPayload } from '../../../lib/contracts/step';
import { ledger } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { admitTurn } from './admit-turn';

const parts = {
  ledger: ledger(),
  slots: numberSetting(process.env, TURN_VARIABLES.maxConcurrency),
  patienceSeconds: numberSetting(process.env, TURN_VARIABLES.slotSeconds),
};

/** Lambda: claims the conversation of a turn and decides whether the turn can acquire a slot now. */
export const handler = (payload: AdmitTurnPayload): Promise<AdmitTurnAnswer> => admitTurn(payload, parts);
