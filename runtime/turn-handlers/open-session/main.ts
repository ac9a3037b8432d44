import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { OpenSessionAnswer, OpenSessionPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient, textStore } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { invocationEnd, type InvocationContext } from '../turn/time-left';
import { openSession } from './open-session';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  store: textStore(),
  settleMs: numberSetting(process.env, TURN_VARIABLES.settleSeconds) * 1000,
  retentionSeconds: numberSetting(process.env, TURN_VARIABLES.sessionRetentionSeconds),
};

/** Time to record the session. */
const RESERVE_MS = 10_000;

/** Lambda: creates the session of a turn, or resumes the one of its session key. */
export const handler = (payload: OpenSessionPayload, context?: InvocationContext): Promise<OpenSessionAnswer> =>
  openSession(payload, parts, invocationEnd(context, RESERVE_MS));
