import type { Admission, AdmitTurnAnswer, AdmitTurnPayload, Ending, PreparedTurn } from '../../../lib/contracts/step';
import { SLOTS_KEY, type Wait, waitAttribute } from '../../../lib/contracts/turn-ledger';
import type { BudgetRefusal } from '../../../lib/contracts/budget';
import { TransientStepError } from '../turn/aws-errors';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { isReplaced, REPLACED } from '../turn/replaced';
import { placeOf, roomFor, type Waits, waitsOf } from './waiting-line';

export interface AdmitTurnParts {
  readonly ledger: Pick<Ledger, 'turn' | 'session' | 'slots' | 'stop' | 'refusal' | 'change' | 'replacement'>;
  /** Number of slots of the workflow. */
  readonly slots: number;
  /** How long a turn waits for its conversation and a slot together. */
  readonly patienceSeconds: number;
  readonly now?: () => number;
}

/**
 * How long the claim of a conversation lasts without another poll. A turn that waits for a slot renews it with every
 * poll. If a turn is lost and not settled, its claim expires.
 */
const HOLD_MS = 30 * 60_000;
/**
 * Number of attempts at short intervals while the turn is next. With more, the history of the longest wait would exceed
 * its limit; a test counts it.
 */
export const CLOSE_POLLS = 200;
export const CLOSE_SECONDS = 15;
export const FAR_SECONDS = 90;
const FIRST_SECONDS = 5;
/**
 * Turns in the queue; further turns wait without a position. A DynamoDB item has at most 400 KB, a position about 200
 * bytes.
 */
const MOST_WAITS = 1_000;

/**
 * Claims the conversation first and then the slot, so a turn that waits for its conversation holds no slot. The turn
 * that has waited longest is next, both for its conversation and for the slots. This function decides which turn is
 * next. The state machine acquires the slot with a condition that counts the slots. Can be repeated.
 */
export async function admitTurn(
  { turn, admission }: AdmitTurnPayload,
  parts: AdmitTurnParts,
): Promise<AdmitTurnAnswer> {
  const now = (parts.now ?? Date.now)();
  const before = admission ?? { since: now, polls: 0, waitSeconds: 0 };
  try {
    return await admit(turn, before, now, parts);
  } catch (error) {
    if (!(error instanceof TransientStepError)) throw error;
    // The ledger isn't available at the moment. The turn has done nothing yet, so it keeps waiting.
    log('admit-turn', 'ledger not available', { turn: turn.name, error: error.message });
    return isOver(before, now, parts) ? ended(NO_SLOT) : waiting(before, false);
  }
}

async function admit(
  turn: PreparedTurn,
  before: Admission,
  now: number,
  parts: AdmitTurnParts,
): Promise<AdmitTurnAnswer> {
  const { ledger } = parts;
  if ((await ledger.turn(turn.turnPk)).stopped) return ended(STOPPED);
  const { refusesSince, firstReason, reason } = await ledger.stop();
  if (refusesSince !== undefined) return ended(agentStopped(refusesSince, firstReason ?? reason));
  if (await isReplaced(turn, ledger)) {
    await leave(turn.sessionPk, turn.name, ledger);
    return ended(REPLACED);
  }
  const budget = await ledger.refusal();
  if (budget.until !== undefined && Date.parse(budget.until) > now) return ended(budgetUsedUp(budget));
  const wait: Wait = { since: before.since, seen: now };

  const conversation = (await ledger.session(turn.sessionPk)) as Record<string, unknown>;
  const waits = waitsOf(conversation, now);
  // A turn that holds the conversation keeps it, even if one that has waited longer returns.
  const first = conversation['heldBy'] === turn.name || placeOf(turn.name, wait, waits) === 0;
  const held = first && (await hold(turn, now, ledger));
  if (!held) {
    if (isOver(before, now, parts)) {
      await leave(turn.sessionPk, turn.name, ledger);
      return ended(SESSION_BUSY);
    }
    await join(turn.sessionPk, turn.name, wait, waits, ledger);
    return waiting(before, first);
  }

  const { attribute, slots } = turn.share;
  const ask: Wait = { ...wait, share: attribute, slots: Number(slots) };
  const counted = await ledger.slots();
  const others = waitsOf(counted, now);
  const room = roomFor(turn.name, ask, counted, others, parts.slots);
  if (room === 'now') {
    log('admit-turn', 'admitted', { turn: turn.name, waited: Math.round((now - before.since) / 1000) });
    return { status: 'admitted', admission: next(before, true) };
  }
  // The conversation and the position in the queue are released at the end of every turn.
  if (isOver(before, now, parts)) return ended(NO_SLOT);
  await join(SLOTS_KEY, turn.name, ask, others, ledger);
  return waiting(before, room !== 'later');
}

async function hold(turn: PreparedTurn, now: number, ledger: AdmitTurnParts['ledger']): Promise<boolean> {
  const held = await ledger.change(turn.sessionPk, {
    UpdateExpression: 'SET heldBy = :me, heldUntil = :until REMOVE #wait',
    ConditionExpression: 'attribute_not_exists(heldBy) OR heldBy = :me OR heldUntil < :now',
    names: { '#wait': waitAttribute(turn.name) },
    values: { me: turn.name, until: now + HOLD_MS, now },
  });
  return held !== undefined;
}

async function join(
  pk: string,
  name: string,
  wait: Wait,
  waits: Waits,
  ledger: AdmitTurnParts['ledger'],
): Promise<void> {
  if (waits.size >= MOST_WAITS && !waits.has(name)) return;
  await ledger.change(pk, {
    UpdateExpression: 'SET #wait = :wait',
    names: { '#wait': waitAttribute(name) },
    values: { wait: JSON.stringify(wait) },
  });
}

async function leave(pk: string, name: string, ledger: AdmitTurnParts['ledger']): Promise<void> {
  await ledger.change(pk, {
    UpdateExpression: 'REMOVE #wait',
    ConditionExpression: 'attribute_exists(pk)',
    names: { '#wait': waitAttribute(name) },
  });
}

function isOver({ since }: Admission, now: number, { patienceSeconds }: AdmitTurnParts): boolean {
  return now - since >= patienceSeconds * 1000;
}

function waiting(before: Admission, close: boolean): AdmitTurnAnswer {
  return { status: 'waiting', admission: next(before, close) };
}

function next({ since, polls }: Admission, close: boolean): Admission {
  const most = close && polls < CLOSE_POLLS ? CLOSE_SECONDS : FAR_SECONDS;
  const waitSeconds = Math.min(most, Math.ceil(FIRST_SECONDS * 1.5 ** Math.min(polls, 20)));
  return { since, polls: polls + 1, waitSeconds };
}

function ended(ending: Ending): AdmitTurnAnswer {
  return { status: 'ended', ending };
}

const STOPPED: Ending = { outcome: 'Cancelled', reason: { code: 'stopped', message: 'The execution was stopped' } };
function agentStopped(at: string, why = 'no reason given'): Ending {
  const message = `The agent is stopped since ${at} (${why}). Start the turn again after its kill switch was released.`;
  return { outcome: 'Cancelled', reason: { code: 'agent-stopped', message } };
}
function budgetUsedUp({ until, reason }: Partial<BudgetRefusal>): Ending {
  const message = `No new turns until ${until}: ${reason}`;
  return { outcome: 'Cancelled', reason: { code: 'budget-used-up', message } };
}
const SESSION_BUSY: Ending = {
  outcome: 'TimedOut',
  reason: { code: 'session-busy', message: 'Other turns worked in the session for as long as the turn could wait' },
};
const NO_SLOT: Ending = {
  outcome: 'TimedOut',
  reason: { code: 'no-slot', message: 'No concurrency slot became free in time' },
};
