/**
 * Bundles programs that share most of their code, such as the AWS SDK: one file per program and one per part that
 * several import. A bundle of its own for each would hold the SDK 28 times, more than the package may weigh.
 * Compared in docs/benchmarks.md: the SDK of Lambda's runtime, one bundle per program, and this.
 */
import { build, transform } from 'esbuild';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sarifValidatorPlugin } from './sarif-validator.mjs';

/** Options of every bundle of the package. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  minify: true,
  legalComments: 'linked',
  platform: 'node',
  // The packages' ES modules, so that esbuild leaves out what is not used: a third of the size.
  mainFields: ['module', 'main'],
  plugins: [sarifValidatorPlugin],
  metafile: true,
  logLevel: 'warning',
};

/**
 * Writes the programs as CommonJS files.
 *
 * @param root directory of the repository.
 * @param directory where the files go.
 * @param entries the source of each program, by its file in the directory without `.js`.
 * @param options `target` and `alias` as esbuild takes them.
 * @returns for each program the files it consists of, its own first, and what esbuild says about the bundle.
 */
export async function bundleTogether(root, directory, entries, options) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: directory,
    chunkNames: 'shared/[hash]',
    ...BUNDLE_OPTIONS,
    // Only ES modules can be split. They become CommonJS below: it starts faster, and a test can load it in a sandbox.
    splitting: true,
    format: 'esm',
    supported: { 'dynamic-import': false },
    write: false,
    ...options,
  });
  for (const file of outputFiles) {
    const code = file.path.endsWith('.js')
      ? (await transform(file.text, { format: 'cjs', platform: 'node', target: options.target, minify: true })).code
      : file.text;
    await mkdir(path.dirname(file.path), { recursive: true });
    await writeFile(file.path, code);
  }
  const filesOf = (name) => imported(path.relative(root, path.join(directory, `${name}.js`)), metafile.outputs);
  const inDirectory = (output) => path.relative(directory, path.join(root, output));
  const files = Object.fromEntries(Object.keys(entries).map((name) => [name, filesOf(name).map(inDirectory)]));
  return { files, metafile };
}

/** An output, first, and what it imports, directly and through others. */
function imported(entry, outputs, found = new Set()) {
  found.add(entry);
  for (const { path: next, external } of outputs[entry].imports) {
    if (!external && !found.has(next)) imported(next, outputs, found);
  }
  return [...found];
}
