/** The directory that keeps sessions and mounts: created, and used by one service at a time. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../analysis/files/make-directory';
import { OptionError } from './options';

/**
 * Creates the directory and locks it, because two services would overwrite each other's sessions. The lock of a process
 * that was killed doesn't count.
 *
 * @returns unlocks it
 * @throws OptionError when it can't be used
 */
export function claimDataDirectory(directory: string): () => void {
  const lock = path.join(directory, 'lock');
  try {
    makeDirectory(directory, 0o700);
    const owner = ownerOf(lock);
    if (owner !== undefined) {
      throw new Error(`process ${owner} uses it, according to ${lock}`);
    }
    rmSync(lock, { force: true });
    // Fails if another service has locked it since.
    writeFileSync(lock, `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new OptionError(
      `The data directory '${directory}' can't be used: ${(error as Error).message}. Fix: give a directory that can be written and that no other bma-local uses (--data-dir).`,
    );
  }
  return () => rmSync(lock, { force: true });
}

/** Another process that is alive and has the lock. */
function ownerOf(lock: string): number | undefined {
  let owner: number;
  try {
    owner = Number(readFileSync(lock, 'utf8'));
    if (!Number.isInteger(owner) || owner <= 0 || owner === process.pid) return undefined;
    process.kill(owner, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? owner! : undefined;
  }
  return owner;
}
