import type { ExpireSessionsAnswer } from '../../../lib/contracts/step';
import { NotFoundError, type SessionClient } from '../../session-client';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';

export interface ExpireSessionsParts {
  readonly client: Pick<SessionClient, 'delete'>;
  readonly ledger: Pick<Ledger, 'expiredSessions' | 'change' | 'remove'>;
  /** Index of the ledger by the time of deletion. */
  readonly index: string;
}

/** Sessions of one run: a day's worth more is left to the next run, oldest first. */
const MOST_SESSIONS = 1_000;
const HOLDER = 'expire-sessions';
/** From the moment a conversation is held. A deletion that takes longer loses the hold, and then removes nothing. */
const HOLD_MS = 5 * 60_000;

/** Holds a conversation like a turn does, so that none is deleted under a turn that is about to resume it. */
export async function expireSessions({ client, ledger, index }: ExpireSessionsParts): Promise<ExpireSessionsAnswer> {
  const counts = { deleted: 0, held: 0, failed: 0 };
  for (const { pk } of await ledger.expiredSessions(index, Math.floor(Date.now() / 1000), MOST_SESSIONS)) {
    if (pk === undefined) continue;
    try {
      counts[await expire(pk, { client, ledger })] += 1;
    } catch (error) {
      // The hold ends by itself; the next run tries again.
      counts.failed += 1;
      log('expire-sessions', 'not deleted', { error: (error as Error).name });
    }
  }
  log('expire-sessions', 'done', counts);
  return counts;
}

async function expire(
  pk: string,
  { client, ledger }: Pick<ExpireSessionsParts, 'client' | 'ledger'>,
): Promise<'deleted' | 'held'> {
  // Every conversation gets its own hold: the run as a whole takes longer than one lasts.
  const now = Date.now();
  const held = await ledger.change(pk, {
    UpdateExpression: 'SET heldBy = :me, heldUntil = :until',
    ConditionExpression:
      'deleteAfter < :seconds AND (attribute_not_exists(heldBy) OR heldBy = :me OR heldUntil < :now)',
    values: { me: HOLDER, until: now + HOLD_MS, now, seconds: Math.floor(now / 1000) },
  });
  if (!held) return 'held';
  // As the conversation says now: what the index says may be older.
  const { sessionId } = held;
  if (typeof sessionId === 'string') await deleteSession(client, sessionId);
  return (await ledger.remove(pk, HOLDER)) ? 'deleted' : 'held';
}

async function deleteSession(client: ExpireSessionsParts['client'], sessionId: string): Promise<void> {
  try {
    await client.delete(sessionId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}
