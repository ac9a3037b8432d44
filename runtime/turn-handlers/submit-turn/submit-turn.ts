import type { Ending, SubmitTurnAnswer, SubmitTurnPayload } from '../../../lib/contracts/step';
import type { TextPart } from '../../../lib/contracts/turn';
import type { TurnItem } from '../../../lib/contracts/turn-ledger';
import {
  AmbiguousRequestError,
  type CallOptions,
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
import { nextClaim } from '../turn/next-claim';
import { attributesOf, recordOf } from '../turn/sent-message';
import type { TextStore } from '../turn/text-store';
import { callsEnd } from '../turn/time-left';

export interface SubmitTurnParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  readonly store: TextStore;
  /** How long to look for an ambiguous message before it counts as not accepted, and how long one send may take. */
  readonly settleMs: number;
}

const MOST_SUBMITS = 5;

/** The message that asks for the final answer again. Constant, without text of the first answer. */
const ANSWER_REQUEST =
  'Your last answer is not one JSON document, so it cannot be used. Answer once more with the JSON document that your ' +
  'instructions describe, complete, and with nothing before or after it. Do not start new work.';

/**
 * Every send has its own claim in the ledger, which only one attempt of this step can write: an attempt that the state
 * machine has lost can still run while the step is repeated. After an unknown result of a call or of a whole attempt, the
 * session is read until it shows the message, or has stayed idle without it for the settle time.
 *
 * @param functionEnd when the function must answer, milliseconds since the epoch
 */
export async function submitTurn(
  payload: SubmitTurnPayload,
  parts: SubmitTurnParts,
  functionEnd = Infinity,
): Promise<SubmitTurnAnswer> {
  try {
    return await submit(payload, parts, functionEnd);
  } catch (error) {
    return { status: 'ended', ending: endingOf(error) };
  }
}

async function submit(
  payload: SubmitTurnPayload,
  parts: SubmitTurnParts,
  functionEnd: number,
): Promise<SubmitTurnAnswer> {
  const { turn, sessionId } = payload;
  const { client, ledger, store, settleMs } = parts;
  const read = async () => recordOf(await ledger.turn(turn.turnPk), payload.message ?? 'prompt');
  let record = await read();
  let text: string | undefined;
  let claimedAt: number | undefined;
  for (let submits = 0; ;) {
    if (record.state === 'submitted') return submitted(record.deadlineAt);
    if (record.stopped) return { status: 'ended', ending: STOPPED };
    const limits: CallOptions = { deadlineAt: callsEnd(record.deadlineAt, functionEnd) };
    text ??= payload.message === 'answer-request' ? ANSWER_REQUEST : await store.text(screenedPrompt(payload));
    const isUnclear = record.state === 'submitting';
    const before = isUnclear ? markOf(record) : await markConversation(client, sessionId, limits);
    if (isUnclear) {
      const lookMs = settleMs + (record.submitStartedAt === claimedAt ? 0 : sendLeftMs(record, settleMs));
      const found = await reconcileSubmit(client, { sessionId, message: text, before, settleMs: lookMs, ...limits });
      log('submit-turn', `reconciled: ${found.outcome}`, { turn: turn.name, sessionId });
      if (found.outcome === 'accepted') return await accepted(payload, parts, found.turnId);
      if (found.outcome === 'undecided' || submits >= MOST_SUBMITS) return { status: 'ended', ending: UNDECIDED };
    }
    // A step that was repeated for too long doesn't send again.
    if (record.deadlineAt !== undefined && Date.now() >= record.deadlineAt) return { status: 'ended', ending: OVERDUE };
    // Refused if the turn was stopped in the meantime, or if another attempt has claimed a send.
    claimedAt = await claim(payload, before, record, ledger);
    if (claimedAt !== undefined) {
      submits += 1;
      try {
        await client.submit(sessionId, text, { ...limits, timeoutMs: settleMs });
        return await accepted(payload, parts);
      } catch (error) {
        if (!(error instanceof AmbiguousRequestError)) throw error;
      }
    }
    record = await read();
  }
}

/** How long another attempt, which wrote the newest claim, may still take to send. Milliseconds. */
function sendLeftMs({ submitStartedAt = 0 }: Partial<TurnItem>, settleMs: number): number {
  return Math.min(settleMs, Math.max(0, submitStartedAt + settleMs - Date.now()));
}

/** The prompt after the screening by the guardrail. */
function screenedPrompt({ prompt, screened }: SubmitTurnPayload): TextPart[] {
  if (prompt.every(({ trusted }) => trusted)) return [...prompt];
  const left = screened.map(({ part }) => part);
  const parts = prompt.map((part) => (part.trusted ? part : left.shift()));
  if (parts.includes(undefined) || left.length > 0) throw new Error('What was screened is not what the prompt holds');
  return parts as TextPart[];
}

/**
 * @param read the record that the decision to send rests on
 * @returns when the send was claimed; absent when the record has changed since, or the turn was stopped: the condition decides
 */
async function claim(
  { turn, message = 'prompt' }: SubmitTurnPayload,
  before: ConversationMark,
  read: Partial<TurnItem>,
  ledger: Ledger,
): Promise<number | undefined> {
  const { state, startedAt, mark } = attributesOf(message);
  const { at, condition, values } = nextClaim(startedAt, read.submitStartedAt);
  const claimed = await ledger.change(turn.turnPk, {
    UpdateExpression: `SET ${state} = :submitting, ${startedAt} = :now, ${mark} = :mark`,
    ConditionExpression: `attribute_not_exists(stopped) AND ${condition}`,
    values: { ...values, submitting: 'submitting', mark: markText(before) },
  });
  return claimed === undefined ? undefined : at;
}

async function accepted(
  { turn, sessionId, message = 'prompt' }: SubmitTurnPayload,
  { ledger }: SubmitTurnParts,
  turnId?: string,
): Promise<SubmitTurnAnswer> {
  const names = attributesOf(message);
  const record = await ledger.change(turn.turnPk, {
    UpdateExpression: `SET ${names.state} = :submitted${turnId ? `, ${names.turnId} = :turn` : ''}`,
    values: { submitted: 'submitted', ...(turnId ? { turn: turnId } : {}) },
  });
  log('submit-turn', message === 'prompt' ? 'submitted' : 'asked again', { turn: turn.name, sessionId });
  return submitted(record?.['deadlineAt']);
}

function submitted(deadlineAt: unknown): SubmitTurnAnswer {
  const deadline = typeof deadlineAt === 'number' ? { deadlineAt } : {};
  return { status: 'submitted', check: { polls: 0, idlePolls: 0, waitSeconds: FIRST_WAIT_SECONDS, ...deadline } };
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
