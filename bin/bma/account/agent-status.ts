import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { BUDGET_KEY } from '../../../lib/contracts/budget';
import { STOP_KEY } from '../../../lib/contracts/kill-switch';
import { CommandError } from '../command';
import type { Account } from './account';
import { commandErrorOf } from './call-failure';
import type { FoundAgent } from './find-agents';

/** A time and a reason, as they were given when the kill switch was engaged. */
export interface StopCause {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason: string;
  /** ARN of the execution that engaged the kill switch; AWS CloudTrail shows who started it. */
  readonly execution: string;
}

/** Whether an agent accepts new turns, as the ledger of its workflow says. */
export type AgentStatus =
  | { readonly state: 'accepting' }
  /** `stopping`: the stop is recorded, and new turns aren't refused yet, or never will be, because a step failed. */
  | {
      readonly state: 'stopped' | 'stopping';
      /** Since when new turns are refused. */
      readonly since?: string;
      readonly cause: StopCause;
      /** The newest time that it was engaged, if that was more than once. */
      readonly again?: StopCause;
    }
  /** A budget refuses new turns. */
  | { readonly state: 'refusing'; readonly until: string; readonly reason: string }
  | { readonly state: 'not known'; readonly why: string };

/** Reads why an agent is stopped. A failed read is a status, because the agent is listed anyway. */
export async function readStatus(
  { ledgers }: Pick<Account, 'ledgers'>,
  { ledger }: FoundAgent,
  now = new Date(),
): Promise<AgentStatus> {
  if (ledger === undefined) {
    return notKnown('An earlier version of the library deployed it. Fix: deploy it with this version.');
  }
  const read = async (pk: string) => {
    const command = new GetItemCommand({ TableName: ledger, Key: { pk: { S: pk } }, ConsistentRead: true });
    return textsOf((await ledgers.send(command)).Item);
  };
  try {
    const [stop, budget] = await Promise.all([read(STOP_KEY), read(BUDGET_KEY)]);
    if (stop['at'] !== undefined) return stopped(stop);
    const { until = '', reason = NO_REASON } = budget;
    return Date.parse(until) > now.getTime() ? { state: 'refusing', until, reason } : { state: 'accepting' };
  } catch (error) {
    const failure = commandErrorOf(error as Error, 'workflow.grants.readTurns(…)');
    if (!(failure instanceof CommandError)) throw failure;
    return notKnown(failure.message);
  }
}

const NO_REASON = 'no reason given';

function stopped(stop: Texts): AgentStatus {
  const { id = '', at = '', reason = NO_REASON, refusesSince: since } = stop;
  const newest = { at, reason, execution: id };
  const { firstId = id, firstAt = at, firstReason = reason } = stop;
  return {
    state: since === undefined ? 'stopping' : 'stopped',
    ...(since === undefined ? {} : { since }),
    cause: { at: firstAt, reason: firstReason, execution: firstId },
    ...(firstId === id ? {} : { again: newest }),
  };
}

type Texts = Readonly<Record<string, string | undefined>>;

const textsOf = (item: Record<string, AttributeValue> = {}): Texts =>
  Object.fromEntries(Object.entries(item).map(([name, { S }]) => [name, S]));

const notKnown = (why: string): AgentStatus => ({ state: 'not known', why });
