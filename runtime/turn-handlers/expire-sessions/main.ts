import type { ExpireSessionsAnswer } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { setting } from '../turn/settings';
import { expireSessions } from './expire-sessions';

const parts = { client: sessionClient(), ledger: ledger(), index: setting(process.env, 'LEDGER_INDEX') };

/** Lambda, once a day: deletes the sessions whose retention is over. */
export const handler = (): Promise<ExpireSessionsAnswer> => expireSessions(parts);
