/**
 * Jest's runner for mutants. Stryker runs every suite for each mutant; this one leaves out what can't change the result: suites
 * without a test that reaches the mutant, and everything after the first test that fails. Its name tells Stryker what it wraps.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const runWithCircus = require('jest-circus/runner');

/** Names of the tests of each suite, as the first run without a mutant saw them; the process may be a later one. */
const NAMES = 'test-names.json';
/** A result with one test that was left out: Jest takes a suite without any for an error. */
const leftOut = (suite) => ({
  testFilePath: suite,
  testResults: [
    { ancestorTitles: [], failureDetails: [], failureMessages: [], fullName: '', status: 'pending', title: '' },
  ],
  numFailingTests: 0,
  numPassingTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  openHandles: [],
  perfStats: { start: 0, end: 0, runtime: 0, slow: false },
  snapshot: { added: 0, fileDeleted: false, matched: 0, unchecked: 0, uncheckedKeys: [], unmatched: 0, updated: 0 },
  leaks: false,
  skipped: false,
});
/** The mutant that a test has noticed. */
let noticed;

module.exports = async function runSuite(globalConfig, config, environment, runtime, suite, ...rest) {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant === undefined) {
    const result = await runWithCircus(globalConfig, config, environment, runtime, suite, ...rest);
    const names = result.testResults.map(({ fullName }) => fullName);
    writeFileSync(NAMES, JSON.stringify({ ...namesBySuite(), [suite]: names }));
    return result;
  }
  const { testNamePattern } = globalConfig;
  const names = namesBySuite()[suite];
  const isReached = !testNamePattern || !names || names.some((name) => new RegExp(testNamePattern, 'i').test(name));
  if (noticed === mutant || !isReached) {
    return leftOut(suite);
  }
  const { handleTestEvent } = environment;
  environment.handleTestEvent = async (event, state) => {
    if (event.name === 'test_done' && event.test.errors.length > 0) noticed = mutant;
    if (event.name === 'test_start' && noticed === mutant) event.test.mode = 'skip';
    await handleTestEvent?.call(environment, event, state);
  };
  return await runWithCircus(globalConfig, config, environment, runtime, suite, ...rest);
};

function namesBySuite() {
  return existsSync(NAMES) ? JSON.parse(readFileSync(NAMES, 'utf8')) : {};
}
