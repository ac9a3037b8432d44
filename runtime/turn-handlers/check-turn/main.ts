import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { CheckTurnAnswer, CheckTurnPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { invocationEnd, type InvocationContext } from '../turn/time-left';
import { checkTurn } from './check-turn';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  listenMs: numberSetting(process.env, TURN_VARIABLES.listenSeconds) * 1000,
};

/** To record how the turn ended. */
const RESERVE_MS = 10_000;

/** Lambda: one poll of a running turn. */
export const handler = (payload: CheckTurnPayload, context?: InvocationContext): Promise<CheckTurnAnswer> =>
  checkTurn(payload, parts, invocationEnd(context, RESERVE_MS));
