const config = require('./jest.config');

/** @type {import('jest').Config} Proofs that take minutes: what and why is in CONTRIBUTING.md. */
module.exports = {
  ...config,
  maxWorkers: '100%',
  testTimeout: 1_800_000,
  testMatch: ['**/*.soak.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumer/project/'],
};
