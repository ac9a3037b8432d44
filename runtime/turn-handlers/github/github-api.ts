import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { TransientStepError } from '../turn/failures';
import { GitHubCredentials, type TokenScope } from './github-credentials';

/** The one address that tokens are sent to. */
const API = 'https://api.github.com';

/** Where GitHub sends downloads of source archives to; the address carries a short-lived token of its own. */
const ARCHIVES = 'https://codeload.github.com';

const TIMEOUT_MS = 30_000;

/** Most pages of 100 that a list is followed: GitHub lists at most 3,000 files of a pull request. */
const MAX_PAGES = 30;

/** An answer of GitHub that is no success. Its text stays out: it could quote what was sent. */
export class GitHubError extends Error {
  constructor(
    readonly status: number,
    what: string,
  ) {
    super(`GitHub answered ${what} with HTTP ${status}`);
  }
}

/** More came than may be read. */
export class OversizedAnswerError extends Error {}

export interface GitHubApiOptions {
  readonly secrets: SecretsManagerClient;
  readonly secretArn: string;
  readonly scope: TokenScope;
  /** In local runs and tests: http to this machine. */
  readonly url?: string;
  readonly now?: () => number;
}

/** GitHub's REST API for one repository at a time. Source: docs.github.com/rest, API version 2022-11-28. */
export class GitHubApi {
  private readonly url: string;
  private readonly archives: string;
  private readonly credentials: GitHubCredentials;
  private login?: string;

  constructor({ secrets, secretArn, scope, url, now }: GitHubApiOptions) {
    if (url !== undefined && !/^http:\/\/(127\.0\.0\.1|localhost):\d+$/.test(url)) {
      throw new Error('GITHUB_API_URL is for local runs: it must be http to this machine, with a port');
    }
    this.url = url ?? API;
    this.archives = url ?? ARCHIVES;
    this.credentials = new GitHubCredentials(
      secrets,
      secretArn,
      scope,
      async (installationId, appToken, repository, permissions) => {
        const answer = await this.send('POST', `/app/installations/${installationId}/access_tokens`, appToken, {
          repositories: [repository.split('/')[1]],
          permissions,
        });
        const { token, expires_at } = (await answer.json()) as { token: string; expires_at: string };
        return { token, expiresAt: Date.parse(expires_at) };
      },
      now,
    );
  }

  async get<T>(repository: string, path: string): Promise<T> {
    return (await (await this.request('GET', repository, path)).json()) as T;
  }

  /** All entries of a list, page by page, as far as `enough` lets it. */
  async list<T>(repository: string, path: string, enough: (found: T[]) => boolean = () => false): Promise<T[]> {
    const found: T[] = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const entries = await this.get<T[]>(repository, `${path}?per_page=100&page=${page}`);
      found.push(...entries);
      if (entries.length < 100 || enough(found)) break;
    }
    return found;
  }

  async change<T>(method: 'POST' | 'PUT' | 'PATCH', repository: string, path: string, body: object): Promise<T> {
    return (await (await this.request(method, repository, path, { body })).json()) as T;
  }

  /** @throws OversizedAnswerError */
  async text(repository: string, path: string, accept: string, limit: number): Promise<string> {
    const answer = await this.request('GET', repository, path, { accept });
    return new TextDecoder().decode(await bytesOf(answer, limit));
  }

  /**
   * The archive of a commit. GitHub redirects to another host, which must not see the token.
   *
   * @throws OversizedAnswerError
   */
  async archive(repository: string, commit: string, limit: number): Promise<Uint8Array> {
    const answer = await this.request('GET', repository, `/tarball/${commit}`, { expect: 302 });
    const location = answer.headers.get('location') ?? '';
    if (!URL.canParse(location) || new URL(location).origin !== this.archives) {
      throw new Error('GitHub redirected a download to an address that is not its own');
    }
    const download = await this.fetch(location, { headers: { 'user-agent': USER_AGENT } });
    if (download.status !== 200) throw this.failure('the download of an archive', download);
    return await bytesOf(download, limit);
  }

  /** Who the comments of this function are from: the owner of the token, or the bot of the app. */
  async ownLogin(repository: string): Promise<string> {
    if (this.login === undefined) {
      const appToken = await this.credentials.appToken();
      const answer = await (appToken === undefined
        ? this.send('GET', '/user', await this.credentials.token(repository))
        : this.send('GET', '/app', appToken));
      const { login, slug } = (await answer.json()) as { login?: string; slug?: string };
      this.login = login ?? `${slug}[bot]`;
    }
    return this.login;
  }

  private async request(
    method: string,
    repository: string,
    path: string,
    options: { readonly body?: object; readonly accept?: string; readonly expect?: number } = {},
  ): Promise<Response> {
    const token = await this.credentials.token(repository);
    return await this.send(method, `/repos/${repository}${path}`, token, options.body, options.accept, options.expect);
  }

  private async send(
    method: string,
    path: string,
    token: string,
    body?: object,
    accept = 'application/vnd.github+json',
    expect?: number,
  ): Promise<Response> {
    const answer = await this.fetch(`${this.url}${path}`, {
      method,
      headers: {
        accept,
        authorization: `Bearer ${token}`,
        'user-agent': USER_AGENT,
        'x-github-api-version': '2022-11-28',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (expect === undefined ? answer.ok : answer.status === expect) return answer;
    if (answer.status === 401) this.credentials.forget();
    throw this.failure(`${method} ${path.split('?')[0]}`, answer);
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      // Nothing came back, or not in time.
      throw new TransientStepError(`GitHub: ${(error as Error).name}`);
    }
  }

  /**
   * Primary limits answer 403 or 429 with `x-ratelimit-remaining: 0`, secondary ones with `retry-after` or 429.
   * Source: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
   */
  private failure(what: string, answer: Response): Error {
    const { status, headers } = answer;
    const limited =
      status === 429 ||
      (status === 403 && (headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after')));
    return status >= 500 || limited
      ? new TransientStepError(`GitHub answered ${what} with HTTP ${status}`)
      : new GitHubError(status, what);
  }
}

const USER_AGENT = 'cdk-bedrock-managed-agents';

async function bytesOf(answer: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).byteLength;
      if (length > limit) throw new OversizedAnswerError(`more than ${limit} bytes`);
    }
  } catch (error) {
    if (error instanceof OversizedAnswerError) throw error;
    throw new TransientStepError(`GitHub: ${(error as Error).name}`);
  }
  return Buffer.concat(chunks);
}
