import type { CheckState, CheckTurnAnswer, CheckTurnPayload, Ending } from '../../../lib/contracts/step';
import type { TurnItem } from '../../../lib/contracts/turn-ledger';
import {
  type EventStream,
  failureKind,
  type Item,
  isFinalAnswer,
  messageText,
  notesSince,
  type OwnTurn,
  ownTurn,
  ServiceError,
  type SessionClient,
  SessionClientError,
  type TurnTerminalEvent,
} from '../../session-client';
import { endingOf, TransientStepError } from '../turn/failures';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { ANSWERS_APART, isJsonAnswer } from '../turn/final-answer';
import { markOf } from '../turn/mark';
import { isReplaced, REPLACED } from '../turn/replaced';
import { attributesOf, newestMessage, recordOf, type SentMessage } from '../turn/sent-message';
import { waitAfter } from './back-off';

export interface CheckTurnParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  /** Time for opening and reading the live stream in one poll. */
  readonly listenMs: number;
}

/**
 * Number of polls of an idle session without a final answer before the turn counts as ended: AWS doesn't document how
 * soon items are visible.
 */
const MOST_IDLE_POLLS = 3;
/**
 * Number of consecutive refused polls before the turn counts as lost: permissions and new sessions take time to
 * propagate.
 */
const MOST_REFUSALS = 3;
/**
 * How long after its deadline an unreadable turn is still polled. A failed read doesn't show whether the turn ended,
 * and the session is held for half an hour longer than the deadline.
 */
const UNREADABLE_MS = 15 * 60_000;
/** How long one poll repeats failed reads. Waiting in the state machine is free; waiting in the function isn't. */
const READ_MS = 30_000;
/** The minimum time for reads of a poll, also at the deadline: the turn may have ended. */
const LAST_LOOK_MS = 10_000;
/** The time that a turn must have left before its agent is asked for the answer again. */
const TIME_TO_ASK_MS = 30_000;
/** Waits between reads of a completed turn whose answer isn't visible yet: AWS doesn't document how soon it is. */
const ANSWER_WAITS_MS = [500, 1_000, 2_000, 4_000];

/**
 * No operation reads a turn. The terminal event shows how it ended, if it arrives while this function reads the stream;
 * otherwise, the session's status and its items show it. A failed poll doesn't change the turn: polls are repeated
 * until some time after the deadline.
 *
 * @param functionEnd when the function must answer, milliseconds since the epoch
 */
export async function checkTurn(
  payload: CheckTurnPayload,
  parts: CheckTurnParts,
  functionEnd = Infinity,
): Promise<CheckTurnAnswer> {
  const { turn, check } = payload;
  // If the ledger can't be read, the turn is assumed to have been submitted just now.
  const look = new Look(payload, parts, functionEnd, check.deadlineAt ?? Date.now() + turn.deadlineSeconds * 1000);
  try {
    return await look.answer();
  } catch (error) {
    const passing = error instanceof TransientStepError || failureKind(error) === 'passing';
    if (!passing && !(error instanceof SessionClientError)) throw error;
    log('check-turn', 'look failed', { turn: turn.name, error: (error as Error).name, passing });
    const refusals = passing ? (check.refusals ?? 0) : (check.refusals ?? 0) + 1;
    if (refusals >= MOST_REFUSALS) return { status: 'ended', ending: endingOf(error) };
    if (Date.now() >= look.deadlineAt + UNREADABLE_MS) return { status: 'deadline' };
    const asked = error instanceof ServiceError ? (error.retryAfterMs ?? 0) / 1000 : 0;
    return look.running({ polls: check.polls + 1, idlePolls: check.idlePolls, refusals }, asked);
  }
}

class Look {
  /** Only facts about the message that was sent last. */
  private record: Partial<TurnItem> = {};
  private message: SentMessage = 'prompt';

  constructor(
    private readonly payload: CheckTurnPayload,
    private readonly parts: CheckTurnParts,
    private readonly functionEnd: number,
    public deadlineAt: number,
  ) {}

  async answer(): Promise<CheckTurnAnswer> {
    const { turn, sessionId, check } = this.payload;
    const { client, ledger, listenMs } = this.parts;
    const record = await ledger.turn(turn.turnPk);
    this.message = newestMessage(record);
    this.record = recordOf(record, this.message);
    this.deadlineAt = this.record.deadlineAt ?? this.deadlineAt;
    if (await isReplaced(turn, ledger)) return { status: 'ended', ending: REPLACED };
    const now = Date.now();
    const readUntil = Math.min(now + READ_MS, this.functionEnd, Math.max(this.deadlineAt, now + LAST_LOOK_MS));
    const listenUntil = Math.min(now + listenMs, readUntil, this.deadlineAt);
    // The stream is opened before the session is read, so that the end of a turn in between isn't missed.
    const stream = await this.open(listenUntil);
    let status: string;
    try {
      ({ status } = await client.get(sessionId, { deadlineAt: readUntil }));
      if (status === 'in_progress') {
        if (this.overdue()) return { status: 'deadline' };
        const terminal = await this.listen(stream, readUntil);
        if (terminal) return await this.ended(await this.recordTerminal(terminal), readUntil);
        return this.overdue() ? { status: 'deadline' } : this.running({ polls: check.polls + 1, idlePolls: 0 });
      }
    } finally {
      stream?.close();
    }
    const own = await this.ownTurn(readUntil);
    if (own.notes.some(({ kind }) => kind === 'final-answer')) {
      return await this.ended({ outcome: 'Completed' }, readUntil);
    }
    if (status === 'failed') return over('session-failed', 'The session failed');
    if (check.idlePolls + 1 >= MOST_IDLE_POLLS) return withoutAnswer(own);
    return this.overdue() ? { status: 'deadline' } : this.running({ polls: 0, idlePolls: check.idlePolls + 1 });
  }

  /**
   * If the workflow doesn't accept the answer, the agent is asked once more. Delivery decides about the second answer.
   */
  private async ended(ending: Ending, readUntil: number): Promise<CheckTurnAnswer> {
    const over: CheckTurnAnswer = { status: 'ended', ending };
    if (this.payload.finalAnswer === undefined || this.message !== 'prompt' || ending.outcome !== 'Completed')
      return over;
    if (this.deadlineAt - Date.now() < TIME_TO_ASK_MS) return over;
    const answer = await this.finalAnswer(readUntil).catch((error: unknown) => {
      // The turn has ended, even if it can't be read. Delivery checks the answer, too.
      log('check-turn', 'answer not read', { turn: this.payload.turn.name, error: (error as Error).name });
    });
    return answer === undefined || isJsonAnswer(answer) ? over : { status: 'wrong-form' };
  }

  /** The text of the final answer, or undefined if it doesn't become visible completely. */
  private async finalAnswer(readUntil: number): Promise<string | undefined> {
    for (const wait of [0, ...ANSWER_WAITS_MS]) {
      if (Date.now() + wait >= readUntil) break;
      if (wait > 0) await this.parts.client.timing.sleep(wait);
      const texts = new Map<number, string>();
      const own = await this.ownTurn(readUntil, (item, index) => {
        if (isFinalAnswer(item) && item.omittedBytes === undefined) texts.set(index, messageText(item));
      });
      const answers = own.notes.filter(({ kind }) => kind === 'final-answer').map(({ index }) => texts.get(index));
      if (answers.length > 0) return answers.includes(undefined) ? undefined : answers.join(ANSWERS_APART);
    }
    return undefined;
  }

  overdue(): boolean {
    return Date.now() >= this.deadlineAt;
  }

  running(state: Pick<CheckState, 'polls' | 'idlePolls' | 'refusals'>, leastSeconds = 0): CheckTurnAnswer {
    const untilDeadline = Math.ceil((this.deadlineAt - Date.now()) / 1000);
    const wait = Math.ceil(Math.max(waitAfter(state.polls), leastSeconds));
    const waitSeconds = untilDeadline > 0 ? Math.min(wait, untilDeadline) : wait;
    return { status: 'running', check: { ...state, waitSeconds, deadlineAt: this.deadlineAt } };
  }

  /** A stream that can't be opened in time doesn't change the turn. */
  private async open(until: number): Promise<EventStream | undefined> {
    if (until <= Date.now()) return undefined;
    return await this.parts.client.stream(this.payload.sessionId, { deadlineAt: until }).catch(() => undefined);
  }

  /** The terminal event of this turn, within the time that the stream was opened for. */
  private async listen(stream: EventStream | undefined, readUntil: number): Promise<TurnTerminalEvent | undefined> {
    if (!stream) return undefined;
    try {
      for await (const event of stream) {
        if (isTerminal(event) && (await this.isOwn(event.turn.id, readUntil))) return event;
      }
    } catch {
      // A broken stream doesn't change the turn; the next poll reads it.
    }
    return undefined;
  }

  /**
   * Live events contain only a turn id. A turn id that existed before, or that belongs to another turn according to the
   * items, isn't this turn's.
   */
  private async isOwn(turnId: string, readUntil: number): Promise<boolean> {
    if (markOf(this.record).turnIds.has(turnId)) return false;
    if (this.record.turnId) return this.record.turnId === turnId;
    try {
      const { turnId: shown } = await this.ownTurn(readUntil);
      return shown === undefined || shown === turnId;
    } catch {
      return true;
    }
  }

  private async ownTurn(deadlineAt: number, take?: (item: Item, index: number) => void): Promise<OwnTurn> {
    const { client } = this.parts;
    const newer = await notesSince(client, this.payload.sessionId, markOf(this.record), { deadlineAt }, take);
    return ownTurn(newer, this.record.turnId);
  }

  private async recordTerminal(event: TurnTerminalEvent): Promise<Ending> {
    const ending = ENDINGS[event.type];
    const code = event.turn.error?.code;
    const errorCode = typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
    const usage = event.usage ?? event.turn.usage;
    const terminal = { type: event.type, ...(errorCode ? { errorCode } : {}), ...(usage ? { usage } : {}) };
    const names = attributesOf(this.message);
    this.record = { ...this.record, turnId: event.turn.id };
    try {
      await this.parts.ledger.change(this.payload.turn.turnPk, {
        UpdateExpression: `SET ${names.terminal} = :terminal, ${names.turnId} = :turn`,
        values: { terminal: JSON.stringify(terminal), turn: event.turn.id },
      });
    } catch (error) {
      // The event isn't sent again. Without the record, the evidence lacks the usage; the outcome doesn't change.
      log('check-turn', 'terminal event not recorded', { error: (error as Error).name });
    }
    if (ending.outcome !== 'Failed') return ending;
    return {
      ...ending,
      reason: { code: 'turn-failed', message: `The turn failed${errorCode ? `: ${errorCode}` : ''}` },
    };
  }
}

const ENDINGS: Readonly<Record<TurnTerminalEvent['type'], Ending>> = {
  'agent.session.turn.completed': { outcome: 'Completed' },
  'agent.session.turn.failed': { outcome: 'Failed', reason: { code: 'turn-failed' } },
  'agent.session.turn.cancelled': {
    outcome: 'Cancelled',
    reason: { code: 'cancelled', message: 'The turn was cancelled in the service' },
  },
};

/** Read defensively: an event can have any content. An event without a turn id is ignored. */
function isTerminal(event: { readonly type: string }): event is TurnTerminalEvent {
  const { turn } = event as { turn?: { id?: unknown } | null };
  return Object.hasOwn(ENDINGS, event.type) && typeof turn?.id === 'string' && turn.id !== '';
}

function withoutAnswer({ notes, doubts }: OwnTurn): CheckTurnAnswer {
  const unclear = doubts.length > 0 && notes.every(({ kind }) => kind === 'user-message');
  if (!unclear) {
    return over('no-final-answer', 'The turn ended without a final answer: it failed, or somebody cancelled it');
  }
  return over(
    'answer-unattributable',
    `The turn is over, but nothing shows which items of the session are its own: ${doubts.join(', ')}`,
  );
}

function over(code: string, message: string): CheckTurnAnswer {
  return { status: 'ended', ending: { outcome: 'Failed', reason: { code, message } } };
}
