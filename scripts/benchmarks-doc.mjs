/**
 * Measures everything in docs/benchmarks.md and writes its tables: npm run build && npm run bench [names of benchmarks]
 *
 * Tables stand between `<!-- measured:ID -->` and `<!-- /measured -->`; what is written around them stays. A benchmark that
 * fails leaves its table as it was, and the command ends with an error. Other work on the machine changes the numbers less
 * than one would think, since most are ratios of pairs or CPU time, but use an idle one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { markdown } from '../bench/report.ts';

const BENCHMARKS = {
  'package-size': ['package-size.mjs'],
  load: ['load.mjs', 11],
  synth: ['synth.mjs', 3, 50],
  pack: ['security-pack.mjs', 3],
  'statement-10': ['security-statement.mjs', 7, 10],
  'statement-40': ['security-statement.mjs', 3, 40],
  'session-client': ['session-client.mjs', 21],
  lifecycle: ['lifecycle.ts', 21],
  'turn-overhead': ['turn-overhead.ts', 15],
  starter: ['starter.ts', 9],
  burst: ['burst.ts', 60],
  'local-service': ['local-service.ts', 1000, 16],
  'agent-tools': ['agent-tools.ts', 9],
};
/** One that hangs must not hold the others up. */
const LIMIT_MS = 180_000;

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'docs/benchmarks.md');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. Benchmarks: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}
for (const needed of ['assets/handlers/files.json', 'build/index.js']) {
  if (existsSync(path.join(root, needed))) continue;
  console.error(`${needed} is missing. Run npm run build first.`);
  process.exit(2);
}

const folder = mkdtempSync(path.join(tmpdir(), 'benchmarks-'));
const failed = [];
try {
  for (const [name, [program, ...parameters]] of Object.entries(BENCHMARKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const began = Date.now();
    const file = path.join(folder, `${name}.json`);
    const { status, error } = spawnSync(
      process.execPath,
      ['--import', 'tsx', path.join('bench', program), ...parameters.map(String)],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: LIMIT_MS,
        env: { ...process.env, BENCHMARK_FILE: file },
      },
    );
    try {
      if (!existsSync(file)) throw new Error(error?.message ?? `it ended with ${status} and without a result`);
      // After each, so that what was measured is kept when a later one is interrupted.
      await write(JSON.parse(readFileSync(file, 'utf8')));
      console.log(`${name}: ${Math.round((Date.now() - began) / 1000)} s`);
    } catch (problem) {
      failed.push(name);
      console.error(`${name}: not written: ${problem.message}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. Their tables are those of the last run.`);
  process.exit(1);
}

async function write(tables) {
  let text = readFileSync(page, 'utf8');
  for (const table of tables) {
    const begin = `<!-- measured:${table.id} -->`;
    const start = text.indexOf(begin);
    const end = text.indexOf('<!-- /measured -->', start);
    if (start < 0 || end < 0) throw new Error(`docs/benchmarks.md has no place for ${table.id}`);
    text = `${text.slice(0, start + begin.length)}\n\n${markdown(table)}\n\n${text.slice(end)}`;
  }
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
}
