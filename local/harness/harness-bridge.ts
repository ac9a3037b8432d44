/** A WebSocket on loopback that connects the harness to the exec server of the environment. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ExecConnection } from '../environment/exec-connection';

/** Ids of the harness and of this service must differ on one connection, so the harness has its own number range. */
const ID_OFFSET = 1_000_000_000;

interface Frame {
  id?: unknown;
  method?: string;
  params?: { processId?: unknown };
}

export class HarnessBridge {
  public readonly url: string;
  private readonly release: () => void;
  /** Processes of the harness that have not ended. */
  private readonly processes = new Set<unknown>();

  private constructor(
    private readonly server: WebSocketServer,
    secret: string,
    private readonly connection: ExecConnection,
  ) {
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`;
    let harness: WebSocket | undefined;
    const { send, release } = connection.takeOver((text) => {
      const frame = JSON.parse(text) as Frame;
      if (typeof frame.id === 'number') {
        if (frame.id < ID_OFFSET) return connection.deliver(text);
        frame.id -= ID_OFFSET;
      }
      if (frame.method === 'process/closed') this.processes.delete(frame.params?.processId);
      harness?.send(JSON.stringify(frame));
    });
    // Without the environment, the harness can't work: it notices that, and its turn ends.
    const forget = connection.onClose(() => harness?.terminate());
    this.release = () => {
      forget();
      release();
    };
    server.on('connection', (socket) => {
      harness = socket;
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8')) as Frame;
        // This connection is already initialized; the exec server would refuse a second initialization.
        if (frame.method === 'initialize')
          return socket.send(JSON.stringify({ id: frame.id, result: connection.info }));
        if (frame.method === 'initialized') return;
        if (frame.method === 'process/start') this.processes.add(frame.params?.processId);
        if (typeof frame.id === 'number') frame.id += ID_OFFSET;
        send(JSON.stringify(frame));
      });
    });
  }

  public static async open(connection: ExecConnection): Promise<HarnessBridge> {
    // Only clients that know the path can connect, because other users of this machine can reach the port.
    const secret = randomBytes(16).toString('hex');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: `/${secret}` });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return new HarnessBridge(server, secret, connection);
  }

  public async close(): Promise<void> {
    this.release();
    // The commands of a stopped harness keep running.
    for (const processId of this.processes) {
      if (this.connection.open)
        await this.connection.request('process/terminate', { processId }).catch(() => undefined);
    }
    for (const client of this.server.clients) client.terminate();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
