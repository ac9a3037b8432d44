import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { OpenConnections, type ConnectionLimits } from './connection-limits';
import { RequestFailure } from './failure';
import type { Logger } from './logging';
import { readBody } from './request-body';
import { parseAction, parseBody, type Action, type Body } from './requests';
import { suppliesCredentials } from './supplied-credentials';
import type { Reply } from './actions';
import type { Tracer } from './tracing';

const SESSION_HEADER = 'x-amzn-bedrock-agentcore-runtime-session-id';

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly maxBodyBytes: number;
  readonly connections: ConnectionLimits;
  /** Responds immediately, from memory: whether a turn is running, and since when, in Unix seconds. */
  readonly health: () => { readonly busy: boolean; readonly since: number };
  readonly perform: Perform;
}

type Perform = (action: Action, body: Body, runtimeSessionId: string | undefined) => Promise<Reply>;

/** The two routes that AgentCore Runtime calls. */
export function createHttpServer(options: HttpServerOptions): { server: Server; open: OpenConnections } {
  const { headersMs, requestMs, idleMs, silenceMs, checkMs, max, maxWaiting } = options.connections;
  const times = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: checkMs,
  };
  const gate = new ActionGate(maxWaiting);
  const server = createServer(times, (request, response) => {
    // Not the URL class: it throws for request targets that the HTTP parser accepts.
    const route = (request.url ?? '').split('?', 1)[0];
    if (route === '/ping') {
      // Synchronous from memory to socket: a hanging mount or a slow stop must not make the container look unhealthy.
      const { busy, since } = options.health();
      send(response, 200, { status: busy ? 'HealthyBusy' : 'Healthy', time_of_last_update: since });
      request.resume();
    } else if (route === '/invocations') {
      const perform: Perform = (...asked) =>
        gate.pass(() => connections.during(request.socket, () => options.perform(...asked)));
      void invoke({ ...options, perform }, request, response);
    } else {
      send(response, 404, { status_code: 404, error: 'unknown path' });
      request.resume();
    }
  });
  // Disconnects a caller that sends requests and never reads the responses: no other limit applies to it.
  server.timeout = silenceMs;
  const connections = new OpenConnections(server, max);
  // Invalid HTTP and slow requests have no handler: this responds and closes, because the default leaks the parser's
  // message. The caller may never close its own side, so the socket is destroyed after the response.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', () => socket.destroy());
    else socket.destroy();
  });
  return { server, open: connections };
}

/** Limits the number of waiting invocations. */
class ActionGate {
  private inside = 0;

  constructor(private readonly max: number) {}

  /** @throws RequestFailure 503 */
  public async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside >= this.max) throw new RequestFailure(503, `${this.max} invocations are waiting already`);
    this.inside += 1;
    try {
      return await work();
    } finally {
      this.inside -= 1;
    }
  }
}

/** Always HTTP 200: the Runtime drops the body of any other status, and with it the reason. */
async function invoke(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const runtimeSessionId = headerText(request, SESSION_HEADER);
  const span = options.tracer.start('lifecycle.invocation', headerText(request, 'traceparent'));
  let action: Action | undefined;
  let reply: Reply;
  let statusCode = 200;
  try {
    if (request.method !== 'POST') throw new RequestFailure(405, 'only POST is accepted');
    const body = parseBody(await readBody(request, options.maxBodyBytes));
    if (suppliesCredentials(body)) {
      throw new RequestFailure(400, 'credentials are not accepted: the container signs with its own execution role');
    }
    action = parseAction(body);
    span.rename(`lifecycle.${action}`);
    reply = await options.perform(action, body, runtimeSessionId);
  } catch (error) {
    const failure = error instanceof RequestFailure ? error : new RequestFailure(500, 'internal error');
    statusCode = failure.statusCode;
    reply = { status_code: statusCode, error: failure.message, ...failure.members };
    if (failure !== error)
      options.logger.log('error', 'internal_error', { reason: (error as Error | undefined)?.name });
  }
  // An unread rest of the body would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  send(response, 200, reply);
  request.resume();
  const durationMs = Math.round(performance.now() - startedAt);
  options.logger.log(statusCode < 400 ? 'info' : 'warn', 'invocation', {
    action,
    statusCode,
    durationMs,
    runtimeSessionId,
  });
  span.end({ action: action ?? 'none', statusCode, runtimeSessionId });
}

function send(response: ServerResponse, status: number, body: Reply): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

/** A header fit for logs and replies: one value, printable, of bounded length. */
function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value) ? value : undefined;
}
