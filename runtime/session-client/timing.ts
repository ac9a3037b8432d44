import { setTimeout as delay } from 'node:timers/promises';
import { type Operation, RequestAbortedError } from './errors';

/** Time and randomness, injectable so that tests don't wait and aren't flaky. */
export interface Timing {
  /** Milliseconds since the epoch. Signing dates and Retry-After dates are computed from it. */
  now(): number;
  /** Waits; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

export const SYSTEM_TIMING: Timing = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
  random: () => Math.random(),
};

/** Waits between two requests; an abort in the meantime throws this client's AbortError. */
export async function pause(timing: Timing, ms: number, signal?: AbortSignal, operation?: Operation): Promise<void> {
  try {
    await timing.sleep(ms, signal);
  } catch {
    throw new RequestAbortedError(`${operation ?? 'The call'} was aborted between two requests`, { operation });
  }
}
