import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXAMPLES } from '../../examples';
import { type Grant, grantsOf, idleMarks, missingTests } from './coverage';
import { type ExampleRun, runEveryPath, VARIANT_NAMES } from './every-path';
import { type Mutation, mutationsOf, without } from './mutations';
import { COVERAGE_PAGE, coveragePage } from './page';

/*
 * Every permission of the examples is needed, and its absence is noticed. All examples run with every call authorised; the
 * recorded decisions are judged again for each statement that is taken away, and 20 of these are run, too.
 */

const SEED = Number(process.env.PERMISSIONS_SEED ?? 20261128);
const CONFIRMED = 20;

const runs: ExampleRun[] = [];
let grants: Grant[];
let mutations: Mutation[];

beforeAll(async () => {
  for (const { name } of EXAMPLES) runs.push(await runEveryPath(name));
  grants = runs.flatMap(grantsOf);
  mutations = runs.flatMap(mutationsOf);
});

test('nothing that the examples do is denied', () => {
  expect(runs.flatMap(({ policies }) => policies.denials.map(({ decision }) => decision.reason))).toEqual([]);
});

test('every granted action is exercised, performed by AWS, or used on a path that a test takes', () => {
  const unmarked = grants.filter(({ shown }) => shown.how === 'unmarked');
  expect(unmarked.map(({ example, role, action, on }) => `${example}: ${role} ${action} ${on}`)).toEqual([]);
  expect(idleMarks()).toEqual([]);
  expect(missingTests()).toEqual([]);
});

test(`${COVERAGE_PAGE} says so`, () => {
  const page = readFileSync(path.resolve(__dirname, '../..', COVERAGE_PAGE), 'utf8');
  expect(page).toBe(coveragePage(grants, VARIANT_NAMES));
});

test('each statement that is taken away changes a decision, unless AWS alone uses it', () => {
  const count = (noticed: Mutation['noticed']) => mutations.filter((each) => each.noticed === noticed).length;
  console.info(
    `${mutations.length} statements taken away: ${count('recorded decision')} change a recorded decision, ` +
      `${count('denied probe')} let a denied request pass, ${count('probe of another path')} change a request of another ` +
      `path, ${count('granted twice')} are granted twice, ${count(undefined)} are used by AWS alone`,
  );
  const unnoticed = mutations.filter(({ noticed, performed }) => noticed === undefined && !performed);
  expect(unnoticed.map(({ example, where }) => `${example}: ${where}`)).toEqual([]);
});

test(`${CONFIRMED} of them, chosen by a seed, are noticed in real runs`, async () => {
  console.info(`PERMISSIONS_SEED=${SEED}`);
  const candidates = mutations.filter(
    ({ noticed, statement }) => noticed === 'recorded decision' && statement.effect === 'Allow',
  );
  let seed = SEED;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  const unnoticed: string[] = [];
  for (let index = 0; index < CONFIRMED; index++) {
    const [{ example, where, statement, variant }] = candidates.splice(random(candidates.length), 1);
    // A run that can't come to its end was disturbed, too.
    const denied = await runEveryPath(example, without(statement), [variant!]).then(
      ({ policies }) => policies.denials.length,
      () => 1,
    );
    if (denied === 0) unnoticed.push(`${example}: ${where}`);
  }
  expect(unnoticed).toEqual([]);
});
