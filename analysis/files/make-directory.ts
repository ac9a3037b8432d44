import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Creates a directory and those above it that are missing. Node's own `recursive` never returns where a directory is
 * neither found nor can be created, as below `/proc`.
 *
 * @throws Error of the file system, also when there is a file in its place
 */
export function makeDirectory(directory: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let place = path.resolve(directory); !fs.existsSync(place); place = path.dirname(place)) missing.unshift(place);
  for (const place of missing) create(place, mode);
  if (missing.length === 0) create(path.resolve(directory), mode);
}

/** A directory that exists, possibly since a moment ago, is as good as a new one. */
function create(directory: string, mode: number): void {
  try {
    fs.mkdirSync(directory, { mode });
  } catch (error) {
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
