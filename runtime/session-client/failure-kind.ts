/** What a failure of a call says about what happened, decided in this one place. */
import {
  AmbiguousRequestError,
  AnswerTooLargeError,
  BrokenListError,
  ConflictError,
  ConnectionError,
  ConnectionLostError,
  CredentialsError,
  ProtocolError,
  RateLimitedError,
  RequestTimeoutError,
  ServiceUnavailableError,
  StreamDroppedError,
  StreamIdleError,
} from './errors';

export type FailureKind =
  /** It may pass: the same call, made again later, may succeed, and making it again does nothing twice. */
  | 'passing'
  /** It was sent once and may have been carried out. Repeating it could do it twice: read first. */
  | 'unknown-outcome'
  /** Repeating it changes nothing: the request, its permissions or its target are wrong, or the caller gave up. */
  | 'definite';

/**
 * By type, for every error that the client raises.
 *
 * An answer that is not what the service documents (a gateway's page with status 200, half a JSON text) is taken for a
 * failure that passes; only an answer that is too large, or a list without a way on, is
 * the same the next time. A call that must happen once never
 * raises a passing error after it was sent: the client has made it an AmbiguousRequestError by then.
 */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof AmbiguousRequestError) return 'unknown-outcome';
  if (error instanceof AnswerTooLargeError || error instanceof BrokenListError) return 'definite';
  return PASSING.some((type) => error instanceof type) ? 'passing' : 'definite';
}

const PASSING = [
  ConnectionError,
  ConnectionLostError,
  RequestTimeoutError,
  RateLimitedError,
  ServiceUnavailableError,
  ConflictError,
  // Nothing was sent. A provider refreshes what expired, and Lambda puts fresh credentials into a new environment.
  CredentialsError,
  ProtocolError,
  StreamDroppedError,
  StreamIdleError,
];
