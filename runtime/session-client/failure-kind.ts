/** What a failure of a call means, decided in this one place. */
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
  /** Temporary: the same call may succeed later, and a repetition has no second effect. */
  | 'passing'
  /** It was sent once and may have been carried out. Repeating it could do it twice: read first. */
  | 'unknown-outcome'
  /** Permanent: the request, its permissions or its target are wrong, or the caller aborted. */
  | 'definite';

/**
 * By type, for every error that the client raises.
 *
 * A response that the service doesn't document (a gateway's page with status 200, half a JSON text) counts as
 * temporary. Only a response that is too large, or a list without a next position, is permanent. A call that must
 * happen once never raises a temporary error after it was sent: the client has made it an AmbiguousRequestError by
 * then.
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
  // Nothing was sent. A provider refreshes expired credentials, and Lambda sets new credentials in a new environment.
  CredentialsError,
  ProtocolError,
  StreamDroppedError,
  StreamIdleError,
];
