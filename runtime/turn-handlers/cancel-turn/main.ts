import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { CancelTurnAnswer, CancelTurnPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { invocationEnd, type InvocationContext } from '../turn/time-left';
import { cancelTurn } from './cancel-turn';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  patienceMs: numberSetting(process.env, TURN_VARIABLES.settleSeconds) * 1000,
};

/** Time for the response. */
const RESERVE_MS = 5_000;

/** Lambda: stops a turn that isn't needed any more. */
export const handler = (payload: CancelTurnPayload, context?: InvocationContext): Promise<CancelTurnAnswer> =>
  cancelTurn(payload, parts, invocationEnd(context, RESERVE_MS));
