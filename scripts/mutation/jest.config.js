const config = require('../../jest.config');

/** Suites that say most about a folder in the least time; the mutants of the rules meet the whole attack corpus last. */
const SUITES = {
  'analysis/policy': ['test/analysis/policy', 'test/analysis/rules'],
  'analysis/rules': ['test/analysis/rules'],
  'runtime/session-client': ['test/runtime/session-client'],
};
const roots = SUITES[process.env.MUTATED_FOLDER] ?? Object.values(SUITES).flat();
const { testSequencer, ...shared } = config;

/** @type {import('jest').Config} Mutated code does not type-check: ts-jest only compiles. */
module.exports = {
  ...shared,
  rootDir: '../..',
  roots: roots.map((root) => `<rootDir>/${root}`),
  // Seconds each, and what they find is found by the rules' own suites; a bundle is built from files on disk, not from mutants.
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns,
    'rules/(simulator|attacks/.*)\\.test',
    'bundle\\.test\\.ts$',
  ],
  transform: { '^.+\\.ts$': ['ts-jest', { isolatedModules: true, diagnostics: false }] },
};
