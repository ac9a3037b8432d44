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

/** Most sessions of one run, oldest first; the next run deletes the rest. */
const MOST_SESSIONS = 1_000;
const HOLDER = 'expire-sessions';
/** Begins when a conversation is claimed. A deletion that takes longer loses the claim, and then removes nothing. */
const HOLD_MS = 5 * 60_000;

/** Claims a conversation like a turn, so that none is deleted while a turn resumes it. */
export async function expireSessions({ client, ledger, index }: ExpireSessionsParts): Promise<ExpireSessionsAnswer> {
  const counts = { deleted: 0, held: 0, failed: 0 };
  for (const { pk } of await ledger.expiredSessions(index, Math.floor(Date.now() / 1000), MOST_SESSIONS)) {
    if (pk === undefined) continue;
    try {
      counts[await expire(pk, { client, ledger })] += 1;
    } catch (error) {
      // The claim expires; the next run tries again.
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
  // Every conversation gets its own claim, because the whole run takes longer than one claim lasts.
  const now = Date.now();
  const held = await ledger.change(pk, {
    UpdateExpression: 'SET heldBy = :me, heldUntil = :until',
    ConditionExpression:
      'deleteAfter < :seconds AND (attribute_not_exists(heldBy) OR heldBy = :me OR heldUntil < :now)',
    values: { me: HOLDER, until: now + HOLD_MS, now, seconds: Math.floor(now / 1000) },
  });
  if (!held) return 'held';
  // The current value of the conversation; the index may be outdated.
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
