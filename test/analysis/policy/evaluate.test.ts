import type { Hole, Text } from '../../../analysis/model/text';
import { type ContextMode, contextOf, type RequestContext } from '../../../analysis/policy/condition';
import { evaluate, type Policies } from '../../../analysis/policy/evaluate';
import type { Caller } from '../../../analysis/policy/request';
import { statementsOf } from './plain-policy';

const ROLE: Caller = { kind: 'AWS', name: ['arn:aws:iam::111122223333:role/agent'], account: ['111122223333'] };
const FOREIGN: Caller = { kind: 'AWS', name: ['arn:aws:iam::444455556666:role/other'], account: ['444455556666'] };
const QUEUE = 'arn:aws:sqs:us-east-1:111122223333:jobs';

const allow = (rest: object = {}) => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE, ...rest });
const deny = (rest: object = {}) => allow({ Effect: 'Deny', ...rest });
const of = (...Statement: object[]) => statementsOf({ Statement });

interface Asked {
  readonly caller?: Caller;
  readonly resource?: Text;
  readonly context?: RequestContext;
  readonly mode?: ContextMode;
}

function ask(policies: Policies, { caller = ROLE, resource = [QUEUE], context = new Map(), mode = 'any' }: Asked = {}) {
  const request = { caller, action: 'sqs:SendMessage', resource, resourceAccount: ['111122223333'], context };
  return evaluate(policies, request, mode);
}

describe('without a context: is there a request that is allowed', () => {
  test('a condition that the caller can meet is no obstacle, and one that refuses can be avoided', () => {
    const tagged = { Condition: { StringEquals: { 'aws:RequestTag/x': 'y' } } };
    expect(ask({ identity: of(allow(tagged)) }).verdict).toBe('yes');
    expect(ask({ identity: of(allow(), deny(tagged)) }).verdict).toBe('yes');
    expect(
      ask({ identity: of(allow(), deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })) }).verdict,
    ).toBe('yes');
  });

  test.each([
    { StringLike: { 'aws:PrincipalArn': '*' } },
    { StringLikeIfExists: { 'aws:RequestTag/x': ['a', '*'] } },
    { 'ForAllValues:StringLike': { 'aws:TagKeys': '*' } },
    { Null: { 'aws:SecureTransport': 'false' } },
    { ArnLikeIfExists: { 'aws:SourceArn': 'arn:*:*:*:*:*' } },
  ])('a denial under %j holds for everybody', (Condition) => {
    expect(ask({ identity: of(allow(), deny({ Condition })) })).toMatchObject({
      verdict: 'no',
      because: [{ gate: 'identity', effect: 'deny' }],
    });
  });

  test('the known context of the request decides', () => {
    const context = contextOf({ 'aws:PrincipalArn': ROLE.name });
    const only = (arn: string) =>
      of(deny({ Principal: '*', Condition: { ArnNotEquals: { 'aws:PrincipalArn': arn } } }));
    expect(
      ask({ identity: of(allow()), resource: only('arn:aws:iam::111122223333:role/agent') }, { context }).verdict,
    ).toBe('yes');
    expect(
      ask({ identity: of(allow()), resource: only('arn:aws:iam::111122223333:role/other') }, { context }).verdict,
    ).toBe('no');
  });

  test('a resource that only the deployment names may be one', () => {
    const name: Hole = {
      kind: 'reference',
      key: 'App#Q.@name',
      resource: 'App#Q',
      attribute: '@name',
      excludes: ':/',
      begins: 'App-',
    };
    const resource: Text = ['arn:aws:sqs:us-east-1:111122223333:', name];
    const on = (text: string) => ask({ identity: of(allow({ Resource: text })) }, { resource }).verdict;
    expect(on('arn:aws:sqs:*:*:*')).toBe('yes');
    expect(on('arn:aws:sqs:*:*:App-*')).toBe('yes');
    expect(on('arn:aws:sqs:*:*:App-Q-1')).toBe('maybe');
    expect(on('arn:aws:sqs:*:*:jobs')).toBe('no');
  });

  test('an allow on one of the resources in question is enough, a denial has to take in all', () => {
    const resource: Text = ['arn:aws:sqs:us-east-1:111122223333:*'];
    expect(ask({ identity: of(allow()) }, { resource }).verdict).toBe('yes');
    expect(ask({ identity: of(allow({ Resource: '*' }), deny()) }, { resource }).verdict).toBe('yes');
    expect(ask({ identity: of(allow(), deny({ Resource: '*' })) }, { resource }).verdict).toBe('no');
  });

  test("a policy that can't be read may allow and may deny", () => {
    const outside = { outside: [{ ...of(allow())[0].actions.patterns[0], value: ['arn:aws:iam::aws:policy/X'] }] };
    expect(ask({ identity: [], ...outside }).verdict).toBe('maybe');
    expect(ask({ identity: of({ ...allow(), Effect: 'allow' }) }).verdict).toBe('maybe');
    expect(ask({ identity: of(allow(), { ...allow(), Effect: 'deny' }) }).verdict).toBe('maybe');
    expect(ask({ identity: of(allow()), boundary: 'unknown' }).verdict).toBe('maybe');
  });
});

describe('one request with its context', () => {
  const given = (policies: Policies, context: RequestContext = new Map()) => ask(policies, { context, mode: 'given' });

  test('a key without a value refuses', () => {
    const limited = of(allow({ Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }));
    expect(given({ identity: limited }).verdict).toBe('no');
    expect(given({ identity: limited }, contextOf({ 'aws:SourceVpce': 'vpce-1' })).verdict).toBe('yes');
  });

  test('an operator that is not known never allows, and is named', () => {
    const strange = { Condition: { StringSounds: { 'aws:UserAgent': 'x' } } };
    expect(given({ identity: of(allow(strange)) })).toMatchObject({
      verdict: 'no',
      because: [{ problem: 'StringSounds' }],
    });
    expect(given({ identity: of(allow(), deny(strange)) })).toMatchObject({
      verdict: 'no',
      because: [{ problem: 'StringSounds' }],
    });
  });

  test("a policy that can't be read allows nothing", () => {
    expect(given({ identity: of(allow()), boundary: 'unknown' }).verdict).toBe('no');
    expect(given({ identity: of({ ...allow(), Effect: 'allow' }) }).verdict).toBe('no');
    expect(given({ identity: of(allow(), { ...allow(), Effect: 'deny' }) }).verdict).toBe('no');
  });
});

describe('who has to allow', () => {
  const root = { AWS: 'arn:aws:iam::111122223333:root' };

  test.each([
    ['the identity', { identity: of(allow()) }, 'yes'],
    ['the policy of the resource that names it', { resource: of(allow({ Principal: { AWS: ROLE.name[0] } })) }, 'yes'],
    ['the policy of the resource that names its account', { resource: of(allow({ Principal: root })) }, 'no'],
    ['a key policy and no identity', { resource: of(allow({ Principal: root })), resourceKind: 'key' as const }, 'no'],
    ['an identity and no key policy', { identity: of(allow()), resource: [], resourceKind: 'key' as const }, 'no'],
    [
      'an identity, and a key policy that leaves it to the account',
      { identity: of(allow()), resource: of(allow({ Principal: root })), resourceKind: 'key' as const },
      'yes',
    ],
    [
      'a key policy that names it',
      { resource: of(allow({ Principal: { AWS: ROLE.name[0] } })), resourceKind: 'key' as const },
      'yes',
    ],
    ['an identity within its boundary', { identity: of(allow()), boundary: of(allow({ Action: 's3:*' })) }, 'no'],
    [
      'an identity through an endpoint',
      { identity: of(allow()), endpoint: of(allow({ Action: 's3:*', Principal: '*' })) },
      'no',
    ],
    [
      'an identity under one of two levels',
      { identity: of(allow()), serviceControl: [of(allow({ Resource: '*' })), []] },
      'no',
    ],
  ])('in one account: %s', (_, policies: Policies, verdict) => {
    expect(ask(policies).verdict).toBe(verdict);
  });

  test('across accounts both', () => {
    const open = of(allow({ Principal: { AWS: '444455556666' } }));
    expect(ask({ identity: of(allow()) }, { caller: FOREIGN }).verdict).toBe('no');
    expect(ask({ resource: open }, { caller: FOREIGN }).verdict).toBe('no');
    expect(ask({ identity: of(allow()), resource: open }, { caller: FOREIGN }).verdict).toBe('yes');
  });

  test('only the policy of the resource allows a service', () => {
    const caller: Caller = { kind: 'Service', name: ['events.amazonaws.com'] };
    expect(ask({ resource: of(allow({ Principal: { Service: 'events.amazonaws.com' } })) }, { caller }).verdict).toBe(
      'yes',
    );
    expect(ask({ resource: of(allow({ Principal: { Service: 'sns.amazonaws.com' } })) }, { caller }).verdict).toBe(
      'no',
    );
    expect(ask({ resource: of(allow({ Principal: '*' })) }, { caller }).verdict).toBe('yes');
  });
});

describe('a permissions boundary', () => {
  const boundary = of(allow({ Action: 's3:*' }));
  const user: Caller = { kind: 'AWS', name: ['arn:aws:iam::111122223333:user/operator'], account: ['111122223333'] };
  const named = ({ name }: Caller) => of(allow({ Principal: { AWS: name[0] } }));

  test('limits what a resource policy allows a role by its ARN, not what it allows a user', () => {
    expect(ask({ resource: named(ROLE), boundary }).verdict).toBe('no');
    expect(ask({ resource: named(user), boundary }, { caller: user }).verdict).toBe('yes');
  });

  test('does not limit what a resource policy allows everybody', () => {
    expect(ask({ resource: of(allow({ Principal: '*' })), boundary }).verdict).toBe('yes');
  });

  test('makes a denial with NotPrincipal one of everybody', () => {
    const resource = of(deny({ NotPrincipal: { AWS: ROLE.name[0] } }));
    const wide = of(allow({ Action: '*', Resource: '*' }));
    expect(ask({ identity: of(allow()), resource }).verdict).toBe('yes');
    expect(ask({ identity: of(allow()), resource, boundary: wide }).verdict).toBe('no');
  });
});

describe('the reasons', () => {
  const reasons = (policies: Policies, mode: ContextMode = 'any') =>
    ask(policies, { mode }).because.map(({ gate, effect, problem }) =>
      [gate, effect, ...(problem ? [problem] : [])].join(': '),
    );
  const strange = { Condition: { StringSounds: { 'aws:UserAgent': 'x' } } };
  const outside = [of(allow())[0].actions.patterns[0]];

  test.each<[string, Policies, ContextMode, readonly string[]]>([
    [
      'every statement that allows',
      { identity: of(allow(), allow({ Action: 'sqs:*' }), allow({ Action: 's3:*' })) },
      'any',
      ['identity: allow', 'identity: allow'],
    ],
    [
      'every gate that allows',
      { identity: of(allow()), boundary: of(allow()), session: of(allow()) },
      'any',
      ['identity: allow', 'boundary: allow', 'session: allow'],
    ],
    [
      'a policy that cannot be read',
      { identity: of(allow()), serviceControl: ['unknown'] },
      'any',
      ['identity: allow', 'service control: unknown'],
    ],
    ['a policy from outside', { outside }, 'any', ['identity: unknown']],
    [
      'the denials alone',
      { identity: of(allow(), deny()), resourceControl: [of(deny({ Principal: '*' }))] },
      'any',
      ['identity: deny', 'resource control: deny'],
    ],
    ['nothing, when nothing allows', { identity: of(allow({ Action: 's3:*' })) }, 'any', []],
    [
      'an allow that an operator spoils',
      { identity: of(allow(strange)) },
      'given',
      ['identity: no allow: StringSounds'],
    ],
    [
      'a denial that an operator spoils',
      { identity: of(allow(), deny(strange)) },
      'given',
      ['identity: deny: StringSounds'],
    ],
  ])('are %s', (_name, policies, mode, expected) => {
    expect(reasons(policies, mode)).toEqual(expected);
  });

  test('of an allow have the statement', () => {
    const identity = of(allow());
    expect(ask({ identity }).because).toEqual([{ gate: 'identity', effect: 'allow', statement: identity[0] }]);
  });
});

describe('gates of an organization, an endpoint and a session', () => {
  const all = of(allow({ Action: '*', Resource: '*', Principal: '*' }));
  const nothing = of(allow({ Action: 's3:*', Resource: '*', Principal: '*' }));
  test.each<[string, Policies, string]>([
    [
      'all levels allow',
      { serviceControl: [all, all], resourceControl: [all, all], endpoint: all, session: all },
      'yes',
    ],
    ['one level of the service control does not', { serviceControl: [all, nothing] }, 'no'],
    ['one level of the resource control does not', { resourceControl: [nothing, all] }, 'no'],
    ['the endpoint does not', { endpoint: nothing }, 'no'],
    ['the session does not', { session: nothing }, 'no'],
    ['the session cannot be read', { session: 'unknown' }, 'maybe'],
    ['the endpoint denies', { endpoint: [...all, ...of(deny({ Principal: '*' }))] }, 'no'],
    ['the session denies', { session: [...all, ...of(deny())] }, 'no'],
    ['the boundary denies', { boundary: [...all, ...of(deny())] }, 'no'],
    ['a policy from outside may allow', { identity: [], outside: [all[0].actions.patterns[0]] }, 'maybe'],
  ])('%s', (_name, policies, verdict) => {
    expect(ask({ identity: of(allow()), ...policies }).verdict).toBe(verdict);
  });

  test('a policy outside of the assembly allows nothing if the request is given', () => {
    expect(ask({ outside: [all[0].actions.patterns[0]] }, { mode: 'given' }).verdict).toBe('no');
  });
});

test('an answer says in which deployments it holds, and in which it is possible', () => {
  const template = {
    Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
    Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
  };
  const either = (yes: string, no: string) => ({ 'Fn::If': ['Prod', yes, no] });
  const answer = (...Statement: object[]) => {
    const { verdict, guard, possible } = ask({ identity: statementsOf({ Statement }, template) });
    return [verdict, guard.example(), possible.example()];
  };
  expect(answer(allow({ Action: either('sqs:*', 's3:*') }))).toEqual(['yes', 'Stage = prod', 'Stage = prod']);
  expect(answer(allow(), deny({ Action: either('sqs:*', 's3:*') }))).toEqual(['yes', 'Stage = test', 'Stage = test']);
  expect(answer(allow(), deny({ Action: either('s3:*', 'sqs:*') }))).toEqual(['yes', 'Stage = prod', 'Stage = prod']);
  expect(answer(allow({ Effect: either('allow', 'Deny') }))).toEqual(['maybe', 'Stage = prod', 'Stage = prod']);
  expect(answer(deny())).toEqual(['no', undefined, undefined]);
});
