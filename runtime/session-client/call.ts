/**
 * One request of the service: signs it, sends it, reads the response, and reports exactly what is known after a
 * failure.
 */
import type { IncomingMessage } from 'node:http';
import type { Credentials, CredentialsProvider } from './credentials';
import {
  AmbiguousRequestError,
  AnswerTooLargeError,
  ConnectionError,
  ConnectionLostError,
  CredentialsError,
  type ErrorDetails,
  type Operation,
  ProtocolError,
  RedirectRefusedError,
  RequestAbortedError,
  RequestTimeoutError,
  ServiceUnavailableError,
  SessionClientError,
} from './errors';
import { asWireFailure, discard, type HttpTransport, readText, timer, type WireAnswer, WireFailure } from './http';
import type { ClientLogger } from './logger';
import type { RetryPolicy } from './retry';
import { requestIdOf, serviceError } from './service-error';
import { encodeQuery, type RequestSigner, type UnsignedRequest } from './signer';
import type { Timing } from './timing';

/** The effect of repeating an operation. */
export type Effect =
  /** None: repeated automatically. */
  | 'read'
  /** The same as one call: not repeated automatically, but a caller may repeat it. */
  | 'idempotent'
  /** The whole effect again: never repeated; an unknown result is an AmbiguousRequestError. */
  | 'once';

export interface Call extends UnsignedRequest {
  readonly operation: Operation;
  readonly effect: Effect;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Of one attempt, body included. Milliseconds. */
  readonly timeoutMs?: number;
  /**
   * When the call must be over, milliseconds since the epoch by the clock of the client (`SessionClient.timing`). No attempt
   * lasts longer, and a read is repeated until then instead of a fixed number of times.
   */
  readonly deadlineAt?: number;
}

export interface CallerSettings {
  readonly region: string;
  readonly transport: HttpTransport;
  readonly signer: RequestSigner;
  readonly credentials: CredentialsProvider;
  readonly retry: RetryPolicy;
  readonly timing: Timing;
  readonly logger: ClientLogger;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

const MAX_ERROR_BYTES = 64 * 1024;
/** Reads that show whether an ambiguous request was accepted; after a cancel, the session's status shows it. */
const HOW_TO_FIND_OUT: Partial<Record<Operation, string>> = {
  createSession: 'reconcileCreate',
  submitMessage: 'reconcileSubmit',
};
const USER_AGENT = 'cdk-bedrock-managed-agents-session-client';

export class Caller {
  constructor(private readonly settings: CallerSettings) {}

  /** Calls and returns the response body as text; reads are repeated within the policy. */
  async text(call: Call, options: CallOptions = {}): Promise<string> {
    return await this.#repeated(call, options, (attempt) => this.#body(call, options, attempt, readWhole));
  }

  /**
   * Calls an operation whose status alone shows that it was accepted: a missing, malformed or incomplete body doesn't
   * matter.
   */
  async acknowledged(call: Call, options: CallOptions = {}): Promise<void> {
    const answer = await this.#once(call, () => this.#open(call, options, 'application/json', 1));
    await readText(answer, MAX_ERROR_BYTES).catch(() => '');
  }

  /**
   * Calls and reads the JSON body; after a create, an unreadable response means that it is unknown what was created.
   */
  async json<T>(call: Call, options: CallOptions = {}, shape: (value: unknown, operation: Operation) => T): Promise<T> {
    return await this.read(call, options, async (answer, maxBytes) =>
      shape(parseJson(call, await readText(answer, maxBytes)), call.operation),
    );
  }

  /** Calls and lets the caller read the body. Besides its own errors, `reader` throws how the connection broke. */
  async read<T>(call: Call, options: CallOptions = {}, reader: BodyReader<T>): Promise<T> {
    return await this.#repeated(call, options, (attempt) => this.#body(call, options, attempt, reader));
  }

  async #body<T>(call: Call, options: CallOptions, attempt: number, reader: BodyReader<T>): Promise<T> {
    const answer = await this.#open(call, options, 'application/json', attempt);
    try {
      return await reader(answer, this.settings.maxResponseBytes);
    } catch (error) {
      if (error instanceof SessionClientError) throw error;
      throw this.#failure(call, asWireFailure(error, true), answer.response);
    }
  }

  /** Opens an event stream; the caller owns the response. */
  async stream(call: Call, options: CallOptions = {}): Promise<IncomingMessage> {
    return await this.#repeated(call, options, async (attempt) => {
      const answer = await this.#open(call, options, 'text/event-stream', attempt);
      const type = answer.response.headers['content-type'] ?? '';
      if (!/^text\/event-stream\b/i.test(type)) {
        discard(answer);
        throw new ProtocolError(`${call.operation} was not answered with an event stream`, this.#known(call, answer));
      }
      answer.release();
      return answer.response;
    });
  }

  async #repeated<T>(call: Call, options: CallOptions, attempt: (n: number) => Promise<T>): Promise<T> {
    if (call.effect !== 'read') return await this.#once(call, () => attempt(1));
    return await this.settings.retry.run(this.settings.timing, options, attempt);
  }

  /** For a call that must happen once: every failure after which it may have been accepted is ambiguous. */
  async #once<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
    const startedAt = this.settings.timing.now();
    try {
      return await attempt();
    } catch (error) {
      if (call.effect !== 'once' || !isAmbiguous(error)) throw error;
      const { message, status, requestId, code } = error;
      throw new AmbiguousRequestError(
        `${call.operation} may have been accepted (${message}). Do not repeat it: ${HOW_TO_FIND_OUT[call.operation] ?? 'get'} finds out`,
        startedAt,
        { operation: call.operation, status, requestId, code, cause: error },
      );
    }
  }

  /** One attempt, until the headers of a 2xx response. */
  async #open(call: Call, options: CallOptions, accept: string, attempt: number): Promise<WireAnswer> {
    const { settings } = this;
    const startedAt = settings.timing.now();
    let status: number | undefined;
    let requestId: string | undefined;
    try {
      const until = Math.min(startedAt + (options.timeoutMs ?? settings.timeoutMs), options.deadlineAt ?? Infinity);
      if (until <= startedAt) throw this.#failure(call, new WireFailure('timeout', false));
      const credentials = await this.#credentials(call, until - startedAt, options.signal);
      const headers = await settings.signer.sign(call, credentials, new Date(settings.timing.now()));
      const left = until - settings.timing.now();
      const answer = await this.#send(
        call,
        { ...options, timeoutMs: left },
        { ...headers, accept, 'user-agent': USER_AGENT },
      );
      status = answer.response.statusCode ?? 0;
      requestId = requestIdOf(answer.response.headers);
      if (status >= 200 && status < 300) return answer;
      throw await this.#refusal(call, answer, status);
    } finally {
      settings.logger.debug('bedrock-mantle call', {
        operation: call.operation,
        attempt,
        status,
        requestId,
        durationMs: settings.timing.now() - startedAt,
      });
    }
  }

  async #send(
    call: Call,
    options: CallOptions & { readonly timeoutMs: number },
    headers: Record<string, string>,
  ): Promise<WireAnswer> {
    const query = encodeQuery(call.query);
    try {
      return await this.settings.transport.send(
        {
          method: call.method,
          path: query ? `${call.path}?${query}` : call.path,
          headers,
          ...(call.body === undefined ? {} : { body: call.body }),
          freshConnection: call.effect !== 'read',
        },
        {
          connectTimeoutMs: this.settings.connectTimeoutMs,
          timeoutMs: options.timeoutMs,
          ...(options.signal ? { signal: options.signal } : {}),
        },
      );
    } catch (error) {
      throw this.#failure(call, asWireFailure(error, false));
    }
  }

  /** A provider accepts neither a signal nor a limit, so this waits no longer than the time limit of the call. */
  async #credentials(call: Call, timeoutMs: number, signal?: AbortSignal): Promise<Credentials> {
    let credentials: Credentials;
    try {
      credentials = await within(this.settings.credentials(), timeoutMs, signal);
    } catch (error) {
      if (error instanceof CredentialsError) throw error;
      if (error instanceof WireFailure) throw this.#failure(call, error);
      // Only the kind of failure: the message of a provider may contain what it read.
      const kind = error instanceof Error ? error.name : typeof error;
      throw new CredentialsError(`The credentials provider failed (${kind})`, { operation: call.operation });
    }
    if (credentials.expiration && credentials.expiration.getTime() <= this.settings.timing.now()) {
      throw new CredentialsError('The AWS credentials have expired: sign in again', { operation: call.operation });
    }
    return credentials;
  }

  /** Any response that isn't 2xx. */
  async #refusal(call: Call, answer: WireAnswer, status: number): Promise<SessionClientError> {
    const details = this.#known(call, answer);
    if (status < 200) {
      discard(answer);
      return this.#failure(call, new WireFailure('upgraded', true), answer.response);
    }
    if (status >= 300 && status < 400) {
      discard(answer);
      return new RedirectRefusedError(
        `${call.operation} was answered with a redirect (${status}), which is refused: the endpoint is wrong`,
        details,
      );
    }
    // A broken or endless error body doesn't change the status.
    const body = await readText(answer, MAX_ERROR_BYTES).catch(() => '');
    return serviceError({
      operation: call.operation,
      region: this.settings.region,
      status,
      headers: answer.response.headers,
      body,
      repeatable: call.effect !== 'once',
      now: this.settings.timing.now(),
    });
  }

  #failure(call: Call, failure: WireFailure, response?: IncomingMessage): SessionClientError {
    const { operation, effect } = call;
    const details: ErrorDetails = {
      operation,
      retrySafe: effect !== 'once' || !failure.sent,
      ...(failure.code === undefined ? {} : { code: failure.code }),
      ...(response ? { status: response.statusCode, requestId: requestIdOf(response.headers) } : {}),
    };
    const seen = failure.code ? ` (${failure.code})` : '';
    switch (failure.kind) {
      case 'aborted':
        return new AbortedAttempt(`${operation} was aborted`, failure.sent, { ...details, retrySafe: false });
      case 'oversized':
        return new AnswerTooLargeError(
          `${operation} was answered with more than ${this.settings.maxResponseBytes} bytes, the limit of this client`,
          { ...details, retrySafe: false },
        );
      case 'upgraded':
        return new ProtocolError(`${operation} was answered with 101`, {
          ...details,
          retrySafe: false,
          status: 101,
        });
      case 'timeout':
        return failure.sent
          ? new RequestTimeoutError(`${operation} was not answered in time`, details)
          : new ConnectionError(`${operation} found no connection in time`, details);
      case 'refused':
        return new ConnectionError(`${operation} could not connect${seen}; nothing was sent`, details);
      case 'lost':
        return new ConnectionLostError(`${operation} lost its connection${seen}`, details);
    }
  }

  #known(call: Call, { response }: WireAnswer): ErrorDetails {
    return { operation: call.operation, status: response.statusCode, requestId: requestIdOf(response.headers) };
  }
}

/** Reads at most `maxBytes` of the body of a 2xx response. */
export type BodyReader<T> = (answer: WireAnswer, maxBytes: number) => Promise<T>;

const readWhole: BodyReader<string> = readText;

/** The result of the promise, or a failure that shows that nothing was sent. */
async function within<T>(promise: Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  let armed: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    armed = timer(() => reject(new WireFailure('timeout', false)), timeoutMs);
    onAbort = () => reject(new WireFailure('aborted', false));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(armed);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** An abort that records whether the request was sent. */
class AbortedAttempt extends RequestAbortedError {
  constructor(
    message: string,
    readonly sent: boolean,
    details: ErrorDetails,
  ) {
    super(message, details);
  }
}

function isAmbiguous(error: unknown): error is SessionClientError {
  if (error instanceof AbortedAttempt) return error.sent;
  return (
    error instanceof ConnectionLostError ||
    error instanceof RequestTimeoutError ||
    error instanceof ProtocolError ||
    error instanceof ServiceUnavailableError
  );
}

/** The parser's own error quotes the text, so it is not passed on as a cause. */
function parseJson(call: Call, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProtocolError(`${call.operation} was answered with something that is not JSON`, {
      operation: call.operation,
    });
  }
}
