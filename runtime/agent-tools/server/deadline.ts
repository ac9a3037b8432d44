import { Refusal } from './refusal';

/**
 * Runs work until its deadline, or until the caller aborts. The work gets a signal to stop its requests; after the
 * signal, it has at most `GRACE_MS`.
 */
export async function withDeadline<T>(
  seconds: number,
  cancelled: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const expired = new Refusal(
    `The call took longer than ${seconds} seconds and was stopped. Ask for less: a shorter time range, fewer results, a narrower filter.`,
  );
  const timer = setTimeout(() => stop.abort(expired), seconds * 1000);
  const onCancel = () => stop.abort(new Refusal('The call was cancelled.'));
  if (cancelled.aborted) onCancel();
  cancelled.addEventListener('abort', onCancel, { once: true });
  let overdue: NodeJS.Timeout | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => {
      overdue = setTimeout(() => reject(stop.signal.reason as Error), GRACE_MS);
    });
  });
  try {
    return await Promise.race([work(stop.signal), abandoned]);
  } catch (error) {
    // For any error of the aborted request, the reason is the deadline or the caller.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(overdue);
    cancelled.removeEventListener('abort', onCancel);
  }
}

const GRACE_MS = 3_000;

/** Waits, or throws the reason as soon as the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
