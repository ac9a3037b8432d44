/**
 * Runs tests and prints which share of the lines of lib/, analysis/ and runtime/ they ran; arguments are those of jest.
 *
 * A line counts when a suite ran it from its TypeScript source. The handlers, `bma` and the programs of the image, which suites
 * load from assets/ as they ship or start as processes, don't count: the figures are lower bounds, to compare with each other.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const FOLDERS = ['lib', 'analysis', 'runtime'];
const { roots } = createRequire(path.resolve('package.json'))('./jest.config.js');
const directory = mkdtempSync(path.join(os.tmpdir(), 'coverage-'));
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--coverage',
    // The code that esbuild writes has statements of its own, which no line of the source has.
    `--transform=${JSON.stringify({ '^.+\\.ts$': ['ts-jest', {}] })}`,
    '--coverageReporters=json-summary',
    `--coverageDirectory=${directory}`,
    // Files that no suite loads count, too: jest looks for them below its roots.
    ...[...roots, ...FOLDERS.map((folder) => `<rootDir>/${folder}`)].map((root) => `--roots=${root}`),
    ...FOLDERS.map((folder) => `--collectCoverageFrom=${folder}/**/*.ts`),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);

const summary = JSON.parse(readFileSync(path.join(directory, 'coverage-summary.json'), 'utf8'));
rmSync(directory, { recursive: true });
for (const folder of FOLDERS) {
  const root = path.join(process.cwd(), folder) + path.sep;
  const files = Object.entries(summary).filter(([file]) => file.startsWith(root));
  const [covered, total] = ['covered', 'total'].map((key) => files.reduce((sum, [, { lines }]) => sum + lines[key], 0));
  console.log(
    `${folder.padEnd(10)} ${((100 * covered) / total).toFixed(1)} % of ${total} lines in ${files.length} files`,
  );
}
process.exit(status ?? 1);
