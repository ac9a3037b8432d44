/**
 * One address for every service: the signature and the permissions of a request are checked, and only then it is
 * handled, by the store or local server of the service, or by an operation of this process.
 */
import { createServer, type IncomingMessage, request as forward, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KnownKey } from '../auth/principals';
import { SignatureError, verifySignature } from '../auth/sigv4';
import { RESOURCE_IN_ANSWER } from './account-memory';
import { AccessDenied, AwsError, denialOf, errorAnswer, type Fields, HangUp } from './aws-error';
import { type AwsRequest, type Protocol, readAwsRequest } from './aws-request';
import { checkLimits } from './limits';
import type { Caller, Permissions } from './permissions';

/** Handles one operation; throws AwsError to refuse it. */
export type Operation = (input: Fields) => unknown;

export interface FrontOptions {
  readonly region: string;
  readonly findKey: (accessKeyId: string) => KnownKey | undefined;
  readonly permissions: Permissions;
  /** By `x-amz-target`, or by the name of the operation for services without. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** Called with every request that was allowed and succeeded, before its response is sent. */
  readonly onAnswered: (request: AwsRequest, caller: Caller) => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const MAX_SKEW_MS = 5 * 60_000;
const GIT = 'GIT_CODECOMMIT';

export class Front {
  public static async start(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  private readonly upstreams = new Map<string, string>();
  // A connection that waits while the process works on something else stays open: its next request would be lost.
  private readonly server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => void this.serve(request, Buffer.concat(chunks), response));
  });

  private constructor(private readonly options: FrontOptions) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Uses another server for a service, instead of the operations of this process. */
  public upstream(endpoint: string, url: string): void {
    this.upstreams.set(endpoint, url);
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    // Until the request is read, its error has the format of most protocols.
    let protocol: Protocol = request.url?.startsWith('/v1/repos/') ? 'git' : 'rest-json';
    try {
      const answer = await (protocol === 'git'
        ? this.git(request, body)
        : this.answer(request, body, (read) => (protocol = read)));
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } catch (error) {
      if (error instanceof HangUp) return void request.socket.destroy();
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', (error as Error).message, 500);
      const { status, headers, body: text } = errorAnswer(known, protocol);
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : text);
    }
  }

  private async answer(request: IncomingMessage, body: Buffer, told: (protocol: Protocol) => void): Promise<Answer> {
    const service = scopeOf(request.headers.authorization);
    if (service === 's3') told('s3');
    const caller = this.signer(request, body, service);
    const read = readAwsRequest(service, request, body);
    told(read.protocol);
    checkLimits(read.name, read.input);
    const { permissions, operations, onAnswered } = this.options;
    const { memory } = permissions;
    const authorize = () => this.authorize(service, read, caller);
    // The response of some operations contains the resource of the permission.
    const asked = RESOURCE_IN_ANSWER.has(read.name) ? await this.forwarded(read, request, body) : undefined;
    if (asked === undefined || asked.status < 300) {
      if (asked !== undefined) memory.learn(read.name, read.input, JSON.parse(asked.body.toString('utf8')));
      authorize();
    }
    const upstream = this.upstreams.get(read.endpoint);
    const operation = operations.get(read.target ?? read.name);
    if (upstream === undefined && operation === undefined) {
      throw new AwsError('UnknownOperationException', `${read.name} is not served here`);
    }
    const answer =
      asked ??
      (upstream === undefined ? local(await operation!(read.input)) : await this.forwarded(read, request, body));
    if (answer.status < 300) {
      if (memory.learnsFrom(read.name)) memory.learn(read.name, read.input, JSON.parse(answer.body.toString('utf8')));
      await onAnswered(read, caller);
    }
    return this.withoutHint(read, caller, answer);
  }

  private authorize(service: string, { name, input }: AwsRequest, caller: Caller): void {
    try {
      this.options.permissions.authorize(caller, name, input);
    } catch (error) {
      throw error instanceof AccessDenied ? denialOf(service, error) : error;
    }
  }

  /**
   * Without `s3:ListBucket`, Amazon S3 doesn't reveal that an object doesn't exist. Source: the permissions section of
   * docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
   */
  private withoutHint({ name, input }: AwsRequest, caller: Caller, answer: Answer): Answer {
    if (answer.status !== 404 || (name !== 's3:GetObject' && name !== 's3:HeadObject')) return answer;
    const { permissions } = this.options;
    const bucket = `arn:${permissions.place.partition}:s3:::${String(input.Bucket)}`;
    if (permissions.has(caller, 's3:ListBucket', bucket)) return answer;
    const { status, headers, body } = errorAnswer(new AwsError('AccessDenied', 'Access Denied', 403), 's3');
    return { status, headers, body: Buffer.from(name === 's3:HeadObject' ? '' : body) };
  }

  private signer(request: IncomingMessage, body: Buffer, service: string): Caller {
    try {
      const key = verifySignature(
        { method: request.method ?? 'GET', target: request.url ?? '/', rawHeaders: request.rawHeaders, body },
        {
          region: this.options.region,
          service,
          now: Date.now(),
          maxSkewMs: MAX_SKEW_MS,
          findKey: this.options.findKey,
        },
      );
      return callerOf(key);
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      throw new AwsError(error.code, error.message, 403);
    }
  }

  /**
   * Git over HTTPS: the local server checks the signature, which has another format; the user name identifies the key.
   * Form: github.com/aws/git-remote-codecommit
   */
  private async git(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const [, encoded = ''] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const [user] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const key = this.options.findKey(user.split('%')[0]);
    const [, repositoryName] = /^\/v1\/repos\/([\w.-]+)/.exec(request.url ?? '') ?? [];
    const read = { endpoint: GIT, name: 'codecommit:GitPull', input: { repositoryName } };
    // Without credentials, the local server requests them.
    if (key !== undefined) this.authorize('codecommit', { ...read, protocol: 'git' }, callerOf(key));
    return await this.forwarded(read, request, body);
  }

  private forwarded({ endpoint, name }: Pick<AwsRequest, 'endpoint' | 'name'>, request: IncomingMessage, body: Buffer) {
    const target = this.upstreams.get(endpoint);
    if (target === undefined) throw new AwsError('UnknownOperationException', `${name} is not served here`);
    const { hostname, port } = new URL(target);
    return new Promise<Answer>((resolve, reject) => {
      // The headers are unchanged, because the signature covers the host name.
      const outgoing = forward(
        { hostname, port, method: request.method, path: request.url, headers: request.headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', () => reject(new HangUp()));
          answer.on('aborted', () => reject(new HangUp()));
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 500, headers: headersOf(answer), body: Buffer.concat(chunks) }),
          );
        },
      );
      // The server stopped or closed the connection, so this one closes it, too.
      outgoing.on('error', () => reject(new HangUp()));
      outgoing.end(body);
    });
  }
}

/** The service of the credential scope. */
function scopeOf(authorization: string | undefined): string {
  return /Credential=[^/]*\/[^/]*\/[^/]*\/([^/]*)\//.exec(authorization ?? '')?.[1] ?? '';
}

const callerOf = ({ principalArn, sourceFunctionArn }: KnownKey): Caller => ({
  arn: principalArn,
  context: sourceFunctionArn === undefined ? {} : { 'lambda:SourceFunctionArn': sourceFunctionArn },
});

/** The response of an operation of this process: a string is XML, for the query protocol. */
const local = (answer: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': typeof answer === 'string' ? 'text/xml' : 'application/x-amz-json-1.0' },
  body: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {})),
});

/** Headers about the connection to the other server. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function headersOf(answer: IncomingMessage): Answer['headers'] {
  return Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !OF_THE_CONNECTION.has(name)));
}
