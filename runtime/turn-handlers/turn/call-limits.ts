/**
 * A client repeats a call for a few seconds; after that, the state machine repeats it. Without its own limit, a
 * silently closed connection would block the function until Lambda ends it.
 */
export const CALL_LIMITS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};
