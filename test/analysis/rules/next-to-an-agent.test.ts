import { arnOf } from '../model/templates';
import { ACCOUNT, bucket, functionOf, may, of, ref, type Resources, roleOf, sub } from './attacks/app';
import { said } from './attacks/reported';

/*
 * Kinds of templates that were found in public repositories: other apps of the account, in stacks of their own. What
 * their permissions allow them in general doesn't make them a part of an agent.
 */

const EVERY_REGION = `arn:aws:lambda:*:${ACCOUNT}:function:`;
const DEFAULT_BUS = sub('arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default');

/** An app with an unencrypted queue, a function that gets events, and a role with some permissions. */
const withPermission = (...statements: unknown[]): Resources => ({
  ShopRole: roleOf('lambda.amazonaws.com', ...statements),
  Shop: functionOf('ShopRole', { KmsKeyArn: undefined, LoggingConfig: undefined }),
  Failures: of('AWS::SQS::Queue'),
  Files: bucket({ BucketEncryption: undefined }),
  Hourly: of('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Id: 'shop', Arn: arnOf('Shop') }],
  }),
  MayStart: of('AWS::Lambda::Permission', {
    FunctionName: ref('Shop'),
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: arnOf('Hourly'),
  }),
});

const LISTENER: Resources = {
  Orders: of('AWS::Events::Rule', {
    EventPattern: { source: ['example.orders'] },
    Targets: [
      {
        Id: 'queue',
        Arn: arnOf('Queue'),
        DeadLetterConfig: { Arn: arnOf('Dead') },
        RetryPolicy: { MaximumRetryAttempts: 3 },
      },
    ],
  }),
};

describe('an app that could start an agent by a permission that names none keeps its own settings', () => {
  test.each<[string, object]>([
    ['events on the default bus', may('events:PutEvents', DEFAULT_BUS)],
    ['events on every bus', may('events:PutEvents', '*')],
    [
      'events on a bus of the same name in every Region',
      may('events:PutEvents', `arn:aws:events:*:${ACCOUNT}:event-bus/shop`),
    ],
    ['every function', may('lambda:InvokeFunction', '*')],
    [
      'a function whose name is decided later',
      may('lambda:InvokeFunction', sub('arn:aws:lambda:us-east-1:111122223333:function:${AWS::StackName}-next')),
    ],
    ['a function of the same name in every Region', may('lambda:InvokeFunction', `${EVERY_REGION}tool`)],
    ['versions of every function', may(['lambda:PublishVersion', 'lambda:PublishLayerVersion'], '*')],
    [
      'HTTP tasks of every state machine',
      may('states:InvokeHTTPEndpoint', `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:*`),
    ],
    ['virtual machines of another kind', may('lambda:RunMicrovm', '*')],
  ])('%s', (_, statement) => {
    expect(said({ add: LISTENER, other: withPermission(statement) })).toEqual([]);
  });

  test('but one that names the agent belongs to it', () => {
    const names = may('lambda:InvokeFunction', { 'Fn::ImportValue': 'open-arn' });
    expect(said({ add: LISTENER, other: withPermission(names) })).toEqual(
      expect.arrayContaining([
        expect.stringContaining('MA-TRG1 Hourly: A target on the way to an agent has no dead-letter queue'),
        'MA-ENC2 Failures: The queue is in the stack of an agent and has no customer-managed key',
      ]),
    );
  });
});

test('a pattern for every Region of another resource leads to none of the agent, one for its own name does', () => {
  const open = {
    Url: of('AWS::Lambda::Url', { TargetFunctionArn: arnOf('Shop'), AuthType: 'NONE' }),
  };
  const starts = (name: string) => ({ ...withPermission(may('lambda:InvokeFunction', EVERY_REGION + name)), ...open });
  const add = { Open: functionOf('OpenRole', { FunctionName: 'turn-opener' }) };
  expect(said({ add, other: starts('tool') })).toEqual([]);
  expect(said({ add, other: starts('tool:live') })).toEqual([]);
  for (const name of ['turn-opener', 'turn-opener:live', 'turn-opener:*', 'turn-*']) {
    expect(said({ add, other: starts(name) }).join()).toMatch(/MA-TRG3 Url: .* leads to an agent/);
  }
});

test('an open entry whose function may start everything is an error that names the permission', () => {
  const other = {
    ...withPermission(may('lambda:InvokeFunction', '*')),
    Url: of('AWS::Lambda::Url', { TargetFunctionArn: arnOf('Shop'), AuthType: 'NONE' }),
  };
  expect(said({ other })).toEqual([
    'MA-TRG3 Url: AWS::Lambda::Url has the AuthType NONE, and leads to an agent by the permission of ShopRole on *',
  ]);
});

describe('bearer tokens of Amazon Bedrock', () => {
  const token = may(['bedrock:InvokeModel', 'bedrock:CallWithBearerToken'], '*');

  test('are allowed to a role of another app, tokens for sessions are not', () => {
    expect(said({ other: { Role: roleOf('ec2.amazonaws.com', token) } })).toEqual([]);
    const sessions = may('bedrock-mantle:CallWithBearerToken', '*');
    expect(said({ other: { Role: roleOf('ec2.amazonaws.com', sessions) } })).toEqual([
      'MA-ID8 Role: bedrock-mantle:CallWithBearerToken is allowed',
    ]);
  });

  test('are allowed to no role in the stack of an agent', () => {
    expect(said({ add: { Role: roleOf('ec2.amazonaws.com', token) } })).toEqual([
      'MA-ID8 Role: bedrock:CallWithBearerToken is allowed',
    ]);
  });
});

test('the managed policy of Amazon Bedrock allows a role of another app no inference in sessions', () => {
  const withPolicy = (name: string) => ({
    Role: of('AWS::IAM::Role', {
      ...roleOf('bedrock.amazonaws.com').Properties,
      ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`],
    }),
  });
  expect(said({ other: withPolicy('AmazonBedrockFullAccess') })).toEqual([]);
  expect(said({ other: withPolicy('AmazonBedrockMantleFullAccess') })).toEqual([
    'MA-ID4 Role: arn:aws:iam::aws:policy/AmazonBedrockMantleFullAccess allows inference with every model',
  ]);
});

describe('a template of AWS SAM', () => {
  const functions = {
    First: of('AWS::Serverless::Function', { Handler: 'a.b', Role: arnOf('ShopRole') }),
    Second: of('AWS::Serverless::Function', { Handler: 'a.b', Role: arnOf('ShopRole'), AutoPublishAlias: 'live' }),
  };
  const flow = (Resource: unknown, FunctionName: unknown) =>
    of('AWS::StepFunctions::StateMachine', {
      RoleArn: arnOf('FlowRole'),
      Definition: {
        StartAt: 'A',
        States: {
          A: { Type: 'Task', Resource, Next: 'B' },
          B: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName }, End: true },
        },
      },
    });
  const flowRole = (...resources: unknown[]) => roleOf('states.amazonaws.com', may('lambda:InvokeFunction', resources));

  test('whose state machine calls its own functions starts no turns', () => {
    const other = {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        ShopRole: roleOf('lambda.amazonaws.com', may('lambda:InvokeFunction', '*')),
        ...functions,
        FlowRole: flowRole(arnOf('First'), arnOf('Second', 'Alias')),
        Flow: flow(arnOf('First'), arnOf('Second', 'Alias')),
      },
    };
    expect(said({ other })).toEqual([]);
  });

  test('with a function that is open to everybody and may start everything is reported once', () => {
    const open = of('AWS::Serverless::Function', {
      Handler: 'a.b',
      Role: arnOf('ShopRole'),
      FunctionUrlConfig: { AuthType: 'NONE' },
    });
    const Resources = {
      ShopRole: roleOf('lambda.amazonaws.com', may('lambda:InvokeFunction', '*')),
      Open: open,
    };
    const found = said({ other: { Transform: 'AWS::Serverless-2016-10-31', Resources } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^MA-READ1 Open: /);
  });
});

describe('a route of another stack', () => {
  const to = (RouteTableId: unknown) => ({
    other: {
      Parameters: { Table: { Type: 'String' }, Network: { Type: 'String' } },
      Resources: {
        Way: of('AWS::EC2::Route', {
          RouteTableId,
          DestinationCidrBlock: '10.9.0.0/16',
          VpcPeeringConnectionId: 'pcx-0123456789abcdef0',
        }),
      },
    },
  });

  test('in a table that another app exports is not of this app', () => {
    expect(said(to({ 'Fn::ImportValue': 'shop-network-table' }))).toEqual([]);
    expect(said(to({ 'Fn::ImportValue': sub('shop-${Network}-table') }))).toEqual([]);
  });

  test('in a table that the deployment decides may be one of the app', () => {
    const decided = [
      'MA-NET1 Way: The deployment decides the route table of a route to 10.9.0.0/16 through a peering connection pcx-0123456789abcdef0, and it may be that of a Runtime',
    ];
    expect(said(to(ref('Table')))).toEqual(decided);
    expect(said(to({ 'Fn::ImportValue': sub('${Network}-id') }))).toEqual(decided);
  });
});

test('a connector that lets functions into the network of an agent joins no other network', () => {
  const connector = of('AWS::Lambda::NetworkConnector', {
    OperatorRole: arnOf('ConnectorRole'),
    Configuration: {
      VpcEgressConfiguration: {
        AssociatedComputeResourceTypes: ['MicroVm'],
        NetworkProtocol: 'IPv4',
        SubnetIds: [ref('SubnetA')],
        SecurityGroupIds: [arnOf('ShopGroup', 'GroupId')],
      },
    },
  });
  const add = {
    Connector: connector,
    ConnectorRole: roleOf('lambda.amazonaws.com'),
    ShopGroup: of('AWS::EC2::SecurityGroup', { GroupDescription: 'shop', VpcId: ref('Vpc') }),
  };
  expect(said({ add })).toEqual([]);
});

test('a rule that starts a pipeline needs no dead-letter queue, what starts the agent from there does', () => {
  const other = {
    BuildRole: roleOf('codebuild.amazonaws.com', may('lambda:InvokeFunction', { 'Fn::ImportValue': 'open-arn' })),
    Build: of('AWS::CodeBuild::Project', {
      ServiceRole: arnOf('BuildRole'),
      EncryptionKey: 'alias/shop',
      Artifacts: { Type: 'CODEPIPELINE' },
      Source: { Type: 'CODEPIPELINE' },
      Environment: {
        Type: 'LINUX_CONTAINER',
        Image: 'aws/codebuild/standard:7.0',
        ComputeType: 'BUILD_GENERAL1_SMALL',
      },
    }),
    Pipe: of('AWS::CodePipeline::Pipeline', {
      RoleArn: arnOf('PipeRole'),
      Stages: [
        {
          Name: 'Build',
          Actions: [
            {
              Name: 'Build',
              ActionTypeId: { Category: 'Build', Owner: 'AWS', Provider: 'CodeBuild', Version: '1' },
              Configuration: { ProjectName: ref('Build') },
            },
          ],
        },
      ],
    }),
    PipeRole: roleOf('codepipeline.amazonaws.com', may('codebuild:StartBuild', arnOf('Build'))),
    EventsRole: roleOf(
      'events.amazonaws.com',
      may('codepipeline:StartPipelineExecution', sub('arn:aws:codepipeline:us-east-1:111122223333:${Pipe}')),
    ),
    Commit: of('AWS::Events::Rule', {
      EventPattern: { source: ['aws.codecommit'] },
      Targets: [
        {
          Id: 'pipe',
          Arn: sub('arn:aws:codepipeline:us-east-1:111122223333:${Pipe}'),
          RoleArn: arnOf('EventsRole'),
        },
      ],
    }),
  };
  const nightly = (Target: unknown) => ({
    ...other,
    Nightly: of('AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)', Targets: [Target] }),
  });
  const lost = (resources: Resources) => said({ other: resources }).filter((each) => each.startsWith('MA-TRG1'));
  expect(lost(other)).toEqual([]);
  expect(lost(nightly({ Id: 'build', Arn: arnOf('Build'), RoleArn: arnOf('EventsRole') }))).toEqual([
    expect.stringMatching(/ has no dead-letter queue\. .* does not bound its retries$/),
  ]);
});
