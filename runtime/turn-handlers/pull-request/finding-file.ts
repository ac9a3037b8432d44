import path from 'node:path';
import type { ChangedFile } from '../../../lib/contracts/review';

/**
 * The file of a finding, with the name that the host uses. Agents write `./src/a.ts`, `b/src/a.ts` as in a diff, or the
 * whole path in their workspace.
 */
export function findingFile(written: string, files: readonly ChangedFile[]): string {
  const names = new Set(files.map(({ file }) => file));
  if (names.has(written)) return written;
  const normal = path.posix.normalize(written.trim().replaceAll('\\', '/')).replace(/^\/+/, '');
  if (names.has(normal)) return normal;
  const withoutSide = normal.replace(/^[ab]\//, '');
  if (names.has(withoutSide)) return withoutSide;
  const ends = [...names].filter((name) => normal.endsWith(`/${name}`)).sort((one, other) => other.length - one.length);
  return ends[0] ?? normal;
}
