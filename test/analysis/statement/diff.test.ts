import type { Change } from '../../../analysis/statement/change';
import { diffStatements } from '../../../analysis/statement/diff';
import { diffMarkdown, diffText } from '../../../analysis/statement/diff-markdown';
import {
  arn,
  changed,
  handWritten,
  statement,
  statementFrom,
  statementsFrom,
  statementsIn,
  type Resources,
} from './hand-written';

type Expected = [Change['kind'], Change['direction'], RegExp];

function changesOf(before: Resources, after: Resources): Change[] {
  return diffStatements([statementFrom(before)], [statementFrom(after)]).agents.flatMap(({ changes }) => changes);
}

const words = ({ text }: Change) => text.map((piece) => (typeof piece === 'string' ? piece : piece.name)).join('');

/** What is changed, how, and every change that must be told for it, no other. */
const CASES: [string, (resources: Resources) => void, Expected[]][] = [
  [
    'an action is added',
    (all) =>
      statementsIn(all, 'ExecutionRole').push({ Effect: 'Allow', Action: 's3:PutObject', Resource: arn('Data') }),
    [['also', 'wider', /^s3:PutObject on \$\{Hand#Data\} \(execution role\)$/]],
  ],
  [
    'an action is taken away',
    (all) => statementsIn(all, 'ExecutionRole').splice(1, 1),
    [['no longer', 'narrower', /^s3:GetObject on .*reports/]],
  ],
  [
    'a resource is widened',
    (all) => (statement(all, 'ExecutionRole', 1).Resource = { 'Fn::Sub': '${Data.Arn}/*' }),
    [['also', 'wider', /^s3:GetObject on \$\{Hand#Data\}\/\* \(before: on \$\{Hand#Data\}\/reports\/\*/]],
  ],
  [
    'a resource is narrowed',
    (all) => (statement(all, 'ExecutionRole', 1).Resource = { 'Fn::Sub': '${Data.Arn}/reports/2026/*' }),
    [['other', 'narrower', /^may now only s3:GetObject on .*2026/]],
  ],
  [
    'an action becomes a wildcard',
    (all) => (statement(all, 'ExecutionRole', 1).Action = 's3:*'),
    [['also', 'wider', /^s3:\* on/]],
  ],
  [
    'a condition is removed',
    (all) => delete statement(all, 'ExecutionRole', 2).Condition,
    [['also', 'wider', /^secretsmanager:GetSecretValue .*\(before: only if aws:SourceVpce is vpce-1/]],
  ],
  [
    'a condition is added',
    (all) => (statement(all, 'ExecutionRole', 1).Condition = { Bool: { 'aws:SecureTransport': 'true' } }),
    [['other', 'narrower', /^may now only s3:GetObject .*aws:SecureTransport is true.*\(before: without conditions/]],
  ],
  [
    'a denial is removed',
    (all) => statementsIn(all, 'ExecutionRole').splice(3, 1),
    [['protection', 'wider', /^lost: denial of iam:\* on \* \(execution role\)/]],
  ],
  [
    'a denial takes a permission away',
    (all) => statementsIn(all, 'ExecutionRole').push({ Effect: 'Deny', Action: 's3:*', Resource: '*' }),
    [
      ['no longer', 'narrower', /^s3:GetObject/],
      ['protection', 'narrower', /^added: denial of s3:\*/],
    ],
  ],
  [
    'another model is allowed',
    (all) =>
      (statement(all, 'SessionRole', 0).Condition.StringEquals['bedrock-mantle:Model'] = [
        'openai.gpt-5.6-luna',
        'openai.gpt-9',
      ]),
    [
      ['also', 'wider', /^call the model openai\.gpt-9$/],
      ['also', 'wider', /^bedrock-mantle:CreateInference/],
    ],
  ],
  [
    'the model is replaced',
    (all) => (statement(all, 'SessionRole', 0).Condition.StringEquals['bedrock-mantle:Model'] = 'openai.gpt-9'),
    [
      ['also', 'wider', /^call the model openai\.gpt-9$/],
      ['no longer', 'narrower', /^call the model openai\.gpt-5\.6-luna$/],
      ['also', 'wider', /^bedrock-mantle:CreateInference .* is openai\.gpt-9 \(before: /],
    ],
  ],
  [
    'the model condition is removed',
    (all) => delete statement(all, 'SessionRole', 0).Condition,
    [
      ['also', 'wider', /^call every model$/],
      ['no longer', 'narrower', /^call the model/],
      ['also', 'wider', /^bedrock-mantle:CreateInference/],
    ],
  ],
  [
    'an AWS managed policy is attached',
    (all) => (all.ExecutionRole.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess']),
    [
      ['also', 'wider', /^do everything that the policy arn:aws:iam::aws:policy\/ReadOnlyAccess allows/],
      ['other', 'wider', /^no longer known at synth: execution role: what the policy/],
    ],
  ],
  [
    'a permissions boundary is set',
    (all) => {
      all.ExecutionRole.Properties.PermissionsBoundary = { Ref: 'Boundary' };
      all.Boundary = {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:*', 'bedrock-mantle:*'], Resource: '*' }] },
        },
      };
    },
    [
      ['no longer', 'narrower', /^secretsmanager:GetSecretValue/],
      ['protection', 'narrower', /^added: the permissions boundary/],
    ],
  ],
  [
    'the session role trusts somebody else, too',
    (all) =>
      all.SessionRole.Properties.AssumeRolePolicyDocument.Statement.push({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
      }),
    [['also', 'wider', /^have its session role assumed by arn:aws:iam::444455556666:root$/]],
  ],
  [
    'a trust condition is removed',
    (all) => delete all.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement[0].Condition,
    [['also', 'wider', /^have its execution role assumed by bedrock-agentcore\.amazonaws\.com \(before: only if/]],
  ],
  [
    'a new principal may submit messages',
    (all) => {
      all.Intern = { ...structuredClone(all.Pipeline) };
      all.Intern.Properties.Policies[0].PolicyDocument.Statement = [
        { Effect: 'Allow', Action: 'bedrock-mantle:CreateAgentSessionEvent', Resource: '*' },
      ];
    },
    [['also', 'wider', /^be used by Hand#Intern, which may submit messages$/]],
  ],
  [
    'a caller can be anybody else',
    (all) => (all.Pipeline.Properties.AssumeRolePolicyDocument.Statement[0].Principal = { AWS: '*' }),
    [
      ['also', 'wider', /^be used through Hand#Pipeline by everybody/],
      ['no longer', 'narrower', /^be used through Hand#Pipeline by codebuild/],
    ],
  ],
  [
    // Only a service sends aws:SourceAccount, so that the condition above keeps the agent's own roles out.
    'everybody can assume a caller',
    (all) => {
      const [trust] = all.Pipeline.Properties.AssumeRolePolicyDocument.Statement;
      trust.Principal = { AWS: '*' };
      delete trust.Condition;
    },
    [
      ['also', 'wider', /^drive Hand#Pipeline and sessions of Hand#Runtime: its role assumes Hand#Pipeline \(session/],
      [
        'also',
        'wider',
        /^drive Hand#Pipeline, .* and sessions of Hand#Runtime: its role assumes .* \(execution role\)$/,
      ],
      ['also', 'wider', /^be used through Hand#Pipeline by everybody$/],
      ['no longer', 'narrower', /^be used through Hand#Pipeline by codebuild/],
    ],
  ],
  [
    'a schedule is added',
    (all) =>
      (all.Nightly = {
        Type: 'AWS::Scheduler::Schedule',
        Properties: { ScheduleExpression: 'rate(1 day)', Target: { Arn: arn('Starter'), Input: '{}' } },
      }),
    [
      ['also', 'wider', /^be started by the schedule Hand#Nightly \(rate\(1 day\)\)$/],
      ['bound', 'neutral', /^new: Retries of Hand#Nightly: 185 attempts$/],
    ],
  ],
  [
    'a rule is moved to another bus, on which others may put events',
    (resources) => (resources.Rule.Properties!.EventBusName = 'orders'),
    [['other', 'neutral', /^the trigger Hand#Rule fires on .* on the bus orders \(before: on /]],
  ],
  [
    'a trigger fires on something else',
    (all) => (all.Rule.Properties.EventPattern = { source: ['aws.s3'] }),
    [['other', 'neutral', /^the trigger Hand#Rule fires on .*aws\.s3.* \(before: on .*codecommit/]],
  ],
  [
    'a trigger passes the whole event',
    (all) => delete all.Rule.Properties.Targets[0].InputTransformer,
    [
      ['also', 'wider', /^receive the whole event from the trigger/],
      ['no longer', 'narrower', /^receive \$\.detail\.title/],
    ],
  ],
  [
    'a trigger loses its dead-letter queue',
    (all) => delete all.Rule.Properties.Targets[0].DeadLetterConfig,
    [['protection', 'wider', /^lost: the dead-letter queue of the trigger/]],
  ],
  [
    'a NAT route is added',
    (all) =>
      (all.Route = {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' },
      }),
    [['also', 'wider', /^leave its network through NAT gateway nat-1 to 0\.0\.0\.0\/0$/]],
  ],
  [
    'egress is opened',
    (all) => all.Group.Properties.SecurityGroupEgress.push({ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }),
    [['also', 'wider', /^exchange network traffic to 0\.0\.0\.0\/0, all protocols, all ports$/]],
  ],
  [
    'the Runtime becomes public',
    (all) => (all.Runtime.Properties.NetworkConfiguration = { NetworkMode: 'PUBLIC' }),
    [
      ['also', 'wider', /^reach any address/],
      ['also', 'wider', /^leave its network through public mode/],
      ['no longer', 'narrower', /^exchange network traffic/],
      ['no longer', 'narrower', /^reach the service bedrock-mantle through an endpoint/],
      ['other', 'neutral', /^no longer runs in the subnet/],
    ],
  ],
  [
    'an endpoint is added',
    (all) => {
      all.S3 = structuredClone(all.Endpoint);
      all.S3.Properties.ServiceName = 'com.amazonaws.us-east-1.s3';
    },
    [['also', 'wider', /^reach the service s3 through an endpoint$/]],
  ],
  [
    'an endpoint loses its policy',
    (all) => delete all.Endpoint.Properties.PolicyDocument,
    [['protection', 'wider', /^lost: the policy of the endpoint bedrock-mantle$/]],
  ],
  [
    'an endpoint lets more pass',
    (all) => (all.Endpoint.Properties.PolicyDocument.Statement[0].Action = 'bedrock-mantle:*'),
    [['also', 'wider', /^pass the endpoint bedrock-mantle with bedrock-mantle:\*/]],
  ],
  [
    'a bucket loses its key',
    (all) => delete all.Data.Properties.BucketEncryption,
    [['protection', 'wider', /^encryption of Hand#Data: no key stated.*\(before: customer-managed key Hand#Key\)$/]],
  ],
  [
    'another account is let in to a bucket',
    (all) =>
      (all.DataPolicy = {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Data' },
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: 'arn:aws:iam::999988887777:root' },
                Action: 's3:GetObject',
                Resource: { 'Fn::Sub': '${Data.Arn}/*' },
              },
            ],
          },
        },
      }),
    [['also', 'wider', /^give arn:aws:iam::999988887777:root access to Hand#Data: may s3:GetObject$/]],
  ],
  [
    'everybody is let in to the key',
    (all) =>
      (all.Key.Properties.KeyPolicy = {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
      }),
    [['also', 'wider', /^give everybody access to Hand#Key: may kms:\*$/]],
  ],
  [
    'session storage is added',
    (all) => (all.Runtime.Properties.FilesystemConfigurations = [{ SessionStorage: { MountPath: '/mnt/agent' } }]),
    [['also', 'wider', /^keep files in session storage \/mnt\/agent$/]],
  ],
  [
    'a trail records less',
    (all) => all.Trail.Properties.AdvancedEventSelectors.pop(),
    [['protection', 'wider', /^lost: the record Data, AWS::BedrockMantle::Project of the trail audit$/]],
  ],
  [
    'a trail records one Region',
    (all) => delete all.Trail.Properties.IsMultiRegionTrail,
    [['protection', 'wider', /^lost: the record of every Region of the trail audit$/]],
  ],
  [
    'a trail is switched off',
    (all) => (all.Trail.Properties.IsLogging = false),
    [
      ['protection', 'wider', /^lost: the record Data, AWS::BedrockMantle::Project of the trail audit$/],
      ['protection', 'wider', /^lost: the record Management of the trail audit$/],
    ],
  ],
  [
    'a macro may change every part',
    (all) => (all['Fn::Transform'] = { Name: 'Macro' } as never),
    [['other', 'wider', /^no longer known at synth: .*Macro/]],
  ],
  [
    'a permissions boundary outside of the app is set',
    (all) => (all.ExecutionRole.Properties.PermissionsBoundary = 'arn:aws:iam::111122223333:policy/Boundary'),
    [
      ['protection', 'narrower', /^added: the permissions boundary/],
      ['other', 'neutral', /^no longer known at synth: execution role: what the permissions boundary/],
    ],
  ],
  ['an alarm is removed', (all) => delete all.Alarm, [['protection', 'wider', /^lost: the alarm Hand#Alarm$/]]],
  [
    'a bound is raised',
    (all) => (all.Runtime.Properties.LifecycleConfiguration.MaxLifetime = 28800),
    [['bound', 'wider', /^Lifetime of the environment: 8 hours \(before: 2 hours\)$/]],
  ],
  [
    'a bound is lowered',
    (all) => (all.Runtime.Properties.LifecycleConfiguration.IdleRuntimeSessionTimeout = 300),
    [['bound', 'narrower', /^Idle time of the environment: 5 minutes \(before: 15 minutes\)$/]],
  ],
  [
    'a bound is removed',
    (all) => delete all.Runtime.Properties.LifecycleConfiguration,
    [
      ['bound', 'wider', /^Idle time of the environment: unbounded/],
      ['bound', 'wider', /^Lifetime of the environment: unbounded/],
    ],
  ],
  [
    'a function of the path may run more often at once',
    (all) => delete all.Starter.Properties.ReservedConcurrentExecutions,
    [['bound', 'wider', /^Concurrency of Hand#Starter: unbounded \(before: 2 executions\)$/]],
  ],
  [
    'a budget is added',
    (all) =>
      (all.Budget = {
        Type: 'AWS::Budgets::Budget',
        Properties: { Budget: { BudgetLimit: { Amount: 100, Unit: 'USD' }, TimeUnit: 'MONTHLY' } },
      }),
    [['bound', 'narrower', /^new: Budget Hand#Budget \(alarms only\): 100 USD monthly$/]],
  ],
  [
    'logs are kept shorter',
    (all) => (all.Logs.Properties.RetentionInDays = 7),
    [['bound', 'wider', /^Retention of Hand#Logs: 7 days \(before: 365 days\)$/]],
  ],
];

test.each(CASES)('%s', (_, change, expected) => {
  const changes = changesOf(handWritten(), changed(change));
  const found = changes.map((entry) => [entry.kind, entry.direction, words(entry)]);
  expect(found).toEqual(
    expect.arrayContaining(expected.map(([kind, direction, text]) => [kind, direction, expect.stringMatching(text)])),
  );
  expect(found).toHaveLength(expected.length);
});

test.each(CASES)('undone: %s is told in the other direction', (_, change) => {
  const [there, back] = [changesOf(handWritten(), changed(change)), changesOf(changed(change), handWritten())];
  const wider = (changes: Change[]) => changes.some(({ direction }) => direction === 'wider');
  const narrower = (changes: Change[]) => changes.some(({ direction }) => direction === 'narrower');
  expect(back.length).toBeGreaterThan(0);
  if (!narrower(there)) {
    expect(wider(back)).toBe(false);
  }
  if (!wider(there)) {
    expect(wider(back)).toBe(narrower(there));
  }
});

test('the same agent in another order of resources, statements and actions is no change', () => {
  const shuffled = Object.fromEntries(Object.entries(handWritten()).reverse());
  statementsIn(shuffled, 'SessionRole').reverse();
  statement(shuffled, 'SessionRole', 1).Action.reverse();
  const diff = diffStatements([statementFrom(handWritten())], [statementFrom(shuffled)]);
  expect(diff).toMatchObject({ wider: false, agents: [] });
  expect(statementFrom(shuffled)).toEqual(statementFrom(handWritten()));
});

test('splitting a wildcard into what is used reads as a loss and as what stays', () => {
  const wide = changed((all) => (statement(all, 'ExecutionRole', 1).Action = 's3:*'));
  const found = changesOf(wide, handWritten()).map((entry) => `${entry.direction}: ${words(entry)}`);
  expect(found).toEqual([
    expect.stringMatching(/^narrower: may still s3:GetObject/),
    expect.stringMatching(/^narrower: s3:\*/),
  ]);
});

test('a new agent is told with everything it can do, a removed one with everything it could', () => {
  const added = diffStatements([], [statementFrom(handWritten())]);
  expect(added).toMatchObject({ wider: true, agents: [{ agent: 'Hand#Runtime', status: 'added' }] });
  expect(diffText(added)).toMatch(/\+ s3:GetObject on/);
  const removed = diffStatements([statementFrom(handWritten())], []);
  expect(removed.agents[0].status).toBe('removed');
  expect(removed.wider).toBe(false);
  expect(removed.agents[0].changes.filter(({ direction }) => direction === 'wider')).toEqual([]);
  expect(diffText(removed)).toMatch(/- s3:GetObject on/);
});

test('agents are told apart by stack and logical id', () => {
  const two = () => statementsFrom({ One: handWritten(), Two: handWritten() });
  const changedTwo = statementsFrom({
    One: handWritten(),
    Two: changed((all) => (statement(all, 'ExecutionRole', 1).Action = 's3:*')),
  });
  expect(diffStatements(two(), changedTwo).agents.map(({ agent }) => agent)).toEqual(['Two#Runtime']);
});

test('a difference that has no words is not called "no change"', () => {
  const before = statementFrom(handWritten());
  const after = { ...before, limits: ['another limit'] };
  expect(diffMarkdown(diffStatements([before], [after]))).toMatch(/details differ/);
});

test('the comment of a pull request says what the change lets the agent also do', () => {
  const after = changed((all) => {
    statementsIn(all, 'ExecutionRole').push({ Effect: 'Allow', Action: 's3:PutObject', Resource: arn('Data') });
    all.Runtime.Properties.LifecycleConfiguration.MaxLifetime = 28800;
  });
  const text = diffMarkdown(diffStatements([statementFrom(handWritten())], [statementFrom(after)]));
  expect(text).toBe(
    [
      '### Agent reach: increased ⚠️',
      '',
      '#### Agent `Helper` (`Hand#Runtime`)',
      '',
      '**The agent can now**',
      '',
      '- ⚠️ `s3:PutObject` on `${Hand#Data}` (execution role)',
      '',
      '**Limits changed**',
      '',
      '- ⚠️ `Lifetime of the environment`: `8 hours` (before: `2 hours`)',
      '',
    ].join('\n'),
  );
});
