import * as fs from 'fs';
import * as path from 'path';
import type { Resource } from '../model/assembly';

/** A plain name, with a directory at most: nothing outside of the assembly can be read by it. */
const PLAIN = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)?$/;

/** A text file in the assembly of a resource, by a name that a template has; undefined where there is none. */
export function assetFile({ stack: { templatePath } }: Resource, name: string): string | undefined {
  if (templatePath === undefined || !PLAIN.test(name)) {
    return undefined;
  }
  const file = path.join(path.dirname(templatePath), name);
  return fs.existsSync(file) && fs.statSync(file).isFile() ? fs.readFileSync(file, 'utf8') : undefined;
}
