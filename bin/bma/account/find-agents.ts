import {
  AGENT_OUTPUT_PREFIX,
  AGENT_RECORD_FORMAT,
  type AgentRecord,
  type TriggerRecord,
} from '../../../lib/contracts/agent-record';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError, UsageError } from '../command';
import type { Account } from './account';
import { isStateMachine, isText, type RecordKind, stackRecords, type UnreadOutput, unreadText } from './stack-records';

/** An agent with its stack. */
export interface FoundAgent extends AgentRecord {
  readonly stack: string;
}

export interface FoundAgents {
  readonly agents: readonly FoundAgent[];
  /** Outputs that look like an agent but can't be read, for example of another version of the library. */
  readonly unread: readonly UnreadOutput[];
}

const KIND: RecordKind<AgentRecord> = {
  prefix: AGENT_OUTPUT_PREFIX,
  format: AGENT_RECORD_FORMAT,
  isRecord: ({ agent, turns, settlement, evidence, bus, ledger, approveUrl, triggers, ...queues }) =>
    isStateMachine(turns) &&
    isStateMachine(settlement) &&
    [
      agent,
      evidence,
      bus,
      ledger ?? 'none',
      approveUrl ?? 'none',
      queues.settlementDeadLetters,
      queues.busDeadLetters,
    ].every(isText) &&
    Array.isArray(triggers) &&
    triggers.every((each: Partial<TriggerRecord> | null) => [each?.id, each?.events, each?.deadLetters].every(isText)),
};

/** The agents of the account and Region, by name. @param stackName default: all stacks */
export async function findAgents(account: Pick<Account, 'stacks'>, stackName?: string): Promise<FoundAgents> {
  const { records, unread } = await stackRecords(account, KIND, stackName);
  return { agents: [...records].sort((a, b) => (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : 0)), unread };
}

/** The only agent with a name. @throws CommandError when there is none, UsageError when there are several */
export async function agentNamed(account: Account, name: string, stack?: string): Promise<FoundAgent> {
  const all = await findAgents(account, stack);
  const { agents } = all;
  const found = agents.filter(({ agent }) => agent === name);
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const places = found.map((each) => each.stack).join(', ');
    throw new UsageError(`Agents named '${name}' are in several stacks: ${places}. Fix: add --stack.`);
  }
  throw new CommandError(ACCOUNT_EXIT.notFound, `There is no agent '${name}'. ${knownAgents(all)}`);
}

/** The fix if an agent isn't found. */
export function knownAgents({ agents, unread }: FoundAgents): string {
  if (unread.length > 0) {
    return `${unreadText(unread)} Fix: use the version of bma that these stacks were deployed with, or deploy them again.`;
  }
  return agents.length > 0
    ? `Agents: ${agents.map(({ agent }) => agent).join(', ')}. Fix: give one of these names, or another --region.`
    : 'No stack of this account and Region has an agent with a TurnWorkflow. Fix: check --region and the credentials, or deploy the agent with this version of the library.';
}
