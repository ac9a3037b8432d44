/**
 * Runs the property tests (those that import test/fast-check.ts, without the soak tests) with several seeds, and prints which
 * seed failed what. A seed that fails has found a defect: FAST_CHECK_SEED=<seed> repeats it.
 *
 *   npm run test:seeds -- [seeds, default 20] [busy processes next to it, default 0] [first seed, default 1] [suites]
 *
 * The busy processes are started and ended here. Suites are named by parts of their paths; then they needn't have properties:
 * those that depend on clocks find defects on a busy machine only.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [seeds = 20, busy = 0, first = 1] = process.argv.slice(2, 5).map(Number);
const named = process.argv.slice(5);
if (![seeds, busy, first].every(Number.isSafeInteger) || seeds < 1 || busy < 0) {
  console.error('Usage: npm run test:seeds -- [seeds, at least 1] [busy processes] [first seed] [suites]');
  process.exit(2);
}

const suites = readdirSync('test', { recursive: true })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.soak.test.ts'))
  .map((file) => path.join('test', file))
  .filter((file) =>
    named.length > 0
      ? named.some((name) => file.includes(name))
      : /from '[./]+\/fast-check'/.test(readFileSync(file, 'utf8')),
  );
if (suites.length === 0) {
  console.error(`No suite has one of these in its path: ${named.join(', ')}`);
  process.exit(2);
}
const directory = mkdtempSync(path.join(os.tmpdir(), 'seeds-'));
const spinning = Array.from({ length: busy }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
let failed = 0;
try {
  console.log(`${suites.length} suites, ${seeds} seeds, ${busy} busy processes next to them`);
  console.log('seed       tests  failed  seconds');
  for (let seed = first; seed < first + seeds; seed++) {
    const file = path.join(directory, `${seed}.json`);
    const started = Date.now();
    spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${file}`, ...suites], {
      stdio: 'ignore',
      env: { ...process.env, FAST_CHECK_SEED: String(seed) },
    });
    const { numTotalTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(readFileSync(file, 'utf8'));
    const columns = [String(numTotalTests).padStart(5), String(numFailedTests).padStart(6)];
    console.log(
      `${String(seed).padEnd(9)}  ${columns.join('  ')}  ${((Date.now() - started) / 1000).toFixed(0).padStart(7)}`,
    );
    if (numFailedTestSuites > 0) failed += 1;
    for (const { status, message } of testResults) if (status === 'failed') console.log(message);
  }
} finally {
  for (const process of spinning) process.kill();
  rmSync(directory, { recursive: true });
}
console.log(failed === 0 ? `All ${seeds} seeds pass.` : `${failed} of ${seeds} seeds fail.`);
process.exit(failed === 0 ? 0 : 1);
