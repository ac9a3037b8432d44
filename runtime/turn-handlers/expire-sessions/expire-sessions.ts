import type { ExpireSessionsAnswer } from '../../../lib/contracts/step';
import { NotFoundError, type SessionClient } from '../../session-client';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';

export interface ExpireSessionsParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  /** Index of the ledger by the time of deletion. */
  readonly index: string;
}

/** Sessions of one run: a day's worth more is left to the next run, oldest first. */
const MOST_SESSIONS = 1_000;
const HOLDER = 'expire-sessions';
const HOLD_MS = 5 * 60_000;

/** Holds a conversation like a turn does, so that none is deleted under a turn that is about to resume it. */
export async function expireSessions({ client, ledger, index }: ExpireSessionsParts): Promise<ExpireSessionsAnswer> {
  const counts = { deleted: 0, held: 0, failed: 0 };
  const now = Date.now();
  for (const { pk, sessionId } of await ledger.expiredSessions(index, Math.floor(now / 1000), MOST_SESSIONS)) {
    if (pk === undefined) continue;
    const held = await ledger.change(pk, {
      UpdateExpression: 'SET heldBy = :me, heldUntil = :until',
      ConditionExpression:
        'deleteAfter < :seconds AND (attribute_not_exists(heldBy) OR heldBy = :me OR heldUntil < :now)',
      values: { me: HOLDER, until: now + HOLD_MS, now, seconds: Math.floor(now / 1000) },
    });
    if (!held) {
      counts.held += 1;
      continue;
    }
    try {
      if (sessionId !== undefined) await client.delete(sessionId);
      await ledger.remove(pk);
      counts.deleted += 1;
    } catch (error) {
      if (error instanceof NotFoundError) {
        await ledger.remove(pk);
        counts.deleted += 1;
        continue;
      }
      // The hold ends by itself; the next run tries again.
      counts.failed += 1;
      log('expire-sessions', 'not deleted', { sessionId, error: (error as Error).name });
    }
  }
  log('expire-sessions', 'done', counts);
  return counts;
}
