import { type ExecutionListItem, paginateListExecutions } from '@aws-sdk/client-sfn';
import type { TurnReason } from '../../../lib/contracts/turn';
import type { Account } from './account';
import type { FoundAgent } from './find-agents';
import { keepLooking, statesSince } from './turn-history';
import { describeTurn, type TurnState } from './turn-state';

/** An event of a turn. */
export interface TailEvent {
  readonly at: string;
  readonly turn: string;
  /** `running`: it was running when the command began. */
  readonly kind: 'running' | 'started' | 'state' | 'ended';
  /** The entered state, or the outcome. */
  readonly state: string;
  readonly reason?: TurnReason;
}

export interface TailOptions {
  readonly intervalMs: number;
  /** Milliseconds since the epoch. @default for ever */
  readonly until?: number;
  readonly onEvent: (event: TailEvent) => void;
}

/** Reports the events of an agent's turns from now on. Turns that had ended before are omitted. */
export async function tailTurns(account: Account, agent: FoundAgent, options: TailOptions): Promise<void> {
  const { intervalMs, until = Infinity, onEvent } = options;
  const seen = new Set<string>();
  /** Running turns, with the last reported event of their history. */
  const open = new Map<string, number>();
  let isFirst = true;
  await keepLooking(intervalMs, async () => {
    for (const execution of (await fresh(account, agent, seen, isFirst)).reverse()) {
      const { executionArn: arn = '', name: turn = '', startDate, status } = execution;
      seen.add(arn);
      if (isFirst && status !== 'RUNNING') continue;
      open.set(arn, 0);
      const at = (startDate ?? new Date()).toISOString();
      onEvent({ at, turn, kind: isFirst ? 'running' : 'started', state: 'Running' });
    }
    isFirst = false;
    for (const [arn, after] of open) {
      // This call comes first, so that states that are entered between the two calls are in the history.
      const turn = await describeTurn(account, agent, arn);
      const { states, last } = await statesSince(account, arn, after);
      open.set(arn, last);
      states.forEach(({ state, at }) => onEvent({ at, turn: turn.turn, kind: 'state', state }));
      if (turn.state === 'Running') continue;
      open.delete(arn);
      onEvent(ended(turn));
    }
    return Date.now() >= until;
  });
}

/** New executions, newest first. The first call reads only one page, because older executions have ended. */
async function fresh(
  { executions: client }: Account,
  { turns }: FoundAgent,
  seen: ReadonlySet<string>,
  isFirst: boolean,
): Promise<ExecutionListItem[]> {
  const found: ExecutionListItem[] = [];
  for await (const { executions = [] } of paginateListExecutions(
    { client, pageSize: 100 },
    { stateMachineArn: turns },
  )) {
    const unseen = executions.filter(({ executionArn }) => !seen.has(executionArn ?? ''));
    found.push(...unseen);
    if (isFirst || unseen.length < executions.length) break;
  }
  return found;
}

const ended = ({ turn, state, endedAt, result }: TurnState): TailEvent => ({
  at: endedAt ?? new Date().toISOString(),
  turn,
  kind: 'ended',
  state,
  reason: result?.reason,
});
