import type { CheckState, CheckTurnAnswer, CheckTurnPayload, Ending } from '../../../lib/contracts/step';
import type { TurnItem } from '../../../lib/contracts/turn';
import {
  type ConversationMark,
  type EventStream,
  type Item,
  itemsSince,
  type SessionClient,
  type TurnTerminalEvent,
} from '../../session-client';
import { endingOf, TransientStepError } from '../turn/failures';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { waitAfter } from './back-off';

export interface CheckTurnParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  /** How long one look listens to the live events. */
  readonly listenMs: number;
}

/** Looks at a session at rest without a final answer before it counts as over: what became visible when is not documented. */
const RESTLESS_LOOKS = 3;

/**
 * There is no operation that reads a turn. What tells how it ended: the terminal event, if it comes while this function
 * listens; else the session's status with the items.
 */
export async function checkTurn(payload: CheckTurnPayload, parts: CheckTurnParts): Promise<CheckTurnAnswer> {
  try {
    return await look(payload, parts);
  } catch (error) {
    return lookAgain(payload.check, error);
  }
}

/**
 * How long after its deadline a turn that cannot be looked at is still looked at. What it did is over or not; that it cannot
 * be read at the moment says nothing, and the session is held for half an hour longer than the deadline.
 */
const UNREADABLE_MS = 15 * 60_000;

/** A look that failed says nothing about the turn: the next one does, for as long as there is time. */
function lookAgain(check: CheckState, error: unknown): CheckTurnAnswer {
  try {
    return { status: 'ended', ending: endingOf(error) };
  } catch (passing) {
    if (!(passing instanceof TransientStepError)) throw passing;
    log('check-turn', 'not readable', { error: passing.message });
    const until = (check.deadlineAt ?? Infinity) + UNREADABLE_MS;
    return Date.now() >= until ? { status: 'deadline' } : running(check, check.looks + 1, check.restless);
  }
}

async function look({ turn, sessionId, check }: CheckTurnPayload, parts: CheckTurnParts): Promise<CheckTurnAnswer> {
  const { client, ledger, listenMs } = parts;
  const record = await ledger.turn(turn.turnPk);
  const overdue = () => Date.now() >= (record.deadlineAt ?? 0);
  // The stream is open before the session is read: a turn that ends in between is seen by one or the other.
  const stream = await client.stream(sessionId, { idleTimeoutMs: listenMs + 60_000 }).catch(() => undefined);
  try {
    const { status } = await client.get(sessionId);
    if (status === 'in_progress') {
      if (overdue()) return { status: 'deadline' };
      const terminal = await listen(stream, Math.min(listenMs, (record.deadlineAt ?? 0) - Date.now()));
      if (terminal) return { status: 'ended', ending: await recordTerminal(terminal, turn.turnPk, ledger) };
      return overdue() ? { status: 'deadline' } : running(check, check.looks + 1, 0);
    }
    if (status === 'failed') return over('session-failed', 'The session failed');
  } finally {
    stream?.close();
  }
  const { items } = await itemsSince(client, sessionId, markOf(record));
  if (items.some(isFinalAnswer)) return { status: 'ended', ending: { outcome: 'Completed' } };
  if (check.restless + 1 >= RESTLESS_LOOKS) {
    return over('no-final-answer', 'The turn ended without a final answer: it failed, or somebody cancelled it');
  }
  return overdue() ? { status: 'deadline' } : running(check, 0, check.restless + 1);
}

/** The terminal event of the turn that runs now: the hold on the session admits no other. */
async function listen(stream: EventStream | undefined, ms: number): Promise<TurnTerminalEvent | undefined> {
  if (!stream) return undefined;
  const timer = setTimeout(() => stream.close(), Math.max(0, ms));
  try {
    for await (const event of stream) if (event.type in ENDINGS) return event as TurnTerminalEvent;
  } catch {
    // A stream that breaks says nothing about the turn; the next look does.
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  'agent.session.turn.completed': { outcome: 'Completed' },
  'agent.session.turn.failed': { outcome: 'Failed', reason: { code: 'turn-failed' } },
  'agent.session.turn.cancelled': {
    outcome: 'Cancelled',
    reason: { code: 'cancelled', message: 'The turn was cancelled in the service' },
  },
};

async function recordTerminal(event: TurnTerminalEvent, turnPk: string, ledger: Ledger): Promise<Ending> {
  const ending = ENDINGS[event.type];
  const code = event.turn?.error?.code;
  const errorCode = typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
  const usage = event.usage ?? event.turn?.usage;
  const terminal = { type: event.type, ...(errorCode ? { errorCode } : {}), ...(usage ? { usage } : {}) };
  await ledger.change(turnPk, {
    UpdateExpression: 'SET terminal = :terminal, turnId = :turn',
    values: { terminal: JSON.stringify(terminal), turn: event.turn?.id ?? '' },
  });
  if (ending.outcome !== 'Failed') return ending;
  return { ...ending, reason: { code: 'turn-failed', message: `The turn failed${errorCode ? `: ${errorCode}` : ''}` } };
}

export function isFinalAnswer(item: Item): boolean {
  return item.type === 'message' && item.role === 'assistant' && item.phase === 'final_answer';
}

/** Where this turn begins in the conversation. */
export function markOf(record: Partial<TurnItem>): ConversationMark {
  const { newestItemId } = record;
  return { ...(newestItemId ? { newestItemId } : {}), empty: !newestItemId, turnIds: new Set() };
}

function running({ deadlineAt }: CheckState, looks: number, restless: number): CheckTurnAnswer {
  const deadline = deadlineAt === undefined ? {} : { deadlineAt };
  return { status: 'running', check: { looks, restless, waitSeconds: waitAfter(looks), ...deadline } };
}

function over(code: string, message: string): CheckTurnAnswer {
  return { status: 'ended', ending: { outcome: 'Failed', reason: { code, message } } };
}
