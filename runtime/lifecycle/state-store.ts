import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import type { Attachment } from './attachment';
import { makeDirectories } from './directories';
import { systemCode } from './failure';
import { parseActivate, parseBody, type RequestDefaults } from './requests';
import { withTimeLimit } from './time-limit';

const FILE = 'state.json';
const FORMAT = 'bma-lifecycle/1';

/** Much larger than any written file; a larger file is from another program. */
const MAX_BYTES = 64 * 1024;

/** The content of the persistent mount. */
export type LoadedState =
  | { readonly kind: 'none' }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  /** `again`: the file system failed, so another attempt can succeed. */
  | { readonly kind: 'unusable'; readonly reason: string; readonly again: boolean };

/**
 * Stores the attachment on the persistent mount, so that replacement compute can continue.
 *
 * It is written to a temporary file, flushed, and renamed: a reader gets the old or the new attachment, never half of
 * one. Commands of the agent can write to the mount, so what is read back passes the checks of a request, and neither
 * links nor devices nor pipes are opened.
 */
export class StateStore {
  /** A write on a mount that hangs: another write would block another thread. */
  private pending?: Promise<void>;

  /** @param limitMs time that one operation may take, in milliseconds. */
  constructor(
    private readonly directory: string,
    private readonly limitMs = 5_000,
  ) {}

  public async load(defaults: RequestDefaults): Promise<LoadedState> {
    let bytes: Buffer | undefined;
    try {
      bytes = await withTimeLimit(this.limitMs, readRegularFile(path.join(this.directory, FILE)));
    } catch (error) {
      const reason = systemCode(error);
      if (reason === 'ENOENT') return { kind: 'none' };
      // A mount that hangs would block a thread with every attempt.
      return { kind: 'unusable', reason, again: reason !== 'ETIMEDOUT' };
    }
    if (bytes === undefined) return { kind: 'unusable', reason: 'not a small regular file', again: false };
    try {
      const saved = parseBody(bytes);
      if (saved.format !== FORMAT) return { kind: 'unusable', reason: 'unknown format', again: false };
      return { kind: 'attachment', attachment: parseActivate(saved, defaults) };
    } catch {
      return { kind: 'unusable', reason: 'invalid content', again: false };
    }
  }

  /** @throws the file system's error; ETIMEDOUT when the mount hangs. The earlier file stays complete. */
  public save(attachment: Attachment): Promise<void> {
    return this.write(() => this.replaceFile(JSON.stringify(savedForm(attachment))));
  }

  /** @throws like `save` */
  public clear(): Promise<void> {
    return this.write(async () => {
      await rm(path.join(this.directory, FILE), { force: true });
      await this.flushDirectory();
    });
  }

  private async write(operation: () => Promise<void>): Promise<void> {
    if (this.pending) throw Object.assign(new Error('an earlier write hangs'), { code: 'ETIMEDOUT' });
    const pending = operation().finally(() => (this.pending = undefined));
    this.pending = pending;
    await withTimeLimit(this.limitMs, pending);
  }

  private async replaceFile(content: string): Promise<void> {
    await makeDirectories(this.directory, 0o700);
    const target = path.join(this.directory, FILE);
    // An unpredictable name, so that nothing is written through a planted link.
    const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await this.flushDirectory();
  }

  /** Makes the rename durable. */
  private async flushDirectory(): Promise<void> {
    try {
      const directory = await open(this.directory, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    } catch {
      // Not every network file system can flush a directory.
    }
  }
}

/** The content of a regular file of bounded size, undefined for anything else. */
async function readRegularFile(name: string): Promise<Buffer | undefined> {
  // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
  const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > MAX_BYTES) return undefined;
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Saved in the shape of the request it came from, so that one parser reads both. */
function savedForm(attachment: Attachment): Record<string, unknown> {
  return {
    format: FORMAT,
    protocol_version: 1,
    environment_id: attachment.environmentId,
    attachment_generation: attachment.generation,
    workspace: { directory: attachment.workspaceDirectory },
    endpoint: attachment.endpoint,
    region: attachment.region,
    service: attachment.service,
  };
}
