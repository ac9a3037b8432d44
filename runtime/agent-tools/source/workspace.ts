import { lstat, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../server/refusal';

/** Directories and files of a call. Other files that commands create don't count. */
export const MAX_ENTRIES = 200_000;

/**
 * A new directory of the workspace for the duration of one call. Downloads are written here and moved into place when
 * they are complete, so that a failed call leaves nothing.
 */
export async function inFreshDirectory<T>(workspace: string, work: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(workspace, { recursive: true });
  const directory = await mkdtemp(path.join(await realpath(workspace), '.fetching-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Bytes of the files below a directory, without following links. Refuses as soon as there are more than allowed. */
export async function requireSize(directory: string, maxBytes: number): Promise<number> {
  let bytes = 0;
  let entries = 0;
  const open = [directory];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // What vanishes meanwhile (git renames its temporary files) does not count.
    const found = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of found) {
      const file = path.join(next, entry.name);
      entries += 1;
      if (entry.isDirectory()) open.push(file);
      else bytes += (await lstat(file).catch(() => undefined))?.size ?? 0;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      if (entries > MAX_ENTRIES) throw tooMany();
    }
  }
  return bytes;
}

export const tooLarge = (maxBytes: number) =>
  new Refusal(`This is larger than the ${maxBytes} bytes that one call may bring into the workspace.`);
export const tooMany = () => new Refusal(`This has more than the ${MAX_ENTRIES} files that one call may bring.`);

/**
 * The real path of a location in the workspace. Creates its parents and checks that they are directories, not links.
 */
export async function placeIn(workspace: string, relative: string): Promise<string> {
  const root = await realpath(workspace);
  const place = path.join(root, relative);
  await mkdir(path.dirname(place), { recursive: true });
  if ((await realpath(path.dirname(place))) !== path.dirname(place)) {
    throw new Refusal(
      `'${path.dirname(relative)}' of the workspace goes through a symbolic link. Remove the link first.`,
    );
  }
  return place;
}

/** What exists at a path, without following a link. */
export async function kindOf(place: string): Promise<'nothing' | 'directory' | 'other'> {
  const stats = await lstat(place).catch(() => undefined);
  if (!stats) return 'nothing';
  return stats.isDirectory() ? 'directory' : 'other';
}
