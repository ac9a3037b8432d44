/* Loads the validator of state machine definitions once per worker, not once per suite. */
const { default: Runtime } = require('jest-runtime');

class SharedLibraries extends Runtime {
  requireModule(from, name, ...rest) {
    // Takes and returns JSON, so that it needn't have the global scope of the suite.
    if (name === 'asl-validator') return require('./asl-validator');
    return super.requireModule(from, name, ...rest);
  }
}

module.exports = { __esModule: true, default: SharedLibraries };
