import fc, { runs } from '../../fast-check';
import { DecisionDiagrams } from '../../../analysis/model/decision-diagram';
import { FALSE, type Guard, TRUE, UNDECIDED } from '../../../analysis/model/guard';

type Expression = { is: [number, string] } | { not: Expression } | { and: Expression[] } | { or: Expression[] };

/** The first parameter can be anything; the second has three allowed values. */
const DOMAINS = [undefined, ['a', 'b', 'c'], undefined];
const WORLDS = ['a', 'b', 'other'].flatMap((one) =>
  ['a', 'b', 'c'].flatMap((two) => ['a', 'b', 'other'].map((three) => [one, two, three])),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.record({ is: fc.tuple(fc.nat(2), fc.constantFrom('a', 'b')) }),
    fc.record({ not: tie('expression') }),
    fc.record({ and: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }) }),
  ),
}));

const OPTIONS = runs(2_000);

function guardOf(diagrams: DecisionDiagrams, given: Expression): Guard {
  if ('is' in given) {
    const [parameter, value] = given.is;
    return diagrams.is(diagrams.variable(`P${parameter}`, undefined, DOMAINS[parameter]), value);
  }
  if ('not' in given) {
    return guardOf(diagrams, given.not).not();
  }
  return 'and' in given
    ? given.and.map((each) => guardOf(diagrams, each)).reduce((all, each) => all.and(each), TRUE)
    : given.or.map((each) => guardOf(diagrams, each)).reduce((any, each) => any.or(each), FALSE);
}

function holds(given: Expression, world: readonly string[]): boolean {
  return 'is' in given
    ? world[given.is[0]] === given.is[1]
    : 'not' in given
      ? !holds(given.not, world)
      : 'and' in given
        ? given.and.every((each) => holds(each, world))
        : given.or.some((each) => holds(each, world));
}

test('a guard is possible exactly when some deployment meets it', () => {
  fc.assert(
    fc.property(expression, (given) => {
      const guard = guardOf(new DecisionDiagrams(), given);
      expect(guard.possible()).toBe(WORLDS.some((world) => holds(given, world)));
    }),
    OPTIONS,
  );
});

test('a guard implies another exactly when the other holds in all of its deployments; equal guards are one object', () => {
  fc.assert(
    fc.property(expression, expression, (one, other) => {
      const diagrams = new DecisionDiagrams();
      const [left, right] = [guardOf(diagrams, one), guardOf(diagrams, other)];
      const both = WORLDS.map((world) => [holds(one, world), holds(other, world)]);
      expect(left.implies(right)).toBe(both.every(([a, b]) => !a || b));
      expect(left === right).toBe(both.every(([a, b]) => a === b));
    }),
    OPTIONS,
  );
});

test('values of one parameter exclude each other, and allowed values are all there is', () => {
  const diagrams = new DecisionDiagrams();
  const stage = diagrams.variable('Stage', 'Stage', ['dev', 'prod']);
  const [dev, prod] = ['dev', 'prod'].map((value) => diagrams.is(stage, value));
  expect(dev.and(prod)).toBe(FALSE);
  expect(dev.or(prod)).toBe(TRUE);
  expect(dev.not()).toBe(prod);
  expect(diagrams.is(stage, 'test')).toBe(FALSE);
});

test('exactly two of five values of one parameter is impossible', () => {
  const diagrams = new DecisionDiagrams();
  const values = ['a', 'b', 'c', 'd', 'e'].map((value) => diagrams.is(diagrams.variable('P'), value));
  const two = values.flatMap((one, at) => values.slice(at + 1).map((other) => one.and(other)));
  expect(two.reduce((any, each) => any.or(each), FALSE)).toBe(FALSE);
});

test('a message names an assignment', () => {
  const diagrams = new DecisionDiagrams();
  const prod = diagrams.is(diagrams.variable('Stage'), 'prod');
  const small = diagrams.is(diagrams.variable('Size'), 'small');
  expect(prod.and(small.not()).example()).toBe('Stage = prod, Size is not small');
  expect(TRUE.example()).toBeUndefined();
});

test('200 independent conditions make a diagram of one node each', () => {
  const diagrams = new DecisionDiagrams(500);
  const conditions = Array.from({ length: 200 }, (_, at) => diagrams.either(`C${at}`));
  const any = conditions.reduce((all, each) => all.or(each), FALSE);
  const all = conditions.reduce((every, each) => every.and(each), TRUE);
  expect(any).not.toBe(UNDECIDED);
  expect(all.implies(any)).toBe(true);
  expect(any.implies(all)).toBe(false);
});

test('what is too large to be decided is possible, and implies nothing', () => {
  const diagrams = new DecisionDiagrams(1_000);
  const [left, right] = ['L', 'R'].map((name) =>
    Array.from({ length: 12 }, (_, at) => diagrams.either(`${name}${at}`)),
  );
  // In this order of variables the diagram of "all pairs are equal" is exponential.
  const pairs = left.map((one, at) => one.and(right[at]).or(one.not().and(right[at].not())));
  const all = pairs.reduce((every, each) => every.and(each), TRUE);
  expect(all).toBe(UNDECIDED);
  expect([all.possible(), all.not().possible(), all.implies(left[0])]).toEqual([true, true, false]);
  expect(left[0].and(all).possible()).toBe(true);
  expect([all.and(FALSE), all.or(TRUE)]).toEqual([FALSE, TRUE]);
});
