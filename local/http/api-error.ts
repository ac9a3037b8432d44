/**
 * Every error of the service, with the status in the API reference and a body in the OpenAI format.
 *
 * The statuses are documented; the values of `type` and `code` are not, except where AWS names them (signature errors).
 */

/** The body of an error answer. */
export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
  };
}

export class ApiError extends Error {
  public constructor(
    public readonly status: number,
    public readonly type: string,
    public readonly code: string,
    message: string,
    public readonly param: string | null = null,
    /** Sent as `Retry-After`. */
    public readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  public body(): ApiErrorBody {
    return { error: { message: this.message, type: this.type, code: this.code, param: this.param } };
  }
}

export const badRequest = (message: string, param: string | null = null, code = 'invalid_request'): ApiError =>
  new ApiError(400, 'invalid_request_error', code, message, param);

/** The error for an account without preview access. */
export const previewNotEnabled = (): ApiError =>
  new ApiError(401, 'authentication_error', 'preview_not_enabled', 'Managed Agents is not available for this account.');

/** Errors of credentials, permissions, PassRole and trust all have the status 403. */
export const forbidden = (code: string, message: string): ApiError =>
  new ApiError(403, 'permission_error', code, message);

export const notFound = (message: string): ApiError => new ApiError(404, 'invalid_request_error', 'not_found', message);

export const conflict = (message: string): ApiError => new ApiError(409, 'conflict_error', 'conflict', message);

export const tooLarge = (limit: number): ApiError =>
  new ApiError(413, 'invalid_request_error', 'request_too_large', `The body is larger than ${limit} bytes`);

export const throttled = (retryAfterSeconds?: number): ApiError =>
  new ApiError(429, 'rate_limit_error', 'rate_limit_exceeded', 'Too many requests.', null, retryAfterSeconds);

export const internal = (): ApiError =>
  new ApiError(500, 'server_error', 'internal_error', 'The service could not process the request.');

export const unavailable = (retryAfterSeconds?: number): ApiError =>
  new ApiError(503, 'server_error', 'service_unavailable', 'The service is unavailable.', null, retryAfterSeconds);
