/**
 * Bundles the Lambda handlers: one file per function and one per part that several functions share.
 *
 * A bundle of its own for each function would hold the AWS SDK 23 times, which is more than the package may weigh.
 * Compared in docs/benchmarks.md: the SDK of Lambda's runtime, one bundle per function, and this.
 */
import { build, transform } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sarifValidatorPlugin } from './sarif-validator.mjs';

/**
 * Writes `<name>.js` for each directory of runtime/turn-handlers that has a main.ts, the shared parts, and `files.json`,
 * which says for each function which files it consists of.
 */
export async function bundleHandlers(root, directory) {
  const sources = path.join(root, 'runtime/turn-handlers');
  const names = readdirSync(sources).filter((name) => existsSync(path.join(sources, name, 'main.ts')));
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, path.join(sources, name, 'main.ts')])),
    outdir: directory,
    chunkNames: 'shared/[hash]',
    bundle: true,
    minify: true,
    // Only ES modules can be split. They become CommonJS below: it starts faster, and a test can load it in a sandbox.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': path.join(sources, 'lambda-credentials.ts') },
    supported: { 'dynamic-import': false },
    plugins: [sarifValidatorPlugin],
    legalComments: 'linked',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  await mkdir(path.join(directory, 'shared'), { recursive: true });
  for (const file of outputFiles) {
    const code = file.path.endsWith('.js')
      ? (await transform(file.text, { format: 'cjs', platform: 'node', target: 'node24', minify: true })).code
      : file.text;
    await writeFile(file.path, code);
  }
  const files = Object.fromEntries(names.map((name) => [name, filesOf(`${name}.js`, directory, root, metafile)]));
  await writeFile(path.join(directory, 'files.json'), `${JSON.stringify(files, undefined, 2)}\n`);
}

/** An entry, first, and what it imports, directly and through others, relative to the directory. */
function filesOf(entry, directory, root, { outputs }) {
  const found = new Set();
  const add = (output) => {
    if (found.has(output)) return;
    found.add(output);
    for (const { path: imported, external } of outputs[output].imports) if (!external) add(imported);
  };
  add(path.relative(root, path.join(directory, entry)));
  return [...found].map((output) => path.relative(directory, path.join(root, output)));
}
