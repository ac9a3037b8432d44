/*
 * Loads the libraries below once per worker, not once per suite: a suite that synthesizes spent a sixth of its processor time on
 * loading aws-cdk-lib. They keep nothing that depends on the suite.
 */
const { default: Runtime } = require('jest-runtime');
const { isSynthSuite } = require('./synth-suites');

const SHARED = /\/node_modules\/(aws-cdk-lib|constructs|cdk-nag|@cloud-copilot\/[^/]+)\//;
// Registers a hook of the suite that loads it.
const PER_SUITE = /\/aws-cdk-lib\/testhelpers\//;

class SharedLibraries extends Runtime {
  constructor(...args) {
    super(...args);
    this.inWorkerScope = isSynthSuite(this._testPath);
  }

  requireModule(from, name, options, ...rest) {
    // Takes and returns JSON, so that it needn't have the global scope of the suite.
    if (name === 'asl-validator') return require('./asl-validator');
    if (this.inWorkerScope && name && !options?.isInternalModule && !this._resolver.isCoreModule(name)) {
      const file = this._resolveCjsModule(from, name);
      if (SHARED.test(file) && !PER_SUITE.test(file)) return require(file);
    }
    return super.requireModule(from, name, options, ...rest);
  }

  createScriptFromCode(...args) {
    const script = super.createScriptFromCode(...args);
    return this.inWorkerScope ? { runInContext: (_, options) => script.runInThisContext(options) } : script;
  }
}

module.exports = { __esModule: true, default: SharedLibraries };
