import type { Ending, SubmitTurnAnswer, SubmitTurnPayload } from '../../../lib/contracts/step';
import {
  AmbiguousRequestError,
  type ConversationMark,
  markConversation,
  reconcileSubmit,
  type SessionClient,
} from '../../session-client';
import { FIRST_WAIT_SECONDS } from '../check-turn/back-off';
import { endingOf } from '../turn/failures';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { markOf, markText } from '../turn/mark';
import type { TextStore } from '../turn/text-store';

export interface SubmitTurnParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  readonly store: TextStore;
  /** How long an ambiguous submit is looked for before the message counts as not accepted. */
  readonly settleMs: number;
}

const MOST_SUBMITS = 5;

/**
 * The message goes out at most once per look at the session: the claim is in the ledger before it is sent, and after an
 * unclear end, of a call or of a whole attempt of this step, the session is read until it shows the message or has
 * stayed idle without it for the settle time.
 */
export async function submitTurn(payload: SubmitTurnPayload, parts: SubmitTurnParts): Promise<SubmitTurnAnswer> {
  try {
    return await submit(payload, parts);
  } catch (error) {
    return { status: 'ended', ending: endingOf(error) };
  }
}

async function submit(payload: SubmitTurnPayload, parts: SubmitTurnParts): Promise<SubmitTurnAnswer> {
  const { turn, sessionId } = payload;
  const { client, ledger, store, settleMs } = parts;
  const record = await ledger.turn(turn.turnPk);
  if (record.state === 'submitted') return submitted(record.deadlineAt);
  if (record.stopped) return { status: 'ended', ending: STOPPED };
  const message = await store.text(payload.prompt.map(({ part }) => part));
  let unclear = record.state === 'submitting';
  const before = unclear ? markOf(record) : await markConversation(client, sessionId);
  for (let submits = 0; submits < MOST_SUBMITS;) {
    if (unclear) {
      const found = await reconcileSubmit(client, { sessionId, message, before, settleMs });
      log('submit-turn', `reconciled: ${found.outcome}`, { turn: turn.name, sessionId });
      if (found.outcome === 'accepted') return await accepted(payload, parts, found.turnId);
      if (found.outcome === 'undecided') return { status: 'ended', ending: UNDECIDED };
      unclear = false;
    }
    // A step that was repeated for too long sends nothing more.
    if (record.deadlineAt !== undefined && Date.now() >= record.deadlineAt) return { status: 'ended', ending: OVERDUE };
    // Before every send, not only before the first: a turn that was settled in the meantime sends nothing more.
    if (!(await claim(turn.turnPk, before, ledger))) return { status: 'ended', ending: STOPPED };
    submits += 1;
    try {
      await client.submit(sessionId, message);
      return await accepted(payload, parts);
    } catch (error) {
      if (!(error instanceof AmbiguousRequestError)) throw error;
      unclear = true;
    }
  }
  const last = await reconcileSubmit(client, { sessionId, message, before, settleMs });
  if (last.outcome === 'accepted') return await accepted(payload, parts, last.turnId);
  return { status: 'ended', ending: UNDECIDED };
}

/** @returns false when the turn was stopped: the condition decides, whatever was read before */
async function claim(turnPk: string, before: ConversationMark, ledger: Ledger): Promise<boolean> {
  const claimed = await ledger.change(turnPk, {
    UpdateExpression: 'SET #state = :submitting, submitStartedAt = :now, conversationMark = :mark',
    ConditionExpression: 'attribute_not_exists(stopped)',
    values: {
      submitting: 'submitting',
      now: Date.now(),
      mark: markText(before),
    },
  });
  return claimed !== undefined;
}

async function accepted(
  { turn, sessionId }: SubmitTurnPayload,
  { ledger }: SubmitTurnParts,
  turnId?: string,
): Promise<SubmitTurnAnswer> {
  const record = await ledger.change(turn.turnPk, {
    UpdateExpression: turnId ? 'SET #state = :submitted, turnId = :turn' : 'SET #state = :submitted',
    values: { submitted: 'submitted', ...(turnId ? { turn: turnId } : {}) },
  });
  log('submit-turn', 'submitted', { turn: turn.name, sessionId });
  return submitted(record?.['deadlineAt']);
}

function submitted(deadlineAt: unknown): SubmitTurnAnswer {
  const deadline = typeof deadlineAt === 'number' ? { deadlineAt } : {};
  return { status: 'submitted', check: { looks: 0, restless: 0, waitSeconds: FIRST_WAIT_SECONDS, ...deadline } };
}

const STOPPED: Ending = { outcome: 'Cancelled', reason: { code: 'stopped', message: 'The execution was stopped' } };
const OVERDUE: Ending = {
  outcome: 'TimedOut',
  reason: { code: 'deadline', message: 'The deadline passed before the service took the message' },
};
const UNDECIDED: Ending = {
  outcome: 'Failed',
  reason: { code: 'submit-undecided', message: 'The session does not show whether it accepted the message' },
};
