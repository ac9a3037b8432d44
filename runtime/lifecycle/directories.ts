import { mkdir, stat } from 'node:fs/promises';
import * as path from 'node:path';

/**
 * Makes a directory and its parents.
 *
 * Not `mkdir` with `recursive`: where a file system refuses a new entry with ENOENT although the parent is there, as
 * /proc does, Node retries for ever (observed with Node 20.20 in the fuzz test) and blocks a thread.
 */
export async function makeDirectories(directory: string, mode = 0o777): Promise<void> {
  if (await isDirectory(directory)) return;
  const parents: string[] = [];
  for (let at = path.resolve(directory); path.dirname(at) !== at; at = path.dirname(at)) parents.unshift(at);
  for (const each of parents) {
    await mkdir(each, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      // EROFS, EACCES and similar errors don't matter if the directory exists.
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
