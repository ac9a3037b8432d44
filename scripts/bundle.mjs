// Bundles everything that runs outside synth into assets/, which ships in the npm package:
// a consumer of the library needs neither Docker nor esbuild to synthesize.
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, bundleTogether } from './bundle-together.mjs';
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages, licenceProblems, noticesOf, sbomOf } from './third-party.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** One row per program: where its source is, where its single file goes, the Node version that will run it. */
const programs = [
  { entry: 'runtime/lifecycle/main.ts', outfile: 'assets/image/lifecycle/server.js', target: 'node20' },
  {
    entry: 'local/main.ts',
    outfile: 'assets/local/bma-local.js',
    target: 'node20',
    // Native helpers that ws uses only when they are installed.
    external: ['bufferutil', 'utf-8-validate'],
    banner: { js: '#!/usr/bin/env node' },
  },
  { entry: 'analysis/index.ts', outfile: 'assets/analysis/index.js', target: 'node20' },
  {
    entry: 'bin/bma.ts',
    outfile: 'assets/bma/bma.js',
    target: 'node20',
    // What cloudformation-diff asks of AWS's resource specification, without its 2.6 MB.
    alias: { '@aws-cdk/aws-service-spec': path.join(root, 'analysis/facts/replacements.ts') },
    banner: { js: '#!/usr/bin/env node' },
  },
];

/** Files that are shipped as they are. */
const copies = [
  { from: 'runtime/image', to: 'assets/image' },
  // The actions of all services: read when the first policy is judged, so not part of a bundle.
  { from: 'analysis/facts/actions.txt', to: 'assets/analysis/actions.txt' },
  { from: 'analysis/facts/actions.LICENSE.txt', to: 'assets/analysis/actions.LICENSE.txt' },
  // What `bma new blueprint` begins with.
  { from: 'bin/bma/blueprint-sample', to: 'assets/bma/blueprint' },
];

// Built beside the target and swapped in at the end: a synth that runs meanwhile never sees half an image directory.
const target = path.join(root, 'assets');
const fresh = path.join(root, `assets.${process.pid}`);
const inFresh = (to) => path.join(fresh, path.relative('assets', to));
for (const { from, to } of copies) {
  if (!existsSync(path.join(root, from))) continue;
  await mkdir(path.dirname(inFresh(to)), { recursive: true });
  await cp(path.join(root, from), inFresh(to), { recursive: true });
}
const bundledPrograms = await Promise.all(
  programs.map(({ entry, outfile, target: node, external = [], banner, alias }) =>
    build({
      absWorkingDir: root,
      entryPoints: [path.join(root, entry)],
      outfile: inFresh(outfile),
      ...BUNDLE_OPTIONS,
      format: 'cjs',
      target: node,
      external,
      banner,
      alias,
    }),
  ),
);
// The Lambda functions. files.json says which files each consists of.
const handlers = path.join(root, 'runtime/turn-handlers');
const bundledHandlers = await bundleTogether(
  root,
  path.join(fresh, 'handlers'),
  await mainsOf(handlers, (name) => name),
  {
    target: 'node24',
    alias: { '@aws-sdk/credential-provider-node': path.join(handlers, 'lambda-credentials.ts') },
  },
);
await writeFile(path.join(fresh, 'handlers/files.json'), `${JSON.stringify(bundledHandlers.files, undefined, 2)}\n`);
// The MCP servers of the agent image.
const tools = path.join(root, 'runtime/agent-tools');
const bundledTools = await bundleTogether(
  root,
  path.join(fresh, 'image/mcp'),
  await mainsOf(tools, (name) => `${name}/server`),
  {
    target: 'node20',
    alias: { '@aws-sdk/credential-provider-node': path.join(tools, 'server/execution-role-credentials.ts') },
  },
);
// What the licences of bundled packages ask for, and the bill of materials.
const packages = bundledPackages(
  root,
  [...bundledPrograms, bundledHandlers, bundledTools].map(({ metafile }) => metafile),
  copies.map(({ from }) => from),
);
const problems = licenceProblems(packages);
if (problems.length > 0) {
  await rm(fresh, { recursive: true, force: true });
  throw new Error(problems.join('\n'));
}
await writeFile(path.join(fresh, 'THIRD-PARTY-NOTICES.txt'), noticesOf(packages));
await writeFile(path.join(fresh, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(root, packages), undefined, 1)}\n`);
await rm(target, { recursive: true, force: true });
await rename(fresh, target);

/** The main.ts of each directory that has one, by the name that its bundle gets. */
async function mainsOf(directory, bundleOf) {
  const names = (await readdir(directory)).filter((name) => existsSync(path.join(directory, name, 'main.ts')));
  return Object.fromEntries(names.map((name) => [bundleOf(name), path.join(directory, name, 'main.ts')]));
}
