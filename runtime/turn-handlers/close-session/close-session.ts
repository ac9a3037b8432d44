import type { CloseSessionAnswer, CloseSessionPayload } from '../../../lib/contracts/step';
import { NotFoundError, type SessionClient } from '../../session-client';
import { TransientStepError } from '../turn/failures';
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
  if (conversation.heldBy !== turn.name) return { status: 'nothing' };
  if (turn.detail.sessionKey === undefined) {
    if (conversation.sessionId === undefined || (await deleted(client, conversation.sessionId))) {
      await ledger.remove(turn.sessionPk);
      return { status: 'deleted' };
    }
    log('close-session', 'left to the daily deletion', { turn: turn.name, sessionId: conversation.sessionId });
  }
  const kept = turn.detail.sessionKey === undefined ? 0 : retentionSeconds;
  await ledger.change(turn.sessionPk, {
    UpdateExpression: 'SET deleteAfter = :later REMOVE heldBy, heldUntil',
    ConditionExpression: 'heldBy = :me',
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
    if ((error as Error).name === 'CredentialsError') throw new TransientStepError('no credentials');
    return false;
  }
}
