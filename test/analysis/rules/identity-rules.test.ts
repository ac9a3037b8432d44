import { checkStacks } from '../../../analysis/rules/check';
import { MA_ID4 } from '../../../analysis/rules/ma-id4';
import { arnOf, role } from '../model/templates';
import { ACCOUNT, admin, agent, allow, arn, found, policy, QUEUE, REGION, TABLE, tool } from './least-privilege-agent';

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

  const TOPIC = arn('kafka', 'topic/events/abc-1/orders');

  test.each<[string, readonly object[], Record<string, unknown>]>([
    [
      'a consumer of a Kafka topic',
      [
        allow(['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'], arn('kafka', 'cluster/events/abc-1')),
        allow(['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], TOPIC),
        allow(['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'], arn('kafka', 'group/events/abc-1/agent')),
      ],
      {},
    ],
    ['a user of a database', [allow('rds-db:connect', arn('rds-db', 'dbuser:db-ABC/app'))], {}],
    [
      'a user of a cache',
      [allow('elasticache:Connect', [arn('elasticache', 'replicationgroup:g'), arn('elasticache', 'user:u')])],
      {},
    ],
    [
      'a user of a database in memory',
      [allow('memorydb:Connect', [arn('memorydb', 'cluster/c'), arn('memorydb', 'user/u')])],
      {},
    ],
    ['a user of Aurora DSQL', [allow('dsql:DbConnect', arn('dsql', 'cluster/c'))], {}],
    [
      'a table of Keyspaces',
      [allow(['cassandra:Select', 'cassandra:Modify'], arn('cassandra', '/keyspace/k/table/t'))],
      {},
    ],
    [
      'a table of Timestream',
      [
        allow(['timestream:Select', 'timestream:WriteRecords'], arn('timestream', 'database/d/table/t')),
        allow('timestream:DescribeEndpoints'),
      ],
      {},
    ],
    ['metrics, which have no resource', [allow('cloudwatch:PutMetricData')], {}],
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
    ['a whole service', [allow('sqs:*', arn('sqs', 'q'))], ['MA-ID5 fatal']],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], ['MA-ID5 fatal']],
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
    ['every cluster of Kafka', [allow('kafka-cluster:Connect', '*')], ['MA-ID5 fatal']],
    ['every topic of Kafka', [allow('kafka-cluster:ReadData', '*')], ['MA-ID5 fatal']],
    ['clusters of Kafka by their type', [allow('kafka-cluster:Connect', arn('kafka', 'cluster/*'))], ['MA-ID5 fatal']],
    ['a topic of Kafka that something may read', [allow('kafka-cluster:WriteData', TOPIC)], ['MA-ID7 error']],
    ['a new topic of Kafka', [allow('kafka-cluster:CreateTopic', TOPIC)], ['MA-ID7 error']],
    ['every user of a database', [allow('rds-db:connect', '*')], ['MA-ID5 fatal']],
    ['every cache', [allow('elasticache:Connect', '*')], ['MA-ID5 fatal']],
    ['every database in memory', [allow('memorydb:Connect', '*')], ['MA-ID5 fatal']],
    ['every cluster of Aurora DSQL', [allow('dsql:DbConnect', '*')], ['MA-ID5 fatal']],
    ['the administrator of a database', [allow('dsql:DbConnectAdmin', arn('dsql', 'cluster/c'))], ['MA-ID7 error']],
    ['every table of Keyspaces', [allow('cassandra:Select', '*')], ['MA-ID5 fatal']],
    ['every table of Timestream', [allow('timestream:WriteRecords', '*')], ['MA-ID5 fatal']],
    ['DynamoDB behind a cache', [allow('dax:PutItem', arn('dax', 'cache/c'))], ['MA-ID7 error']],
    ['an endpoint of a model', [allow('sagemaker:InvokeEndpoint', arn('sagemaker', 'endpoint/e'))], ['MA-ID7 error']],
    ['the text of any picture', [allow('textract:DetectDocumentText', '*')], ['MA-ID7 error']],
    ['a translation, which has no resource', [allow('translate:TranslateText', '*')], ['MA-ID7 error']],
    ['names in a text, which has no resource', [allow('comprehend:DetectEntities', '*')], ['MA-ID7 error']],
    ['speech, which has no resource', [allow('polly:SynthesizeSpeech', '*')], ['MA-ID7 error']],
    ['an action that nobody knows', [allow('nova:Conjure', '*')], ['MA-ID5 fatal', 'MA-ID7 error']],
    ['policies', [allow('iam:PutRolePolicy', arn('iam', 'role/x'))], ['MA-ID7 fatal']],
    ['assuming a role', [allow('sts:AssumeRole', 'arn:aws:iam::111122223333:role/x')], ['MA-ID7 fatal']],
    [
      'another model',
      [allow('bedrock:InvokeModel', 'arn:aws:bedrock:us-east-1::foundation-model/x')],
      ['MA-ID4 error'],
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
