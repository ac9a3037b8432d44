/**
 * One HTTP exchange over Node's own http and https.
 *
 * Not the built-in fetch: its first request costs 30 ms against 10 ms here (docs/benchmarks.md), it cuts a silent
 * event stream after 300 s with no way to say otherwise, and it cannot tell "never sent" from "sent, answer lost",
 * which decides whether a create is ambiguous.
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
  /** A connection of its own: a kept-alive one may be dead already, which would make a write ambiguous for nothing. */
  readonly freshConnection: boolean;
}

export interface WireLimits {
  readonly connectTimeoutMs: number;
  /** Until the answer is complete, or for a stream until its headers. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type WireFailureKind = 'refused' | 'lost' | 'timeout' | 'aborted' | 'oversized';

/** How an exchange broke. `sent` says whether the service may have seen the request. */
export class WireFailure extends Error {
  constructor(
    readonly kind: WireFailureKind,
    readonly sent: boolean,
    readonly code?: string,
  ) {
    super(kind);
  }
}

/** An answer whose body is still to come. Timeout and abort stay armed until `release`. */
export interface WireAnswer {
  readonly response: IncomingMessage;
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

  /** Sends a request and resolves with the answer's head. Redirects are not followed. */
  send(wire: WireRequest, limits: WireLimits): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      if (limits.signal?.aborted) {
        reject(new WireFailure('aborted', false));
        return;
      }
      let sent = false;
      let response: IncomingMessage | undefined;
      const request = (this.#secure ? httpsRequest : httpRequest)(this.#options(wire));
      const stop = (kind: WireFailureKind) => (response ?? request).destroy(new WireFailure(kind, sent));
      const onAbort = () => stop('aborted');
      const connecting = setTimeout(() => stop('timeout'), Math.min(limits.connectTimeoutMs, limits.timeoutMs));
      const answering = setTimeout(() => stop('timeout'), limits.timeoutMs);
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
      request.on('error', (error) => {
        release();
        reject(asWireFailure(error, sent));
      });
      request.once('response', (answer) => {
        response = answer;
        // A body nobody is reading yet may break: that is reported to the reader, not thrown at the process.
        answer.on('error', () => undefined);
        resolve({ response: answer, release });
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

/** Reads a body into text, at most `maxBytes` of it; the rest of an oversized one is not read. */
export function readText(answer: WireAnswer, maxBytes: number): Promise<string> {
  const { response } = answer;
  return new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) response.destroy(new WireFailure('oversized', true));
      else chunks.push(chunk);
    });
    response.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.once('error', (error) => reject(asWireFailure(error, true)));
    response.once('close', () => reject(new WireFailure('lost', true)));
    if (response.destroyed) reject(asWireFailure(response.errored ?? {}, true));
  }).finally(() => answer.release());
}

/** Drops a body that nobody needs, with its connection. */
export function discard(answer: WireAnswer): void {
  answer.release();
  answer.response.destroy();
}

export function asWireFailure(error: unknown, sent: boolean): WireFailure {
  if (error instanceof WireFailure) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new WireFailure(sent ? 'lost' : 'refused', sent, typeof code === 'string' ? code : undefined);
}
