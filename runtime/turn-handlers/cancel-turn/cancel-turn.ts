import type { CancelTurnAnswer, CancelTurnPayload } from '../../../lib/contracts/step';
import {
  AmbiguousRequestError,
  type CallOptions,
  ConflictError,
  NotFoundError,
  type SessionClient,
} from '../../session-client';
import { TransientStepError } from '../turn/failures';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';

export interface CancelTurnParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  /** How long to wait for the end of the turn. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Cancels only in a session that this turn holds, so that no later turn of the conversation is cancelled. Completed
 * actions of the agent aren't undone.
 *
 * @param functionEnd when the function must answer, milliseconds since the epoch
 */
export async function cancelTurn(
  { turn }: CancelTurnPayload,
  parts: CancelTurnParts,
  functionEnd = Infinity,
): Promise<CancelTurnAnswer> {
  const { client, ledger, patienceMs } = parts;
  const [record, conversation] = [await ledger.turn(turn.turnPk), await ledger.session(turn.sessionPk)];
  const sessionId = record.sessionId;
  const sent = record.state === 'submitting' || record.state === 'submitted';
  if (!sent || sessionId === undefined || conversation.heldBy !== turn.name) return { status: 'nothing' };
  // The turn is past its own deadline, or stopped: only the time of the function counts.
  const limits: CallOptions = { deadlineAt: functionEnd };
  try {
    let asked = false;
    for (const until = Date.now() + patienceMs; ;) {
      const { status } = await client.get(sessionId, limits);
      if (status !== 'in_progress') return { status: asked ? 'cancelled' : 'nothing' };
      if (!asked) {
        await client.cancel(sessionId, limits).catch((error: unknown) => {
          // The status shows whether the cancel was accepted; a conflict means that the turn is ending.
          if (!(error instanceof AmbiguousRequestError) && !(error instanceof ConflictError)) throw error;
        });
        asked = true;
        log('cancel-turn', 'asked', { turn: turn.name, sessionId });
      } else if (Date.now() >= until) {
        return { status: 'pending' };
      } else {
        await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, patienceMs)));
      }
    }
  } catch (error) {
    if (error instanceof NotFoundError) return { status: 'nothing' };
    throw new TransientStepError(`cancel: ${(error as Error).name}`);
  }
}
