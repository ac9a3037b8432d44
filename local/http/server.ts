/** Receives HTTP and WebSocket requests, verifies their signature, and calls operations. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import type { KnownKey } from '../auth/principals';
import { SignatureError, type SignatureExpectations, verifySignature } from '../auth/sigv4';
import type { EnvironmentRegistry } from '../environment/registry';
import type { Faults } from '../faults/faults';
import type { Authorizer } from '../iam/authorizer';
import { newId } from '../session/ids';
import { ApiError, forbidden, internal, notFound, previewNotEnabled } from './api-error';
import type { Operations } from './operations';
import { readBody } from './request-body';

export interface ServerOptions {
  readonly operations: Operations;
  readonly registry: EnvironmentRegistry;
  readonly authorizer: Authorizer;
  readonly faults: Faults;
  readonly signatures: () => SignatureExpectations;
  /** One line per request: method, path, status, principal. Never a body, a header or a token. */
  readonly onRequest?: (line: {
    method: string;
    path: string;
    status: number;
    principal?: string;
    requestId: string;
  }) => void;
  /** An error that a client gets as 500 without its cause. */
  readonly onError: (error: Error) => void;
}

const SOCKET_PATH = /^\/v1\/cloud\/environment\/([^/]+)\/direct\/(reg_[0-9a-f]+)$/;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

export class ApiServer {
  public readonly http: Server;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024 * 1024,
    perMessageDeflate: false,
  });

  public constructor(private readonly on: ServerOptions) {
    this.http = createServer((request, response) => void this.serve(request, response));
    this.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
    this.http.on('clientError', (_error, socket) => void socket.destroy());
  }

  public close(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newId('req');
    let principal: string | undefined;
    const [path, query = ''] = split(request.url ?? '/');
    response.setHeader('x-amzn-requestid', requestId);
    response.setHeader('x-request-id', requestId);
    response.on('close', () =>
      this.on.onRequest?.({ method: request.method ?? '', path, status: response.statusCode, principal, requestId }),
    );
    try {
      const body = await readBody(request, MAX_BODY_BYTES);
      const operation = this.on.operations.match(request.method ?? '', path);
      if (operation === undefined) throw notFound(`${request.method} ${path} is not an operation of this service`);
      const caller = this.authenticate(request, body);
      principal = caller.principalArn;
      await operation.run({ caller, request, response, body, query: new URLSearchParams(query), id: operation.id });
    } catch (error) {
      this.refuse(response, error);
    }
  }

  private authenticate(request: IncomingMessage, body: Buffer): KnownKey {
    try {
      const { method = '', url = '/', rawHeaders } = request;
      const key = verifySignature({ method, target: url, rawHeaders, body }, this.on.signatures());
      if (this.on.faults.previewDisabled) throw previewNotEnabled();
      return key;
    } catch (error) {
      if (error instanceof SignatureError) throw forbidden(error.code, error.message);
      throw error;
    }
  }

  private refuse(response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    if (!(error instanceof ApiError)) this.on.onError(error as Error);
    const known = error instanceof ApiError ? error : internal();
    if (known.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(known.retryAfterSeconds));
    response.setHeader('x-amzn-errortype', known.code);
    response.writeHead(known.status, { 'content-type': 'application/json' }).end(JSON.stringify(known.body()));
  }

  /** The exec server connects: the handshake is signed like any other request. */
  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const requestId = newId('req');
    const [path] = split(request.url ?? '/');
    const log = (status: number, principal?: string): void =>
      this.on.onRequest?.({ method: 'UPGRADE', path, status, principal, requestId });
    socket.on('error', () => undefined);
    try {
      const match = SOCKET_PATH.exec(path);
      if (match === null) throw notFound('No such socket');
      const caller = this.authenticate(request, EMPTY);
      this.on.authorizer.environment(caller.principalArn, 'ConnectEnvironment');
      const [, environmentId, registrationId] = match;
      this.on.registry.checkRegistration(environmentId, registrationId);
      this.sockets.handleUpgrade(
        request,
        socket,
        head,
        (client) => void this.on.registry.accept(environmentId, client),
      );
      log(101, caller.principalArn);
    } catch (error) {
      const known = error instanceof ApiError ? error : internal();
      const body = JSON.stringify(known.body());
      socket.end(
        `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}\r\nx-amzn-requestid: ${requestId}\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      log(known.status);
    }
  }
}

function split(target: string): [path: string, query?: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}
