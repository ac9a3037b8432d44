import { runSimulation } from '@cloud-copilot/iam-simulate';
import { contextOf } from '../../../analysis/policy/condition';
import { evaluate } from '../../../analysis/policy/evaluate';
import { statementsOf } from './plain-policy';

/*
 * The same requests to this evaluator and to an independent one, with the same answers. The policies are put together at
 * random from the parts that decide something: what is in a statement, which of the policies has it.
 */

type Json = Record<string, unknown>;

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/agent`;

let seed = 11;
const random = (limit: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * limit);
};
const pick = <T>(list: readonly T[]): T => list[random(list.length)];
const some = <T>(list: readonly T[]): T | T[] => (random(3) ? pick(list) : [pick(list), pick(list)]);

const VALUES: Record<string, readonly string[]> = {
  string: [
    'prod',
    'Prod',
    'pro*',
    '*',
    'p?od',
    'test',
    '${aws:PrincipalTag/stage}',
    "${aws:PrincipalTag/none, 'prod'}",
  ],
  arn: [
    'arn:aws:sqs:us-east-1:111122223333:jobs',
    'arn:aws:sqs:*:111122223333:jobs',
    'arn:aws:sqs:us-east-1:*:j*',
    'arn:aws:s*:us-east-1:111122223333:jobs',
    'arn:aws:*:jobs',
  ],
  numeric: ['10', '10.5', '11', '-1', 'ten'],
  date: ['2026-11-27T00:00:00Z', '2026-11-28', '1764201600000', 'later'],
  bool: ['true', 'false', 'TRUE', 'maybe'],
  // Without 0.0.0.0/0 and without single addresses, which the simulator never finds different from an IPv6 address.
  ip: ['10.0.0.0/8', '10.1.2.3/32', '192.168.0.0/16', '2001:db8::/32'],
  binary: ['QUJD', 'QUJE'],
};
const OPERATORS: readonly [string, keyof typeof VALUES][] = [
  ...[
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringNotLike',
  ].map((name): [string, string] => [name, 'string']),
  ...['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'].map((name): [string, string] => [name, 'arn']),
  ...['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].flatMap(
    (name): [string, string][] => [
      [`Numeric${name}`, 'numeric'],
      [`Date${name}`, 'date'],
    ],
  ),
  ['Bool', 'bool'],
  ['IpAddress', 'ip'],
  ['NotIpAddress', 'ip'],
  ['BinaryEquals', 'binary'],
];
const CONTEXT: Record<string, readonly string[]> = {
  string: ['prod', 'test', 'Prod', '*'],
  arn: ['arn:aws:sqs:us-east-1:111122223333:jobs', 'arn:aws:sns:us-east-1:111122223333:jobs', 'jobs'],
  numeric: ['10', '11', '9.5', 'x'],
  date: ['2026-11-27T00:00:00Z', '2026-11-27T12:00:00Z', '1764201600001', 'x'],
  bool: ['true', 'false', 'x'],
  ip: ['10.1.2.3', '11.0.0.1', '2001:db8::1'],
  binary: ['QUJD'],
};

function condition(): Json {
  const [operator, kind] = pick(OPERATORS);
  if (!random(12)) {
    return { Null: { [`aws:PrincipalTag/${kind}`]: pick(['true', 'false']) } };
  }
  const set = random(4) ? '' : pick(['ForAnyValue:', 'ForAllValues:']);
  const name = `${set}${operator}${random(4) ? '' : 'IfExists'}`;
  return { [name]: { [`${set ? 'aws:TagKeys' : 'aws:PrincipalTag'}${set ? '' : `/${kind}`}`]: some(VALUES[kind]) } };
}

const RESOURCES = [
  'arn:aws:dynamodb:us-east-1:111122223333:table/jobs',
  'arn:aws:dynamodb:us-east-1:111122223333:table/*',
  'arn:aws:dynamodb:*:*:table/jo?s',
  'arn:aws:dynamodb:us-east-1:111122223333:table/${aws:PrincipalTag/stage}',
  'arn:aws:dynamodb:*',
  '*',
];
const ACTIONS = [
  'dynamodb:PutItem',
  'dynamodb:putitem',
  'dynamodb:Put*',
  'dynamodb:*',
  '*',
  'dynamodb:GetItem',
  's3:*',
];
const PRINCIPALS: readonly unknown[] = [
  '*',
  { AWS: '*' },
  { AWS: ROLE },
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: [`arn:aws:iam::${OTHER}:root`, `arn:aws:iam::${OTHER}:role/agent`] },
  { Service: 'events.amazonaws.com' },
];

/** In `NotPrincipal` a role goes with its account, as AWS asks for. */
function principal(principals: readonly unknown[]): Json {
  if (principals.length > 1 && !random(8)) {
    return { NotPrincipal: pick([{ AWS: [ROLE, `arn:aws:iam::${ACCOUNT}:root`] }, PRINCIPALS[5], PRINCIPALS[6]]) };
  }
  return principals.length > 0 ? { Principal: pick(principals) } : {};
}

function statement(principals: readonly unknown[]): Json {
  return {
    Effect: random(4) ? 'Allow' : 'Deny',
    [random(6) ? 'Action' : 'NotAction']: some(ACTIONS),
    [random(6) ? 'Resource' : 'NotResource']: some(RESOURCES),
    ...principal(principals),
    ...(random(3) ? {} : { Condition: condition() }),
  };
}

const policy = (principals: readonly unknown[] = []): Json => {
  const statements = Array.from({ length: 1 + random(3) }, () => statement(principals));
  return {
    Version: '2012-10-17',
    // A denial for everybody but some is written with NotPrincipal; with an allow IAM warns, and the simulator refuses.
    Statement: statements.map((each) => ('NotPrincipal' in each ? { ...each, Effect: 'Deny' } : each)),
  };
};

function contextVariables(): { single: Record<string, string>; multiple: Record<string, string[]> } {
  const tags = Object.keys(CONTEXT)
    .filter(() => random(4) > 0)
    .map((kind) => [`aws:PrincipalTag/${kind}`, pick(CONTEXT[kind])] as const);
  const keys = Object.values(CONTEXT).flat();
  return {
    single: {
      'aws:PrincipalArn': ROLE,
      ...Object.fromEntries(tags),
      ...(random(2) ? { 'aws:PrincipalTag/stage': 'jobs' } : {}),
    },
    multiple: random(3) ? { 'aws:TagKeys': [pick(keys), pick(keys)] } : {},
  };
}

const CALLER = { kind: 'AWS', name: [ROLE], account: [ACCOUNT] } as const;
const ACTION = 'dynamodb:PutItem';

test('600 random requests with identity, boundary, session, resource and endpoint policies', async () => {
  const differing: string[] = [];
  let allowed = 0;
  for (let i = 0; i < 600; i++) {
    const identity = policy();
    const resource = random(2) ? policy(PRINCIPALS) : undefined;
    const boundary = random(3) ? undefined : policy();
    const session = random(4) ? undefined : policy();
    const endpoint = random(4) ? undefined : policy(['*']);
    const context = contextVariables();
    const owner = random(5) ? ACCOUNT : OTHER;
    const target = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/jobs`;
    const simulated = await runSimulation(
      {
        request: {
          principal: ROLE,
          action: ACTION,
          resource: { resource: target, accountId: owner },
          contextVariables: { ...context.single, ...context.multiple },
        },
        identityPolicies: [{ name: 'identity', policy: identity }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(resource ? { resourcePolicy: resource } : {}),
        ...(boundary ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] } : {}),
        ...(session ? { sessionPolicy: session } : {}),
        ...(endpoint ? { vpcEndpointPolicies: [{ name: 'endpoint', policy: endpoint }] } : {}),
      },
      {},
    );
    if (simulated.resultType === 'error') {
      throw new Error(JSON.stringify(simulated.errors));
    }
    const answer = evaluate(
      {
        identity: statementsOf(identity),
        ...(resource ? { resource: statementsOf(resource) } : {}),
        ...(boundary ? { boundary: statementsOf(boundary) } : {}),
        ...(session ? { session: statementsOf(session) } : {}),
        ...(endpoint ? { endpoint: statementsOf(endpoint) } : {}),
      },
      {
        caller: CALLER,
        action: ACTION,
        resource: [target],
        resourceAccount: [owner],
        context: contextOf(context.single, context.multiple),
      },
      'given',
    );
    allowed += answer.verdict === 'yes' ? 1 : 0;
    if ((answer.verdict === 'yes') !== (simulated.overallResult === 'Allowed')) {
      differing.push(
        `${answer.verdict}, simulator ${simulated.overallResult}: ${JSON.stringify({ identity, resource, boundary, session, endpoint, context, owner })}`,
      );
    }
  }
  expect(differing).toEqual([]);
  // Both outcomes are tried.
  expect(allowed).toBeGreaterThan(100);
});
