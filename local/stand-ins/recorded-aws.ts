/** AWS on loopback: records the requests of real SDK clients, and returns configured responses. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsRequest {
  /** Name of the operation, or `METHOD /path` where the protocol has none. */
  readonly operation: string;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
  /** The body as JSON or as form fields. */
  readonly input: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever an operation takes
}

export interface AwsAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** `nth` counts the requests of the same operation, from 0. */
export type Behaviour = (request: AwsRequest, nth: number) => AwsAnswer;

export class RecordedAws {
  public readonly requests: AwsRequest[] = [];
  private behaviours: Record<string, Behaviour> = {};
  // A connection that waits while the process works on something else stays open: its next request would be lost.
  private readonly server: Server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const request = read(incoming.method!, incoming.url!, incoming.headers as AwsRequest['headers'], body);
      const nth = this.of(request.operation).length;
      this.requests.push(request);
      const behaviour =
        this.behaviourOf(request.operation) ?? (() => failure('UnexpectedOperation', request.operation));
      const answer = behaviour(request, nth);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
    });
  });

  public async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param behaviours by operation; a name that ends in `*` matches every operation with that prefix */
  public answers(behaviours: Record<string, Behaviour>): void {
    this.requests.length = 0;
    this.behaviours = behaviours;
  }

  private behaviourOf(operation: string): Behaviour | undefined {
    const begins = Object.keys(this.behaviours).find(
      (name) => name.endsWith('*') && operation.startsWith(name.slice(0, -1)),
    );
    return this.behaviours[operation] ?? (begins === undefined ? undefined : this.behaviours[begins]);
  }

  public of(operation: string): AwsRequest[] {
    return this.requests.filter((request) => request.operation === operation);
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const failure = (code: string, message = code, status = 400): AwsAnswer => ({
  status,
  body: { __type: code, message },
  headers: { 'x-amzn-errortype': code },
});

/* eslint-disable @typescript-eslint/no-unsafe-assignment -- see AwsRequest.input */
function read(method: string, url: string, headers: AwsRequest['headers'], body: Buffer): AwsRequest {
  const target = headers['x-amz-target'];
  if (target) return { operation: target.split('.')[1], headers, body, input: JSON.parse(body.toString()) };
  if (headers['content-type']?.includes('x-www-form-urlencoded')) {
    const input = Object.fromEntries(new URLSearchParams(body.toString()));
    return { operation: input.Action, headers, body, input };
  }
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const json = method === 'POST' && body.length > 0;
  const input = json ? JSON.parse(body.toString()) : Object.fromEntries(searchParams);
  return { operation: `${method} ${pathname}`, headers, body, input };
}
