/** Which callers the principals of a statement are, and how. */
import type { Hole, Text } from '../../../analysis/model/text';
import { accountOf, type Caller, principalsMatch, type PrincipalMatch } from '../../../analysis/policy/request';
import { verdictOf } from '../../../analysis/policy/truth';
import { statementsOf } from './plain-policy';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/path/agent`;
const role: Caller = { kind: 'AWS', name: [ROLE], account: [ACCOUNT] };
const events: Caller = { kind: 'Service', name: ['events.amazonaws.com'] };
const web: Caller = { kind: 'Federated', name: ['cognito-identity.amazonaws.com'] };
const TEMPLATE = { Parameters: { Any: { Type: 'String' } } };

function match(principals: object, caller: Caller, ways?: readonly PrincipalMatch[], Effect = 'Allow') {
  const [statement] = statementsOf({ Statement: [{ Effect, Action: '*', Resource: '*', ...principals }] }, TEMPLATE);
  return verdictOf(principalsMatch(statement, caller, ways));
}

const WAYS = ['everybody', 'named', 'account'] as const;
test.each<[unknown, Caller, PrincipalMatch | undefined]>([
  ['*', role, 'everybody'],
  [{ AWS: '*' }, role, 'everybody'],
  [{ AWS: '*' }, events, 'everybody'],
  [{ Service: '*' }, events, 'everybody'],
  [{ Service: '*' }, role, undefined],
  [{ Federated: '*' }, role, undefined],
  [{ Federated: 'cognito-identity.amazonaws.com' }, web, 'named'],
  [{ Federated: 'accounts.google.com' }, web, undefined],
  [{ AWS: ROLE }, role, 'named'],
  [{ AWS: ROLE.toUpperCase() }, role, undefined],
  [{ AWS: `arn:aws:iam::${ACCOUNT}:role/agent` }, role, undefined],
  [{ AWS: ['arn:aws:iam::111122223333:role/other', ROLE] }, role, 'named'],
  [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/agent/session` }, role, 'named'],
  [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/other/session` }, role, undefined],
  [{ AWS: `arn:aws:sts::444455556666:assumed-role/agent/session` }, role, undefined],
  [{ AWS: `xarn:aws:sts::${ACCOUNT}:assumed-role/agent/session` }, role, undefined],
  [{ AWS: ACCOUNT }, role, 'account'],
  [{ AWS: `arn:aws:iam::${ACCOUNT}:root` }, role, 'account'],
  [{ AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } }, role, 'account'],
  [{ AWS: '444455556666' }, role, undefined],
  [{ AWS: ACCOUNT }, events, undefined],
  [{ Service: ACCOUNT }, { kind: 'Service', name: [ACCOUNT] }, 'named'],
  [{ Service: 'Events.AmazonAWS.com' }, events, 'named'],
  [{ Service: 'sns.amazonaws.com' }, events, undefined],
  [{ Service: 'events.amazonaws.com' }, role, undefined],
  [{ CanonicalUser: ROLE }, role, undefined],
])('%j is %j: %p', (Principal, caller, way) => {
  expect(WAYS.filter((each) => match({ Principal }, caller, [each]) === 'yes')).toEqual(way === undefined ? [] : [way]);
  expect(match({ Principal }, caller)).toBe(way === undefined ? 'no' : 'yes');
});

test('the policy of an identity is of the identity itself', () => {
  expect(WAYS.map((each) => match({}, role, [each]))).toEqual(['no', 'yes', 'no']);
});

test.each<[string, unknown]>([
  ['a kind that IAM does not have', { Robot: ROLE }],
  ['an account that the deployment decides', { AWS: { Ref: 'Any' } }],
  ['a name that begins with a star', { AWS: { 'Fn::Sub': '*${Any}' } }],
])('%s may be anybody', (_name, Principal) => {
  expect(match({ Principal }, role)).toBe('maybe');
});

describe('NotPrincipal', () => {
  const but = (NotPrincipal: unknown, caller = role, ways?: readonly PrincipalMatch[], Effect = 'Deny') =>
    match({ NotPrincipal }, caller, ways, Effect);

  test('is everybody but those that it names', () => {
    expect(but({ AWS: ROLE })).toBe('no');
    expect(but({ AWS: '*' })).toBe('no');
    expect(but({ AWS: 'arn:aws:iam::111122223333:role/other' })).toBe('yes');
    expect(but({ Service: 'sns.amazonaws.com' }, events)).toBe('yes');
    expect(but({ Service: 'events.amazonaws.com' }, events)).toBe('no');
  });

  test('with an account leaves open whether its roles are meant', () => {
    expect(but({ AWS: ACCOUNT })).toBe('maybe');
    expect(but({ AWS: [ACCOUNT, ROLE] })).toBe('no');
  });

  test('names those that are left, nobody as everybody or by account', () => {
    expect(WAYS.map((way) => but({ AWS: '444455556666' }, role, [way]))).toEqual(['no', 'yes', 'no']);
  });

  test('of a denial is everybody with a permissions boundary', () => {
    const bounded = { ...role, bounded: true };
    expect(but({ AWS: ROLE }, bounded)).toBe('yes');
    expect(but({ AWS: ROLE }, bounded, undefined, 'Allow')).toBe('no');
    expect(match({ Principal: { AWS: '444455556666' } }, bounded, undefined, 'Deny')).toBe('no');
  });
});

const account: Hole = { kind: 'pseudo', key: 'App AWS::AccountId', excludes: ':' } as never;
const parameter: Hole = { kind: 'parameter', key: 'App#Any', excludes: '' };
test.each<[Text, Text | undefined]>([
  [[ACCOUNT], [ACCOUNT]],
  [[`arn:aws:iam::${ACCOUNT}:root`], [ACCOUNT]],
  [[`arn:aws-cn:iam::${ACCOUNT}:root`], [ACCOUNT]],
  [['arn:aws:iam::', parameter, ':root'], [parameter]],
  [['arn:', parameter, `:iam::${ACCOUNT}:root`], [ACCOUNT]],
  [[account], [account]],
  [[parameter], undefined],
  [[account, 'x'], undefined],
  [['11112222333'], undefined],
  [[`${ACCOUNT}4`], undefined],
  [[`arn:aws:iam::${ACCOUNT}:root/x`], undefined],
  [[`x arn:aws:iam::${ACCOUNT}:root`], undefined],
  [[ROLE], undefined],
])('the account of %j is %j', (principal, expected) => {
  expect(accountOf(principal)).toEqual(expected);
});
