/**
 * s3rver, with the conditional writes of Amazon S3 in front of it, which it does not know: If-None-Match: * and If-Match
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const S3rver = require('s3rver');

export class FindingsBucket {
  /** Keys and headers of the writes that arrived, refused ones included. */
  public readonly writes: { readonly key: string; readonly headers: IncomingMessage['headers']; status: number }[] = [];
  /** Called once, before a request. It may use the bucket, and return a status instead of the bucket's response. */
  public intervene?: { readonly method: string; readonly ends: string; readonly act: () => Promise<number | void> };

  private readonly etags = new Map<string, string>();
  private behindPort = 0;
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'findings-'));
  private behind: any;
  private readonly server = createServer((incoming, outgoing) => void this.handle(incoming, outgoing));

  public async start(...buckets: string[]): Promise<this> {
    this.behind = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: this.directory,
      configureBuckets: buckets.map((name) => ({ name })),
      allowMismatchedSignatures: true,
    });
    this.behindPort = (await this.behind.run()).port;
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.behind.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const key = decodeURIComponent(new URL(incoming.url!, 'http://s3').pathname);
    const isWrite = incoming.method === 'PUT';
    const { intervene } = this;
    if (intervene && intervene.method === incoming.method && key.endsWith(intervene.ends)) {
      this.intervene = undefined;
      const status = await intervene.act();
      if (status) {
        outgoing.writeHead(status).end();
        return;
      }
    }
    const stored = this.etags.get(key);
    const { 'if-match': wanted, 'if-none-match': none } = incoming.headers;
    if (isWrite && ((none === '*' && stored !== undefined) || (wanted !== undefined && wanted !== stored))) {
      this.writes.push({ key, headers: incoming.headers, status: 412 });
      outgoing.writeHead(412, { 'content-type': 'application/xml' });
      outgoing.end('<Error><Code>PreconditionFailed</Code></Error>');
      return;
    }
    const { headers } = incoming;
    const forwarded = request(
      { host: '127.0.0.1', port: this.behindPort, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        if (isWrite) {
          this.writes.push({ key, headers: incoming.headers, status: answer.statusCode! });
          this.etags.set(key, answer.headers.etag!);
        }
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.end(Buffer.concat(chunks));
  }
}
