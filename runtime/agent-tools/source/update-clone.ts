import { constants } from 'node:fs';
import { copyFile, lstat, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../server/refusal';
import { git, GitFailure, type GitOptions } from './git';
import { tooLarge } from './workspace';

interface Update {
  /** The clone in the workspace. */
  readonly place: string;
  /** A repository that no command has touched, with the new commit checked out. */
  readonly from: string;
  readonly commit: string;
  readonly maxBytes: number;
  readonly refs: readonly string[];
}

/** What git says when a checkout would lose changes. */
const IN_THE_WAY =
  /would be overwritten|not uptodate|resolve your current index|untracked working tree|is not up to date/i;

/**
 * Checks out another commit in a clone of the workspace.
 *
 * The repository that no command has touched writes its files: filters, attributes and encodings that commands
 * configured in the clone neither run nor make files larger than what was measured. Conflicting local changes are kept.
 */
export async function updateClone({ place, from, commit, maxBytes, refs }: Update, signal: AbortSignal): Promise<void> {
  const gitDir = path.join(place, '.git');
  const inPlace = [`--git-dir=${gitDir}`, `--work-tree=${place}`];
  const options: GitOptions = { directory: place, signal };
  const shallow = await stat(path.join(from, '.git', 'shallow')).then(
    () => ['--update-shallow'],
    () => [],
  );
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  await git([...inPlace, ...fetch, ...shallow, from, ...refs], { ...options, transport: 'file' });
  const before = (await git([...inPlace, 'rev-parse', '--verify', 'HEAD'], options)).trim();

  // Like git: the process that created this file may change the index, and the file replaces the index when it is
  // complete.
  const lock = path.join(gitDir, 'index.lock');
  try {
    await copyIndex(path.join(gitDir, 'index'), lock, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Refusal(`Another git works in '${path.basename(place)}', or ended without removing .git/index.lock.`);
  }
  try {
    const index = path.join(from, '.git', 'index');
    await copyIndex(lock, index);
    const clean = [`--git-dir=${path.join(from, '.git')}`, `--work-tree=${place}`];
    // The old commit and the changes that commands staged exist only in the clone.
    const borrowing: GitOptions = { ...options, objects: path.join(gitDir, 'objects') };
    const checkout = (target: string) => git([...clean, 'checkout', '--quiet', '--detach', target], borrowing);
    await git([...clean, 'update-ref', '--no-deref', 'HEAD', before], borrowing);
    await checkout(commit).catch((error: unknown) => {
      if (!(error instanceof GitFailure) || !IN_THE_WAY.test(error.output)) throw error;
      throw new Refusal(
        'The new commit is in the clone, but files of the workspace are in the way of its checkout. Commit, move or discard the changes first.',
      );
    });
    if ((await trackedBytes(clean, place, borrowing)) > maxBytes) {
      // Attributes that commands left in the workspace, outside of the commit.
      await checkout(before);
      throw tooLarge(maxBytes);
    }
    await copyIndex(index, lock);
    await rename(lock, path.join(gitDir, 'index'));
  } finally {
    await rm(lock, { force: true });
  }
  await git([...inPlace, 'update-ref', '--no-deref', 'HEAD', commit], options);
}

/**
 * Copies an index with its time. git compares seconds: a file that changed in the second of the index is compared by content,
 * and with a later index it would count as unchanged, and be lost.
 */
export async function copyIndex(from: string, to: string, mode?: number): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to, mode);
  await utimes(to, atime, mtime);
}

/** Bytes of the files of the commit as they are now. Other files of commands don't count. */
async function trackedBytes(repository: readonly string[], place: string, options: GitOptions): Promise<number> {
  const names: string[] = [];
  let rest = '';
  const onOutput = (part: Buffer) => {
    const found = (rest + part.toString('latin1')).split('\0');
    rest = found.pop()!;
    names.push(...found);
  };
  await git([...repository, 'ls-files', '-z', '--cached'], { ...options, onOutput });
  let bytes = 0;
  for (const name of names) {
    // Names are bytes, not text: latin1 keeps each of them.
    const file = Buffer.concat([Buffer.from(`${place}/`), Buffer.from(name, 'latin1')]);
    bytes += (await lstat(file).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
