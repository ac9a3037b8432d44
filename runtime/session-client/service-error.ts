/** Converts an error response to a typed error without exposing its text. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  AccessDeniedError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  type Operation,
  PreviewNotEnabledError,
  RateLimitedError,
  ServiceError,
  type ServiceErrorDetails,
  ServiceUnavailableError,
} from './errors';
import { isRecord } from './paging';
import { parseRetryAfter } from './retry';

const SKEW_WORTH_NAMING_MS = 4 * 60_000;

export interface ErrorAnswer {
  readonly operation: Operation;
  readonly region: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The part of the body that was read. */
  readonly body: string;
  /** Whether a repetition is harmless for this operation. */
  readonly repeatable: boolean;
  readonly now: number;
}

/** The id AWS gives a request; unusual characters are not passed on. */
export function requestIdOf(headers: IncomingHttpHeaders): string | undefined {
  for (const name of ['x-amzn-requestid', 'x-amz-request-id', 'x-request-id']) {
    const value = headers[name];
    if (typeof value === 'string' && /^[\w.:=+/-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}

export function serviceError(answer: ErrorAnswer): ServiceError {
  const { operation, status, headers, now } = answer;
  const said = readErrorBody(answer.body);
  const details: ServiceErrorDetails = {
    operation,
    status,
    requestId: requestIdOf(headers),
    code: identifier(said.code) ?? identifier(firstOf(headers['x-amzn-errortype'])?.split(':')[0]),
    retryAfterMs: parseRetryAfter(firstOf(headers['retry-after']), now),
  };
  const line = (meaning: string) => `${operation} was answered with ${status}${tail(details)}: ${meaning}`;

  if (status === 401 && /not available for this account/i.test(said.message ?? '')) {
    return new PreviewNotEnabledError(
      line(
        `Bedrock Managed Agents is not enabled for this account in ${answer.region}. It is a preview: request access for ` +
          'the account (docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-prerequisites.html) ' +
          'and check the Region and the account of the credentials',
      ),
      details,
    );
  }
  switch (status) {
    case 400:
      return new BadRequestError(line('a field, the role or the model was refused'), details);
    case 401:
    case 403:
      return new AccessDeniedError(
        line(
          'check the credentials, the bedrock-mantle actions, iam:PassRole on the session role and its trust policy' +
            skew(headers.date, now),
        ),
        details,
      );
    case 404:
      return new NotFoundError(line('no such session, or another Region, or no access to the preview'), details);
    case 409:
      return new ConflictError(line('another operation on the session or its environment is in the way'), details);
    case 429:
      // Documented as a limit: the request was refused, so a repetition can't run it twice.
      return new RateLimitedError(line('a limit was reached'), { ...details, retrySafe: true });
  }
  if (status >= 500 || status === 408) {
    return new ServiceUnavailableError(line('the service failed'), { ...details, retrySafe: answer.repeatable });
  }
  return new ServiceError(line('an unexpected status'), details);
}

function tail({ code, requestId }: ServiceErrorDetails): string {
  const parts = [code, requestId && `request ${requestId}`].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** SigV4 tolerates a few minutes. Without this hint, a wrong clock looks like a permission problem. */
function skew(date: string | undefined, now: number): string {
  const served = Date.parse(date ?? '');
  if (Number.isNaN(served) || Math.abs(served - now) < SKEW_WORTH_NAMING_MS) return '';
  return `; this machine's clock is ${Math.round(Math.abs(served - now) / 1000)} s ${served > now ? 'behind' : 'ahead'}`;
}

/** OpenAI shape `{error: {message, code, type}}`, or AWS shape `{message, __type}`. */
function readErrorBody(text: string): { message?: string; code?: unknown } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  if (!isRecord(body)) return {};
  const error = isRecord(body['error']) ? body['error'] : body;
  const message = error['message'] ?? error['Message'];
  return {
    ...(typeof message === 'string' ? { message } : {}),
    code: error['code'] ?? error['type'] ?? error['__type'],
  };
}

/** A code is a short identifier; anything else could be text from the prompt. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.#/-]{1,64}$/.test(value) ? value : undefined;
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
