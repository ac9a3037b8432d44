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
  /** How often the first two times are looked at, in milliseconds. */
  readonly checkMs: number;
  /** Connections held at once. */
  readonly max: number;
  /** Invocations that wait or run at once; less than `max`. */
  readonly maxWaiting: number;
}

/**
 * Keeps the number of connections bounded, without ever turning a new one away: `/ping` comes on a new connection and
 * must be answered while others are held open. The oldest connection that has no action running makes room.
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

  /** An action of this connection runs: it is not the one to make room. */
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
