/** Lines in an unlinked file: memory doesn't grow with a turn, and no file remains when the function ends. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Lambda gives a function 512 MB of temporary storage. */
const MAX_BYTES = 480 * 1024 * 1024;

export class Spool {
  static async open(): Promise<Spool> {
    const directory = await mkdtemp(path.join(tmpdir(), 'turn-'));
    const file = await open(path.join(directory, 'items'), 'w+', 0o600);
    // The file exists until it is closed or the process ends.
    await rm(directory, { recursive: true });
    return new Spool(file);
  }

  readonly #lines: { readonly at: number; readonly bytes: number }[] = [];
  #end = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @returns false if there is no space for the line; earlier lines are kept */
  async add(index: number, line: string): Promise<boolean> {
    const bytes = Buffer.from(line, 'utf8');
    if (this.#end + bytes.length > MAX_BYTES) return false;
    try {
      const { bytesWritten } = await this.file.write(bytes, 0, bytes.length, this.#end);
      if (bytesWritten < bytes.length) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
      throw error;
    }
    this.#lines[index] = { at: this.#end, bytes: bytes.length };
    this.#end += bytes.length;
    return true;
  }

  has(index: number): boolean {
    return this.#lines[index] !== undefined;
  }

  async line(index: number): Promise<Buffer> {
    const line = this.#lines[index];
    if (!line) throw new Error(`The spool has no line ${index}`);
    const bytes = Buffer.alloc(line.bytes);
    await this.file.read(bytes, 0, line.bytes, line.at);
    return bytes;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
