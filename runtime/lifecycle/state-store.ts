import { open, readFile, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import type { Attachment } from './attachment';
import { makeDirectories } from './directories';
import { parseActivate, parseBody, type RequestDefaults } from './requests';

const FILE = 'state.json';
const FORMAT = 'bma-lifecycle/1';

/** What was found on the persistent mount. */
export type LoadedState =
  | { readonly kind: 'none' }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  | { readonly kind: 'unusable'; readonly reason: string };

/**
 * Keeps the attachment on the persistent mount, so that replacement compute knows what it was.
 *
 * Written whole to a temporary file, flushed, then renamed: a reader sees the old or the new attachment, never half of
 * one. Commands of the agent can write to the mount, so what is read back passes the checks of a request.
 */
export class StateStore {
  constructor(private readonly directory: string) {}

  public async load(defaults: RequestDefaults): Promise<LoadedState> {
    let bytes: Buffer;
    try {
      bytes = await readFile(path.join(this.directory, FILE));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
      return { kind: 'unusable', reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
    }
    try {
      const saved = parseBody(bytes);
      if (saved.format !== FORMAT) return { kind: 'unusable', reason: 'unknown format' };
      return { kind: 'attachment', attachment: parseActivate(saved, defaults) };
    } catch {
      return { kind: 'unusable', reason: 'invalid content' };
    }
  }

  public async save(attachment: Attachment): Promise<void> {
    await makeDirectories(this.directory, 0o700);
    const target = path.join(this.directory, FILE);
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(savedForm(attachment)));
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

  public async clear(): Promise<void> {
    await rm(path.join(this.directory, FILE), { force: true });
    await this.flushDirectory();
  }

  /** Makes the rename itself durable. Not every network file system can flush a directory. */
  private async flushDirectory(): Promise<void> {
    try {
      const directory = await open(this.directory, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    } catch {
      return;
    }
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
