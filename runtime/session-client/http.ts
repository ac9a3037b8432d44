/**
 * One HTTP exchange over Node's own http and https.
 *
 * Not the built-in fetch: its first request costs 30 ms against 10 ms here (docs/benchmarks.md), it ends a silent event
 * stream after 300 s without an option to change that, and it can't distinguish "never sent" from "sent, response
 * lost", which decides whether a create is ambiguous.
 */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A new connection: a kept-alive one may be closed already, which would make a write ambiguous without need. */
  readonly freshConnection: boolean;
}

export interface WireLimits {
  readonly connectTimeoutMs: number;
  /** Until the response is complete, or for a stream until its headers. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type WireFailureKind = 'refused' | 'lost' | 'timeout' | 'aborted' | 'oversized' | 'upgraded';

/** How an exchange broke. `sent`: whether the service may have received the request. */
export class WireFailure extends Error {
  constructor(
    readonly kind: WireFailureKind,
    readonly sent: boolean,
    readonly code?: string,
  ) {
    super(kind);
  }
}

/** A response whose body is not read yet. Timeout and abort stay active until `release`. */
export interface WireAnswer {
  readonly response: IncomingMessage;
  /** Rejects after a timeout or an abort, independent of the connection. */
  readonly stopped: Promise<never>;
  release(): void;
}

export class HttpTransport {
  readonly #secure: boolean;
  readonly #kept: HttpAgent;
  readonly #fresh: HttpAgent;

  constructor(private readonly endpoint: URL) {
    this.#secure = endpoint.protocol === 'https:';
    // NODE_TLS_REJECT_UNAUTHORIZED must not be able to turn certificate checks off.
    const tls = { rejectUnauthorized: true };
    this.#kept = this.#secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
    this.#fresh = this.#secure ? new HttpsAgent({ keepAlive: false, ...tls }) : new HttpAgent({ keepAlive: false });
  }

  /** Sends a request and resolves with the status and headers of the response. Redirects are not followed. */
  send(wire: WireRequest, limits: WireLimits): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      if (limits.signal?.aborted) {
        reject(new WireFailure('aborted', false));
        return;
      }
      let sent = false;
      let response: IncomingMessage | undefined;
      const request = (this.#secure ? httpsRequest : httpRequest)(this.#options(wire));
      let breakAnswer: (failure: WireFailure) => void = () => undefined;
      const stopped = new Promise<never>((_resolve, fail) => (breakAnswer = fail));
      stopped.catch(() => undefined);
      const fail = (failure: WireFailure) => {
        release();
        // Before the connection is destroyed: the caller continues without waiting for its events.
        reject(failure);
        breakAnswer(failure);
        response?.destroy(failure);
        request.destroy(failure);
      };
      const stop = (kind: WireFailureKind) => fail(new WireFailure(kind, sent));
      const onAbort = () => stop('aborted');
      const connecting = timer(() => stop('timeout'), Math.min(limits.connectTimeoutMs, limits.timeoutMs));
      const answering = timer(() => stop('timeout'), limits.timeoutMs);
      const release = () => {
        clearTimeout(connecting);
        clearTimeout(answering);
        limits.signal?.removeEventListener('abort', onAbort);
      };
      limits.signal?.addEventListener('abort', onAbort, { once: true });

      request.once('socket', (socket) => {
        const onConnected = () => {
          sent = true;
          clearTimeout(connecting);
        };
        if (socket.connecting) socket.once((socket as TLSSocket).encrypted ? 'secureConnect' : 'connect', onConnected);
        else onConnected();
      });
      request.on('error', (error) => fail(asWireFailure(error, sent)));
      // Without a listener, Node drops the connection of a 101 and emits nothing that ends the request.
      request.once('upgrade', (_answer, socket) => {
        socket.destroy();
        stop('upgraded');
      });
      request.once('close', () => {
        if (response === undefined) stop(sent ? 'lost' : 'refused');
      });
      request.once('response', (answer) => {
        response = answer;
        // A body may break before it is read: that is reported to the reader and doesn't end the process.
        answer.on('error', () => undefined);
        resolve({ response: answer, stopped, release });
      });
      request.end(wire.body);
    });
  }

  /** Closes kept-alive connections. */
  close(): void {
    this.#kept.destroy();
    this.#fresh.destroy();
  }

  #options(wire: WireRequest): RequestOptions {
    return {
      protocol: this.endpoint.protocol,
      // URL keeps the brackets of an IPv6 literal; a socket address has none.
      hostname: this.endpoint.hostname.replace(/^\[|\]$/g, ''),
      ...(this.endpoint.port ? { port: this.endpoint.port } : {}),
      method: wire.method,
      path: wire.path,
      headers: {
        ...wire.headers,
        ...(wire.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wire.body)) }),
      },
      agent: wire.freshConnection ? this.#fresh : this.#kept,
    };
  }
}

/** Longest time that `setTimeout` supports; with a longer one, it fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A timer for any number of milliseconds, `Infinity` included. */
export function timer(action: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(action, Math.min(ms, MAX_TIMER_MS));
}

/** Reads a body into text, at most `maxBytes` of it; the rest of an oversized one is not read. */
export function readText(answer: WireAnswer, maxBytes: number): Promise<string> {
  const { response } = answer;
  return new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    answer.stopped.catch(reject);
    // A body with a Content-Length that is too large isn't read.
    if (Number(response.headers['content-length']) > maxBytes) {
      reject(new WireFailure('oversized', true));
      response.destroy();
      return;
    }
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      reject(new WireFailure('oversized', true));
      response.destroy();
    });
    response.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.once('error', (error) => reject(asWireFailure(error, true)));
    response.once('close', () => reject(new WireFailure('lost', true)));
    if (response.destroyed) reject(asWireFailure(response.errored ?? {}, true));
  }).finally(() => answer.release());
}

/** Discards a body that isn't needed, with its connection. */
export function discard(answer: WireAnswer): void {
  answer.release();
  answer.response.destroy();
}

export function asWireFailure(error: unknown, sent: boolean): WireFailure {
  if (error instanceof WireFailure) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new WireFailure(sent ? 'lost' : 'refused', sent, typeof code === 'string' ? code : undefined);
}
