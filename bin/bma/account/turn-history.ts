import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';
import { isPassing } from './call-failure';

/** A state that a turn has entered. */
export interface EnteredState {
  readonly state: string;
  readonly at: string;
}

/** Looks that may fail in a row before following a turn is given up. */
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
 * Looks again and again, waiting `intervalMs` in between, until `look` says that it is done. A look that AWS throttles or
 * does not answer is made again later, after twice the time for each failure in a row.
 *
 * @throws what `look` throws, when it is final or has failed too often
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
