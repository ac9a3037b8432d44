import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { ExpireSessionsAnswer } from '../../../lib/contracts/step';
import { ledger, sessionClient } from '../turn/clients';
import { setting } from '../turn/settings';
import { expireSessions } from './expire-sessions';

const parts = { client: sessionClient(), ledger: ledger(), index: setting(process.env, TURN_VARIABLES.ledgerIndex) };

/** Lambda, once a day: deletes the sessions whose retention is over. */
export const handler = async (): Promise<ExpireSessionsAnswer> => {
  const counts = await expireSessions(parts);
  // Only an error of the function can raise an alarm. Lambda runs it again twice, and the schedule runs it the next
  // day.
  if (counts.failed > 0) throw new Error(`${counts.failed} expired sessions were not deleted`);
  return counts;
};
