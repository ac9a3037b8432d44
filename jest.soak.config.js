const { readdirSync, readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const config = require('./jest.config');

// test/fast-check.ts reads it in each worker.
process.env.EVERY_RUN = 'true';
const properties = readdirSync(path.join(__dirname, 'test'), { recursive: true })
  .map((file) => path.join(__dirname, 'test', file))
  .filter(
    (file) =>
      file.endsWith('.test.ts') && /import .*\bruns\b.* from '[./]+\/fast-check'/.test(readFileSync(file, 'utf8')),
  );

/** @type {import('jest').Config} Proofs that take minutes: what and why is in CONTRIBUTING.md. */
module.exports = {
  ...config,
  // The longest suites wait for processes and timers, too, but their faults by the clock need a machine that isn't overloaded.
  maxWorkers: 1 + availableParallelism(),
  testTimeout: 1_800_000,
  testMatch: ['**/*.soak.test.ts', ...properties],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumer/project/'],
};
