import { fileURLToPath } from 'node:url';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} scripts/mutation/run.mjs adds which code is mutated. */
export default {
  plugins: [
    fileURLToPath(import.meta.resolve('@stryker-mutator/jest-runner')),
    fileURLToPath(new URL('prose.mjs', import.meta.url)),
  ],
  ignorers: ['prose'],
  testRunner: 'jest',
  jest: { configFile: 'scripts/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // For a mutant that only loops.
  timeoutMS: 20_000,
  timeoutFactor: 1.5,
  concurrency: 1,
  ignorePatterns: ['dist', 'build', 'cdk.out*', 'local-run', 'assets.*', 'coverage', 'reports', '**/node_modules'],
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: process.env.MUTATED_REPORT ?? 'reports/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
