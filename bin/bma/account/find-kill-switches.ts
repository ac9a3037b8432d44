import {
  KILL_SWITCH_OUTPUT_PREFIX,
  KILL_SWITCH_RECORD_FORMAT,
  type KillSwitchRecord,
} from '../../../lib/contracts/kill-switch-record';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError } from '../command';
import type { Account } from './account';
import { stackRecords } from './stack-records';

/** A kill switch with the stack that it is in. */
export interface FoundKillSwitch extends KillSwitchRecord {
  readonly stack: string;
}

/**
 * The kill switch of an agent: of several, the one that stops the fewest others. Without a name, every kill switch.
 *
 * @throws CommandError when there is none
 */
export async function findKillSwitches(
  account: Account,
  agent: string | undefined,
  stackName?: string,
): Promise<readonly FoundKillSwitch[]> {
  const kind = { prefix: KILL_SWITCH_OUTPUT_PREFIX, format: KILL_SWITCH_RECORD_FORMAT, stackName } as const;
  const { records: all, unread } = await stackRecords<KillSwitchRecord>(account, kind);
  // Nobody may take it for everything when one of them could not be read.
  const isComplete = agent !== undefined || unread.length === 0;
  const found = all
    .filter(({ agents }) => agent === undefined || agents.includes(agent))
    .sort((one, other) => one.agents.length - other.agents.length);
  if (isComplete && found.length > 0) return agent === undefined ? found : found.slice(0, 1);
  const known = [...new Set(all.flatMap(({ agents }) => agents))].sort().join(', ');
  const hint =
    unread.length > 0
      ? `Outputs of another version of the library can't be read: ${unread.join(', ')}. Fix: use the bma of that version.`
      : known === ''
        ? 'Fix: check --region, --stack and the credentials; or add an AgentKillSwitch to the app and deploy it. Until then, bma cancel stops single turns.'
        : `Kill switches stop: ${known}. Fix: give one of them, or --all.`;
  throw new CommandError(
    ACCOUNT_EXIT.notFound,
    `${agent === undefined ? 'No stack has a kill switch that can be used.' : `There is no kill switch of the agent '${agent}'.`} ${hint}`,
  );
}
