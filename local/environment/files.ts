/** Files of the environment, through the exec server. Paths are absolute paths on its machine. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecConnection } from './exec-connection';

const uri = (file: string): string => pathToFileURL(file).href;

export interface DirectoryEntry {
  readonly fileName: string;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
}

export async function writeFile(connection: ExecConnection, file: string, content: string): Promise<void> {
  await connection.request('fs/createDirectory', { path: uri(path.dirname(file)), recursive: true });
  await connection.request('fs/writeFile', {
    path: uri(file),
    dataBase64: Buffer.from(content, 'utf8').toString('base64'),
  });
}

export async function readFile(connection: ExecConnection, file: string): Promise<string> {
  const { dataBase64 } = (await connection.request('fs/readFile', { path: uri(file) })) as { dataBase64: string };
  return Buffer.from(dataBase64, 'base64').toString('utf8');
}

export async function readDirectory(connection: ExecConnection, directory: string): Promise<DirectoryEntry[]> {
  const { entries } = (await connection.request('fs/readDirectory', { path: uri(directory) })) as {
    entries: DirectoryEntry[];
  };
  return entries;
}
