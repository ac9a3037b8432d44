import { createHash } from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { IgnoreMode } from 'aws-cdk-lib/core';

/** Bundled at build time: `<name>.js` and parts that several functions share. Same depth from lib/ and build/. */
const HANDLERS = path.join(__dirname, '..', '..', 'assets', 'handlers');

/** The files of a function, by its name. */
let filesByName: { [name: string]: string[] } | undefined;

/** Code of a function that ships with this library. */
export interface HandlerCode {
  readonly code: Code;
  /** File and export, in the format of Lambda. */
  readonly handler: string;
}

/**
 * The code of the function with this name, without other functions.
 *
 * @param more files to publish with the code, by name: content that is too large for a template
 */
export function handlerCode(name: string, more: { [file: string]: string } = {}): HandlerCode {
  if (Object.keys(more).length > 0) {
    const assetHash = createHash('sha256').update(handlerHash(name)).update(JSON.stringify(more)).digest('hex');
    const directory = copies.get(assetHash) ?? copyWith(name, more);
    copies.set(assetHash, directory);
    return { code: Code.fromAsset(directory, { assetHash }), handler: handlerName(name) };
  }
  const files = handlerFiles(name);
  return {
    code: Code.fromAsset(HANDLERS, {
      exclude: ['*', '!shared', ...files.map((file) => `!${file}`)],
      // Globs would be compiled again for each file, which takes half of an agent's synthesis time.
      ignoreMode: IgnoreMode.GIT,
    }),
    handler: handlerName(name),
  };
}

/** The handler in the file with this name. */
export function handlerName(name: string): string {
  return `${name}.handler`;
}

/**
 * Directories that are read until the app has been synthesized, and the directories with files of one function, by
 * their hash.
 */
const temporary: string[] = [];
const copies = new Map<string, string>();

function copyWith(name: string, more: { [file: string]: string }): string {
  const directory = copyHandler(name);
  for (const [file, content] of Object.entries(more)) fs.writeFileSync(path.join(directory, file), content);
  return directory;
}

/** Copies the files of a function to a separate directory, which is removed when the process ends. */
export function copyHandler(name: string): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  if (temporary.length === 0) {
    process.once('exit', () => temporary.forEach((each) => fs.rmSync(each, { recursive: true, force: true })));
  }
  temporary.push(directory);
  for (const file of handlerFiles(name)) fs.cpSync(path.join(HANDLERS, file), path.join(directory, file));
  return directory;
}

/** Hash of the names and the content of the files of a function. */
export function handlerHash(name: string): string {
  const known = hashes.get(name);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const file of handlerFiles(name)) {
    const content = fs.readFileSync(path.join(HANDLERS, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  const digest = hash.digest('hex');
  hashes.set(name, digest);
  return digest;
}

const hashes = new Map<string, string>();

function handlerFiles(name: string): string[] {
  filesByName ??= JSON.parse(fs.readFileSync(path.join(HANDLERS, 'files.json'), 'utf8')) as typeof filesByName;
  return filesByName![name];
}
