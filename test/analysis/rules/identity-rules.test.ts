import { checkStacks } from '../../../analysis/rules/check';
import { MA_ID4 } from '../../../analysis/rules/ma-id4';
import { MA_ID8 } from '../../../analysis/rules/ma-id8';
import { arnOf, role } from '../model/templates';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const MODEL = { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } };

const trust = (service: string) => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: `${service}.amazonaws.com` },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
        ArnLike: { 'aws:SourceArn': `arn:aws:${service}:${REGION}:${ACCOUNT}:*` },
      },
    },
  ],
});

/** An agent with a session role, an execution role and a function that starts turns. */
function agent(statements: readonly object[] = [], more: Record<string, unknown> = {}, executing: object = {}) {
  return {
    Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: arnOf('Execution') } },
    Execution: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('bedrock-agentcore'),
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'],
                  Resource: arn('bedrock-mantle', 'project/default'),
                },
                ...statements,
              ],
            },
          },
        ],
        ...executing,
      },
    },
    Session: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('bedrock-mantle'),
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'bedrock-mantle:CreateInference',
                  Resource: arn('bedrock-mantle', 'project/default'),
                  Condition: MODEL,
                },
                {
                  Effect: 'Allow',
                  Action: 'bedrock-agentcore:InvokeAgentRuntime',
                  Resource: [
                    arnOf('Runtime', 'AgentRuntimeArn'),
                    { 'Fn::Sub': '${Runtime.AgentRuntimeArn}/runtime-endpoint/*' },
                  ],
                },
              ],
            },
          },
        ],
      },
    },
    Client: role('lambda.amazonaws.com', {
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'],
                Resource: arn('bedrock-mantle', 'project/default'),
              },
              {
                Effect: 'Allow',
                Action: 'iam:PassRole',
                Resource: arnOf('Session'),
                Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
              },
            ],
          },
        },
      ],
    }),
    Starter: { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('Client') } },
    ...more,
  };
}

const allow = (Action: unknown, Resource: unknown = '*', rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});

/** Ids of the rules that find something, with the severity, in a stack or in a whole template. */
function found(template: object, others: Record<string, object> = {}): string[] {
  const stack = (id: string, each: object, known = true) => ({
    id,
    stackName: id,
    ...(known ? { account: ACCOUNT, region: REGION } : {}),
    template: 'Resources' in each ? each : { Resources: each },
  });
  const stacks = [stack('App', template), ...Object.entries(others).map(([id, each]) => stack(id, each))];
  const findings = checkStacks({ stacks, families: ['identity'] });
  return [...new Set(findings.map(({ rule, severity }) => `${rule} ${severity}`))].sort();
}

const admin = (more: object = {}) =>
  role('lambda.amazonaws.com', {
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [allow('*')] } }],
    ...more,
  });
const policy = (Roles: unknown[], statement: object = allow('s3:*')) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'wide', Roles, PolicyDocument: { Statement: [statement] } },
});
const QUEUE = { Type: 'AWS::SQS::Queue' };
const TABLE = { Type: 'AWS::DynamoDB::Table', Properties: {} };
const tool = (roleId: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Role: arnOf(roleId) } });

test('an agent with least privilege has no finding', () => {
  expect(found(agent())).toEqual([]);
});

test('a denial protects in the deployments that have it', () => {
  const Parameters = { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } };
  const Conditions = { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } };
  const power = allow('iam:PutRolePolicy', 'arn:aws:iam::111122223333:role/x');
  const denied = (denial: object) => {
    const Resources = agent([power, { Effect: 'Deny', Action: 'iam:*', Resource: '*', ...denial }]);
    return found({ Parameters, Conditions, Resources });
  };
  const either = (yes: unknown, no: unknown) => ({ 'Fn::If': ['Prod', yes, no] });
  const none = { Ref: 'AWS::NoValue' };
  expect(denied({})).toEqual([]);
  for (const denial of [
    { Action: either('iam:*', 's3:*') },
    { Action: ['s3:*', either('iam:PutRolePolicy', none)] },
    { Resource: either('*', arn('sqs', 'q')) },
    { Condition: either({ Bool: { 'aws:SecureTransport': 'false' } }, none) },
  ]) {
    expect(denied(denial)).toEqual(['MA-ID7 fatal']);
  }
  expect(denied({ Action: either('iam:*', 'iam:PutRolePolicy') })).toEqual([]);
});

describe('what the execution role may do', () => {
  const bucket = (of = 'Data') => [arnOf(of), { 'Fn::Sub': `\${${of}.Arn}/*` }];
  const Data = { Data: { Type: 'AWS::S3::Bucket' } };

  test.each<[string, readonly object[], Record<string, unknown>]>([
    ['bucket.grantRead', [allow(['s3:GetObject*', 's3:GetBucket*', 's3:List*'], bucket())], Data],
    [
      'bucket.grantReadWrite',
      [
        allow(
          ['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 's3:PutObject', 's3:Abort*'],
          bucket(),
        ),
      ],
      Data,
    ],
    [
      'table.grantReadWriteData',
      [allow(['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem'], [arnOf('Table')])],
      { Table: TABLE },
    ],
    ['an index of a table', [allow('dynamodb:Query', { 'Fn::Sub': '${Table.Arn}/index/*' })], { Table: TABLE }],
    ['queue.grantSendMessages', [allow(['sqs:SendMessage', 'sqs:GetQueueUrl'], arnOf('Queue'))], { Queue: QUEUE }],
    [
      'queue.grantConsumeMessages',
      [allow(['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'], arnOf('Queue'))],
      { Queue: QUEUE },
    ],
    [
      'secret.grantRead',
      [allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], { Ref: 'Secret' })],
      { Secret: { Type: 'AWS::SecretsManager::Secret' } },
    ],
    [
      'a secret by name',
      [allow('secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:npm-token-??????'))],
      {},
    ],
    ['key.grantDecrypt', [allow('kms:Decrypt', arnOf('Key'))], { Key: { Type: 'AWS::KMS::Key' } }],
    ['parameter.grantRead', [allow(['ssm:GetParameter', 'ssm:GetParameters'], arn('ssm', 'parameter/app/limit'))], {}],
    ['cloudwatch:PutMetricData', [allow('cloudwatch:PutMetricData')], {}],
    [
      'a function with little',
      [allow('lambda:InvokeFunction', arnOf('Tool'))],
      { Tool: tool('Small'), Small: role('lambda.amazonaws.com') },
    ],
  ])('%s passes', (_, statements, more) => {
    expect(found(agent(statements, more))).toEqual([]);
  });

  test.each<[string, readonly object[], string[]]>([
    ['a whole service', [allow('sqs:*', arn('sqs', 'q'))], ['MA-ID5 fatal', 'MA-ID7 fatal']],
    [
      'NotAction',
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
      ['MA-ID4 fatal', 'MA-ID5 fatal', 'MA-ID7 fatal', 'MA-ID8 fatal'],
    ],
    ['every table', [allow('dynamodb:GetItem', arn('dynamodb', 'table/*'))], ['MA-ID5 fatal']],
    ['every key', [allow('kms:Decrypt', arn('kms', 'key/*'))], ['MA-ID5 fatal']],
    ['every parameter below a path', [allow('ssm:GetParameter', arn('ssm', 'parameter/prod/*'))], ['MA-ID5 error']],
    ['buckets by a part of the name', [allow('s3:GetObject', 'arn:aws:s3:::c*')], ['MA-ID5 error']],
    ['buckets with a dash', [allow('s3:GetObject', 'arn:aws:s3:::*-*')], ['MA-ID5 fatal']],
    [
      'the same table of every account',
      [allow('dynamodb:GetItem', `arn:aws:dynamodb:${REGION}:*:table/t`)],
      ['MA-ID5 error'],
    ],
    ['a pattern of actions', [allow('dynamodb:*Item', arn('dynamodb', 'table/t'))], ['MA-ID5 error']],
    ['control of a named resource', [allow('dynamodb:DeleteTable', arn('dynamodb', 'table/t'))], ['MA-ID7 error']],
    ['control without a resource form', [allow('ec2:DescribeInstances')], ['MA-ID7 error']],
    ['an action that nobody knows', [allow('nova:Conjure', '*')], ['MA-ID5 fatal', 'MA-ID7 error']],
    ['policies', [allow('iam:PutRolePolicy', arn('iam', 'role/x'))], ['MA-ID7 fatal']],
    ['assuming a role', [allow('sts:AssumeRole', 'arn:aws:iam::111122223333:role/x')], ['MA-ID7 fatal']],
    [
      'another model',
      [allow('bedrock:InvokeModel', 'arn:aws:bedrock:us-east-1::foundation-model/x')],
      ['MA-ID4 error', 'MA-ID7 error'],
    ],
    ['answers to approvals', [allow('states:SendTaskSuccess')], ['MA-ID7 error']],
    [
      'a function outside of the app',
      [allow('lambda:InvokeFunction', arn('lambda', 'function:elsewhere'))],
      ['MA-ID7 error'],
    ],
  ])('%s is a finding', (_, statements, expected) => {
    expect(found(agent(statements))).toEqual(expected);
  });

  test('a declared action passes', () => {
    const Metadata = {
      AgentDeclarations: [
        {
          kind: 'action',
          role: arnOf('Execution'),
          action: 'ec2:DescribeInstances',
          reason: 'It has no resource form',
        },
      ],
    };
    expect(found({ Metadata, Resources: agent([allow('ec2:DescribeInstances')]) })).toEqual([]);
  });
});

describe('what MA-ID4 says of a policy of the session role', () => {
  const may = (Action: unknown, rest: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest });
  const says = (role: string, ...statements: object[]) => {
    const More = policy([{ Ref: role }]);
    const Resources = agent([], {
      More: { ...More, Properties: { ...More.Properties, PolicyDocument: { Statement: statements } } },
    });
    const template = { Parameters: { Any: { Type: 'String' } }, Resources };
    return checkStacks({ stacks: [{ id: 'App', account: ACCOUNT, region: REGION, template }], rules: [MA_ID4] })
      .filter(({ location }) => location.logicalId === 'More')
      .map(({ says: text, severity }) => `${severity}: ${text}`);
  };
  const WITHOUT = 'fatal: bedrock-mantle:CreateInference is allowed without StringEquals bedrock-mantle:Model';
  const open = (value: string, severity = 'fatal') =>
    `${severity}: bedrock-mantle:Model isn't a literal model id: ${value}`;

  test.each<[object, unknown[]]>([
    [{ StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } }, []],
    [{ StringEquals: { 'Bedrock-Mantle:model': ['openai.gpt-5.6-luna', 'openai.other'] } }, []],
    [{}, [WITHOUT]],
    [{ StringLike: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } }, [WITHOUT]],
    [{ StringNotEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } }, [WITHOUT]],
    [{ StringEqualsIfExists: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } }, [WITHOUT]],
    [{ StringEquals: { 'bedrock-mantle:Project': 'openai.gpt-5.6-luna' } }, [WITHOUT]],
    [{ StringEquals: { 'bedrock-mantle:Model': 'openai.*' } }, [open('openai.*')]],
    [{ StringEquals: { 'bedrock-mantle:Model': ['openai.gpt-5.6-luna', 'x?'] } }, [open('x?')]],
    [{ StringEquals: { 'bedrock-mantle:Model': '${aws:PrincipalTag/model}' } }, [open('${aws:PrincipalTag/model}')]],
    [
      { StringEquals: { 'bedrock-mantle:Model': { Ref: 'Any' } } },
      [expect.stringMatching(/^error: .*literal model id/)],
    ],
    [{ StringEquals: { 'bedrock-mantle:Model': { Ref: 'Starter' } } }, [expect.stringMatching(/literal model id/)]],
  ])('for inference on the condition %j', (Condition, expected) => {
    expect(says('Session', may('bedrock-mantle:CreateInference', { Condition }))).toEqual(expected);
  });

  test.each([
    ['InvokeModel', true],
    ['InvokeModelWithResponseStream', true],
    ['Converse', true],
    ['ConverseStream', true],
    ['CreateModelInvocationJob', true],
    ['StartAsyncInvoke', true],
    ['InvokeAgent', false],
    ['InvokeFlow', false],
    ['InvokeInlineAgent', false],
    ['InvokeBuilder', false],
    ['InvokeDataAutomationAsync', false],
    ['ListFoundationModels', false],
  ])('for bedrock:%s', (name, calls) => {
    const action = `bedrock:${name}`;
    const expected = [`error: The role may call models without a session, which limits the model: ${action}`];
    expect(says('Session', may(action))).toEqual(calls ? expected : []);
    expect(says('Session', may(action), may(action, { Effect: 'Deny' }))).toEqual([]);
    expect(says('Client', may(action))).toEqual([]);
  });
});

describe('a policy reaches the execution role', () => {
  const last = (delimiter: string, value: unknown) => ({ 'Fn::Select': [1, { 'Fn::Split': [delimiter, value] }] });
  const named = { RoleName: 'runner' };

  test.each<[string, Record<string, unknown>, object]>([
    ['by reference', { P: policy([{ Ref: 'Execution' }]) }, {}],
    ['by its name', { P: policy(['runner']) }, named],
    ['by the name in its ARN', { P: policy([last('/', arnOf('Execution'))]) }, {}],
    ['by a name in parts', { P: policy([{ 'Fn::Join': ['', ['run', 'ner']] }]) }, named],
    [
      'as a managed policy by ARN',
      {
        P: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { ManagedPolicyName: 'wide', PolicyDocument: { Statement: [allow('s3:*')] } },
        },
      },
      { ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/wide' }] },
    ],
  ])('%s', (_, more, executing) => {
    expect(found(agent([], more, executing))).toContain('MA-ID5 fatal');
  });

  test('in another stack, by an exported ARN', () => {
    const exported = { Arn: { Value: arnOf('Execution'), Export: { Name: 'execution' } } };
    const other = { P: policy([last('/', { 'Fn::ImportValue': 'execution' })]) };
    expect(found({ Outputs: exported, Resources: agent() }, { Other: other })).toContain('MA-ID5 fatal');
  });

  test('of AWS through the default of a parameter: whoever deploys may pass another one', () => {
    const Parameters = { P: { Type: 'String', Default: 'arn:aws:iam::aws:policy/AdministratorAccess' } };
    const Resources = agent([], {}, { ManagedPolicyArns: [{ Ref: 'P' }] });
    expect(found({ Parameters, Resources })).toEqual(['MA-ID5 fatal', 'MA-READ1 warning']);
  });

  test('that isn’t in the app: one finding, cleared by a declaration', () => {
    const policyArn = 'arn:aws:iam::111122223333:policy/company';
    const Resources = agent([], {}, { ManagedPolicyArns: [policyArn] });
    const AgentDeclarations = [{ kind: 'unreadable', reason: 'Reviewed', names: [policyArn] }];
    expect(found(Resources)).toEqual(['MA-READ1 error']);
    expect(found({ Metadata: { AgentDeclarations }, Resources })).toEqual([]);
  });
});

describe('what the execution role can become or start', () => {
  const tools = (Small: object) => ({ Tool: tool('Small'), Small });

  test.each<[string, readonly object[], Record<string, unknown>]>([
    [
      'a stronger role that trusts it',
      [],
      {
        Strong: {
          ...admin(),
          Properties: {
            ...admin().Properties,
            AssumeRolePolicyDocument: {
              Statement: [{ Effect: 'Allow', Principal: { AWS: arnOf('Execution') }, Action: 'sts:AssumeRole' }],
            },
          },
        },
      },
    ],
    ['a function with a stronger role', [allow('lambda:InvokeFunction', arnOf('Tool'))], tools(admin())],
    [
      'an alias of it',
      [allow('lambda:InvokeFunction', { Ref: 'Live' })],
      {
        ...tools(admin()),
        Live: {
          Type: 'AWS::Lambda::Alias',
          Properties: { Name: 'live', FunctionName: { Ref: 'Tool' }, FunctionVersion: '1' },
        },
      },
    ],
    [
      'a queue that feeds it',
      [allow('sqs:SendMessage', arnOf('Queue'))],
      {
        ...tools(admin()),
        Queue: QUEUE,
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { FunctionName: { Ref: 'Tool' }, EventSourceArn: arnOf('Queue') },
        },
      },
    ],
    ['the function that starts turns', [allow('lambda:InvokeFunction', arnOf('Starter'))], {}],
  ])('%s', (_, statements, more) => {
    expect(found(agent(statements, more))).toContain('MA-ID7 fatal');
  });

  const trustWithTag = (Condition: object, Tags?: object[]) => {
    const Strong = admin();
    const AssumeRolePolicyDocument = {
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition }],
    };
    Object.assign(Strong.Properties, { AssumeRolePolicyDocument });
    return found(agent([], { Strong }, Tags ? { Tags } : {})).filter((each) => each.startsWith('MA-ID7'));
  };
  const own = { 'aws:PrincipalAccount': ACCOUNT };

  test.each<[string, object, object[] | undefined, string[]]>([
    [
      'that the template does not give it',
      { StringEquals: { ...own, 'aws:PrincipalTag/team': 'a' } },
      undefined,
      ['MA-ID7 error'],
    ],
    [
      'of which it has another value',
      { StringEquals: { ...own, 'aws:PrincipalTag/team': 'a' } },
      [{ Key: 'team', Value: 'b' }],
      ['MA-ID7 error'],
    ],
    [
      'that it has',
      { StringEquals: { ...own, 'aws:PrincipalTag/team': 'a' } },
      [{ Key: 'Team', Value: 'a' }],
      ['MA-ID7 fatal'],
    ],
    [
      'that it must have',
      { StringEquals: own, Null: { 'aws:PrincipalTag/team': 'false' } },
      undefined,
      ['MA-ID7 error'],
    ],
    [
      'if it has any',
      { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'a' }, StringEquals: own },
      undefined,
      ['MA-ID7 fatal'],
    ],
    [
      'that it must not have',
      { StringNotEquals: { 'aws:PrincipalTag/team': 'a' }, StringEquals: own },
      undefined,
      ['MA-ID7 fatal'],
    ],
  ])('a stronger role that trusts everybody of the account with a tag: %s', (_, condition, tags, expected) => {
    expect([...new Set(trustWithTag(condition, tags))].sort()).toEqual(expected);
  });

  test('a queue that feeds a function with an ordinary role is data', () => {
    const more = {
      ...tools(role('lambda.amazonaws.com')),
      Queue: QUEUE,
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Tool' }, EventSourceArn: arnOf('Queue') },
      },
    };
    expect(found(agent([allow('sqs:SendMessage', arnOf('Queue'))], more))).toEqual([]);
  });

  test('roles of clients and of what starts turns don’t make themselves stronger', () => {
    expect(
      found(
        agent([], { P: policy([{ Ref: 'Client' }], allow('iam:PutRolePolicy', 'arn:aws:iam::111122223333:role/x')) }),
      ),
    ).toEqual(['MA-ID7 error']);
  });
});

describe('roles of other things', () => {
  test('that AgentCore is trusted with are no execution roles', () => {
    const Memory = {
      Type: 'AWS::BedrockAgentCore::Memory',
      Properties: { MemoryExecutionRoleArn: arnOf('MemoryRole') },
    };
    const MemoryRole = role('bedrock-agentcore.amazonaws.com', {
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [allow('bedrock:InvokeModel')] } }],
    });
    expect(found(agent([], { Memory, MemoryRole }))).toEqual([]);
  });

  test('administrators and pipelines next to an agent have no finding', () => {
    expect(found(agent([], { Admin: admin() }), { Other: { Admin: admin() } })).toEqual([]);
  });
});

test('literal accounts and Regions are right in a stack without an environment', () => {
  const stacks = [{ id: 'App', template: { Resources: agent() } }];
  expect(checkStacks({ stacks, families: ['identity'] })).toEqual([]);
});

describe('what can’t be read', () => {
  const one = ['MA-READ1 error'];
  const sam = (properties: object) => ({ Type: 'AWS::Serverless::Function', Properties: properties });

  test.each<[string, object]>([
    ['a macro', { Transform: ['Company'], Resources: agent() }],
    ['a macro among the resources', { Resources: { ...agent(), 'Fn::Transform': { Name: 'AWS::Include' } } }],
    [
      'a nested stack by URL',
      agent([], { N: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://x' } } }),
    ],
    ['a SAM function with a role of the agent', agent([], { F: sam({ Role: arnOf('Client') }) })],
    [
      'the role of the Runtime',
      {
        Parameters: { R: { Type: 'String' } },
        Resources: { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: { Ref: 'R' } } } },
      },
    ],
    [
      'a policy document',
      agent([], {
        P: {
          Type: 'AWS::IAM::Policy',
          Properties: { Roles: [{ Ref: 'Execution' }], PolicyDocument: { 'Fn::ImportValue': 'x' } },
        },
      }),
    ],
  ])('%s is one finding', (_, template) => {
    expect(found(template)).toEqual(one);
  });

  test.each([
    ['arn:aws:iam::111122223333:role/x', 'the role arn:aws:iam::111122223333:role/x is not part of what is analyzed'],
    [{ Ref: 'R' }, 'parameter R is given at deployment'],
  ])('of the role of the Runtime is said where it is named: %j', (RoleArn, what) => {
    const template = {
      Parameters: { R: { Type: 'String' } },
      Resources: { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn } } },
    };
    const findings = checkStacks({ stacks: [{ id: 'App', template }], families: ['identity'] });
    expect(findings.map(({ says, location }) => [location.logicalId, says])).toEqual([
      ['Runtime', `This can't be read: ${what}, and it could touch Runtime`],
    ]);
  });

  test('in a stack without a part of an agent is none', () => {
    const others = { Other: { Transform: 'Company', Resources: { F: sam({}), T: { Type: 'AWS::SNS::Topic' } } } };
    expect(found(agent(), others)).toEqual([]);
  });
});

describe('credentials', () => {
  const KEY = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789';
  const [MODELS, SESSIONS] = ['bedrock', 'bedrock-mantle'].map((name) => `${name}:CallWithBearerToken is allowed`);
  test.each<[string, Record<string, unknown>]>([
    ['a secret as text', { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 'hunter2' } } }],
    ['inline code', { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: `const k = '${KEY}'` } } } }],
    [
      'a state',
      {
        M: { Type: 'AWS::StepFunctions::StateMachine', Properties: { Definition: { States: { A: { Result: KEY } } } } },
      },
    ],
    [
      'a rule input',
      { R: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 'a', Input: `{"k":"${KEY}"}` }] } } },
    ],
    [
      'a build variable',
      {
        B: {
          Type: 'AWS::CodeBuild::Project',
          Properties: { Environment: { EnvironmentVariables: [{ Name: 'API_KEY', Value: 'x' }] } },
        },
      },
    ],
    [
      'a task variable',
      {
        T: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'DB_PASSWORD', Value: 'x' }] }] },
        },
      },
    ],
    [
      'a connection',
      {
        C: {
          Type: 'AWS::Events::Connection',
          Properties: { AuthParameters: { ApiKeyAuthParameters: { ApiKeyValue: 'x' } } },
        },
      },
    ],
    [
      'an API-key provider',
      { P: { Type: 'AWS::BedrockAgentCore::ApiKeyCredentialProvider', Properties: { ApiKey: 'x' } } },
    ],
  ])('in %s', (_, more) => {
    expect(found(agent([], more))).toEqual(['MA-ID8 fatal']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a generated secret', { S: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } } }],
    [
      'a password from a secret',
      {
        D: {
          Type: 'AWS::RDS::DBInstance',
          Properties: { MasterUserPassword: '{{resolve:secretsmanager:x:SecretString:p}}' },
        },
      },
    ],
    [
      'a variable that names a secret',
      {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Environment: { Variables: { TOKEN_SECRET_ARN: { Ref: 'S' } } } },
        },
        S: { Type: 'AWS::SecretsManager::Secret' },
      },
    ],
    [
      'a build variable from a secret',
      {
        B: {
          Type: 'AWS::CodeBuild::Project',
          Properties: {
            Environment: { EnvironmentVariables: [{ Name: 'API_KEY', Type: 'SECRETS_MANAGER', Value: 'x' }] },
          },
        },
      },
    ],
  ])('%s is none', (_, more) => {
    expect(found(agent([], more))).toEqual([]);
  });

  const user = (statement: object) => ({
    U: {
      Type: 'AWS::IAM::User',
      Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [statement] } }] },
    },
    K: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'U' } } },
  });

  test('of a user in another stack count if the user can start turns, or may use bearer tokens', () => {
    const starts = allow('bedrock-mantle:CreateAgentSession', arn('bedrock-mantle', 'project/default'));
    expect(found(agent(), { Other: user(starts) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('bedrock:CallWithBearerToken')) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('bedrock*:CallWith*')) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('*')) })).toEqual([]);
    expect(found(agent(), { Other: user(allow('ses:SendRawEmail', arn('ses', 'identity/example.com'))) })).toEqual([]);
  });

  test.each<[string, readonly object[], string[]]>([
    ['all of one service', [allow('bedrock:*')], [`U: ${MODELS}`]],
    ['a name in any case', [allow('BEDROCK-MANTLE:callwithbearertoken')], [`U: ${SESSIONS}`]],
    ['the names of both services', [allow(['s3:GetObject', 'bedrock*:CallWith*'])], [`U: ${SESSIONS}. ${MODELS}`]],
    ['the names of both services in any case', [allow('Bedrock*:*')], [`U: ${SESSIONS}. ${MODELS}`]],
    ['a name with one open character', [allow('bedrock?mantle:CallWithBearerToken')], [`U: ${SESSIONS}`]],
    ['the services with a dash', [allow('bedrock-*:CallWith*')], [`U: ${SESSIONS}`]],
    ['another action of both', [allow('bedrock*:Invoke*')], []],
    ['another service', [allow('bedrock-agentcore:*')], []],
    ['an administrator', [allow('*:*')], []],
    ['all but something', [{ ...allow('x'), Action: undefined, NotAction: 's3:*' }], []],
    ['only a denial', [{ ...allow('bedrock*:CallWith*'), Effect: 'Deny' }], []],
    [
      'one of both, as the other is denied',
      [allow('bedrock*:CallWith*'), { ...allow('bedrock:CallWith*'), Effect: 'Deny' }],
      [`U: ${SESSIONS}`],
    ],
  ])('MA-ID8: the tokens of a user of another stack who is allowed %s', (_name, Statement, says) => {
    const U = {
      Type: 'AWS::IAM::User',
      Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
    };
    const stacks = [
      { id: 'App', account: ACCOUNT, region: REGION, template: { Resources: agent() } },
      { id: 'Other', account: ACCOUNT, region: REGION, template: { Resources: { U } } },
    ];
    const findings = checkStacks({ stacks, families: ['identity'] }).filter(({ rule }) => rule === 'MA-ID8');
    expect(findings.map(({ says: text, location }) => `${location.logicalId}: ${text}`)).toEqual(says);
  });

  test('of a user by its name in another stack count, those of a group don’t', () => {
    const key = { K: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: 'starter' } } };
    const starts = policy([], allow('bedrock-mantle:CreateAgentSession', arn('bedrock-mantle', 'project/default')));
    const of = (attached: object) => ({
      P: { ...starts, Properties: { ...starts.Properties, Roles: undefined, ...attached } },
    });
    expect(found(agent([], of({ Users: ['starter'] })), { Other: key })).toEqual(['MA-ID8 error', 'MA-ID8 fatal']);
    expect(found(agent([], of({ Roles: ['starter'] })), { Other: key })).not.toContain('MA-ID8 fatal');
  });

  test.each([
    ['bedrock.amazonaws.com', ['MA-ID8 fatal']],
    ['codecommit.amazonaws.com', []],
  ])('of a user for %s, in another stack', (ServiceName, expected) => {
    const Properties = { UserName: 'somebody', ServiceName };
    const of = (Type: string) => found(agent(), { Other: { K: { Type, Properties } } });
    expect(of('AWS::IAM::ServiceSpecificCredential')).toEqual(expected);
    expect(of('AWS::IAM::AccessKey')).toEqual([]);
  });

  test.each([
    ['GITHUB_TOKEN', ['MA-ID8 fatal']],
    ['LOG_LEVEL', []],
  ])('in the variable %s of an MCP server of a session definition', (name, expected) => {
    const Value = JSON.stringify({
      agent: { tools: [{ type: 'mcp', transport: { type: 'stdio', command: 'x', env: { [name]: 'x' } } }] },
    });
    const parameter = { D: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } } };
    expect(found(agent([], parameter))).toEqual(expected);
  });

  test('of a parameter with NoEcho are in the template by its default, and seen in outputs', () => {
    const Parameters = { Password: { Type: 'String', NoEcho: true } };
    const preset = { Password: { ...Parameters.Password, Default: 'hunter2' } };
    expect(found({ Parameters: preset, Resources: agent() })).toEqual(['MA-ID8 fatal']);
    expect(found({ Parameters, Resources: agent() })).toEqual([]);
    expect(found({ Parameters, Outputs: { O: { Value: { Ref: 'Password' } } }, Resources: agent() })).toEqual([
      'MA-ID8 fatal',
    ]);
  });
});

describe('what MA-ID8 says of the sections of a template', () => {
  // Joined here, so that no scanner mistakes it for a real credential.
  const KEY = ['sk', 'proj', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('-');
  const WHAT = 'an OpenAI API key';
  const says = (sections: object, more: Record<string, unknown> = {}, others: readonly object[] = []) => {
    const template = { ...sections, Resources: agent([], more) };
    const place = { account: ACCOUNT, region: REGION };
    const stacks = [
      { id: 'App', ...place, template },
      ...others.map((Resources, index) => ({ id: `Other${index}`, ...place, template: { Resources } })),
    ];
    return checkStacks({ stacks, rules: [MA_ID8] })
      .filter(({ rule }) => rule === 'MA-ID8')
      .map(({ says: text, location }) => `${location.logicalId || location.path}: ${text}`);
  };

  test.each<[object, string[]]>([
    [{ NoEcho: true, Default: 'hunter2' }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: 'true', Default: 'hunter2' }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: 'true', Default: 7 }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: true, Default: KEY }, [WHAT]],
    [{ Default: KEY }, [WHAT]],
    [{ Default: 'hunter2' }, []],
    [{ NoEcho: false, Default: 'hunter2' }, []],
    [{ NoEcho: true, Default: '' }, []],
    [{ NoEcho: true }, []],
  ])('a parameter with %j', (declaration, whats) => {
    const Parameters = { P: { Type: 'String', ...declaration } };
    expect(says({ Parameters })).toEqual(whats.map((what) => `P: The default of the parameter P holds ${what}`));
  });

  test.each<[unknown, string | undefined]>([
    [{ Ref: 'Hidden' }, 'the value of a parameter with NoEcho'],
    [{ 'Fn::Sub': 'x-${Hidden}' }, 'the value of a parameter with NoEcho'],
    [{ Ref: 'Plain' }, undefined],
    ['{{resolve:secretsmanager:x:SecretString:p}}', 'a secret'],
    ['{{resolve:ssm-secure:/x}}', 'a secret'],
    ['{{resolve:ssm:/x}}', undefined],
    [{ 'Fn::GetAtt': ['Client2', 'ClientSecret'] }, 'a secret attribute of a resource'],
    [{ 'Fn::GetAtt': ['Client2', 'ClientId'] }, undefined],
    [{ Ref: 'Client2' }, undefined],
    [KEY, WHAT],
    [{ 'Fn::Sub': `\${Plain}:${KEY}` }, WHAT],
    ['https://example.com', undefined],
  ])('an output with %j', (Value, what) => {
    const Parameters = { Hidden: { Type: 'String', NoEcho: true }, Plain: { Type: 'String' } };
    const more = { Client2: { Type: 'AWS::Cognito::UserPoolClient', Properties: { GenerateSecret: true } } };
    expect(says({ Parameters, Outputs: { O: { Value } } }, more)).toEqual(
      what === undefined ? [] : [`O: The output O of the stack holds ${what}`],
    );
  });

  test.each<[string, object]>([
    ['Metadata', { note: KEY }],
    ['Mappings', { M: { a: { b: KEY } } }],
    ['Description', KEY as unknown as object],
    ['Conditions', { C: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, KEY] } }],
    ['Parameters', { P: { Type: 'String', Description: KEY } }],
    ['Outputs', { O: { Value: 'x', Description: KEY } }],
  ])('the section %s', (section, content) => {
    expect(says({ [section]: content })).toEqual([`${section}: The section ${section} of the template holds ${WHAT}`]);
    expect(says({ [section]: JSON.parse(JSON.stringify(content).replaceAll(KEY, 'x')) })).toEqual([]);
  });

  test.each<[object, string[]]>([
    [{ Value: 'an-api-key-of-a-team' }, ['K: The key K of an API is in the template']],
    [{ Value: { Ref: 'Any' } }, []],
    [{ GenerateDistinctId: true }, []],
  ])('the key of an API with %j', (Properties, expected) => {
    const Parameters = { Any: { Type: 'String' } };
    expect(says({ Parameters }, { K: { Type: 'AWS::ApiGateway::ApiKey', Properties } })).toEqual(expected);
    expect(says({ Parameters }, { K: { Type: 'AWS::ApiGateway::UsagePlanKey', Properties } })).toEqual([]);
  });

  test.each<[object, boolean]>([
    [{ Properties: { UserData: { 'Fn::Base64': `export A=${KEY}` } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': { 'Fn::Join': ['', ['export A=', KEY]] } } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': { 'Fn::Sub': [`x ${KEY}`, {}] } } } }, true],
    [{ Properties: { UserData: Buffer.from(`export A=${KEY}`).toString('base64') } }, true],
    [{ Metadata: { 'AWS::CloudFormation::Init': { config: { commands: { a: { command: KEY } } } } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': 'export A=1' } } }, false],
    [{ Properties: {}, Metadata: { note: 'x' } }, false],
  ])('a machine with %j', (parts, holds) => {
    const said = says({}, { Host: { Type: 'AWS::EC2::Instance', Properties: {}, ...parts } });
    expect(said.some((each) => each.startsWith('Host: ') && each.endsWith(` holds ${WHAT}`))).toBe(holds);
  });

  test.each<[string, string]>([
    ['AWS::IAM::User', 'An IAM user'],
    ['AWS::IAM::AccessKey', 'An access key'],
    ['AWS::IAM::ServiceSpecificCredential', 'A service-specific credential'],
  ])('%s counts in the stack of an agent only', (Type, what) => {
    const C = { Type, Properties: { UserName: 'somebody', ServiceName: 'codecommit.amazonaws.com' } };
    expect(says({}, { C })).toEqual([`C: ${what} is in the stack of an agent`]);
    expect(says({}, {}, [{ C }])).toEqual([]);
  });

  test.each<[unknown, string[]]>([
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/kim` }, ['Client: A role that drives an agent trusts an IAM user']],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/team/kim` }, ['Client: A role that drives an agent trusts an IAM user']],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/user/kim` }, []],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:user/kim` }, []],
    [{ Service: 'lambda.amazonaws.com' }, []],
  ])('a role that starts turns and trusts %j', (Principal, expected) => {
    const { Client } = agent();
    const trusting = (Effect: string) => ({
      ...Client,
      Properties: {
        ...Client.Properties,
        AssumeRolePolicyDocument: { Statement: [{ Effect, Principal, Action: 'sts:AssumeRole' }] },
      },
    });
    expect(says({}, { Client: trusting('Allow') })).toEqual(expected);
    expect(says({}, { Client: trusting('Deny') })).toEqual([]);
    expect(
      says({}, { Other: { ...trusting('Allow'), Properties: { ...trusting('Allow').Properties, Policies: [] } } }),
    ).toEqual([]);
  });
});

describe('a permissions boundary (MA-ID9)', () => {
  const NAME = 'arn:aws:iam::111122223333:policy/boundary';
  const template = {
    Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
    Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
  };
  /** What the rule says of an agent whose roles have a boundary; `only` names the roles that have it. */
  function says(
    boundary: unknown,
    {
      statements = [],
      required,
      only,
    }: { statements?: readonly object[]; required?: string; only?: readonly string[] } = {},
  ) {
    const Boundary = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: statements } } };
    const parts = Object.entries({ ...agent(), Boundary } as Record<string, { Type: string; Properties: object }>);
    const Resources = Object.fromEntries(
      parts.map(([id, part]) => {
        const isBound = part.Type === 'AWS::IAM::Role' && boundary !== undefined && (only?.includes(id) ?? true);
        return [id, isBound ? { ...part, Properties: { ...part.Properties, PermissionsBoundary: boundary } } : part];
      }),
    );
    const findings = checkStacks({
      stacks: [{ id: 'App', account: ACCOUNT, region: REGION, template: { ...template, Resources } }],
      families: ['identity'],
      ...(required === undefined ? {} : { options: { permissionsBoundary: required } }),
    });
    return findings
      .filter(({ rule }) => rule === 'MA-ID9')
      .map(({ says: text, location }) => `${location.logicalId ?? ''}: ${text}`)
      .sort();
  }
  const without = (...ids: string[]) => ids.map((id) => `${id}: The role has no permissions boundary`);
  const own = { Ref: 'Boundary' };

  test('is not asked for where nobody has one', () => {
    expect(says(undefined)).toEqual([]);
  });

  test('is asked for on every role of an agent where one has it, or where it is required', () => {
    expect(says(NAME)).toEqual([]);
    expect(says(NAME, { only: ['Execution'] })).toEqual(without('Client', 'Session'));
    expect(says(undefined, { required: NAME })).toEqual(without('Client', 'Execution', 'Session'));
  });

  test('is asked for in every deployment', () => {
    const sometimes = { 'Fn::If': ['Prod', NAME, { Ref: 'AWS::NoValue' }] };
    expect(says(sometimes)).toEqual(
      without('Client', 'Execution', 'Session').map((finding) => `${finding} (when Stage = test)`),
    );
    expect(says({ 'Fn::If': ['Prod', NAME, `${NAME}-test`] })).toEqual([]);
  });

  test('is the one that is required', () => {
    expect(says(NAME, { required: NAME })).toEqual([]);
    expect(says(`${NAME}-2`, { required: NAME })).toHaveLength(3);
    expect(says(`${NAME}-2`, { required: NAME })[0]).toBe(
      `Client: The permissions boundary is ${NAME}-2, not the required one`,
    );
  });

  test.each<[string, readonly object[], number]>([
    ['everything', [allow('*')], 3],
    ['everything in two statements', [allow('s3:*'), allow('*')], 3],
    [
      'everything under a condition that everybody meets',
      [allow('*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
      3,
    ],
    [
      'everything from one network',
      [allow('*', '*', { Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } })],
      0,
    ],
    ['everything but what it denies', [allow('*'), { Effect: 'Deny', Action: 'iam:*', Resource: '*' }], 0],
    ['one service', [allow('s3:*')], 0],
    ['everything on one resource', [allow('*', arn('sqs', 'q'))], 0],
    ['everything but an action', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 0],
    ['everything but a resource', [{ Effect: 'Allow', Action: '*', NotResource: arn('sqs', 'q') }], 0],
  ])('that allows %s', (_name, statements, count) => {
    expect(says(own, { statements })).toHaveLength(count);
    if (count > 0)
      expect(says(own, { statements })[0]).toMatch(/^Client: The permissions boundary .* allows everything$/);
  });
});
