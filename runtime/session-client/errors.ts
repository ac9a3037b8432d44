/**
 * The errors of this client, as types that a caller can distinguish.
 *
 * No message, enumerable member or cause holds credentials, prompt text or a response body: the service may echo the
 * prompt in its own message, so that message is read to classify the error and then dropped.
 * Names are literal because bundles are minified.
 */

/** An operation of the client; `submitMessage` and `cancelTurn` are both `POST …/events`. */
export type Operation =
  | 'createSession'
  | 'getSession'
  | 'listSessions'
  | 'deleteSession'
  | 'submitMessage'
  | 'cancelTurn'
  | 'streamEvents'
  | 'listItems'
  | 'listModels';

export interface ErrorDetails {
  readonly operation?: Operation;
  /** True only when repeating the same call cannot make its effect happen twice, and may succeed. */
  readonly retrySafe?: boolean;
  readonly status?: number;
  readonly requestId?: string;
  readonly code?: string;
  readonly cause?: unknown;
}

/** The base of every error this client raises. */
export class SessionClientError extends Error {
  override readonly name: string = 'SessionClientError';
  readonly operation?: Operation;
  readonly retrySafe: boolean;
  /** HTTP status, if there was a response. */
  readonly status?: number;
  /** The request id to give to AWS Support. */
  readonly requestId?: string;
  /** The service's error code, or the system's (`ECONNRESET`). */
  readonly code?: string;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.operation = details.operation;
    this.retrySafe = details.retrySafe ?? false;
    this.status = details.status;
    this.requestId = details.requestId;
    this.code = details.code;
  }
}

/** The request or the definition is wrong; nothing was sent. */
export class RequestInputError extends SessionClientError {
  override readonly name: string = 'RequestInputError';

  /**
   * @param path the member at fault, such as `environment.workspace_directory`
   * @param problem what is wrong, as a predicate: "is not an absolute path"
   * @param fix what to do
   */
  constructor(
    readonly path: string,
    problem: string,
    fix: string,
  ) {
    super(`${path} ${problem}: ${fix}`);
  }
}

/** A published session definition cannot be used: damaged, of another format, or incomplete. */
export class SessionDefinitionError extends SessionClientError {
  override readonly name: string = 'SessionDefinitionError';
}

/** No usable credentials; nothing was sent. */
export class CredentialsError extends SessionClientError {
  override readonly name: string = 'CredentialsError';
}

/** The caller's AbortSignal was aborted. Never raised for a create or submit that was sent: that is ambiguous. */
export class RequestAbortedError extends SessionClientError {
  override readonly name: string = 'AbortError';
}

/** No connection was established, so the service didn't get the request. */
export class ConnectionError extends SessionClientError {
  override readonly name: string = 'ConnectionError';
}

/** The connection broke after the request was sent. */
export class ConnectionLostError extends SessionClientError {
  override readonly name: string = 'ConnectionLostError';
}

/** No complete response in time. */
export class RequestTimeoutError extends SessionClientError {
  override readonly name: string = 'RequestTimeoutError';
}

/** The service returned a response that this client doesn't accept: not JSON, too large, a broken page or event. */
export class ProtocolError extends SessionClientError {
  override readonly name: string = 'ProtocolError';
}

/** The response is larger than this client reads. A repetition has the same result; a smaller request may succeed. */
export class AnswerTooLargeError extends ProtocolError {}

/** A list reports more entries, but no position, so they can't be read. */
export class BrokenListError extends ProtocolError {}

/** A redirect was refused: a signed request carries credentials and is valid for one host only. */
export class RedirectRefusedError extends SessionClientError {
  override readonly name: string = 'RedirectRefusedError';
}

/** The event stream broke before the service ended it. The items contain what was missed. */
export class StreamDroppedError extends SessionClientError {
  override readonly name: string = 'StreamDroppedError';
}

/** The event stream contained nothing, not even a comment, during the idle timeout. */
export class StreamIdleError extends SessionClientError {
  override readonly name: string = 'StreamIdleError';
}

/** `runTurn` stopped waiting; the turn continues in the service. */
export class TurnDeadlineError extends SessionClientError {
  override readonly name: string = 'TurnDeadlineError';
}

/**
 * A create or submit may or may not have been accepted. It was sent once and is never repeated by this client.
 * Find out with `reconcileCreate` or `reconcileSubmit`; `cause` is the observed failure.
 */
export class AmbiguousRequestError extends SessionClientError {
  override readonly name: string = 'AmbiguousRequestError';

  constructor(
    message: string,
    /** When the request was started, milliseconds since the epoch by this client's clock. */
    readonly startedAt: number,
    details: ErrorDetails,
    /** The result of the check by `runTurn`; absent if it didn't check. */
    readonly reconciled?: 'not-found' | 'undecided',
  ) {
    super(message, { ...details, retrySafe: false });
  }
}

export interface ServiceErrorDetails extends ErrorDetails {
  readonly status: number;
  /** Milliseconds the service asked to wait. */
  readonly retryAfterMs?: number;
}

/** The service returned an error status. */
export class ServiceError extends SessionClientError {
  override readonly name: string = 'ServiceError';
  declare readonly status: number;
  /** Milliseconds the service asked to wait, from Retry-After. */
  readonly retryAfterMs?: number;

  constructor(message: string, details: ServiceErrorDetails) {
    super(message, details);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** 400: a field, role or model the service refuses. */
export class BadRequestError extends ServiceError {
  override readonly name: string = 'BadRequestError';
}

/** 401 or 403: credentials, permissions, PassRole or trust. */
export class AccessDeniedError extends ServiceError {
  override readonly name: string = 'AccessDeniedError';
}

/** 401: the preview is not enabled for this account. */
export class PreviewNotEnabledError extends AccessDeniedError {
  override readonly name: string = 'PreviewNotEnabledError';
}

/** 404: wrong route, Region or id, or no access to the preview. */
export class NotFoundError extends ServiceError {
  override readonly name: string = 'NotFoundError';
}

/** 409: another operation on the session or its environment is running. */
export class ConflictError extends ServiceError {
  override readonly name: string = 'ConflictError';
}

/** 429: a limit was reached; the request was not carried out. */
export class RateLimitedError extends ServiceError {
  override readonly name: string = 'RateLimitedError';
}

/** 5xx (and 408): the service failed. */
export class ServiceUnavailableError extends ServiceError {
  override readonly name: string = 'ServiceUnavailableError';
}
