/** @type {import('jest').Config} Runs that take minutes, one after another. */
const { testSequencer: _, ...config } = require('./jest.config');

module.exports = {
  ...config,
  maxWorkers: 1,
  testTimeout: 1_800_000,
  testMatch: ['**/*.soak.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumer/project/'],
};
