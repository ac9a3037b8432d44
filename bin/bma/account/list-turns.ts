import { type ExecutionStatus, paginateListExecutions } from '@aws-sdk/client-sfn';
import type { Account } from './account';
import type { FoundAgent } from './find-agents';
import { describeTurn, turnState, type TurnState } from './turn-state';

/** A filter for turns. */
export type ListedState = Exclude<TurnState['state'], 'Unknown'>;

/** Maximum number of executions that are read to find turns with one outcome. */
const MOST_LOOKS = 2_000;

/** Statuses of the executions whose turn may match a filter. */
const STATUSES: Readonly<Record<ListedState, readonly ExecutionStatus[]>> = {
  Running: ['RUNNING'],
  Completed: ['SUCCEEDED'],
  Rejected: ['SUCCEEDED'],
  Failed: ['SUCCEEDED', 'FAILED'],
  TimedOut: ['SUCCEEDED', 'TIMED_OUT'],
  Cancelled: ['SUCCEEDED', 'ABORTED'],
};

/** The newest turns, newest first. The outcome is in the output of each execution, which is read one by one. */
export async function listTurns(
  account: Account,
  agent: FoundAgent,
  { state, limit }: { readonly state?: ListedState; readonly limit: number },
): Promise<readonly TurnState[]> {
  const turns: TurnState[] = [];
  for (const statusFilter of state === undefined ? [undefined] : STATUSES[state]) {
    turns.push(...(await newest(account, agent, { state, limit, statusFilter })));
  }
  return turns.sort((a, b) => (a.startedAt! < b.startedAt! ? 1 : -1)).slice(0, limit);
}

async function newest(
  account: Account,
  agent: FoundAgent,
  { state, limit, statusFilter }: { state?: ListedState; limit: number; statusFilter?: ExecutionStatus },
): Promise<TurnState[]> {
  const turns: TurnState[] = [];
  let looks = 0;
  const pages = paginateListExecutions(
    { client: account.executions, pageSize: 100 },
    { stateMachineArn: agent.turns, statusFilter },
  );
  for await (const { executions = [] } of pages) {
    for (const execution of executions) {
      const listed = turnState(agent, execution);
      const turn = execution.status === 'SUCCEEDED' ? await describeTurn(account, agent, listed.executionArn) : listed;
      if (state === undefined || turn.state === state) turns.push(turn);
      looks += 1;
      if (turns.length === limit || looks === MOST_LOOKS) return turns;
    }
  }
  return turns;
}
