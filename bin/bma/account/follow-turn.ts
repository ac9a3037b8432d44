import type { Account } from './account';
import type { FoundAgent } from './find-agents';
import { type EnteredState, keepLooking, statesSince } from './turn-history';
import { describeTurn, type TurnState } from './turn-state';

export interface FollowOptions {
  /** Time between polls, in milliseconds. */
  readonly intervalMs: number;
  /** Called once for every state that the turn enters. */
  readonly onState: (state: EnteredState) => void;
}

/** Follows a turn to its end. */
export async function followTurn(
  account: Account,
  agent: FoundAgent,
  executionArn: string,
  { intervalMs, onState }: FollowOptions,
): Promise<TurnState> {
  let ended: TurnState | undefined;
  let last = 0;
  await keepLooking(intervalMs, async () => {
    // This call comes first, so that states that are entered between the two calls are in the history.
    const turn = await describeTurn(account, agent, executionArn);
    const fresh = await statesSince(account, executionArn, last);
    last = fresh.last;
    fresh.states.forEach(onState);
    ended = turn;
    return turn.state !== 'Running';
  });
  return ended!;
}
