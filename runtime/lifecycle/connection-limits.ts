import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long and how many connections may be held open. */
export interface ConnectionLimits {
  /** Time for the headers of a request, in milliseconds; also for a connection that sends nothing. */
  readonly headersMs: number;
  /** Time for a whole request, in milliseconds. */
  readonly requestMs: number;
  /** Time between two requests of a connection, in milliseconds. */
  readonly idleMs: number;
  /** Time in which nothing is read or written, in milliseconds: longer than any action takes. */
  readonly silenceMs: number;
  /** How often the first two times are checked, in milliseconds. */
  readonly checkMs: number;
  /** Connections held at once. */
  readonly max: number;
  /** Invocations that wait or run at once; less than `max`. */
  readonly maxWaiting: number;
}

/**
 * Limits the number of connections without refusing a new one: `/ping` uses a new connection and must get a response
 * while others are open. The oldest connection without a running action is closed instead.
 */
export class OpenConnections {
  private readonly open = new Set<Socket>();
  private readonly working = new Set<Socket>();

  constructor(
    server: Server,
    private readonly max: number,
  ) {
    server.on('connection', (socket: Socket) => this.admit(socket));
  }

  public get count(): number {
    return this.open.size;
  }

  /** This connection has a running action, so it isn't closed. */
  public async during<T>(socket: Socket, work: () => Promise<T>): Promise<T> {
    this.working.add(socket);
    try {
      return await work();
    } finally {
      this.working.delete(socket);
    }
  }

  private admit(socket: Socket): void {
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    if (this.open.size <= this.max) return;
    for (const candidate of this.open) {
      if (candidate === socket || this.working.has(candidate)) continue;
      this.open.delete(candidate);
      candidate.destroy();
      return;
    }
  }
}
