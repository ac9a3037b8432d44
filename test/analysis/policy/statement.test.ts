import { parseOperator } from '../../../analysis/policy/read-policy';
import { aboutService } from '../../../analysis/policy/statement';
import { statementsOf } from './plain-policy';

test('every short form is written out', () => {
  const [statement] = statementsOf({
    Statement: {
      Sid: 'One',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: '*',
      Principal: '*',
      Condition: { 'ForAnyValue:StringLikeIfExists': { 'AWS:TagKeys': 'a*' } },
    },
  });
  expect(statement).toMatchObject({
    sid: ['One'],
    effect: 'Allow',
    actions: { except: false, patterns: [{ value: ['s3:GetObject'] }] },
    principals: [{ kind: 'AWS', except: false, name: { value: ['*'] } }],
    conditions: [{ test: 'stringlike', set: 'any', ifExists: true, key: 'aws:tagkeys', values: [{ value: ['a*'] }] }],
  });
  expect(statement.place.path).toBe('Properties.PolicyDocument.Statement');
});

test('negated elements, and elements in another case', () => {
  const [statement] = statementsOf({
    statement: [
      { effect: 'Deny', NotAction: ['iam:*'], notresource: ['a', 'b'], NotPrincipal: { aws: ['1'], Service: 's' } },
    ],
  });
  expect(statement).toMatchObject({
    effect: 'Deny',
    actions: { except: true },
    resources: { except: true, patterns: [{ value: ['a'] }, { value: ['b'] }] },
    principals: [
      { kind: 'AWS', except: true },
      { kind: 'Service', except: true },
    ],
  });
});

test('without Resource it applies to everything, without Principal to the identity that has it', () => {
  const [statement] = statementsOf({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] });
  expect(statement).toMatchObject({
    resources: { except: false, patterns: [{ value: ['*'] }] },
    principals: 'attached',
  });
});

test.each([
  ['an effect that IAM does not know', { Effect: 'allow', Action: 'a:b' }],
  ['no effect', { Action: 'a:b' }],
])('%s is neither of the two', (_, raw) => {
  expect(statementsOf({ Statement: [raw] })).toMatchObject([{ effect: 'unknown' }]);
});

test.each([7, 'text', '"text"', '[]', [], { 'Fn::Sub': '7' }])(
  'the document %j is a statement that cannot be read',
  (document) => {
    expect(statementsOf(document)).toMatchObject([
      {
        effect: 'unknown',
        actions: { except: false, patterns: [{ value: [{ kind: 'unreadable' }] }] },
        principals: 'attached',
        unreadable: [{ reason: 'malformed' }],
      },
    ]);
  },
);

test.each(['text', 7, []])('the statement %j is one that cannot be read', (written) => {
  expect(statementsOf({ Statement: [written] })).toMatchObject([{ effect: 'unknown' }]);
});

test.each([{ Statement: null }, { Statement: [null] }, {}])('the document %j has no statement', (document) => {
  expect(statementsOf(document)).toEqual([]);
});

test.each<[string, object]>([
  ['StringEquals', { test: 'stringequals', ifExists: false }],
  ['ForAllValues:ArnLikeIfExists', { test: 'arnlike', set: 'all', ifExists: true }],
  ['foranyvalue:bool', { test: 'bool', set: 'any', ifExists: false }],
  ['IfExists', { test: '', ifExists: true }],
  ['xForAnyValue:Bool', { test: 'xforanyvalue:bool', ifExists: false }],
])('the operator %s is taken apart', (operator, parts) => {
  expect(parseOperator(operator)).toEqual({ operator, ...parts });
});

test('a principal of a kind that IAM does not have is there, and so is one that cannot be read', () => {
  const principals = (Principal: unknown) => {
    const [{ principals: found }] = statementsOf({ Statement: [{ Effect: 'Allow', Action: 'a:b', Principal }] });
    return found === 'attached' ? found : found.map(({ kind, name }) => [kind, name.value[0]]);
  };
  expect(principals({ aws: ['1', '2'], CANONICALUSER: 'c', Robot: 'r' })).toEqual([
    ['AWS', '1'],
    ['AWS', '2'],
    ['CanonicalUser', 'c'],
    ['unknown', 'r'],
  ]);
  expect(principals({ AWS: [{ a: 1 }] })).toMatchObject([['AWS', { kind: 'unreadable' }]]);
  expect(principals({ 'Fn::Transform': { Name: 'X' } })).toMatchObject([['unknown', { kind: 'unreadable' }]]);
});

describe('the statements that may be about an action', () => {
  const about = (Action: unknown, action: string, key = 'Action') => {
    const template = { Parameters: { Any: { Type: 'String' } } };
    return aboutService(
      statementsOf({ Statement: [{ Effect: 'Allow', [key]: Action, Resource: '*' }] }, template),
      action,
    ).length;
  };
  test.each<[unknown, number]>([
    ['sqs:SendMessage', 1],
    ['SQS:*', 1],
    ['*', 1],
    ['s?s:*', 1],
    ['sq*', 1],
    ['s3:*', 0],
    ['sqsx:*', 0],
    ['sns:*', 0],
    [['s3:*', 'sqs:*'], 1],
    [{ Ref: 'Any' }, 1],
    [{ 'Fn::Sub': 's3:${Any}' }, 0],
    [{ 'Fn::Sub': 's${Any}' }, 1],
  ])('%j: %p', (pattern, count) => {
    expect(about(pattern, 'sqs:SendMessage')).toBe(count);
  });

  test('are all those with NotAction', () => {
    expect(about('sqs:*', 'sqs:SendMessage', 'NotAction')).toBe(1);
  });
});

test('a statement, an action or a condition that is malformed is there, and named as unreadable', () => {
  const statements = statementsOf({
    Statement: ['text', { Effect: 'Allow', Action: [{ a: 1 }], Resource: '*', Condition: 'x' }],
  });
  expect(statements).toHaveLength(2);
  expect(statements[0]).toMatchObject({ effect: 'unknown', unreadable: [{ reason: 'malformed' }] });
  expect(statements[1].unreadable.map(({ origin }) => origin.path)).toEqual([
    'Properties.PolicyDocument.Statement[1].Action[0]',
    'Properties.PolicyDocument.Statement[1].Condition',
  ]);
  expect(statements[1].actions.patterns).toMatchObject([{ value: [{ kind: 'unreadable' }] }]);
});

describe('intrinsic functions', () => {
  const template = {
    Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] }, Any: { Type: 'String' } },
    Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
  };
  const either = (yes: unknown, no: unknown) => ({ 'Fn::If': ['Prod', yes, no] });

  test('each branch of a condition is a case of its own', () => {
    const [statement] = statementsOf(
      { Statement: [{ Effect: 'Allow', Action: either('s3:*', ['s3:GetObject']), Resource: '*' }] },
      template,
    );
    expect(statement.actions.patterns.map(({ value, guard }) => [value, guard.example()])).toEqual([
      [['s3:*'], 'Stage = prod'],
      [['s3:GetObject'], 'Stage = test'],
    ]);
  });

  test('an effect that depends on a condition is two statements', () => {
    const statements = statementsOf(
      { Statement: [{ Effect: either('Allow', 'Deny'), Action: 's3:*', Resource: '*' }] },
      template,
    );
    expect(statements.map(({ effect, guard }) => [effect, guard.example()])).toEqual([
      ['Allow', 'Stage = prod'],
      ['Deny', 'Stage = test'],
    ]);
  });

  test('Action in one case and NotAction in the other are two statements', () => {
    const none = { Ref: 'AWS::NoValue' };
    const statements = statementsOf(
      { Statement: [{ Effect: 'Allow', Action: either('a:b', none), NotAction: either(none, 'c:d'), Resource: '*' }] },
      template,
    );
    expect(statements.map(({ actions, guard }) => [actions.except, guard.example()])).toEqual([
      [false, 'Stage = prod'],
      [true, 'Stage = test'],
    ]);
  });

  test('a parameter without a known value is a hole, and is named', () => {
    const [statement] = statementsOf(
      { Statement: [{ Effect: 'Allow', Action: { Ref: 'Any' }, Resource: '*' }] },
      template,
    );
    expect(statement.unreadable).toMatchObject([{ reason: 'parameter without a known value' }]);
  });

  test('a policy in a text is parsed, and a macro in it may add what it likes', () => {
    const text = '{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:iam::${AWS::AccountId}:role/x"}]}';
    expect(statementsOf({ 'Fn::Sub': text })).toMatchObject([
      { effect: 'Allow', resources: { patterns: [{ value: ['arn:aws:iam::111122223333:role/x'] }] } },
    ]);
    const [statement] = statementsOf({ Statement: [{ Effect: 'Allow', 'Fn::Transform': { Name: 'Extra' } }] });
    expect(statement.unreadable).toMatchObject([{ reason: 'transform' }]);
  });
});
