import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { SubmitTurnAnswer, SubmitTurnPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient, textStore } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { invocationEnd, type InvocationContext } from '../turn/time-left';
import { submitTurn } from './submit-turn';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  store: textStore(),
  settleMs: numberSetting(process.env, TURN_VARIABLES.settleSeconds) * 1000,
};

/** Time to record the result of the message. */
const RESERVE_MS = 10_000;

/** Lambda: sends the message of a turn, once. */
export const handler = (payload: SubmitTurnPayload, context?: InvocationContext): Promise<SubmitTurnAnswer> =>
  submitTurn(payload, parts, invocationEnd(context, RESERVE_MS));
