import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Registration {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface RpcMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The service's end of one connected exec server. */
export class ExecConnection {
  private nextId = 1;
  private readonly answers = new Map<number, (message: RpcMessage) => void>();
  private readonly seen: RpcMessage[] = [];
  private wake: () => void = () => undefined;

  constructor(
    public readonly headers: IncomingHttpHeaders,
    private readonly socket: WebSocket,
  ) {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as RpcMessage;
      if (message.id !== undefined && message.method === undefined) this.answers.get(message.id)?.(message);
      else this.seen.push(message);
      this.wake();
    });
  }

  public request(method: string, params: unknown): Promise<RpcMessage> {
    const id = this.nextId++;
    const answer = new Promise<RpcMessage>((resolve) => this.answers.set(id, resolve));
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return answer;
  }

  /** Cuts the connection without a close frame. */
  public cut(): void {
    this.socket.terminate();
  }

  public async initialize(): Promise<RpcMessage> {
    const answer = await this.request('initialize', { clientName: 'fake-registry' });
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'initialized', params: {} }));
    return answer;
  }

  public start(processId: string, script: string, directory: string): Promise<RpcMessage> {
    return this.request('process/start', {
      processId,
      argv: ['/bin/sh', '-c', script],
      cwd: `file://${directory}`,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      tty: false,
      pipeStdin: false,
      arg0: null,
    });
  }

  /** Runs a command to its end. */
  public async run(
    processId: string,
    script: string,
    directory: string,
  ): Promise<{ exitCode: unknown; output: string }> {
    const started = await this.start(processId, script, directory);
    if (started.error) throw new Error(started.error.message);
    const exited = await this.notification('process/exited', processId);
    await this.notification('process/closed', processId);
    const output = this.seen
      .filter(({ method, params }) => method === 'process/output' && params?.processId === processId)
      .map(({ params }) => Buffer.from(String(params?.chunk), 'base64').toString('utf8'))
      .join('');
    return { exitCode: exited.params?.exitCode, output };
  }

  public async notification(method: string, processId: string): Promise<RpcMessage> {
    for (;;) {
      const found = this.seen.find((message) => message.method === method && message.params?.processId === processId);
      if (found) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** The environment registry of Managed Agents as far as an exec server sees it: register, then WebSocket. */
export class FakeRegistry {
  public readonly registrations: Registration[] = [];
  /** Targets of the WebSocket handshakes, refused ones included. */
  public readonly handshakes: string[] = [];
  /** HTTP statuses of the next handshakes, in order. */
  public readonly refusals: number[] = [];
  private readonly waiting: ((connection: ExecConnection) => void)[] = [];
  private readonly arrived: ExecConnection[] = [];

  public static async start(): Promise<FakeRegistry> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeRegistry(server);
  }

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
        this.registrations.push({ path, headers: request.headers, body });
        const environmentId = decodeURIComponent(path.split('/').at(-3) ?? '');
        const url = `${this.endpoint.replace('http', 'ws')}/connect/${this.registrations.length}`;
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            environment_id: environmentId,
            transport: 'direct_jsonrpc_v1',
            registration_id: `registration-${this.registrations.length}`,
            url,
          }),
        );
      });
    });
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      this.handshakes.push(request.url ?? '');
      const refused = this.refusals.shift();
      if (refused !== undefined) {
        socket.end(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        const connection = new ExecConnection(request.headers, client);
        const next = this.waiting.shift();
        if (next) next(connection);
        else this.arrived.push(connection);
      });
    });
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next exec server that connects, or one that has already connected. */
  public connection(): Promise<ExecConnection> {
    const ready = this.arrived.shift();
    return ready ? Promise.resolve(ready) : new Promise((resolve) => this.waiting.push(resolve));
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
