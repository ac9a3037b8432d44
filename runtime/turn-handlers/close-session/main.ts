import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { CloseSessionAnswer, CloseSessionPayload } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { numberSetting } from '../turn/settings';
import { closeSession } from './close-session';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  retentionSeconds: numberSetting(process.env, TURN_VARIABLES.sessionRetentionSeconds),
};

/** Lambda: releases the session of a turn, or deletes it if no turn can resume it. */
export const handler = (payload: CloseSessionPayload): Promise<CloseSessionAnswer> => closeSession(payload, parts);
