/**
 * Runs the suites of `analysis/` for each mutant in one Node process. They use nothing of Jest but `describe`, `test`, `each` and
 * `expect`, and Jest's sandbox of each suite takes more time than the tests: a mutant takes seconds here instead of a minute.
 *
 * The modules of the tests and of what is mutated are loaded again for each mutant, so that neither constants nor caches of
 * another mutant remain; those of the library and of CDK are not, nor those that the rules only use: the code that reads
 * templates and compares policies stays compiled.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { expect } from 'expect';
import { bind } from 'jest-each';
import { register } from 'tsx/cjs/api';

/** Modules that are loaded again, by the folder of the tests. Of what is outside of the folder, only the statement uses rules. */
const RELOADED = {
  // The stacks of `test/lib` are synthesized once: constructs import no rule.
  'test/analysis/rules': /^(analysis\/(rules|statement)|test\/analysis)\//,
  'test/analysis/policy': /^(analysis|test)\//,
};
const RULE = /^(ma-[a-z]+\d)\.ts$/;

/** The rules whose code a file is: that of the rule, or what rules import. Without one, it is the code of all. */
function rulesOf(file) {
  const folder = path.dirname(file);
  const importsOf = (each, isLeft = () => false, seen = new Set()) => {
    if (!seen.has(each) && existsSync(each)) {
      seen.add(each);
      const imports = readFileSync(each, 'utf8').matchAll(/^import (?!type\b)[^;]*? from '\.\/([\w-]+)';$/gm);
      for (const [, name] of imports) {
        if (!isLeft(`${name}.ts`)) importsOf(path.join(folder, `${name}.ts`), isLeft, seen);
      }
    }
    return seen;
  };
  // What the check itself uses, whatever the rules are.
  if (importsOf(path.join(folder, 'check.ts'), (name) => RULE.test(name) || name === 'index.ts').has(file)) {
    return [];
  }
  return readdirSync(folder)
    .filter((name) => RULE.test(name) && importsOf(path.join(folder, name)).has(file))
    .map((name) => RULE.exec(name)[1].toUpperCase());
}

/** They have no check of their own: every rule notes what it can't read, and which declarations it uses. */
const OF_EVERY_RULE = ['MA-READ1', 'MA-DECL1'];

/** A test that names rules isn't run for the code of others. */
function isAbout(test, rules) {
  const named = test.match(/\bMA-[A-Z]+\d\b/g);
  return !named || rules.length === 0 || [...rules, ...OF_EVERY_RULE].some((id) => named.includes(id));
}

class InProcessRunner {
  static inject = [commonTokens.options];
  #root = process.cwd();
  #suites = [];
  #reloaded;
  /** Suite and time of each test of the run without a mutant, the quick suites first. */
  #known = new Map();

  constructor({ inProcess: { folder, without } }) {
    this.#reloaded = RELOADED[folder];
    this.#suites = readdirSync(path.join(this.#root, folder), { recursive: true })
      .filter((name) => name.endsWith('.test.ts') && !without.some((each) => name.startsWith(each)))
      .map((name) => `${folder}/${name}`);
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    register();
    this.#require('./test/setup-env.js');
    return Promise.resolve();
  }

  async dryRun({ files = [] }) {
    const shared = this.#shared();
    const rules = files.map(rulesOf);
    const isRun = ({ id }) => rules.length === 0 || rules.some((each) => isAbout(id, each));
    const tests = [];
    this.#forget();
    for (const suite of this.#suites) {
      const start = performance.now();
      const results = [];
      for (const test of this.#load(suite).filter(isRun)) {
        shared.currentTestId = test.id;
        results.push(await run(test));
        shared.currentTestId = undefined;
      }
      this.#known.set(suite, { time: performance.now() - start, ids: results.map(({ id }) => id) });
      tests.push(...results);
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: shared.mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    const shared = this.#shared();
    Object.assign(shared, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit ? 0 : undefined });
    this.#forget();
    const reaching = testFilter && new Set(testFilter);
    const rules = rulesOf(sandboxFileName);
    const isChosen = (id) => (reaching?.has(id) ?? true) && isAbout(id, rules);
    const tests = [];
    try {
      for (const suite of this.#inOrder(isChosen)) {
        for (const test of this.#load(suite)) {
          if (!isChosen(test.id)) continue;
          tests.push(await run(test));
          const limit = determineHitLimitReached(shared.hitCount, shared.hitLimit);
          if (limit) return limit;
          if (tests.at(-1).status === TestStatus.Failed) {
            return toMutantRunResult({ status: DryRunStatus.Complete, tests });
          }
        }
      }
      return toMutantRunResult({ status: DryRunStatus.Complete, tests });
    } finally {
      Object.assign(shared, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    }
  }

  #inOrder(isChosen) {
    const known = [...this.#known].filter(([, { ids }]) => ids.some(isChosen));
    return known.length === 0 ? this.#suites : known.sort(([, a], [, b]) => a.time - b.time).map(([suite]) => suite);
  }

  /** The tests of a suite. One that can't be loaded has one test, which fails. */
  #load(suite) {
    const tests = [];
    const names = [];
    const describe = (name, body) => {
      names.push(name);
      body();
      names.pop();
    };
    const test = (name, body) => {
      const full = [...names, name].join(' ');
      tests.push({ id: `${suite} ${full}`, name: full, fileName: path.join(this.#root, suite), body });
    };
    describe.each = bind(describe);
    test.each = bind(test);
    Object.assign(globalThis, { describe, test, expect, afterAll: () => {} });
    try {
      this.#require(`./${suite}`);
    } catch (error) {
      const [id = suite] = this.#known.get(suite)?.ids ?? [];
      const body = () => {
        throw error;
      };
      return [{ id, name: suite, fileName: path.join(this.#root, suite), body }];
    }
    return tests;
  }

  get #require() {
    return createRequire(path.join(this.#root, 'package.json'));
  }

  #forget() {
    const { cache } = this.#require;
    for (const file of Object.keys(cache)) {
      if (this.#reloaded.test(path.relative(this.#root, file))) delete cache[file];
    }
  }

  /** What the instrumented code reads and writes. */
  #shared() {
    return (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});
  }
}

async function run({ id, name, fileName, body }) {
  const start = performance.now();
  const result = (status, more) => ({ id, name, fileName, status, timeSpentMs: performance.now() - start, ...more });
  try {
    await body();
    return result(TestStatus.Success);
  } catch (error) {
    return result(TestStatus.Failed, { failureMessage: String(error?.stack ?? error) });
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
/** That `inProcess` is an option of this runner. */
export const strykerValidationSchema = { properties: { inProcess: { type: 'object' } } };
