import type { EndSessionsAnswer, EndSessionsPayload } from '../../../lib/contracts/kill-switch';
import { AmbiguousRequestError, ConflictError, NotFoundError, type SessionClient } from '../../session-client';
import { log } from '../turn/log';

export interface EndSessionsParts {
  readonly client: Pick<SessionClient, 'list' | 'cancel' | 'delete'>;
  /** The sessions of this agent are those with its session role; a project may contain sessions of other agents. */
  readonly sessionRoleArn: string;
  /** Milliseconds since the epoch: when the function must answer. */
  readonly endsAt: number;
}

/** Time that is reserved for the response. */
const RESERVE_MS = 20_000;

/**
 * Cancels the turns of all sessions of the agent, or deletes the sessions. Uses the list of the service, not the
 * ledger. Can be repeated.
 */
export async function endSessions({ mode }: EndSessionsPayload, parts: EndSessionsParts): Promise<EndSessionsAnswer> {
  const { client, sessionRoleArn, endsAt } = parts;
  const limits = { deadlineAt: endsAt - RESERVE_MS };
  // The whole list first: a page that follows a deleted session may not be found.
  const ids: string[] = [];
  for await (const session of client.list({}, limits)) {
    const wanted = mode === 'delete' || session.status === 'in_progress';
    if (session.role_arn === sessionRoleArn && wanted) ids.push(session.id);
  }
  let changed = 0;
  let left = 0;
  for (const id of ids) {
    if (Date.now() > limits.deadlineAt) {
      left += 1;
      continue;
    }
    try {
      if (mode === 'cancel') await client.cancel(id, limits);
      else await client.delete(id, limits);
      changed += 1;
    } catch (error) {
      if (error instanceof NotFoundError) continue;
      // A conflict means that the turn is ending. After an unknown result, the session is checked again.
      if (!(error instanceof AmbiguousRequestError) && !(error instanceof ConflictError)) {
        log('end-sessions', 'not ended', { mode, error: (error as Error).name });
      }
      left += 1;
    }
  }
  log('end-sessions', 'done', { mode, changed, left });
  return { changed, left };
}
