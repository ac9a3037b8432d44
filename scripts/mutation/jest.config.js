const config = require('../../jest.config');

/** The folder's own suites: what only a distant suite notices counts as not noticed. */
const SUITES = {
  'analysis/policy': ['test/analysis/policy'],
  'analysis/rules': ['test/analysis/rules'],
  'runtime/session-client': ['test/runtime/session-client'],
};
const roots = SUITES[process.env.MUTATED_FOLDER] ?? Object.values(SUITES).flat();
/** @type {import('jest').Config} Mutated code does not type-check: ts-jest only compiles. */
module.exports = {
  ...config,
  rootDir: '../..',
  testRunner: '<rootDir>/scripts/mutation/jest-circus-suite.js',
  testSequencer: '<rootDir>/scripts/mutation/smallest-first.js',
  roots: roots.map((root) => `<rootDir>/${root}`),
  // Not about one rule, and slow; a bundle is built from files on disk, not from mutants.
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns,
    'rules/(simulator|attacks/agreement)\\.test',
    'bundle\\.test\\.ts$',
  ],
  transform: { '^.+\\.ts$': ['ts-jest', { isolatedModules: true, diagnostics: false }] },
};
