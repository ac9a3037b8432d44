import { KILL_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { EndSessionsAnswer, EndSessionsPayload } from '../../../lib/contracts/kill-switch';
import { sessionClient } from '../turn/clients';
import { setting } from '../turn/settings';
import { endSessions } from './end-sessions';

const parts = { client: sessionClient(), sessionRoleArn: setting(process.env, KILL_VARIABLES.sessionRoleArn) };

/** Lambda: ends the sessions of a stopped agent. */
export const handler = (
  payload: EndSessionsPayload,
  context: { getRemainingTimeInMillis(): number },
): Promise<EndSessionsAnswer> =>
  endSessions(payload, { ...parts, endsAt: Date.now() + context.getRemainingTimeInMillis() });
