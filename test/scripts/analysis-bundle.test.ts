/** `lib/` asks the bundle of the analysis, so what is tested and what is shipped must be the same. */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(__dirname, '../..');
const BUNDLE = path.join(ROOT, 'assets/analysis/index.js');
/**
 * Every synth with an agent loads it. The actions of AWS are in a file of their own, and templates in YAML are read by
 * programs only. The estimate of costs and the drawing are part of it. The limit leaves room for some rules, not for a library.
 */
const LIMIT_BYTES = 720_000;

test('the bundle of the analysis is that of its sources (npm run bundle)', async () => {
  expect(existsSync(BUNDLE)).toBe(true);
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(ROOT, 'analysis/index.ts')],
    outfile: BUNDLE,
    write: false,
    metafile: true,
    // As in scripts/bundle.mjs.
    bundle: true,
    minify: true,
    legalComments: 'linked',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
  });
  const [{ text }] = outputFiles.filter(({ path: file }) => file.endsWith('.js'));
  expect(readFileSync(BUNDLE, 'utf8')).toBe(text);
  expect(text.length).toBeLessThanOrEqual(LIMIT_BYTES);
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((each) => each.path));
  expect(external.filter((name) => !builtinModules.includes(name.replace('node:', '')))).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('node_modules'))).toEqual([]);
});
