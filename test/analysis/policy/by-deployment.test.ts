/** Statements with conditions of the template in them, against the same statements as each deployment has them. */
import fc from '../../fast-check';
import type { Guard } from '../../../analysis/model/guard';
import type { Statement } from '../../../analysis/policy/statement';
import { statementsOf } from './plain-policy';

const CONDITIONS = ['Prod', 'Eu', 'Own'];
const TEMPLATE = {
  Parameters: Object.fromEntries(CONDITIONS.map((name) => [`P${name}`, { Type: 'String', AllowedValues: ['y', 'n'] }])),
  Conditions: Object.fromEntries(CONDITIONS.map((name) => [name, { 'Fn::Equals': [{ Ref: `P${name}` }, 'y'] }])),
};
const NONE = { Ref: 'AWS::NoValue' };

type Deployment = Readonly<Record<string, boolean>>;
const DEPLOYMENTS: readonly Deployment[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  Object.fromEntries(CONDITIONS.map((name, at) => [name, (bits & (1 << at)) > 0])),
);

/** What a deployment makes of `Fn::If`; undefined for nothing. */
function deployed(value: unknown, deployment: Deployment): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => deployed(each, deployment)).filter((each) => each !== undefined);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if ('Ref' in value) {
    return undefined;
  }
  if ('Fn::If' in value) {
    const [name, yes, no] = value['Fn::If'] as [string, unknown, unknown];
    return deployed(deployment[name] ? yes : no, deployment);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const made = deployed(each, deployment);
      return made === undefined ? [] : [[key, made]];
    }),
  );
}

/** A statement that shows the guard of each condition. */
const MARKER = {
  Effect: 'Allow',
  Action: CONDITIONS.map((name) => ({ 'Fn::If': [name, `marker:${name}`, NONE] })),
  Resource: '*',
};

/** The guard that holds in one deployment only. */
function guardOf(deployment: Deployment, { actions }: Statement): Guard {
  const guards = actions.patterns.map(({ guard }, at) => (deployment[CONDITIONS[at]] ? guard : guard.not()));
  return guards.reduce((all, next) => all.and(next));
}

const distinct = (patterns: Statement['actions']['patterns']) =>
  [...new Set(patterns.map(({ value }) => value[0]))].sort();

/**
 * What a statement says in a deployment. Only what allows may be left to the guards of the parts: what a reader of a denial,
 * of a condition or of an exception finds has to be there.
 */
function says({ effect, actions, resources, principals, conditions }: Statement, guard: Guard) {
  const denies = effect === 'Deny';
  const there = (except: boolean) => (part: { readonly guard: Guard }) => denies || except || guard.implies(part.guard);
  const list = ({ except, patterns }: Statement['actions']) => ({
    except,
    values: distinct(patterns.filter(there(except))),
  });
  return {
    effect,
    actions: list(actions),
    resources: list(resources),
    principals:
      principals === 'attached'
        ? principals
        : principals
            .filter(({ except, name }) => there(except)(name))
            .map(({ kind, except, name }) => `${kind} ${except} ${JSON.stringify(name.value)}`)
            .filter((each, at, all) => all.indexOf(each) === at)
            .sort(),
    conditions: conditions.map(({ operator, key, values }) => ({
      operator,
      key,
      values: distinct(values.filter(there(false))),
    })),
  };
}
/** A statement with an empty list is about nothing: IAM refuses it. */
const isAboutSomething = ({ actions, resources, principals }: ReturnType<typeof says>) =>
  [actions, resources].every(({ except, values }) => except || values.length > 0) && principals.length > 0;

const either = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 3, arbitrary: value },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...CONDITIONS), value, fc.option(value, { nil: NONE }), fc.boolean())
        .map(([name, yes, no, turned]) => ({ 'Fn::If': turned ? [name, no, yes] : [name, yes, no] })),
    },
  );
const list = (...texts: string[]) => fc.array(either(fc.constantFrom(...texts)), { minLength: 1, maxLength: 3 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny', 'Deny'),
    actions: fc.tuple(fc.constantFrom('Action', 'NotAction'), list('iam:*', 's3:GetObject', 'sqs:*')),
    resources: fc.tuple(fc.constantFrom('Resource', 'NotResource'), list('*', 'arn:aws:s3:::a', 'arn:aws:s3:::b')),
    principals: maybe(
      fc.tuple(fc.constantFrom('Principal', 'NotPrincipal'), list('111122223333', '444455556666', '*')),
    ),
    Condition: maybe(
      either(fc.record({ StringEquals: fc.record({ 'aws:SourceAccount': list('111122223333', '444455556666') }) })),
    ),
  })
  .map(({ Effect, actions, resources, principals, Condition }) => ({
    Effect,
    [actions[0]]: actions[1],
    [resources[0]]: resources[1],
    ...(principals ? { [principals[0]]: { AWS: principals[1] } } : {}),
    ...(Condition ? { Condition } : {}),
  }));

test('200 statements say in each deployment what the deployment has', () => {
  let divided = 0;
  fc.assert(
    fc.property(statement, (written) => {
      const statements = statementsOf({ Statement: [written, MARKER] }, TEMPLATE);
      const marker = statements.pop()!;
      divided += statements.length > 1 ? 1 : 0;
      DEPLOYMENTS.forEach((deployment) => {
        const guard = guardOf(deployment, marker);
        const found = statements.filter((each) => guard.and(each.guard).possible()).map((each) => says(each, guard));
        const expected = statementsOf({ Statement: [deployed(written, deployment)] }).map((each) => says(each, guard));
        expect(found.filter(isAboutSomething)).toEqual(expected.filter(isAboutSomething));
      });
    }),
    { numRuns: 200 },
  );
  expect(divided).toBeGreaterThan(50);
});

describe('a statement with too many conditions to split', () => {
  const names = Array.from({ length: 6 }, (_, at) => `C${at}`);
  const template = {
    Parameters: Object.fromEntries(names.map((name) => [`P${name}`, { Type: 'String', AllowedValues: ['y', 'n'] }])),
    Conditions: Object.fromEntries(names.map((name) => [name, { 'Fn::Equals': [{ Ref: `P${name}` }, 'y'] }])),
  };
  const actions = ['sqs:*', ...names.map((name) => ({ 'Fn::If': [name, `s3:${name}`, NONE] }))];
  const of = (written: object) => statementsOf({ Statement: [{ Resource: '*', ...written }] }, template);
  const values = (patterns: Statement['actions']['patterns']) => patterns.map(({ value }) => value[0]);

  test('denies what it denies in every deployment', () => {
    const [denial, ...more] = of({ Effect: 'Deny', Action: actions });
    expect([values(denial.actions.patterns), more]).toEqual([['sqs:*'], []]);
  });

  test('denies nothing without such a part', () => {
    expect(of({ Effect: 'Deny', Action: actions.slice(1) })).toHaveLength(0);
    const principals = names.map((name) => ({ 'Fn::If': [name, `arn:aws:iam::111122223333:role/${name}`, NONE] }));
    expect(of({ Effect: 'Deny', Action: 'sqs:*', Principal: { AWS: principals } })).toHaveLength(0);
  });

  test('excepts from an allow what it excepts in every deployment, and from a denial what it may except', () => {
    expect(of({ Effect: 'Allow', NotAction: actions }).map((each) => values(each.actions.patterns))).toEqual([
      ['sqs:*'],
    ]);
    expect(of({ Effect: 'Deny', NotAction: actions })[0].actions.patterns).toHaveLength(7);
  });

  test('is limited by a condition that every deployment has, and a denial by one that a deployment may have', () => {
    const Condition = {
      StringEquals: { 'aws:SourceAccount': '111122223333' },
      StringLike: { 'Fn::If': ['C0', { 'aws:PrincipalArn': 'x' }, { 'aws:PrincipalArn': 'y' }] },
    };
    const keys = (written: object) => of({ ...written, Condition })[0].conditions.map(({ key }) => key);
    expect(keys({ Effect: 'Allow', NotAction: actions })).toEqual(['aws:sourceaccount']);
    expect(keys({ Effect: 'Deny', Action: actions })).toEqual([
      'aws:sourceaccount',
      'aws:principalarn',
      'aws:principalarn',
    ]);
  });
});
