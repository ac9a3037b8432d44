import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GitHubCredentials, type TokenScope } from './github-credentials';
import { gitHubExchange, GitHubError, type GitHubResponse, jsonOf, OversizedAnswerError } from './github-transport';

/** The only address that tokens are sent to. */
const API = 'https://api.github.com';

/** The host to which GitHub redirects downloads of source archives; the address contains a short-lived token. */
const ARCHIVES = 'https://codeload.github.com';

/** Most pages of 100 entries that are read of a list: GitHub lists at most 3,000 files of a pull request. */
const MAX_PAGES = 30;

/** A page of 100 files contains the changed lines of each file, and GitHub truncates them. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** An archive of 100 MiB takes longer than a JSON response. */
const ARCHIVE_TIMEOUT_MS = 120_000;

export { GitHubError, OversizedAnswerError };

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
      throw new Error('BMA_GITHUB_API_URL is for local runs: it must be http to this machine, with a port');
    }
    this.url = url ?? API;
    this.archives = url ?? ARCHIVES;
    this.credentials = new GitHubCredentials(
      secrets,
      secretArn,
      scope,
      async (installationId, appToken, repository, permissions) => {
        const answer = await this.send('POST', `/app/installations/${installationId}/access_tokens`, appToken, {
          body: { repositories: [repository.split('/')[1]], permissions },
        });
        const { token, expires_at } = jsonOf<{ token: string; expires_at: string }>(answer);
        return { token, expiresAt: Date.parse(expires_at) };
      },
      now,
    );
  }

  async get<T>(repository: string, path: string): Promise<T> {
    return jsonOf<T>(await this.request('GET', repository, path));
  }

  /** All entries of a list, page by page, until `enough` returns true. */
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
    return jsonOf<T>(await this.request(method, repository, path, { body }));
  }

  /** @throws OversizedAnswerError */
  async text(repository: string, path: string, accept: string, limit: number): Promise<string> {
    const { body } = await this.request('GET', repository, path, { accept, limit });
    return new TextDecoder().decode(body);
  }

  /**
   * The archive of a commit. GitHub redirects to another host, which must not get the token.
   *
   * @throws OversizedAnswerError
   */
  async archive(repository: string, commit: string, limit: number): Promise<Uint8Array> {
    const answer = await this.request('GET', repository, `/tarball/${commit}`, { expect: 302 });
    const location = answer.headers.get('location') ?? '';
    if (!URL.canParse(location) || new URL(location).origin !== this.archives) {
      throw new Error('GitHub redirected a download to an address that is not its own');
    }
    const { body } = await gitHubExchange({
      method: 'GET',
      url: location,
      headers: { 'user-agent': USER_AGENT },
      limit,
      timeoutMs: ARCHIVE_TIMEOUT_MS,
      what: 'the download of an archive',
    });
    return body;
  }

  /** The author of this function's comments: the owner of the token, or the bot of the app. */
  async ownLogin(repository: string): Promise<string> {
    if (this.login === undefined) {
      const appToken = await this.credentials.appToken();
      const answer = await (appToken === undefined
        ? this.send('GET', '/user', await this.credentials.token(repository))
        : this.send('GET', '/app', appToken));
      const { login, slug } = jsonOf<{ login?: string; slug?: string }>(answer);
      this.login = login ?? `${slug}[bot]`;
    }
    return this.login;
  }

  private async request(
    method: string,
    repository: string,
    path: string,
    options: SendOptions = {},
  ): Promise<GitHubResponse> {
    const token = await this.credentials.token(repository);
    return await this.send(method, `/repos/${repository}${path}`, token, options);
  }

  private async send(
    method: string,
    path: string,
    token: string,
    { body, accept = 'application/vnd.github+json', expect, limit = MAX_JSON_BYTES }: SendOptions = {},
  ): Promise<GitHubResponse> {
    try {
      return await gitHubExchange({
        method,
        url: `${this.url}${path}`,
        headers: {
          accept,
          authorization: `Bearer ${token}`,
          'user-agent': USER_AGENT,
          'x-github-api-version': '2022-11-28',
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        limit,
        ...(expect === undefined ? {} : { expect }),
        what: `${method} ${path.split('?')[0]}`,
      });
    } catch (error) {
      if (error instanceof GitHubError && error.status === 401) this.credentials.forget();
      throw error;
    }
  }
}

interface SendOptions {
  readonly body?: object;
  readonly accept?: string;
  readonly expect?: number;
  readonly limit?: number;
}

const USER_AGENT = 'cdk-bedrock-managed-agents';
