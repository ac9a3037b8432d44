/** The context of a Lambda function; only the members that are read. */
export interface InvocationContext {
  getRemainingTimeInMillis?(): number;
}

/** Without a context, as in a test that calls the handler directly. */
const DEFAULT_MS = 120_000;

/**
 * The time at which the work of an invocation must end, so that it responds before Lambda ends it: milliseconds since
 * the epoch.
 *
 * @param reserveMs time that is needed after the work
 */
export function invocationEnd(context: InvocationContext | undefined, reserveMs: number): number {
  return Date.now() + Math.max(0, (context?.getRemainingTimeInMillis?.() ?? DEFAULT_MS) - reserveMs);
}

/** Long enough to read the state of a turn, also at its deadline: the message may have been accepted. */
const LAST_CALLS_MS = 10_000;

/**
 * The time at which the service calls of a step must end: at the deadline of the turn, and before the function must
 * respond.
 *
 * @param turnDeadlineAt milliseconds since the epoch; absent if the turn has none yet
 */
export function callsEnd(turnDeadlineAt: number | undefined, functionEnd: number): number {
  return Math.min(functionEnd, Math.max(turnDeadlineAt ?? Infinity, Date.now() + LAST_CALLS_MS));
}
