/** An HTTP server of this machine on a free port, with the whole body read before it answers. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Bytes and strings are sent unchanged, everything else as JSON. */
  readonly body?: unknown;
  /** The connection ends before the end of the body. */
  readonly cut?: boolean;
}

export class LoopbackServer {
  private readonly server: Server;

  public constructor(answer: (request: LoopbackRequest) => LoopbackAnswer) {
    // A connection that waits while the process works on something else stays open: its next request would be lost.
    this.server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = 'GET', headers } = incoming;
        const url = new URL(incoming.url ?? '/', this.url);
        const { status, headers: sent, body, cut } = answer({ method, url, headers, body: Buffer.concat(chunks) });
        const bytes = Buffer.isBuffer(body)
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
        const length = cut ? { 'content-length': String(bytes.length) } : {};
        response.writeHead(status, { 'content-type': 'application/json', ...length, ...sent });
        if (cut) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
        else response.end(bytes);
      });
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
