import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { ExpireSessionsAnswer } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { setting } from '../turn/settings';
import { expireSessions } from './expire-sessions';

const parts = { client: sessionClient(), ledger: ledger(), index: setting(process.env, TURN_VARIABLES.ledgerIndex) };

/** Lambda, once a day: deletes the sessions whose retention is over. */
export const handler = (): Promise<ExpireSessionsAnswer> => expireSessions(parts);
