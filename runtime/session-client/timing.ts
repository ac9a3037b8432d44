import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, injectable so that tests neither wait nor flicker. */
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
