import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { makeDirectories } from './directories';
import { homeDirectories } from './exec-server-command';
import { systemCode } from './failure';
import type { Logger } from './logging';
import { withTimeLimit } from './time-limit';

/**
 * The directory of HOME and CODEX_HOME: the state directory, or a temporary one while the state directory can't be
 * used. Full, read-only or broken session storage must not stop the agent; files in HOME are then lost with the
 * compute.
 */
export class ExecServerHome {
  private temporary?: string;
  /** Set after the storage hangs: every further attempt would block a thread for ever. */
  private hangs = false;

  constructor(
    private readonly stateDirectory: string,
    private readonly logger: Logger,
    private readonly limitMs = 5_000,
  ) {}

  /** @throws the file system's error when the temporary directory cannot be used either. */
  public async prepare(): Promise<string> {
    try {
      if (!this.hangs) {
        await withTimeLimit(this.limitMs, makeHome(this.stateDirectory));
        return this.stateDirectory;
      }
    } catch (error) {
      const reason = systemCode(error);
      this.hangs = reason === 'ETIMEDOUT';
      this.logger.log('warn', 'home_on_temporary_directory', { reason });
    }
    this.temporary ??= await mkdtemp(path.join(tmpdir(), 'bma-home-'));
    await makeHome(this.temporary);
    return this.temporary;
  }

  /** Removes the temporary directory, if there is one. */
  public async close(): Promise<void> {
    if (this.temporary === undefined) return;
    await rm(this.temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function makeHome(parent: string): Promise<void> {
  const { home, codexHome } = homeDirectories(parent);
  for (const directory of [home, codexHome]) {
    await makeDirectories(directory, 0o700);
    await access(directory, constants.W_OK | constants.X_OK);
  }
}
