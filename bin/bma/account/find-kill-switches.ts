import { paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import {
  KILL_SWITCH_OUTPUT_PREFIX,
  KILL_SWITCH_RECORD_FORMAT,
  type KillSwitchRecord,
} from '../../../lib/contracts/kill-switch-record';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError } from '../command';
import type { Account } from './account';

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
  { stacks: client }: Account,
  agent: string | undefined,
  StackName?: string,
): Promise<readonly FoundKillSwitch[]> {
  const all: FoundKillSwitch[] = [];
  const unread: string[] = [];
  for await (const { StackName: stack = '', Outputs = [] } of stacksOf(client, StackName)) {
    for (const { OutputKey = '', OutputValue = '' } of Outputs) {
      if (!OutputKey.startsWith(KILL_SWITCH_OUTPUT_PREFIX)) continue;
      const record = readRecord(OutputValue);
      if (record === undefined) unread.push(`${stack}/${OutputKey}`);
      else all.push({ ...record, stack });
    }
  }
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

async function* stacksOf(client: Account['stacks'], StackName: string | undefined): AsyncGenerator<Stack> {
  try {
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, { StackName })) yield* Stacks;
  } catch (error) {
    if (StackName === undefined || (error as Error).name !== 'ValidationError') throw error;
    throw new CommandError(ACCOUNT_EXIT.notFound, `There is no stack '${StackName}' in this account and Region.`);
  }
}

function readRecord(value: string): KillSwitchRecord | undefined {
  try {
    const record = JSON.parse(value) as Partial<KillSwitchRecord>;
    return record.format === KILL_SWITCH_RECORD_FORMAT ? (record as KillSwitchRecord) : undefined;
  } catch {
    return undefined;
  }
}
