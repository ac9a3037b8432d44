/**
 * A local server for GitHub's REST API on loopback, for pull requests, their files and their reviews. Sources come from
 * repositories of this machine; reviews and comments are kept in memory.
 *
 * Shapes and statuses: docs.github.com/rest (pulls, pulls/reviews, pulls/comments, apps), API version 2022-11-28.
 */
import { createVerify } from 'node:crypto';
import type { GitRepository } from './git-repository';
import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from './loopback-server';

export interface StoodInPullRequest {
  readonly number: number;
  /** `owner/name` of the base. */
  readonly repository: string;
  /** Names of branches. */
  readonly source: string;
  readonly destination: string;
  readonly title?: string;
  /** Full name of the head's repository; null if the fork was deleted. Default: the base. */
  readonly headRepository?: string | null;
  state?: 'open' | 'closed';
  draft?: boolean;
  /** Default: a person named `developer`. */
  author?: { readonly login: string; readonly type: string };
}

export interface StoodInComment {
  readonly id: number;
  body: string;
  login: string;
  readonly pull: number;
  readonly kind: 'review' | 'comment' | 'note';
  readonly path?: string;
  readonly line?: number;
  readonly commit: string;
}

export interface GitHubApiOptions {
  readonly repositories: Readonly<Record<string, GitRepository>>;
  /** Token of a person, and the person's login. */
  readonly token?: { readonly value: string; readonly login: string };
  /** An app: its tokens are verified with its public key. */
  readonly app?: {
    readonly id: string;
    readonly installationId: string;
    readonly slug: string;
    readonly publicKey: string;
  };
}

interface GitHubFileEntry {
  readonly filename: string;
  readonly status: string;
  readonly previous_filename?: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  readonly patch?: string;
}

interface Body {
  readonly [name: string]: unknown;
  readonly body?: string;
  readonly comments?: readonly { readonly path: string; readonly line: number; readonly body: string }[];
}

const INSTALLATION_TOKEN = 'ghs_installationTokenOfTheStandIn0001';

/** An error response. */
export class GitHubFault extends Error {
  public constructor(
    public readonly status: number,
    public readonly headers: Record<string, string> = {},
    public readonly reason = 'refused',
    public readonly code?: string,
  ) {
    super(String(status));
  }
}

export class GitHubApiStandIn {
  public readonly pullRequests: StoodInPullRequest[] = [];
  public readonly comments: StoodInComment[] = [];
  public readonly calls: string[] = [];
  /** The requested permissions of the newest installation token, and the number of tokens. */
  public readonly exchanges: { repositories: string[]; permissions: object }[] = [];
  public before?: (call: string) => void;
  /** New names of renamed repositories, by the old name. */
  public readonly renamed = new Map<string, string>();
  /** Files whose lines the list omits, as with large files. */
  public readonly withoutPatch = new Set<string>();
  /** Calls that have their effect and whose response ends in the middle, each once. */
  public readonly cut: string[] = [];
  /** Runs when a call has taken effect. */
  public after?: (call: string) => void;

  /** Check runs, oldest first, as they were sent. */
  public readonly checkRuns: Record<string, unknown>[] = [];

  /** Cached, because a comparison starts several programs for every file and is requested many times. */
  private readonly compared = new Map<string, GitHubFileEntry[]>();
  private readonly server = new LoopbackServer((request) => this.serve(request));

  public constructor(private readonly options: GitHubApiOptions) {}

  public static async start(options: GitHubApiOptions): Promise<GitHubApiStandIn> {
    const api = new GitHubApiStandIn(options);
    await api.server.start();
    return api;
  }

  public get url(): string {
    return this.server.url;
  }

  public close(): Promise<void> {
    return this.server.close();
  }

  /** Removes pull requests, comments and all settings of a test. */
  public reset(): void {
    for (const list of [this.comments, this.pullRequests, this.calls, this.exchanges, this.cut, this.checkRuns])
      list.length = 0;
    this.renamed.clear();
    this.withoutPatch.clear();
    Object.assign(this, { before: undefined, after: undefined });
  }

  private serve({ method, url, headers, body }: LoopbackRequest): LoopbackAnswer {
    const call = `${method} ${url.pathname}`;
    this.calls.push(call);
    try {
      const archive = /^\/archives\/([^/]+\/[^/]+)\/(\w+)$/.exec(url.pathname);
      if (archive) return this.archive(archive[1], archive[2], headers.authorization);
      const caller = this.caller(headers.authorization, url.pathname);
      this.before?.(call);
      const answer = this.answer(method, url, caller, headers.accept ?? '', read(body));
      this.after?.(call);
      const cut = this.cut.indexOf(call);
      if (cut === -1) return answer;
      this.cut.splice(cut, 1);
      return { ...answer, cut: true };
    } catch (error) {
      if (!(error instanceof GitHubFault)) throw error;
      return {
        status: error.status,
        headers: error.headers,
        body: { message: error.reason, ...(error.code ? { errors: [{ code: error.code }] } : {}) },
      };
    }
  }

  private answer(method: string, url: URL, caller: string, accept: string, body: Body): LoopbackAnswer {
    const { pathname } = url;
    if (pathname === '/user') return { status: 200, body: { login: caller } };
    if (pathname === '/app') return { status: 200, body: { slug: this.options.app!.slug } };
    if (pathname.startsWith('/app/installations/')) return this.exchange(body);
    const [, repository = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
    const renamed = this.renamed.get(repository);
    if (renamed) return { status: 301, headers: { location: `${this.url}/repos/${renamed}/${rest}${url.search}` } };
    if (!this.options.repositories[repository]) throw new GitHubFault(404);
    const tarball = /^tarball\/(\w+)$/.exec(rest);
    if (tarball) {
      return { status: 302, headers: { location: `${this.url}/archives/${repository}/${tarball[1]}` } };
    }
    const edited = /^pulls\/comments\/(\d+)$/.exec(rest);
    if (edited) return this.edit(method, Number(edited[1]), caller, body);
    const note = /^issues\/(?:comments\/(\d+)|(\d+)\/comments)$/.exec(rest);
    if (note) return this.note(method, url, note[1], note[2], caller, body);
    if (/^(commits\/\w+\/)?check-runs(\/\d+)?$/.test(rest)) return this.checkRun(method, url, rest, caller, body);
    const [, number, list, id] = /^pulls\/(\d+)(?:\/(\w+)(?:\/(\d+))?)?$/.exec(rest) ?? [];
    const pull = this.pullRequests.find((each) => each.number === Number(number) && each.repository === repository);
    if (!pull) throw new GitHubFault(404);
    switch (`${method} ${list ?? ''}`) {
      case 'GET ':
        return accept.includes('diff') ? this.diff(pull) : { status: 200, body: this.pullRequest(pull) };
      case 'GET files':
        return paged(url, this.files(pull));
      case 'GET reviews':
        return paged(url, this.listed(pull, 'review'));
      case 'GET comments':
        return paged(url, this.listed(pull, 'comment'));
      case 'POST reviews':
        return this.review(pull, caller, body);
      case 'POST comments':
        return { status: 201, body: shown(this.comment(pull, caller, body)) };
      case 'PUT reviews':
        return this.updateReview(Number(id), caller, body);
      default:
        throw new GitHubFault(404);
    }
  }

  /** Only apps can create check runs. */
  private checkRun(method: string, url: URL, rest: string, caller: string, body: Body): LoopbackAnswer {
    if (method === 'GET') {
      const [, commit] = rest.split('/');
      const name = url.searchParams.get('check_name');
      const found = this.checkRuns.filter((run) => run['head_sha'] === commit && run['name'] === name);
      return { status: 200, body: { total_count: found.length, check_runs: found } };
    }
    if (!caller.endsWith('[bot]')) throw new GitHubFault(403);
    const given = body as Record<string, unknown>;
    const known = this.checkRuns.find(({ id }) => rest === `check-runs/${String(id)}`);
    if (method === 'PATCH' && known) Object.assign(known, given);
    else if (method === 'POST') this.checkRuns.push({ ...given, id: this.checkRuns.length + 1 });
    else throw new GitHubFault(404);
    return { status: method === 'POST' ? 201 : 200, body: known ?? this.checkRuns.at(-1)! };
  }

  private pullRequest(pull: StoodInPullRequest) {
    const repository = this.options.repositories[pull.repository];
    const { headRepository = pull.repository } = pull;
    return {
      number: pull.number,
      state: pull.state ?? 'open',
      title: pull.title ?? '',
      draft: pull.draft ?? false,
      user: pull.author ?? { login: 'developer', type: 'User' },
      changed_files: this.files(pull).length,
      head: {
        ref: pull.source,
        sha: repository.tip(pull.source),
        repo: headRepository === null ? null : { full_name: headRepository },
      },
      base: { ref: pull.destination, sha: repository.tip(pull.destination), repo: { full_name: pull.repository } },
    };
  }

  private files(pull: StoodInPullRequest) {
    const { repository, before, after } = this.sides(pull);
    const between = `${repository.directory} ${before} ${after}`;
    const files = this.compared.get(between) ?? this.compare(repository, before, after);
    this.compared.set(between, files);
    return files.map((file) => (this.withoutPatch.has(file.filename) ? { ...file, patch: undefined } : file));
  }

  private compare(repository: GitRepository, before: string, after: string): GitHubFileEntry[] {
    return repository.differences(before, after, true).map(({ status, before: old, after: fresh }) => {
      const filename = fresh?.path ?? old!.path;
      const names = [...new Set([old?.path, fresh?.path].filter((name) => name !== undefined))];
      const counts = repository.lineCounts(before, after, ...names);
      const patch = repository.diff(before, after, ...names);
      const hunks = patch.slice(patch.indexOf('\n@@') + 1);
      return {
        filename,
        status: { A: 'added', M: 'modified', D: 'removed', R: 'renamed', T: 'changed' }[status],
        ...(status === 'R' ? { previous_filename: old!.path } : {}),
        additions: counts?.[0] ?? 0,
        deletions: counts?.[1] ?? 0,
        changes: (counts?.[0] ?? 0) + (counts?.[1] ?? 0),
        ...(patch.includes('\n@@') ? { patch: hunks } : {}),
      };
    });
  }

  /** Limits of the difference as text: 20,000 lines, 300 files. */
  private diff(pull: StoodInPullRequest): LoopbackAnswer {
    const { repository, before, after } = this.sides(pull);
    const text = repository.diff(before, after);
    if (text.split('\n').length > 20_000 || this.files(pull).length > 300) throw new GitHubFault(406);
    return { status: 200, headers: { 'content-type': 'application/vnd.github.diff' }, body: text };
  }

  private sides(pull: StoodInPullRequest) {
    const repository = this.options.repositories[pull.repository];
    const after = repository.tip(pull.source)!;
    return { repository, before: repository.mergeBase(pull.destination, pull.source)!, after };
  }

  private review(pull: StoodInPullRequest, caller: string, body: Body): LoopbackAnswer {
    if (body['event'] !== 'COMMENT' || !body.body) throw new GitHubFault(422);
    const commit = String(body['commit_id']);
    const { comments = [] } = body;
    // All or nothing.
    comments.forEach((comment) => this.checkLine(pull, comment));
    const review = this.keep({ kind: 'review', body: body.body, login: caller, pull: pull.number, commit });
    for (const { path, line, body: text } of comments) {
      this.keep({ kind: 'comment', body: text, login: caller, pull: pull.number, commit, path, line });
    }
    return { status: 200, body: shown(review) };
  }

  private comment(pull: StoodInPullRequest, login: string, body: Body): StoodInComment {
    const { path, line, side, commit_id } = body as { path: string; line: number; side: string; commit_id: string };
    if (side !== 'RIGHT') throw new GitHubFault(422);
    this.checkLine(pull, { path, line, body: body.body ?? '' });
    return this.keep({ kind: 'comment', body: body.body!, login, pull: pull.number, commit: commit_id, path, line });
  }

  /** Comments on the pull request as a whole. */
  private note(method: string, url: URL, id: string | undefined, pull: string, login: string, { body }: Body) {
    if (method === 'GET') {
      const notes = this.comments.filter((each) => each.kind === 'note' && each.pull === Number(pull));
      return paged(url, notes.map(shown));
    }
    if (!body || body.length > 65_536) throw new GitHubFault(422);
    if (method === 'POST') {
      return { status: 201, body: shown(this.keep({ kind: 'note', body, login, pull: Number(pull), commit: '' })) };
    }
    const known = this.comments.find((each) => each.kind === 'note' && each.id === Number(id));
    if (!known) throw new GitHubFault(404);
    if (known.login !== login) throw new GitHubFault(403);
    known.body = body;
    return { status: 200, body: shown(known) };
  }

  private edit(method: string, id: number, caller: string, { body }: Body): LoopbackAnswer {
    const comment = this.comments.find((each) => each.kind === 'comment' && each.id === id);
    if (method !== 'PATCH' || !comment) throw new GitHubFault(404);
    if (comment.login !== caller) throw new GitHubFault(403);
    if (!body || body.length > 65_536) throw new GitHubFault(422);
    comment.body = body;
    return { status: 200, body: shown(comment) };
  }

  private updateReview(id: number, caller: string, { body }: Body): LoopbackAnswer {
    const review = this.comments.find((each) => each.kind === 'review' && each.id === id);
    if (!review) throw new GitHubFault(404);
    if (review.login !== caller) throw new GitHubFault(403);
    if (!body || body.length > 65_536) throw new GitHubFault(422);
    review.body = body;
    return { status: 200, body: shown(review) };
  }

  /** A comment is possible only on a line in the diff. */
  private checkLine(
    pull: StoodInPullRequest,
    { path, line, body }: { path: string; line: number; body: string },
  ): void {
    const patch = this.files(pull).find(({ filename }) => filename === path)?.patch ?? '';
    const hunks = [...patch.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)];
    const isShown = hunks.some(([, start, lines = '1']) => line >= +start && line < +start + +lines);
    if (!isShown || body.length > 65_536) throw new GitHubFault(422);
  }

  private keep(comment: Omit<StoodInComment, 'id'>): StoodInComment {
    const kept = { ...comment, id: 1_000 + this.comments.length };
    this.comments.push(kept);
    return kept;
  }

  private listed(pull: StoodInPullRequest, kind: StoodInComment['kind']) {
    return this.comments.filter((each) => each.pull === pull.number && each.kind === kind).map(shown);
  }

  private exchange(body: Body): LoopbackAnswer {
    this.exchanges.push(body as unknown as { repositories: string[]; permissions: object });
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    return { status: 201, body: { token: INSTALLATION_TOKEN, expires_at } };
  }

  /** The real host of downloads is another one, which must not get the token. */
  private archive(repository: string, commit: string, authorization?: string): LoopbackAnswer {
    if (authorization) throw new GitHubFault(400);
    const content = this.options.repositories[repository]?.archive(commit, `${repository.replace('/', '-')}-${commit}`);
    return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: content };
  }

  /** The caller. Only the app's own token can read the app, and it has no other permission. */
  private caller(authorization: string | undefined, path: string): string {
    const { token, app } = this.options;
    const given = authorization?.replace(/^Bearer /, '');
    const ofApp = path === '/app' || path.startsWith(`/app/installations/${app?.installationId}/`);
    if (app && given && ofApp && isSignedBy(given, app)) return app.slug;
    if (!ofApp && token && given === token.value) return token.login;
    if (!ofApp && app && given === INSTALLATION_TOKEN && this.exchanges.length > 0) return `${app.slug}[bot]`;
    throw new GitHubFault(401);
  }
}

function isSignedBy(token: string, { id, publicKey }: { readonly id: string; readonly publicKey: string }): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const decoded = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  if (decoded(header)['alg'] !== 'RS256') return false;
  const { iss, iat, exp } = decoded(claims) as { iss: string; iat: number; exp: number };
  const now = Date.now() / 1000;
  const timely = iat <= now && exp > now && exp - iat <= 660;
  return (
    timely &&
    iss === id &&
    createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')
  );
}

function shown({ id, body, login, kind, path, line }: StoodInComment) {
  const common = { id, body, user: { login } };
  return kind === 'review' ? { ...common, state: 'COMMENTED' } : { ...common, path, line, original_line: line };
}

function paged(url: URL, entries: readonly object[]): LoopbackAnswer {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const page = Number(url.searchParams.get('page') ?? 1);
  return { status: 200, body: entries.slice((page - 1) * size, page * size) };
}

function read(body: Buffer): Body {
  return body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Body);
}
