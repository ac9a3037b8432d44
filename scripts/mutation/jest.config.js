const config = require('../../jest.config');

/** @type {import('jest').Config} Mutated code does not type-check: ts-jest only compiles. */
module.exports = {
  ...config,
  rootDir: '../..',
  // Stryker extends the environment as a class, and a mutant must not meet what another suite has loaded.
  testEnvironment: 'node',
  runtime: 'jest-runtime',
  testRunner: '<rootDir>/scripts/mutation/jest-circus-suite.js',
  testSequencer: '<rootDir>/scripts/mutation/smallest-first.js',
  // The folder's own suites: what only a distant suite notices counts as not noticed.
  roots: [`<rootDir>/test/${process.env.MUTATED_FOLDER}`],
  // A bundle is built from files on disk, not from mutants.
  testPathIgnorePatterns: [...config.testPathIgnorePatterns, 'bundle\\.test\\.ts$'],
  transform: { '^.+\\.ts$': ['ts-jest', { isolatedModules: true, diagnostics: false }] },
};
