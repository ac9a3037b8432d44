/** What Lambda hands to a function beside the payload, as far as it is read here. */
export interface InvocationContext {
  getRemainingTimeInMillis?(): number;
}

/** Without a context, as in a test that calls the handler itself. */
const DEFAULT_MS = 120_000;

/**
 * When the work of an invocation must be over, so that it still answers instead of being ended by Lambda: milliseconds since
 * the epoch.
 *
 * @param reserveMs what is needed after the work
 */
export function invocationEnd(context: InvocationContext | undefined, reserveMs: number): number {
  return Date.now() + Math.max(0, (context?.getRemainingTimeInMillis?.() ?? DEFAULT_MS) - reserveMs);
}

/** Long enough to find out how a turn stands, also at its deadline: what was sent may have been taken. */
const LAST_CALLS_MS = 10_000;

/**
 * When the calls of a step to the service must be over: at the deadline of the turn, and before the function must answer.
 *
 * @param turnDeadlineAt milliseconds since the epoch; absent where the turn has none yet
 */
export function callsEnd(turnDeadlineAt: number | undefined, functionEnd: number): number {
  return Math.min(functionEnd, Math.max(turnDeadlineAt ?? Infinity, Date.now() + LAST_CALLS_MS));
}
