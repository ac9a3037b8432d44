import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../server/refusal';

/**
 * The bytes of a regular file inside the workspace. Commands of the agent can change the workspace during the read. The
 * opened file counts, so its path is requested from the kernel after it is open.
 */
export async function readWorkspaceFile(workspace: string, relative: string, maxBytes: number): Promise<Buffer> {
  if (path.isAbsolute(relative) || relative.includes('\0'))
    throw new Refusal('path must be relative to the workspace.');
  const root = await realpath(workspace);
  const file = path.resolve(root, relative);
  if (!file.startsWith(root + path.sep)) throw new Refusal('path leaves the workspace.');
  const handle = await opened(file);
  try {
    // Differs from the path whenever a part of it is a symbolic link, inside the workspace or out of it.
    if ((await readlink(`/proc/self/fd/${handle.fd}`)) !== file) {
      throw new Refusal('path goes through a symbolic link. Publish the file it points to.');
    }
    return await content(handle, maxBytes);
  } finally {
    await handle.close();
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK opening a FIFO would wait for its writer.
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new Refusal('There is no such file in the workspace.');
      case 'ELOOP':
        throw new Refusal('path is a symbolic link. Publish the file it points to.');
      default:
        throw new Refusal('The file cannot be read.');
    }
  }
}

async function content(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw new Refusal('path is not a regular file.');
  if (stats.size > maxBytes) throw new Refusal(`The file has ${stats.size} bytes, at most ${maxBytes} are published.`);
  const buffer = Buffer.alloc(stats.size);
  let read = 0;
  while (read < buffer.length) {
    const { bytesRead } = await handle.read(buffer, read, buffer.length - read, read);
    if (bytesRead === 0) throw new Refusal('The file changed while it was read. Finish writing it first.');
    read += bytesRead;
  }
  return buffer;
}
