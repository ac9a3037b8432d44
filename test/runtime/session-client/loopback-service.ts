/** A real HTTP server on loopback that checks every signature and returns the responses of a test. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ClientLogger,
  SessionClient,
  type SessionClientOptions,
  type Timing,
} from '../../../runtime/session-client';
import { type KnownKey, type ReceivedRequest, verifySignature } from './sigv4-verifier';

export const KEY: Required<KnownKey> = {
  accessKeyId: 'ASIATESTACCESSKEY',
  secretAccessKey: 'SECRET-KEY-MARKER-9f8e7d6c5b4a',
  sessionToken: 'SESSION-TOKEN-MARKER-1a2b3c4d5e==',
};

/** A text in every prompt, and in every response that could repeat the prompt. */
export const PROMPT = 'PROMPT-MARKER please review the change';

/** Responds to one request; `count` is the number of earlier requests. */
export type Answer = (response: ServerResponse, request: ReceivedRequest, count: number) => void;

export class LoopbackService {
  readonly requests: ReceivedRequest[] = [];
  readonly signatureFailures: string[] = [];
  answer: Answer = (response) => json(response, 404, {});
  readonly #server: Server;

  constructor() {
    this.#server = createServer((incoming, response) => void this.#take(incoming, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Forgets what was received and sets the next answers. */
  next(answer: Answer): void {
    this.requests.length = 0;
    this.answer = answer;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    incoming.setEncoding('utf8');
    try {
      for await (const chunk of incoming) body += chunk;
    } catch {
      return; // The client closed the connection while sending.
    }
    const request: ReceivedRequest = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      headers: incoming.headers as Record<string, string>,
      body,
    };
    try {
      verifySignature(request, KEY, 'bedrock-mantle');
    } catch (error) {
      this.signatureFailures.push(`${request.method} ${request.target}: ${(error as Error).message}`);
    }
    response.on('error', () => undefined);
    this.answer(response, request, this.requests.push(request) - 1);
  }
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1', ...headers });
  response.end(JSON.stringify(body));
}

export function sse(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-amzn-requestid': 'req-1' });
  response.flushHeaders();
  return response;
}

export function data(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** Cuts the connection with a TCP reset. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Sends the head and a part of the body, and cuts the connection with a TCP reset as soon as both are sent. */
export function resetInBody(response: ServerResponse, part: string): void {
  response.writeHead(200, { 'content-length': '1000' }).write(part, () => reset(response));
}

/** Ends the connection after the written part, without ending the response. */
export function cut(response: ServerResponse): void {
  response.socket?.end();
}

/** Real clock, no waiting; remembers the waits. */
export class NoWaiting implements Timing {
  readonly waits: number[] = [];
  readonly now = () => Date.now();
  readonly random = () => 0.5;
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    this.waits.push(ms);
    return signal?.aborted ? Promise.reject(new Error('aborted')) : new Promise((resolve) => setImmediate(resolve));
  };
}

/** Keeps every line, as text. */
export class RecordingLogger implements ClientLogger {
  readonly lines: string[] = [];
  readonly debug = (...line: unknown[]): void => void this.lines.push(JSON.stringify(line));
  readonly warn = (...line: unknown[]): void => void this.lines.push(JSON.stringify(line));
}

export function clientOf(origin: string, options: Partial<SessionClientOptions> = {}): SessionClient {
  return new SessionClient({
    region: 'us-east-1',
    endpoint: origin,
    credentials: () => Promise.resolve(KEY),
    environment: {},
    timing: new NoWaiting(),
    timeoutMs: 10_000,
    ...options,
  });
}
