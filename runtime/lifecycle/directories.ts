import { mkdir, stat } from 'node:fs/promises';
import * as path from 'node:path';

/**
 * Makes a directory and its parents.
 *
 * Not `mkdir` with `recursive`: where a file system refuses a new entry with ENOENT although the parent is there, as
 * /proc does, Node tries again for ever (seen with Node 20.20 and found by the fuzz test) and takes a thread with it.
 */
export async function makeDirectories(directory: string, mode = 0o777): Promise<void> {
  if (await isDirectory(directory)) return;
  const parents: string[] = [];
  for (let at = path.resolve(directory); path.dirname(at) !== at; at = path.dirname(at)) parents.unshift(at);
  for (const each of parents) {
    await mkdir(each, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      // Also EROFS, EACCES and the like are no matter for a directory that exists.
      if (!(await isDirectory(each))) throw error;
    });
  }
}

export async function isDirectory(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
