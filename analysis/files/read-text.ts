import * as fs from 'node:fs';

/** How much is read at once. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a text file, a pipe or standard input. A device such as `/dev/zero` has no end, so the size is limited while it
 * is read.
 *
 * @param file its path, or 0 for standard input
 * @param most number of bytes that are accepted
 * @throws Error that says what is wrong, without the path
 */
export function readText(file: string | 0, most: number): string {
  const descriptor = file === 0 ? file : fs.openSync(file, 'r');
  try {
    return textOf(bytesOf(descriptor, most));
  } finally {
    if (file !== 0) fs.closeSync(descriptor);
  }
}

function bytesOf(descriptor: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = fs.readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
    if (read === 0) return Buffer.concat(chunks);
    size += read;
    if (size > most) throw new Error(`it has more than ${most} bytes, and at most ${most} are read`);
    chunks.push(chunk.subarray(0, read));
  }
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("it isn't text in UTF-8", { cause: error });
  }
}
