import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';
import { isPassing } from './call-failure';

/** A state that a turn has entered. */
export interface EnteredState {
  readonly state: string;
  readonly at: string;
}

/** Maximum number of consecutive failed polls before following a turn stops. */
const MOST_FAILED_LOOKS = 10;

/**
 * States that an execution has entered since the event `after`, oldest first. Reads the newest events first, so that a long
 * history costs no more than a short one.
 */
export async function statesSince(
  { executions }: Account,
  executionArn: string,
  after: number,
): Promise<{ readonly states: readonly EnteredState[]; readonly last: number }> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await executions.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 100, nextToken }),
    );
    const fresh = (page.events ?? []).filter(({ id = 0 }) => id > after);
    events.push(...fresh);
    nextToken = fresh.length === (page.events ?? []).length ? page.nextToken : undefined;
  } while (nextToken !== undefined);
  return {
    states: events
      .reverse()
      .flatMap(({ stateEnteredEventDetails: entered, timestamp }) =>
        entered?.name === undefined ? [] : [{ state: entered.name, at: (timestamp ?? new Date()).toISOString() }],
      ),
    last: events.at(-1)?.id ?? after,
  };
}

/**
 * Polls every `intervalMs` until `look` returns that it is done. A poll that AWS throttles or doesn't answer is
 * repeated later, with twice the wait for each consecutive failure.
 *
 * @throws the error of `look`, if it is final or there were too many failures
 */
export async function keepLooking(intervalMs: number, look: () => Promise<boolean>): Promise<void> {
  for (let failed = 0; ;) {
    try {
      if (await look()) return;
      failed = 0;
    } catch (error) {
      failed += 1;
      if (!isPassing(error) || failed > MOST_FAILED_LOOKS) throw error;
    }
    await sleep(Math.min(intervalMs * 2 ** failed, 60_000));
  }
}
