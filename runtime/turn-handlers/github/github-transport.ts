import { TransientStepError } from '../turn/failures';

/**
 * What a failed request to GitHub means, decided only here:
 *
 * - It may pass (no response, a connection that ends inside the body, a limit, an error of the server): a
 *   `TransientStepError`, so that the workflow repeats the step. After a write its effect is unknown; the repetition
 *   reads what is there before it writes, so nothing is written twice.
 * - It is definite: a `GitHubError`.
 */
export class GitHubError extends Error {
  constructor(
    readonly status: number,
    what: string,
    /** GitHub's code of the first problem, such as `too_large`. */
    readonly code?: string,
  ) {
    super(`GitHub answered ${what} with HTTP ${status}`);
  }
}

/** The response is larger than the limit. */
export class OversizedAnswerError extends Error {}

/** A response with its complete body. */
export interface GitHubResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface GitHubRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Most bytes of the response. */
  readonly limit: number;
  /** For connection and body together. */
  readonly timeoutMs?: number;
  /** The only status that isn't an error. @default any of 200 to 299 */
  readonly expect?: number;
  /** The name of the request in errors, without the sent values. */
  readonly what: string;
}

const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;
/** The size of an error body that is read, to distinguish a limit from a denial. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Sends one request and reads the response to its end.
 *
 * @throws GitHubError, OversizedAnswerError, TransientStepError
 */
export async function gitHubExchange(request: GitHubRequest): Promise<GitHubResponse> {
  let { url } = request;
  for (let redirects = 0; ; redirects += 1) {
    const response = await exchange({ ...request, url });
    const { status, headers } = response;
    if (request.expect === undefined ? status >= 200 && status < 300 : status === request.expect) return response;
    const next = redirects < MAX_REDIRECTS ? redirectWithin(url, status, headers) : undefined;
    if (next === undefined) throw failure(request.what, response);
    url = next;
  }
}

/** JSON of a response. A truncated body, or one from a proxy, doesn't show whether the request had an effect. */
export function jsonOf<T>({ body }: GitHubResponse): T {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as T;
  } catch {
    throw new TransientStepError('GitHub: the body of a response is no JSON');
  }
}

async function exchange({ method, url, headers, body, limit, timeoutMs = TIMEOUT_MS }: GitHubRequest) {
  const chunks: Uint8Array[] = [];
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    const most = response.ok ? limit : MAX_ERROR_BYTES;
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += (chunk as Uint8Array).byteLength;
      if (length > most && response.ok) throw new OversizedAnswerError(`more than ${limit} bytes`);
      if (length > most) break;
      chunks.push(chunk as Uint8Array);
    }
    return { status, headers: response.headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof OversizedAnswerError) throw error;
    throw new TransientStepError(`GitHub: ${(error as Error).name}`);
  }
}

/**
 * A renamed repository is redirected to its new address. Only within the same host, because the request contains a
 * token. Source: docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api (Follow redirects)
 */
function redirectWithin(from: string, status: number, headers: Headers): string | undefined {
  const location = headers.get('location');
  if (![301, 302, 307, 308].includes(status) || !location || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  return target.origin === new URL(from).origin && target.username === '' ? target.href : undefined;
}

/**
 * Primary limits answer 403 or 429 with `x-ratelimit-remaining: 0`. Secondary ones answer 403 or 429, with
 * `retry-after` or only with a message. Source: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function failure(what: string, { status, headers, body }: GitHubResponse): Error {
  const limited =
    status === 429 ||
    (status === 403 &&
      (headers.get('x-ratelimit-remaining') === '0' ||
        headers.has('retry-after') ||
        /rate limit|abuse detection/i.test(new TextDecoder().decode(body))));
  return status >= 500 || status === 408 || limited
    ? new TransientStepError(`GitHub answered ${what} with HTTP ${status}`)
    : new GitHubError(status, what, codeIn(body));
}

/** Of an error, only GitHub's codes are kept: its text could quote sent values. */
function codeIn(body: Uint8Array): string | undefined {
  try {
    const { errors } = JSON.parse(new TextDecoder().decode(body)) as { errors?: readonly { code?: unknown }[] };
    const code = errors?.[0]?.code;
    return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
