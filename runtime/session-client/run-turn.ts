/**
 * One message, one turn, one definite result. The stream is opened before the submit. If it breaks, it is opened again
 * *before* the session is read, so that the end of a turn in between isn't missed: events aren't replayed.
 */
import type { SessionClient } from './client';
import { type ConversationMark, isFinalAnswer, markConversation, type NewerNotes, notesSince } from './conversation';
import {
  AmbiguousRequestError,
  ProtocolError,
  RequestAbortedError,
  RequestInputError,
  StreamDroppedError,
  StreamIdleError,
  TurnDeadlineError,
} from './errors';
import type { EventStream } from './event-stream';
import { failureKind } from './failure-kind';
import { timer } from './http';
import { ownTurn } from './own-turn';
import { reconcileSubmit } from './reconcile';
import { pause } from './timing';
import type { InputMessage, Item, StreamEvent, TokenUsage, Turn, TurnTerminalEvent } from './types';

export interface RunTurnOptions {
  /** Stops waiting with an AbortError; the turn continues. */
  readonly signal?: AbortSignal;
  /** Stops waiting with a TurnDeadlineError; the turn continues. Milliseconds. @default 1800000 (30 minutes) */
  readonly deadlineMs?: number;
  /** See `EventStreamOptions.idleTimeoutMs`; after a silent stream, the session is read; it isn't an error. */
  readonly idleTimeoutMs?: number;
  /** How long an ended turn may stay without a final answer before it counts as undecided. Milliseconds. @default 10000 */
  readonly settleMs?: number;
  /** Every event of the session, repeated ones included. Must not throw. */
  readonly onEvent?: (event: StreamEvent) => void;
}

export interface TurnOutcome {
  /**
   * How the turn ended. `undecided`: it ended, its terminal event was missed, and its items don't show how. `completed`
   * does not say that every command succeeded: read the exit codes in `items`.
   */
  readonly state: 'completed' | 'failed' | 'cancelled' | 'undecided';
  /** The source of `state`: the terminal event, or the items if that event was missed. */
  readonly evidence: 'event' | 'items';
  readonly turnId?: string;
  /** As in the terminal event. */
  readonly turn?: Turn;
  readonly usage?: TokenUsage;
  /** The items of the turn, oldest first. */
  readonly items: readonly Item[];
  /** How often the stream had to be opened again. */
  readonly reconnects: number;
}

const RECONNECT_MS = { first: 250, most: 10_000 };

/** Submits a message to an idle session and waits for its turn to end. */
export async function runTurn(
  client: SessionClient,
  sessionId: string,
  message: string | InputMessage[],
  options: RunTurnOptions = {},
): Promise<TurnOutcome> {
  const deadline = new AbortController();
  const limit = timer(() => deadline.abort(), options.deadlineMs ?? 1_800_000);
  const forward = () => deadline.abort();
  if (options.signal?.aborted) forward();
  options.signal?.addEventListener('abort', forward, { once: true });
  try {
    return await new TurnRun(client, sessionId, message, options, deadline.signal).run();
  } catch (error) {
    if (!(error instanceof RequestAbortedError) || options.signal?.aborted) throw error;
    throw new TurnDeadlineError('The turn was not over at the deadline and goes on: cancel it, or read it later');
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', forward);
  }
}

class TurnRun {
  #turnId?: string;
  #reconnects = 0;
  /** The result of the last read of the session. */
  #atRest = false;
  #pauseMs = RECONNECT_MS.first;
  #settleLeftMs: number;

  constructor(
    private readonly client: SessionClient,
    private readonly sessionId: string,
    private readonly message: string | InputMessage[],
    private readonly options: RunTurnOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#settleLeftMs = options.settleMs ?? 10_000;
  }

  async run(): Promise<TurnOutcome> {
    const { client, sessionId, signal } = this;
    const { status } = await client.get(sessionId, { signal });
    if (status !== 'idle') {
      throw new RequestInputError('session', `is ${status}`, 'a turn starts in an idle session only');
    }
    const before = await markConversation(client, sessionId, { signal });
    let stream: EventStream | undefined = await this.#open();
    try {
      await this.#submit(before);
      for (;;) {
        const terminal = stream && (await this.#follow(stream, before));
        if (terminal) return await this.#ended(terminal, before);
        stream?.close();
        await this.#pause();
        this.#reconnects += 1;
        stream = await this.#tolerantly(() => this.#open());
        const outcome = await this.#tolerantly(() => this.#fromItems(before));
        if (outcome) return outcome;
      }
    } finally {
      stream?.close();
    }
  }

  /** After the message was accepted, this waits while the service fails: stopping would lose the turn. */
  async #tolerantly<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (failureKind(error) === 'passing') return undefined;
      throw error;
    }
  }

  async #open(): Promise<EventStream> {
    const { idleTimeoutMs } = this.options;
    return await this.client.stream(this.sessionId, {
      signal: this.signal,
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    });
  }

  async #submit(before: ConversationMark): Promise<void> {
    const { client, sessionId, message, signal } = this;
    try {
      await client.submit(sessionId, message, { signal });
    } catch (error) {
      if (!(error instanceof AmbiguousRequestError) || signal.aborted) throw error;
      const found = await reconcileSubmit(client, { sessionId, message, before, signal });
      if (found.outcome === 'accepted') {
        this.#turnId = found.turnId;
        return;
      }
      const { operation, status, requestId, code, cause } = error;
      throw new AmbiguousRequestError(
        error.message,
        error.startedAt,
        { operation, status, requestId, code, cause },
        found.outcome,
      );
    }
  }

  /** Reads until this turn's terminal event, or until there is a reason to read the session instead. */
  async #follow(stream: EventStream, before: ConversationMark): Promise<TurnTerminalEvent | undefined> {
    // An idle session may send no event for ever: read the stream for a moment, then read the session again.
    const limit = this.#atRest ? setTimeout(() => stream.close(), this.#pauseMs) : undefined;
    try {
      for await (const event of stream) {
        this.#pauseMs = RECONNECT_MS.first;
        this.options.onEvent?.(event);
        const turnId = turnIdOf(event);
        if (turnId !== undefined && !before.turnIds.has(turnId)) this.#turnId ??= turnId;
        if (isTerminal(event) && event.turn.id === this.#turnId) return event;
        // The session is idle, so this turn's terminal event was lost.
        if (this.#turnId !== undefined && isRest(event)) return undefined;
      }
    } catch (error) {
      const broken =
        error instanceof StreamDroppedError || error instanceof StreamIdleError || error instanceof ProtocolError;
      if (!broken) throw error;
    } finally {
      clearTimeout(limit);
    }
    return undefined;
  }

  async #ended(terminal: TurnTerminalEvent, before: ConversationMark): Promise<TurnOutcome> {
    const read = () => this.#ownItems(before, terminal.turn.id);
    let own = await this.#tolerantly(read);
    while (!own) {
      await this.#pause();
      own = await this.#tolerantly(read);
    }
    const usage = terminal.usage ?? terminal.turn.usage;
    return {
      state: TERMINAL_STATES[terminal.type],
      evidence: 'event',
      turnId: terminal.turn.id,
      turn: terminal.turn,
      ...(usage ? { usage } : {}),
      items: own.items,
      reconnects: this.#reconnects,
    };
  }

  async #ownItems(before: ConversationMark, turnId?: string): Promise<{ items: Item[]; turnId?: string }> {
    const all: Item[] = [];
    const newer: NewerNotes = await notesSince(this.client, this.sessionId, before, { signal: this.signal }, (item) => {
      all.push(item);
    });
    const own = ownTurn(newer, turnId);
    return { items: own.notes.map(({ index }) => all[index]), ...(own.turnId ? { turnId: own.turnId } : {}) };
  }

  /** The outcome of a turn that has ended, or undefined while it runs or isn't visible yet. */
  async #fromItems(before: ConversationMark): Promise<TurnOutcome | undefined> {
    const { client, sessionId, signal } = this;
    const { status } = await client.get(sessionId, { signal });
    this.#atRest = status !== 'in_progress';
    if (!this.#atRest) return undefined;
    const { items, turnId } = await this.#ownItems(before, this.#turnId);
    this.#turnId = turnId;
    const answered = items.some(isFinalAnswer);
    const known = { evidence: 'items', items, reconnects: this.#reconnects, ...(turnId ? { turnId } : {}) } as const;
    if (status === 'failed') return { state: 'failed', ...known };
    if (answered) return { state: 'completed', ...known };
    return this.#settleLeftMs <= 0 ? { state: 'undecided', ...known } : undefined;
  }

  /** Before the stream is opened again: longer each time, unless events came. */
  async #pause(): Promise<void> {
    const ms = this.#pauseMs;
    if (this.#atRest) this.#settleLeftMs -= ms;
    this.#pauseMs = Math.min(RECONNECT_MS.most, ms * 2);
    await pause(this.client.timing, ms, this.signal, 'streamEvents');
  }
}

const TERMINAL_STATES = {
  'agent.session.turn.completed': 'completed',
  'agent.session.turn.failed': 'failed',
  'agent.session.turn.cancelled': 'cancelled',
} as const;

function isTerminal(event: StreamEvent): event is TurnTerminalEvent {
  return event.type in TERMINAL_STATES && turnIdOf(event) !== undefined;
}

function isRest(event: StreamEvent): boolean {
  return event.type === 'agent.session.idle' || event.type === 'agent.session.failed';
}

/** Read defensively: an event can have any content. */
function turnIdOf(event: StreamEvent): string | undefined {
  const { turn } = event as { turn?: { id?: unknown } | null };
  return typeof turn?.id === 'string' ? turn.id : undefined;
}
