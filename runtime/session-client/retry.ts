/** When and how long to wait before a read is repeated. Writes are never repeated. */
import { ServiceError, SessionClientError } from './errors';
import { failureKind } from './failure-kind';
import { pause, type Timing } from './timing';

export interface RetryOptions {
  /** Attempts of one read, the first included. @default 4 */
  readonly maxAttempts?: number;
  /** First upper bound of the wait; doubles per attempt. Milliseconds. @default 200 */
  readonly baseDelayMs?: number;
  /** Highest upper bound of the wait. Milliseconds. @default 10000 */
  readonly maxDelayMs?: number;
  /** A longer Retry-After is cut to this. Milliseconds. @default 60000 */
  readonly maxRetryAfterMs?: number;
  /**
   * Budget of repetitions of the whole client, so that a failing service doesn't get `maxAttempts` requests from every
   * caller. Five successes add one repetition.
   *
   * @default 100
   */
  readonly budget?: number;
}

/** The limits for the repetitions of one read. */
export interface RetryLimits {
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch, by the clock of the client. */
  readonly deadlineAt?: number;
}

const SUCCESSES_PER_REPEAT = 5;

export class RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly maxRetryAfterMs: number;
  readonly #budget: number;
  #left: number;

  constructor(options: RetryOptions = {}) {
    this.maxAttempts = options.maxAttempts ?? 4;
    this.baseDelayMs = options.baseDelayMs ?? 200;
    this.maxDelayMs = options.maxDelayMs ?? 10_000;
    this.maxRetryAfterMs = options.maxRetryAfterMs ?? 60_000;
    this.#budget = this.#left = options.budget ?? 100;
  }

  /**
   * Runs a read until it succeeds, fails permanently, or attempts or budget are used up. With a deadline, only time
   * counts: a temporary failure is repeated as long as the next attempt can begin before the deadline.
   */
  async run<T>(timing: Timing, { signal, deadlineAt }: RetryLimits, read: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await read(attempt);
        this.#left = Math.min(this.#budget, this.#left + 1 / SUCCESSES_PER_REPEAT);
        return result;
      } catch (error) {
        if (!(error instanceof SessionClientError)) throw error;
        const wait = this.delay(attempt, error, timing.random());
        if (deadlineAt === undefined) {
          if (!error.retrySafe || attempt >= this.maxAttempts || this.#left < 1) throw error;
          this.#left -= 1;
        } else if (failureKind(error) !== 'passing' || timing.now() + wait >= deadlineAt) {
          throw error;
        }
        await pause(timing, wait, signal, error.operation);
      }
    }
  }

  /** Full jitter; never less than the wait that the service requested, within the limit. */
  delay(attempt: number, error: SessionClientError, random: number): number {
    const jittered = random * Math.min(this.maxDelayMs, this.baseDelayMs * 2 ** (attempt - 1));
    const asked = error instanceof ServiceError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(jittered, Math.min(asked, this.maxRetryAfterMs));
  }
}

/** Retry-After in both forms, seconds and HTTP date, as milliseconds from now; invalid values are ignored. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Only the HTTP-date forms begin with a day name; Date.parse alone would read "-5" as a year.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
