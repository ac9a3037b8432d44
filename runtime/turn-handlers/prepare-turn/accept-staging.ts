import type { AcceptStagingPayload, Ending, PreparedTurn } from '../../../lib/contracts/step';
import type { TextPart } from '../../../lib/contracts/turn';
import { sessionLedgerKey } from '../../../lib/contracts/turn-ledger';
import { checkParts, checkReason, isRecord, isText, need, RequestFault } from './request-checks';
import type { CheckedTurn } from './store-prompt';

/**
 * Checks and uses the result of a staging function. The function is the user's code, but the workflow depends on its
 * result: a result in another form ends the turn, and no part of it is used.
 */
export function acceptStaging({ turn, prompt, answer }: AcceptStagingPayload): CheckedTurn {
  try {
    need(isRecord(answer) && typeof answer['accepted'] === 'boolean', 'accepted is neither true nor false');
    const { accepted: isAccepted, replacesOlderTurns } = answer;
    need(
      replacesOlderTurns === undefined || replacesOlderTurns === true,
      'replacesOlderTurns is neither absent nor true',
    );
    const checked = isAccepted ? accepted(turn, prompt, answer) : refused(turn, answer);
    return replacesOlderTurns ? { ...checked, replacesOlderTurns } : checked;
  } catch (error) {
    if (!(error instanceof RequestFault)) throw error;
    const ending: Ending = {
      outcome: 'Failed',
      reason: { code: 'staging-failed', message: `The answer of the staging function is not usable: ${error.message}` },
    };
    return { accepted: false, turn, ending };
  }
}

function accepted(
  turn: PreparedTurn,
  prompt: readonly TextPart[],
  { prompt: staged, sessionKey }: Record<string, unknown>,
): CheckedTurn {
  const parts = staged === undefined ? prompt : checkParts(staged);
  if (sessionKey === undefined) {
    return { accepted: true, turn, prompt: parts };
  }
  need(isText(sessionKey, 256), 'sessionKey is not a text of 1 to 256 characters');
  return {
    accepted: true,
    turn: { ...turn, detail: { ...turn.detail, sessionKey }, sessionPk: sessionLedgerKey(sessionKey) },
    prompt: parts,
  };
}

function refused(turn: PreparedTurn, { reason }: Record<string, unknown>): CheckedTurn {
  return { accepted: false, turn, ending: { outcome: 'Rejected', reason: checkReason(reason) } };
}
