import type { CloseSessionAnswer, CloseSessionPayload } from '../../../lib/contracts/step';
import { waitAttribute } from '../../../lib/contracts/turn-ledger';
import { NotFoundError, type SessionClient } from '../../session-client';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';

export interface CloseSessionParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  /** How long a session of a session key is kept without a turn. */
  readonly retentionSeconds: number;
}

/** A session without a session key is deleted now; one that cannot be deleted now is left to the daily deletion. */
export async function closeSession(
  { turn }: CloseSessionPayload,
  parts: CloseSessionParts,
): Promise<CloseSessionAnswer> {
  const { client, ledger, retentionSeconds } = parts;
  const conversation = await ledger.session(turn.sessionPk);
  const wait = waitAttribute(turn.name);
  if (conversation.heldBy !== turn.name) {
    // The turn may have been waiting; remove its position.
    if (wait in conversation) {
      await ledger.change(turn.sessionPk, {
        UpdateExpression: 'REMOVE #wait',
        ConditionExpression: 'attribute_exists(pk)',
        names: { '#wait': wait },
      });
    }
    return { status: 'nothing' };
  }
  // The conversation was claimed without a session: nothing must be kept. Waiting turns write their positions again.
  if (conversation.state === undefined) {
    await ledger.remove(turn.sessionPk, turn.name);
    return { status: 'released' };
  }
  if (turn.detail.sessionKey === undefined) {
    if (conversation.sessionId === undefined || (await deleted(client, conversation.sessionId))) {
      await ledger.remove(turn.sessionPk, turn.name);
      return { status: 'deleted' };
    }
    log('close-session', 'left to the daily deletion', { turn: turn.name, sessionId: conversation.sessionId });
  }
  const kept = turn.detail.sessionKey === undefined ? 0 : retentionSeconds;
  await ledger.change(turn.sessionPk, {
    UpdateExpression: 'SET deleteAfter = :later REMOVE heldBy, heldUntil, #wait',
    ConditionExpression: 'heldBy = :me',
    names: { '#wait': wait },
    values: { later: Math.floor(Date.now() / 1000) + kept, me: turn.name },
  });
  return { status: 'released' };
}

async function deleted(client: SessionClient, sessionId: string): Promise<boolean> {
  try {
    await client.delete(sessionId);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return true;
    log('close-session', 'not deleted', { error: (error as Error).name });
    return false;
  }
}
