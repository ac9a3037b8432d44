/** A repository of this machine, read with git itself: used by the local servers for CodeCommit and GitHub. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** One changed file, from `git diff --raw`. */
export interface RawDifference {
  readonly status: 'A' | 'M' | 'D' | 'R' | 'T';
  readonly before?: { readonly mode: string; readonly blob: string; readonly path: string };
  readonly after?: { readonly mode: string; readonly blob: string; readonly path: string };
}

const NO_BLOB = /^0+$/;
const HASH = /^[0-9a-f]{40}$/;

/**
 * No configuration of the person who runs it: signatures, hooks and templates would change what is served. Always the same
 * person at the same time, so that the same contents have the same hashes everywhere, and recorded events can name them.
 */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_DATE: '2026-11-23T10:00:00Z',
  GIT_COMMITTER_DATE: '2026-11-23T10:00:00Z',
  GIT_AUTHOR_NAME: 'Local run',
  GIT_AUTHOR_EMAIL: 'local@example.com',
  GIT_COMMITTER_NAME: 'Local run',
  GIT_COMMITTER_EMAIL: 'local@example.com',
};

export class GitRepository {
  /** A new, empty repository in a temporary directory. */
  public static create(): GitRepository {
    const repository = new GitRepository(mkdtempSync(path.join(tmpdir(), 'repository-')));
    repository.git('init', '--quiet', '--initial-branch', 'main', '--template=');
    return repository;
  }

  /**
   * @param directory holds the repository
   * @param cache of git's output about commits and blobs, by command; a repository and its copies share it, because the
   * object of a hash never changes
   */
  public constructor(
    public readonly directory: string,
    private readonly answers = new Map<string, Buffer>(),
  ) {}

  /** The same repository in another temporary directory. */
  public copy(): GitRepository {
    const directory = mkdtempSync(path.join(tmpdir(), 'repository-'));
    cpSync(this.directory, directory, { recursive: true });
    return new GitRepository(directory, this.answers);
  }

  /**
   * Commits files on a branch, which begins at `main` when there is none of that name.
   *
   * @param files contents by name; `undefined` removes the file
   * @returns hash of the commit
   */
  public commit(branch: string, files: Readonly<Record<string, string | Buffer | undefined>>, message: string): string {
    if (this.tip(branch) === undefined && this.tip('main') !== undefined) {
      this.git('checkout', '--quiet', '-b', branch, 'main');
    } else if (this.tip('main') !== undefined) {
      this.git('checkout', '--quiet', branch);
    }
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (content === undefined) rmSync(file);
      else writeFileSync(file, content);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.tip(branch)!;
  }

  /** Hash that a branch, or anything else that git can name, points to. */
  public tip(name: string): string | undefined {
    const branch = path.join(this.directory, '.git', 'refs', 'heads', name);
    if (existsSync(branch)) return readFileSync(branch, 'utf8').trim();
    try {
      return this.git('rev-parse', '--verify', '--quiet', `${name}^{commit}`).toString().trim();
    } catch {
      return undefined;
    }
  }

  public mergeBase(one: string, other: string): string | undefined {
    const [first, second] = [one, other].map((name) => (HASH.test(name) ? name : this.tip(name)));
    if (first === undefined || second === undefined) return undefined;
    try {
      return this.once(['merge-base', first, second], first, second).toString().trim();
    } catch {
      return undefined;
    }
  }

  public differences(before: string, after: string, renames = false): RawDifference[] {
    const asked = ['diff', '--raw', '-z', '--no-abbrev', renames ? '-M' : '--no-renames', before, after];
    const fields = this.once(asked, before, after).toString().split('\0');
    const found: RawDifference[] = [];
    for (let at = 0; fields[at]?.startsWith(':');) {
      const [beforeMode, afterMode, beforeBlob, afterBlob, status] = fields[at].slice(1).split(' ');
      const [oldPath, newPath] = [fields[at + 1], status.startsWith('R') ? fields[at + 2] : fields[at + 1]];
      found.push({
        status: status.slice(0, 1) as RawDifference['status'],
        ...(NO_BLOB.test(beforeBlob) ? {} : { before: { mode: beforeMode, blob: beforeBlob, path: oldPath } }),
        ...(NO_BLOB.test(afterBlob) ? {} : { after: { mode: afterMode, blob: afterBlob, path: newPath } }),
      });
      at += status.startsWith('R') ? 3 : 2;
    }
    return found;
  }

  public blob(id: string): Buffer | undefined {
    try {
      return this.once(['cat-file', 'blob', id], id);
    } catch {
      return undefined;
    }
  }

  /** The difference as text, of all files or of one. */
  public diff(before: string, after: string, ...files: string[]): string {
    return this.once(['diff', '-M', before, after, '--', ...files], before, after).toString();
  }

  /** Added and removed lines of one file; undefined if git treats it as binary. */
  public lineCounts(before: string, after: string, ...files: string[]): [number, number] | undefined {
    const [added, removed] = this.once(['diff', '-M', '--numstat', before, after, '--', ...files], before, after)
      .toString()
      .split(/\s/);
    return added === '-' ? undefined : [Number(added ?? 0), Number(removed ?? 0)];
  }

  /** Gzipped tar file of a commit, below one directory, as GitHub makes it. */
  public archive(commit: string, prefix: string): Buffer {
    return this.once(['archive', '--format=tar.gz', `--prefix=${prefix}/`, commit], commit);
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Calls git, or returns the cached output if all objects are identified by their hash. */
  private once(args: readonly string[], ...named: readonly string[]): Buffer {
    const key = args.join('\0');
    const answer = this.answers.get(key) ?? this.git(...args);
    if (named.every((name) => HASH.test(name))) this.answers.set(key, answer);
    return answer;
  }

  private git(...args: string[]): Buffer {
    return execFileSync('git', args, {
      cwd: this.directory,
      env: ENVIRONMENT,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }
}
