/** A live event stream: events in order, an error only after every event that arrived before it. */
import type { IncomingMessage } from 'node:http';
import { RequestAbortedError, type SessionClientError, StreamDroppedError, StreamIdleError } from './errors';
import { timer } from './http';
import { requestIdOf } from './service-error';
import { SseDecoder } from './sse';
import type { StreamEvent } from './types';

export interface EventStreamOptions {
  /** Ends the stream with an AbortError. */
  readonly signal?: AbortSignal;
  /**
   * Longest silence, comments included. The service documents no heartbeat, and a long command is silent. Milliseconds.
   *
   * @default 300000
   */
  readonly idleTimeoutMs?: number;
  /**
   * The stream ends after this time as if it had been closed, even while events arrive. Milliseconds.
   *
   * @default no limit
   */
  readonly closeAfterMs?: number;
}

const DEFAULT_IDLE_TIMEOUT_MS = 300_000;
/** The connection is paused above this many unread events, so that a slow reader needs little memory. */
const HIGH_WATER = 1_000;

/**
 * Iterate it once. The loop ends when the service ends the stream or `close` is called; it throws StreamDroppedError,
 * StreamIdleError, ProtocolError or AbortError otherwise. Leaving the loop closes the connection.
 */
export class EventStream implements AsyncIterable<StreamEvent> {
  readonly requestId?: string;
  readonly #queue: StreamEvent[] = [];
  readonly #idleTimeoutMs: number;
  readonly #signal?: AbortSignal;
  #end?: { readonly error?: SessionClientError };
  #wake?: () => void;
  #idle?: NodeJS.Timeout;
  readonly #limit?: NodeJS.Timeout;

  constructor(
    private readonly response: IncomingMessage,
    options: EventStreamOptions = {},
  ) {
    this.requestId = requestIdOf(response.headers);
    this.#idleTimeoutMs = options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS;
    this.#signal = options.signal;
    const decoder = new SseDecoder({
      onEvent: (event) => this.#push(event),
      onDone: () => this.#finish(),
    });
    const decode = (step: () => void) => {
      try {
        step();
      } catch (error) {
        this.#finish(error as SessionClientError);
      }
    };
    response.on('data', (chunk: Buffer) => {
      if (this.#end) return;
      this.#watch();
      decode(() => decoder.feed(chunk));
    });
    response.once('end', () => {
      if (this.#end) return;
      decode(() => decoder.end());
      this.#finish();
    });
    const dropped = (code?: string) => this.#finish(this.#dropped(code));
    response.once('error', (error: NodeJS.ErrnoException) => dropped(error.code));
    response.once('close', () => dropped());
    if (response.destroyed) dropped();
    if (options.closeAfterMs !== undefined && !this.#end)
      this.#limit = timer(() => this.#finish(), options.closeAfterMs);
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#watch();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void, undefined> {
    try {
      for (;;) {
        const event = this.#queue.shift();
        if (event !== undefined) {
          if (this.#queue.length === 0 && this.response.isPaused()) this.#resume();
          yield event;
        } else if (this.#end) {
          if (this.#end.error) throw this.#end.error;
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
      }
    } finally {
      this.close();
    }
  }

  /** Stops reading and closes the connection. Work in the session continues. */
  close(): void {
    this.#finish();
  }

  readonly #onAbort = (): void => {
    this.#finish(new RequestAbortedError('streamEvents was aborted', { operation: 'streamEvents' }));
  };

  #push(event: StreamEvent): void {
    if (this.#end) return;
    this.#queue.push(event);
    if (this.#queue.length >= HIGH_WATER) {
      // While the stream is paused, no events arrive because of the reader.
      clearTimeout(this.#idle);
      this.response.pause();
    }
    this.#wake?.();
  }

  #resume(): void {
    this.response.resume();
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#idle);
    if (this.#end) return;
    this.#idle = timer(() => {
      this.#finish(
        new StreamIdleError(`The event stream was silent for ${this.#idleTimeoutMs} ms`, {
          operation: 'streamEvents',
          retrySafe: true,
          requestId: this.requestId,
        }),
      );
    }, this.#idleTimeoutMs);
  }

  #dropped(code: string | undefined): StreamDroppedError {
    return new StreamDroppedError(`The event stream broke${code ? ` (${code})` : ''}; items hold what was missed`, {
      operation: 'streamEvents',
      retrySafe: true,
      requestId: this.requestId,
      ...(code === undefined ? {} : { code }),
    });
  }

  /** The first end counts. */
  #finish(error?: SessionClientError): void {
    if (this.#end) return;
    this.#end = error ? { error } : {};
    clearTimeout(this.#idle);
    clearTimeout(this.#limit);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.response.destroy();
    this.#wake?.();
  }
}
