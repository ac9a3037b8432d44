const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  // Suites that synthesize share the libraries that a worker has loaded.
  testEnvironment: '<rootDir>/test/shared-libraries/environment.js',
  runtime: '<rootDir>/test/shared-libraries/runtime.js',
  // For a test that hangs; a slow, busy machine never meets it. No test sets a limit of its own.
  testTimeout: 600_000,
  // A third of the time of the suites is waiting for processes and timers: four of them keep two processors busy.
  maxWorkers: 2 * availableParallelism(),
  // Looking these up in the sandbox of a suite takes a tenth of the processor time of a synth.
  sandboxInjectedGlobals: [
    'Array',
    'Error',
    'JSON',
    'Number',
    'Object',
    'Promise',
    'Reflect',
    'RegExp',
    'String',
    'Symbol',
  ],
  testSequencer: '<rootDir>/test/longest-first.js',
  roots: ['<rootDir>/test', '<rootDir>/examples', '<rootDir>/bin/bma/blueprint-sample'],
  testMatch: ['**/*.test.ts'],
  // Runs of minutes are `npm run test:soak`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumer/project/', '\\.soak\\.test\\.ts$'],
  transform: { '^.+\\.ts$': '<rootDir>/test/transform-typescript.js' },
  moduleNameMapper: {
    '^cdk-bedrock-managed-agents$': '<rootDir>/lib/index.ts',
    '^cdk-bedrock-managed-agents/operations$': '<rootDir>/lib/operations/index.ts',
    '^cdk-bedrock-managed-agents/blueprints$': '<rootDir>/lib/blueprint/index.ts',
    // As in the bundle of bma.
    '^@aws-cdk/aws-service-spec$': '<rootDir>/analysis/facts/replacements.ts',
  },
  globalSetup: '<rootDir>/test/shared-folder.js',
  globalTeardown: '<rootDir>/test/remove-shared-folder.js',
  setupFiles: ['<rootDir>/test/setup-env.js'],
  setupFilesAfterEnv: ['<rootDir>/test/stack-traces.js', 'aws-cdk-lib/testhelpers/jest-autoclean'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/build', '<rootDir>/dist'],
};
