/*
 * The suites that only synthesize and read templates run in the global scope of their worker, instead of a scope of their own:
 * a library that the worker has loaded already (runtime.js) then has the same `Map` and `Error` as they have. What a suite
 * changes in `process` is undone after it; its own modules are loaded anew for each suite, as in every environment of Jest.
 */
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');
const { TestEnvironment } = require('jest-environment-node');
const { ModuleMocker } = require('jest-mock');
const { installCommonGlobals } = require('jest-util');
const { isSynthSuite } = require('./synth-suites');

class WorkerScope {
  customExportConditions = ['node', 'node-addons'];

  constructor({ projectConfig: config }) {
    const { env, exit, exitCode } = process;
    this.before = { env, exit, exitCode };
    this.console = globalThis.console;
    this.global = globalThis;
    installOnce(config);
    process.env = { ...env };
    this.moduleMocker = new ModuleMocker(globalThis);
    const timers = { config, global: globalThis, moduleMocker: this.moduleMocker };
    this.fakeTimers = new LegacyFakeTimers({
      ...timers,
      timerConfig: { idToRef: (id) => id, refToId: (timer) => timer },
    });
    this.fakeTimersModern = new ModernFakeTimers(timers);
  }

  async setup() {}

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    Object.assign(process, this.before);
    globalThis.console = this.console;
    delete globalThis.__coverage__;
  }

  exportConditions() {
    return this.customExportConditions;
  }

  getVmContext() {
    return globalThis;
  }
}

let installed = false;

/** What Jest itself reads from the global scope: it can be defined once, and would replace `process`. */
function installOnce(config) {
  if (installed) return;
  installed = true;
  const { process } = globalThis;
  installCommonGlobals(globalThis, config.globals);
  globalThis.process = process;
}

module.exports = function environmentOf(config, context) {
  return isSynthSuite(context.testPath) ? new WorkerScope(config) : new TestEnvironment(config, context);
};
