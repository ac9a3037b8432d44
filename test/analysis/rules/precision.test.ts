import { serviceNames, service } from '../../../analysis/facts/actions';
import { checkStacks } from '../../../analysis/rules/check';
import { RULE_TEXTS } from '../../../analysis/rules/index';
import { arnOf } from '../model/templates';
import { may, of, ref, roleOf, sub } from './attacks/app';
import { type Change, changed, execution, policyFor } from './attacks/pair';
import { reported, said } from './attacks/reported';

/** Properties that every object has: a template may use them as names, and a lookup must not find the property. */
const MEMBERS = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

describe('a role that AgentCore assumes for something else is no execution role', () => {
  const trusted = roleOf('bedrock-agentcore.amazonaws.com', may('bedrock:InvokeModel', '*'));

  test.each<[type: string, properties: (role: unknown) => object]>([
    ['Memory', (role) => ({ Name: 'm', EventExpiryDuration: 30, MemoryExecutionRoleArn: role })],
    ['Gateway', (role) => ({ Name: 'g', ProtocolType: 'MCP', AuthorizerType: 'AWS_IAM', RoleArn: role })],
    [
      'BrowserCustom',
      (role) => ({ Name: 'b', NetworkConfiguration: { NetworkMode: 'PUBLIC' }, ExecutionRoleArn: role }),
    ],
    [
      'CodeInterpreterCustom',
      (role) => ({ Name: 'c', NetworkConfiguration: { NetworkMode: 'PUBLIC' }, ExecutionRoleArn: role }),
    ],
    ['OnlineEvaluationConfig', (role) => ({ OnlineEvaluationConfigName: 'e', EvaluationExecutionRoleArn: role })],
  ])('%s', (type, properties) => {
    const Resources = {
      TheirRole: trusted,
      Theirs: of(`AWS::BedrockAgentCore::${type}`, properties(arnOf('TheirRole'))),
    };
    expect(said({ add: Resources })).toEqual([]);
    expect(said({ other: Resources })).toEqual([]);
  });

  test('and neither is one that nothing in the app uses', () => {
    expect(said({ other: { TheirRole: trusted } })).toEqual([]);
  });
});

test.each<[string, string[]]>([
  ['OpenRole', []],
  [
    'ExecutionRole',
    ['MA-ID5 More: s3:*Object allows every action that matches the pattern, also those that AWS adds later'],
  ],
])('a pattern of actions is reported of a role of the agent, not of its client: %s', (role, expected) => {
  const pattern = may('s3:*Object', 'arn:aws:s3:::team-data/*');
  const all = said({ add: { More: policyFor(ref(role), pattern) } });
  expect(all.filter((each) => each.startsWith('MA-ID5'))).toEqual(expected);
});

test.each([
  ['a parameter', { Type: 'String' }],
  ['Parameter Store', { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/admins' }],
])('a key for a role whose name is given by %s is one finding', (_name, RoleName) => {
  const Condition = { ArnLike: { 'aws:PrincipalArn': sub('arn:aws:iam::${AWS::AccountId}:role/${RoleName}') } };
  const policy = { ...may('kms:*', '*', { Condition }), Principal: { AWS: '*' } };
  const own: Change = {
    sections: { Parameters: { RoleName } },
    set: { 'Key.KeyPolicy.Statement': (statements: object[]) => [...statements, policy] },
  };
  expect(said(own)).toEqual([expect.stringMatching(/^MA-READ1 Key: .* it could touch Key, Runtime$/)]);
  const Resources = { Shared: of('AWS::KMS::Key', { KeyPolicy: { Statement: [policy] } }) };
  expect(said({ other: { Parameters: { RoleName }, Resources } })).toEqual([
    expect.stringMatching(/^MA-READ1 Shared: .* it could touch Runtime$/),
  ]);
});

test('a bucket that a template names is not one that gets its name from a stack whose name is not known', () => {
  const rulesWith = (bucket: string) => {
    const [{ template }] = changed(execution(may('s3:GetObject', `arn:aws:s3:::${bucket}/app/*`)));
    const stacks = [{ id: 'agent.yaml', account: '111122223333', region: 'us-east-1', template }];
    return checkStacks({ stacks, families: ['identity'] }).map(({ rule }) => rule);
  };
  expect(rulesWith('team-data')).toEqual([]);
  expect(rulesWith('prod-evidence-1a2b3c4d5e6f')).toEqual(['MA-ID7']);
});

test('a literal Region counts as that of a stack whose Region is not known', () => {
  const trust = (region: string): Change => ({
    agnostic: true,
    set: {
      'ExecutionRole.AssumeRolePolicyDocument.Statement.0.Condition': {
        StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
        ArnLike: { 'aws:SourceArn': sub(`arn:aws:bedrock-agentcore:${region}:\${AWS::AccountId}:*`) },
      },
    },
  });
  const rules = (change: Change) => reported(change).flatMap(({ rule }) => (rule === 'MA-ID2' ? [rule] : []));
  expect(rules(trust('us-east-1'))).toEqual([]);
  expect(rules(trust('*'))).toEqual(['MA-ID2']);
});

describe('whether an action may be on every resource', () => {
  const actions = serviceNames().flatMap((name) => [...service(name)!.actions.values()]);
  const onEverything = (names: readonly string[]) =>
    reported({ add: { More: policyFor(ref('OpenRole'), ...names.map((name) => may(name, '*'))) } })
      .filter(({ rule }) => rule === 'MA-ID5')
      .flatMap(({ data }) => data.actions ?? []);

  test('is said by the data of all services: those without a resource form may', () => {
    const without = actions.filter(({ forms }) => forms.length === 0).map(({ action }) => action);
    expect(without.length).toBeGreaterThan(6_000);
    expect(onEverything(without)).toEqual([]);
  });

  test('those with one may not', () => {
    const named = ['sqs:SendMessage', 'dynamodb:GetItem', 's3:GetObject', 'lambda:InvokeFunction', 'kinesis:PutRecord'];
    expect(onEverything(named)).toEqual(named);
  });

  test('metrics have none that names them: they may be read and written', () => {
    const metrics = ['PutMetricData', 'GetMetricData'];
    expect(said(execution(...metrics.map((name) => may(`cloudwatch:${name}`, '*'))))).toEqual([]);
  });
});

test.each(['us-east-1', 'us-west-2', 'us-east-2'])(
  'a stack without an environment is judged by what it says: %s in every name of an endpoint and every ARN',
  (region) => {
    const stacks = JSON.parse(JSON.stringify(changed({ agnostic: true })).replaceAll('us-east-1', region));
    expect(checkStacks({ stacks }).filter(({ rule }) => rule !== 'MA-COST1')).toEqual([
      expect.objectContaining({ rule: 'MA-NET6', severity: 'warning' }),
    ]);
  },
);

describe.each(MEMBERS)('the name %s', (name) => {
  /** Findings of a template as it is read from a file, with one name in place of another. */
  const renamed = (old: string, change: Change) => {
    const text = JSON.stringify(changed(change))
      .replaceAll(`"${old}"`, `"${name}"`)
      .replaceAll(`\${${old}`, `\${${name}`);
    return checkStacks({ stacks: JSON.parse(text) }).filter(
      ({ rule, severity }) => rule !== 'MA-COST1' && severity !== 'warning',
    );
  };
  const wide = execution(may('s3:*', '*'));

  test("of a resource doesn't hide its other properties", () => {
    expect(renamed('More', wide)).toContainEqual(
      expect.objectContaining({
        rule: 'MA-ID5',
        severity: 'fatal',
        location: expect.objectContaining({ logicalId: name }),
      }),
    );
  });

  test('of the role and of the queue of an agent is referred to like any other', () => {
    expect(renamed('Queue', {}).map(({ rule, says }) => `${rule}: ${says}`)).toEqual([]);
    expect(renamed('ExecutionRole', wide).map(({ rule }) => rule)).toContain('MA-ID5');
  });

  test('of a type, a parameter, a condition, a key of a map, an export and a property is only a name', () => {
    const parameter = { ...wide, sections: { Parameters: { Old: { Type: 'String', Default: 'x' } } } };
    expect(renamed('Old', parameter).map(({ rule }) => rule)).toContain('MA-ID5');
    const condition: Change = {
      sections: {
        Parameters: { Stage: { Type: 'String' } },
        Conditions: { Old: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
      },
      ...execution(may({ 'Fn::If': ['Old', 's3:*', 's3:GetObject'] }, 'arn:aws:s3:::team-data/*')),
    };
    expect(renamed('Old', condition).map(({ rule }) => rule)).toContain('MA-ID5');
    const map: Change = {
      sections: { Mappings: { Old: { Old: { Old: 's3:*' } } } },
      ...execution(may({ 'Fn::FindInMap': ['Old', 'Old', 'Old'] }, 'arn:aws:s3:::team-data/*')),
    };
    expect(renamed('Old', map).map(({ rule }) => rule)).toContain('MA-ID5');
    const imported: Change = { other: { More: policyFor({ 'Fn::ImportValue': 'execution-name' }, may('s3:*', '*')) } };
    expect(renamed('execution-name', imported).map(({ rule }) => rule)).toContain('MA-ID5');
    const odd: Change = { add: { Odd: of('Old', { Old: { Old: ['Old', null] } }) } };
    expect(renamed('Old', odd)).toEqual([]);
  });
});

test('null in place of a resource or of any of its members counts as absent', () => {
  const Nothing = null;
  expect(said({ add: { Nothing } as any })).toEqual([]);
  for (const rest of [{ Properties: null }, { Metadata: null }, { DependsOn: null }, { Condition: null }]) {
    expect(said({ add: { Data2: { Type: 'AWS::CloudWatch::Alarm', ...rest } } })).toEqual([]);
  }
  expect(
    reported({ ...execution(may('s3:*', '*')), sections: { Parameters: null, Conditions: null, Mappings: null } }),
  ).not.toEqual([]);
});

test('what is wrong and why are sentences of two places', () => {
  for (const { rule, says } of reported(execution(may(['s3:*', 'iam:PassRole'], '*')))) {
    const text = RULE_TEXTS.find(({ id }) => id === rule)!;
    expect(text.why).not.toBe('');
    expect(says).not.toContain(text.why);
    expect(says).not.toMatch(/\.$/);
  }
});
