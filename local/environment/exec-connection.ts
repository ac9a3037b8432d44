/**
 * The service's side of one exec-server connection: JSON-RPC over one WebSocket, one message per text frame.
 * The service is the client. Observed against codex 0.171.0; the `jsonrpc` member is accepted and never sent back.
 */
import type { WebSocket } from 'ws';

/** The exec server disconnected, or didn't respond. */
export class ConnectionLost extends Error {
  public constructor(message = 'The exec server disconnected') {
    super(message);
    this.name = 'ConnectionLost';
  }
}

/** The exec server refused a request. */
export class RpcError extends Error {
  public constructor(
    public readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

export interface Notification {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** Longest wait for a response of the exec server. */
const REQUEST_TIMEOUT_MS = 60_000;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface ExecServerInfo {
  readonly sessionId: string;
  readonly environmentInfo?: {
    readonly cwd?: string;
    readonly executorVersion?: string;
    readonly userHomeDir?: string;
  };
}

export class ExecConnection {
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Set<(notification: Notification) => void>();
  private readonly closeListeners = new Set<() => void>();
  private closed = false;
  /** Raw frames, for a harness that takes over the connection. */
  private tap: ((frame: string) => void) | undefined;
  /** The server information of the exec server. */
  public info: ExecServerInfo | undefined;

  public constructor(
    private readonly socket: WebSocket,
    private readonly options: { readonly delayMs: () => number },
  ) {
    socket.on('message', (data: Buffer) => this.receive(data.toString('utf8')));
    socket.on('close', () => this.lost());
    socket.on('error', () => this.lost());
  }

  public get open(): boolean {
    return !this.closed;
  }

  /** The handshake every connection begins with. */
  public async initialize(): Promise<ExecServerInfo> {
    this.info = (await this.request('initialize', { clientName: 'bma-local' })) as ExecServerInfo;
    this.send({ method: 'initialized', params: {} });
    return this.info;
  }

  public async request(method: string, params: Record<string, unknown>): Promise<unknown> {
    const delay = this.options.delayMs();
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (this.closed) throw new ConnectionLost();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new ConnectionLost(`The exec server did not answer ${method} within ${REQUEST_TIMEOUT_MS} ms`));
      }, REQUEST_TIMEOUT_MS);
      this.pending.set(id, { resolve, reject, timer });
      this.send({ id, method, params });
    });
  }

  public onNotification(listener: (notification: Notification) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public onClose(listener: () => void): () => void {
    if (this.closed) listener();
    else this.closeListeners.add(listener);
    return () => this.closeListeners.delete(listener);
  }

  /** Passes every incoming frame to `listener`, until the returned function is called. */
  public takeOver(listener: (frame: string) => void): { send: (frame: string) => void; release: () => void } {
    this.tap = listener;
    return {
      send: (frame) => {
        if (!this.closed) this.socket.send(frame);
      },
      release: () => (this.tap = undefined),
    };
  }

  public close(): void {
    this.socket.close(1000);
    // A disconnected peer never responds to the close frame.
    setTimeout(() => this.socket.terminate(), 1000).unref();
  }

  /** Closes the connection without a close frame, like a crash. */
  public terminate(): void {
    this.socket.terminate();
    this.lost();
  }

  private send(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  private receive(frame: string): void {
    if (this.tap !== undefined) return this.tap(frame);
    this.deliver(frame);
  }

  /** Reads a frame for this service. */
  public deliver(frame: string): void {
    let message: Incoming;
    try {
      message = JSON.parse(frame) as Incoming;
    } catch {
      return this.terminate();
    }
    if (message.method !== undefined) {
      for (const listener of [...this.listeners]) listener({ method: message.method, params: message.params ?? {} });
      return;
    }
    const pending = this.pending.get(message.id!);
    if (pending === undefined) return;
    this.pending.delete(message.id!);
    clearTimeout(pending.timer);
    if (message.error !== undefined) pending.reject(new RpcError(message.error.code, message.error.message));
    else pending.resolve(message.result);
  }

  private lost(): void {
    if (this.closed) return;
    this.closed = true;
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(new ConnectionLost());
    }
    this.pending.clear();
    for (const listener of [...this.closeListeners]) listener();
  }
}
