import * as fs from 'fs';
import * as path from 'path';
import type { Resource } from '../model/assembly';

/** A plain name, with a directory at most: nothing outside of the assembly can be read by it. */
const PLAIN = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)?$/;

/** The directory of a Stage in the directory of the app or of another Stage. Assets are in the directory of the app. */
const NESTED_ASSEMBLY = /^assembly-/;

/** A text file in the assembly of a resource, by a name that a template has; undefined where there is none. */
export function assetFile({ stack: { templatePath } }: Resource, name: string): string | undefined {
  if (templatePath === undefined || !PLAIN.test(name)) {
    return undefined;
  }
  return fileFrom(path.resolve(path.dirname(templatePath)), name);
}

function fileFrom(directory: string, name: string): string | undefined {
  const file = path.join(directory, name);
  if (fs.existsSync(file) && fs.statSync(file).isFile()) {
    return fs.readFileSync(file, 'utf8');
  }
  return NESTED_ASSEMBLY.test(path.basename(directory)) ? fileFrom(path.dirname(directory), name) : undefined;
}
