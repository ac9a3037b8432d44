/** AWS on loopback: records the requests of real SDK clients, and returns configured responses. */
import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from './loopback-server';

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
  private readonly server = new LoopbackServer((request) => this.answer(request));

  public async start(): Promise<this> {
    await this.server.start();
    return this;
  }

  public get url(): string {
    return this.server.url;
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
    await this.server.close();
  }

  private answer(received: LoopbackRequest): LoopbackAnswer {
    const request = read(received);
    const { operation } = request;
    const nth = this.of(operation).length;
    this.requests.push(request);
    const behaviour = this.behaviourOf(operation) ?? (() => failure('UnexpectedOperation', operation));
    return { status: 200, ...behaviour(request, nth) };
  }
}

export const failure = (code: string, message = code, status = 400): AwsAnswer => ({
  status,
  body: { __type: code, message },
  headers: { 'x-amzn-errortype': code },
});

/* eslint-disable @typescript-eslint/no-unsafe-assignment -- see AwsRequest.input */
function read({ method, url: { pathname, searchParams }, headers: sent, body }: LoopbackRequest): AwsRequest {
  const headers = sent as AwsRequest['headers'];
  const target = headers['x-amz-target'];
  if (target) return { operation: target.split('.')[1], headers, body, input: JSON.parse(body.toString()) };
  if (headers['content-type']?.includes('x-www-form-urlencoded')) {
    const input = Object.fromEntries(new URLSearchParams(body.toString()));
    return { operation: input.Action, headers, body, input };
  }
  const json = method === 'POST' && body.length > 0;
  const input = json ? JSON.parse(body.toString()) : Object.fromEntries(searchParams);
  return { operation: `${method} ${pathname}`, headers, body, input };
}
