import { fileURLToPath } from 'node:url';

const folder = process.env.MUTATED_FOLDER ?? 'analysis/rules';
const isInProcess = folder.startsWith('analysis/');

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} scripts/mutation/run.mjs adds which code is mutated. */
export default {
  plugins: [
    fileURLToPath(import.meta.resolve('@stryker-mutator/jest-runner')),
    fileURLToPath(new URL('survivors.mjs', import.meta.url)),
    fileURLToPath(new URL('prose.mjs', import.meta.url)),
    fileURLToPath(new URL('in-process-runner.mjs', import.meta.url)),
  ],
  ignorers: ['prose'],
  testRunner: isInProcess ? 'in-process' : 'jest',
  // The folder's own suites, with those of `npm run test:soak`. What is left out compares other programs with the rules.
  inProcess: {
    folder: `test/${folder}`,
    without: ['simulator', 'malformed', 'unreadable-values', 'attacks/agreement'],
  },
  // Each mutant loads and judges everything again: with a small nursery, a quarter of the time is garbage collection.
  testRunnerNodeArgs: ['--max-semi-space-size=64'],
  jest: { configFile: 'scripts/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // The run without a mutant, on a busy machine.
  dryRunTimeoutMinutes: 30,
  // For a mutant that only loops.
  timeoutMS: 120_000,
  timeoutFactor: 1.5,
  concurrency: 1,
  ignorePatterns: [
    'dist',
    'build',
    'cdk.out*',
    'local-run',
    'assets.*',
    'coverage',
    'reports',
    '.stryker-tmp',
    '**/node_modules',
  ],
  reporters: ['survivors', 'progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: process.env.MUTATED_REPORT ?? 'reports/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
