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
