import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeDirectory } from '../../analysis/files/make-directory';
import { CommandError, UsageError } from './command';

/** The template of new blueprints: `bin/bma/blueprint-sample`, copied by the bundler. */
const SAMPLE = { className: 'SampleAgent', name: 'sample-agent' };
const SAMPLE_DIRECTORIES = [path.join(__dirname, 'blueprint'), path.join(__dirname, '../../assets/bma/blueprint')];

export interface NewBlueprint {
  readonly directory: string;
  readonly files: readonly string[];
}

/**
 * Writes all files of a new blueprint to a new directory, or none.
 *
 * @param className name of the class, in PascalCase
 * @param parent where the directory is created
 */
export function newBlueprint(className: string, parent: string): NewBlueprint {
  const sample = readSample();
  requireClassName(className, sample);
  const name = kebabCase(className);
  const directory = path.join(parent, name);
  requireFree(directory);

  let fresh: string | undefined;
  try {
    makeDirectory(parent);
    // Next to the target, so that a rename creates all files at once. It fails if the target was created in the
    // meantime.
    const beside = fs.mkdtempSync(path.join(parent, `.${name}-`));
    fresh = beside;
    const files = [...sample].map(([file, content]) => {
      const own = renamed(file, className, name);
      fs.writeFileSync(path.join(beside, own), renamed(content, className, name));
      return path.join(directory, own);
    });
    fs.chmodSync(beside, 0o777 & ~process.umask());
    fs.renameSync(beside, directory);
    return { directory, files };
  } catch (problem) {
    if (fresh !== undefined) fs.rmSync(fresh, { recursive: true, force: true });
    throw new UsageError(
      `${directory} can't be written: ${(problem as Error).message}. Fix: give another --directory.`,
    );
  }
}

/** `SBOMReporter` is `sbom-reporter`. */
export function kebabCase(className: string): string {
  return className
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

const renamed = (text: string, className: string, name: string): string =>
  text.replaceAll(SAMPLE.className, className).replaceAll(SAMPLE.name, name);

function readSample(): Map<string, string> {
  const directory = SAMPLE_DIRECTORIES.find((candidate) => fs.existsSync(candidate));
  if (directory === undefined) throw new CommandError(2, 'The sample is missing from this package: install it again.');
  const files = fs.readdirSync(directory).sort();
  return new Map(files.map((file) => [file, fs.readFileSync(path.join(directory, file), 'utf8')]));
}

function requireClassName(className: string, sample: ReadonlyMap<string, string>): void {
  if (!/^[A-Z][A-Za-z\d]{1,49}$/.test(className)) {
    throw new UsageError(
      `'${className}' isn't a valid name for a blueprint. Allowed: PascalCase, 2 to 50 letters and digits, such as LicenceAuditor.`,
    );
  }
  const taken = new Set([...sample.values()].flatMap(importedNames));
  if (taken.has(className) || taken.has(`${className}Props`) || className in globalThis) {
    throw new UsageError(
      `A class '${className}' would hide one that it needs. Choose another name, such as ${className}Agent.`,
    );
  }
}

function importedNames(source: string): string[] {
  return [...source.matchAll(/^import (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    (names ?? '')
      .split(',')
      .map((each) => each.replace(/^\s*type /, '').trim())
      .filter((each) => each !== '' && !each.startsWith(SAMPLE.className)),
  );
}

function requireFree(directory: string): void {
  let found: fs.Stats | undefined;
  try {
    found = fs.lstatSync(directory);
  } catch {
    // It doesn't exist. Whether it can be created shows later.
    return;
  }
  const files = found.isDirectory() ? fs.readdirSync(directory) : [];
  if (found.isDirectory() && files.length === 0) return;
  throw new UsageError(
    `${directory} is there already${files.length ? ` (${files.slice(0, 5).join(', ')})` : ''}, and nothing was written. Choose another name, or another --directory.`,
  );
}
