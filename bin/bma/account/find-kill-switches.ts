import {
  KILL_SWITCH_OUTPUT_PREFIX,
  KILL_SWITCH_RECORD_FORMAT,
  type KillSwitchRecord,
} from '../../../lib/contracts/kill-switch-record';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError, UsageError } from '../command';
import type { Account } from './account';
import { isStateMachine, isText, type RecordKind, stackRecords, type UnreadOutput, unreadText } from './stack-records';

/** A kill switch with its stack. */
export interface FoundKillSwitch extends KillSwitchRecord {
  readonly stack: string;
}

export interface FoundKillSwitches {
  readonly killSwitches: readonly FoundKillSwitch[];
  /**
   * Outputs of kill switches that can't be read. Empty for one agent, because it is unknown which agents they belong
   * to.
   */
  readonly unread: readonly UnreadOutput[];
}

const KIND: RecordKind<KillSwitchRecord> = {
  prefix: KILL_SWITCH_OUTPUT_PREFIX,
  format: KILL_SWITCH_RECORD_FORMAT,
  isRecord: ({ agents, engage, release }) =>
    isStateMachine(engage) &&
    isStateMachine(release) &&
    Array.isArray(agents) &&
    agents.length > 0 &&
    agents.every(isText),
};

/**
 * The kill switches of an agent: one for each of its workflows that has one. Without a name, every kill switch.
 *
 * @throws CommandError when there is none, UsageError when agents of this name are in several stacks
 */
export async function findKillSwitches(
  account: Account,
  agent: string | undefined,
  stackName?: string,
): Promise<FoundKillSwitches> {
  const { records: all, unread } = await stackRecords(account, KIND, stackName);
  // All readable kill switches are used: one broken output must not prevent the stop of other agents.
  if (agent === undefined && all.length + unread.length > 0) return { killSwitches: all, unread };
  const killSwitches = all.filter(({ agents }) => agent !== undefined && agents.includes(agent));
  const stacks = [...new Set(killSwitches.map(({ stack }) => stack))];
  if (stacks.length > 1) {
    throw new UsageError(
      `Kill switches of agents named '${agent}' are in several stacks: ${stacks.join(', ')}. Fix: add --stack.`,
    );
  }
  if (killSwitches.length > 0) return { killSwitches, unread: [] };
  throw new CommandError(
    ACCOUNT_EXIT.notFound,
    `${agent === undefined ? 'No stack has a kill switch that can be used.' : `There is no kill switch of the agent '${agent}'.`} ${hint(all, unread)}`,
  );
}

function hint(all: readonly FoundKillSwitch[], unread: readonly UnreadOutput[]): string {
  if (unread.length > 0) {
    return `${unreadText(unread)} Fix: use the bma of that version.`;
  }
  const known = [...new Set(all.flatMap(({ agents }) => agents))].sort().join(', ');
  return known === ''
    ? 'Fix: check --region, --stack and the credentials; or add an AgentKillSwitch to the app and deploy it. Until then, bma cancel stops single turns.'
    : `Kill switches stop: ${known}. Fix: give one of them, or --all.`;
}
