import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerFromRepository } from './git-http-backend';

/** The accepted credentials, and the served repositories. */
export interface CodeCommitGitOptions {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Directory of each repository, by its name in CodeCommit. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Otherwise, commits that no branch points to can't be requested. */
  readonly protocolV2?: boolean;
  /** Awaited before a request is answered. */
  readonly before?: () => Promise<void>;
}

/** One request, and its result. */
export interface CodeCommitGitRequest {
  readonly repository: string;
  readonly outcome: 'served' | 'asked for credentials' | 'refused' | 'not found';
}

/** Accepted clock difference, chosen by this server: AWS doesn't document what CodeCommit accepts. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * A local server for git over HTTPS of CodeCommit on loopback: repositories of this machine, read-only, for clients
 * with a valid signature. Set its address for the `source` tool in AWS_ENDPOINT_URL_GIT_CODECOMMIT.
 */
export class CodeCommitGit {
  public static async start(options: CodeCommitGitOptions): Promise<CodeCommitGit> {
    const standIn = new CodeCommitGit(options);
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  public readonly requests: CodeCommitGitRequest[] = [];
  private readonly server: Server = createServer((request, response) => {
    const before = this.options.before?.() ?? Promise.resolve();
    void before.then(() => this.answer(request, response));
  });

  private constructor(private options: CodeCommitGitOptions) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Changes what is accepted and served from now on. */
  public change(options: Partial<CodeCommitGitOptions>): void {
    this.options = { ...this.options, ...options };
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const [, repository, rest] = /^\/v1\/repos\/([\w.-]+)(\/.*)$/.exec(pathname) ?? [];
    const end = (outcome: CodeCommitGitRequest['outcome'], status: number, headers: Record<string, string> = {}) => {
      this.requests.push({ repository: repository ?? '', outcome });
      response.writeHead(status, headers).end();
    };
    if (!repository || !rest) return end('not found', 404);
    const { authorization } = request.headers;
    if (!authorization) return end('asked for credentials', 401, { 'www-authenticate': 'Basic realm="CodeCommit"' });
    if (!this.isSigned(authorization, request.headers.host ?? '', repository)) return end('refused', 403);
    const reads = rest === '/git-upload-pack' || searchParams.get('service') === 'git-upload-pack';
    if (!reads) return end('refused', 403);
    if (!Object.hasOwn(this.options.repositories, repository)) return end('not found', 404);
    this.requests.push({ repository, outcome: 'served' });
    answerFromRepository(request, response, this.options.repositories[repository], rest, this.options.protocolV2);
  }

  /** Form: github.com/aws/git-remote-codecommit. Computed from the known secret, not with code of the tool. */
  private isSigned(authorization: string, host: string, repository: string): boolean {
    const { region, accessKeyId, secretAccessKey, sessionToken } = this.options;
    const [, encoded = ''] = /^Basic (.+)$/i.exec(authorization) ?? [];
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    const username = given.slice(0, given.indexOf(':'));
    const [, time, signature] = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(given.slice(username.length + 1)) ?? [];
    if (username !== accessKeyId + (sessionToken ? `%${sessionToken}` : '') || !time || !signature) return false;
    const [year, month, day, hour, minute, second] = /(....)(..)(..)T(..)(..)(..)/.exec(time)!.slice(1).map(Number);
    if (Math.abs(Date.now() - Date.UTC(year, month - 1, day, hour, minute, second)) > MAX_AGE_MS) return false;

    const date = time.slice(0, 8);
    const canonical = ['GIT', `/v1/repos/${repository}`, '', `host:${host}`, '', 'host', ''].join('\n');
    const hashed = createHash('sha256').update(canonical, 'utf8').digest('hex');
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${date}/${region}/codecommit/aws4_request\n${hashed}`;
    let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
    for (const part of [date, region, 'codecommit', 'aws4_request', toSign]) {
      key = createHmac('sha256', key).update(part).digest();
    }
    return timingSafeEqual(key, Buffer.from(signature, 'hex'));
  }
}
