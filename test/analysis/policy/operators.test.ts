import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Hole, Text } from '../../../analysis/model/text';
import { knownText, OPERATORS } from '../../../analysis/policy/operators';
import { conditionsHold, contextOf } from '../../../analysis/policy/condition';
import { verdictOf } from '../../../analysis/policy/truth';
import { statementsOf } from './plain-policy';

const KEY = 'aws:PrincipalTag/x';
const ROLE = 'arn:aws:iam::111122223333:role/agent';

/** Whether a condition on a key holds, as this analysis says. */
function holds(operator: string, expected: string, actual: string): boolean {
  const [{ conditions }] = statementsOf({
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { [KEY]: expected } } }],
  });
  return (
    verdictOf(conditionsHold(conditions, contextOf({ [KEY]: actual, 'aws:PrincipalTag/y': 'prod' }), 'given').holds) ===
    'yes'
  );
}

/** The same, as an independent simulator says. */
async function simulated(operator: string, expected: string, actual: string): Promise<boolean> {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { [KEY]: expected } } }];
  const result = await runSimulation(
    {
      request: {
        principal: ROLE,
        action: 'sqs:ListQueues',
        resource: { resource: '*', accountId: '111122223333' },
        contextVariables: { [KEY]: actual, 'aws:PrincipalTag/y': 'prod', 'aws:PrincipalArn': ROLE },
      },
      identityPolicies: [{ name: 'p', policy: { Version: '2012-10-17', Statement } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

interface Kind {
  readonly operators: readonly string[];
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}
const ordered = (name: string) =>
  ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map((each) => name + each);
const KINDS: Record<string, Kind> = {
  texts: {
    operators: [
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringLike',
      'StringNotLike',
    ],
    expected: [
      'prod',
      'PROD',
      'pro*',
      'p?od',
      '*',
      '${aws:PrincipalTag/y}',
      "${aws:PrincipalTag/none, 'prod'}",
      '${aws:PrincipalTag/none}',
      '$',
    ],
    actual: ['prod', 'Prod', '*', 'p?od', 'xprod', '$'],
  },
  'texts with escaped wildcards': {
    operators: ['StringLike', 'StringNotLike'],
    expected: ['p${?}od', '${*}', '${*}*', '${$}'],
    actual: ['prod', '*', 'p?od', '*x', '$'],
  },
  ARNs: {
    operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    expected: [
      'arn:aws:sqs:us-east-1:111122223333:jobs',
      'arn:aws:sqs:*:111122223333:jobs',
      'arn:aws:s?s:us-east-1:*:j*',
      'arn:aws:*:jobs',
      'arn:aws:sqs:us-east-1:111122223333:*',
      'jobs',
    ],
    actual: [
      'arn:aws:sqs:us-east-1:111122223333:jobs',
      'arn:aws:sns:us-east-1:111122223333:jobs:more',
      'arn:aws:sqs:us-east-1:444455556666:jobs',
      'jobs',
    ],
  },
  numbers: {
    operators: ordered('Numeric'),
    expected: ['10', '10.5', '-1', 'ten'],
    actual: ['10', '11', '-1', '9.5', 'x'],
  },
  dates: {
    operators: ordered('Date'),
    expected: ['2026-11-27T00:00:00Z', '2026-11-28', '1764201600000', 'later'],
    actual: ['2026-11-27T00:00:00Z', '2026-11-28T12:00:00Z', '1764201600000', 'x'],
  },
  truths: {
    operators: ['Bool'],
    expected: ['true', 'false', 'TRUE', 'maybe'],
    actual: ['true', 'false', 'False', 'maybe'],
  },
  addresses: {
    operators: ['IpAddress', 'NotIpAddress'],
    expected: [
      '10.0.0.0/8',
      '10.1.2.3/32',
      '10.1.2.2/31',
      '2001:db8::/32',
      '::/0',
      '2001:db8::1/128',
      '10.0.0.0/33',
      '2001:db8::/129',
      '10.0.0.0/x',
      '10.0.0.0/-1',
      'x/8',
    ],
    actual: ['10.1.2.3', '11.0.0.1', '2001:db8::1', '2001:db9::1', 'x'],
  },
  bytes: { operators: ['BinaryEquals'], expected: ['QUJD', 'QUJE'], actual: ['QUJD', 'qujd'] },
};

test.each(Object.entries(KINDS))(
  '%s are compared as an independent simulator compares them',
  async (_kind, { operators, expected, actual }) => {
    const differing: string[] = [];
    for (const operator of operators) {
      for (const one of expected) {
        for (const other of actual) {
          const [ours, theirs] = [holds(operator, one, other), await simulated(operator, one, other)];
          if (ours !== theirs) differing.push(`${operator} ${one} ${other}: ${ours}`);
        }
      }
    }
    expect(differing).toEqual([]);
  },
);

/** What the simulator doesn't tell apart. Neither an operator nor its negation holds for what can't be compared. */
test.each<[string, string, string, boolean]>([
  ['IpAddress', '0.0.0.0/0', '10.1.2.3', true],
  ['NotIpAddress', '0.0.0.0/0', '10.1.2.3', false],
  ['IpAddress', '10.1.2.3', '10.1.2.3', true],
  ['IpAddress', '10.1.2.3', '10.1.2.4', false],
  ['NotIpAddress', '10.1.2.3', '2001:db8::1', true],
  ['IpAddress', '2001:db8::1', '2001:db8::1', true],
  ['IpAddress', '2001:db8::1', '2001:db8::2', false],
  ['NotIpAddress', '2001:db8::1', '10.1.2.3', true],
  ['NumericNotEquals', '', '10', false],
  ['NumericNotEquals', ' ', '10', false],
  ['NumericNotEquals', '10', ' ', false],
  ['DateNotEquals', 'x', '2026-11-27', false],
  ['DateEquals', '1764201600', '1764201600', true],
  ['DateEquals', '-5', '-5', true],
  ['DateNotEquals', '5x', '5', false],
  ['ArnLike', '*', 'arn:aws:sqs:us-east-1:111122223333', false],
  ['ArnNotLike', 'arn:aws:sqs:us-east-1:111122223333:a', 'arn:aws:sqs:us-east-1:111122223333', false],
  ['ArnNotLike', 'arn:aws:sqs:us-east-1:111122223333', 'arn:aws:sqs:us-east-1:111122223333:a', false],
  ['ArnNotLike', 'xarn:aws:sqs:us-east-1:111122223333:a', 'arn:aws:sqs:us-east-1:111122223333:b', false],
])('%s %j of %j: %p', (operator, expected, actual, verdict) => {
  expect(holds(operator, expected, actual)).toBe(verdict);
});

describe('a value that only the deployment knows', () => {
  const parameter: Hole = { kind: 'parameter', key: 'App#Any', excludes: '' };
  const compare = (operator: string, policyValue: Text, contextValue: Text) =>
    OPERATORS.get(operator)!.compare(policyValue, contextValue);

  test.each<[string, Text, Text, string | undefined]>([
    ['numericequals', [parameter], ['10'], 'maybe'],
    ['numericequals', ['10'], [parameter], 'maybe'],
    ['ipaddress', ['10.0.0.', parameter], ['x'], 'maybe'],
    ['bool', ['true'], [parameter], 'maybe'],
    ['stringequals', ['a', parameter], ['b'], 'no'],
    ['stringequals', ['a', parameter], ['ab'], 'maybe'],
    ['arnlike', [parameter], ['arn:aws:sqs:us-east-1:111122223333:jobs'], 'maybe'],
    ['arnlike', ['arn:aws:sqs:us-east-1:', parameter, ':jobs'], ['arn:aws:sqs:us-east-1:111122223333:jobs'], 'maybe'],
    ['arnlike', ['role/', parameter], ['arn:aws:sqs:us-east-1:111122223333:jobs'], undefined],
    ['arnlike', ['arn:aws:sqs:us-east-1:111122223333:*'], ['arn:aws:sqs:us-east-1:111122223333:', parameter], 'yes'],
  ])('%s %j of %j: %p', (operator, policyValue, contextValue, verdict) => {
    expect(compare(operator, policyValue, contextValue)).toBe(verdict);
  });

  test.each<[Text, string | undefined]>([
    [['a', 'b'], 'ab'],
    [['a', parameter], undefined],
    [[parameter], undefined],
    [['${aws:username}'], undefined],
    [['a${*}b${?}c${$}'], 'a*b?c$'],
    [['${}'], '${}'],
    [[], ''],
  ])('%j as a known text is %j', (text, known) => {
    expect(knownText(text)).toBe(known);
  });
});
