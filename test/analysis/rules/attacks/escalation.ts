import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, bucket, bucketPolicy, document, may, of, ref, roleOf, sub, table } from './app';
import { type Change, type Pair, execution, pair, policyFor } from './pair';

const trusting = (statement: object, rest: object = {}) =>
  of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }),
    Policies: [{ PolicyName: 'p', PolicyDocument: document(may(['s3:*', 'ec2:*'], '*')) }],
    ...rest,
  });
const runsAs = (id: 'AdminRole' | 'WorkerRole', service: string) => ({
  Job:
    id === 'AdminRole'
      ? roleOf(service, may('ec2:*', '*'))
      : roleOf(service, may('s3:GetObject', sub('${Data.Arn}/*'))),
});
const ADMIN = 'AdminRole';
const WORKER = 'WorkerRole';
type Strength = typeof ADMIN | typeof WORKER;
const strengths = (name: string, change: (id: Strength) => Change) => pair('MA-ID7', name, ADMIN, WORKER, change);
/** Adds a statement to the execution role, and other resources. */
const also = (add: object, ...statements: unknown[]): Change => ({ add: { ...add, ...execution(...statements).add } });
const mapped = (function_: string, source: unknown, rest: object = {}) =>
  of('AWS::Lambda::EventSourceMapping', { FunctionName: ref(function_), EventSourceArn: source, ...rest });
const functionFor = (id: Strength) => (id === ADMIN ? 'Admin' : 'Worker');
const starting = may('states:StartExecution', ref('Machine'));

/** One step from a role of an agent to something stronger, to its own turns or to its own governance. */
export const ESCALATION: readonly Pair[] = [
  pair('MA-ID7', 'a role trusts role names by pattern', 'exec-*', 'worker-*', (pattern) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    add: {
      Bridge: trusting({
        Principal: { AWS: '*' },
        Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/${pattern}` } },
      }),
    },
  })),
  pair('MA-ID7', 'a role trusts the account and the execution role may assume it', 'Bridge', 'nobody', (id) => ({
    add: {
      Bridge: trusting({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
      ...(id === 'Bridge' ? execution(may('sts:AssumeRole', arnOf('Bridge'))).add : {}),
    },
  })),
  pair('MA-ID7', 'a role trusts everybody of the account, by condition', ADMIN, FOREIGN, (who) => ({
    add: {
      Bridge: trusting({
        Principal: '*',
        Condition: {
          StringEquals: { 'aws:PrincipalArn': who === ADMIN ? arnOf('ExecutionRole') : arnOf('WorkerRole') },
        },
      }),
    },
  })),
  strengths('invokes a function by alias', (id) =>
    also(
      { Live: of('AWS::Lambda::Alias', { FunctionName: ref(functionFor(id)), FunctionVersion: '1', Name: 'live' }) },
      may('lambda:InvokeFunction', ref('Live')),
    ),
  ),
  strengths('invokes a function by its name in a text', (id) => ({
    set: { [`${functionFor(id)}.FunctionName`]: 'helper' },
    ...execution(may('lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:helper`)),
  })),
  pair('MA-ID7', 'submits a job that runs as an administrator', 'batch:SubmitJob', 's3:GetObject', (action) =>
    also(
      {
        ...runsAs(ADMIN, 'ecs-tasks.amazonaws.com'),
        Definition2: of('AWS::Batch::JobDefinition', {
          Type: 'container',
          ContainerProperties: { Image: 'x', JobRoleArn: arnOf('Job') },
        }),
      },
      may(action, action === 'batch:SubmitJob' ? [ref('Definition2')] : sub('${Data.Arn}/*')),
    ),
  ),
  pair('MA-ID7', 'runs a task with the role of an administrator', 'ecs:RunTask', 's3:GetObject', (action) =>
    also(
      {
        ...runsAs(ADMIN, 'ecs-tasks.amazonaws.com'),
        Task: of('AWS::ECS::TaskDefinition', {
          TaskRoleArn: arnOf('Job'),
          ContainerDefinitions: [{ Name: 'x', Image: 'x' }],
        }),
      },
      may(action, action === 'ecs:RunTask' ? ref('Task') : sub('${Data.Arn}/*')),
    ),
  ),
  pair('MA-ID7', 'starts a build', 'codebuild:StartBuild', 's3:GetObject', (action) =>
    also(
      {
        ...runsAs(ADMIN, 'codebuild.amazonaws.com'),
        Build: of('AWS::CodeBuild::Project', {
          ServiceRole: arnOf('Job'),
          Artifacts: { Type: 'NO_ARTIFACTS' },
          Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'x' },
          Source: { Type: 'NO_SOURCE', BuildSpec: 'version: 0.2' },
        }),
      },
      may(action, action === 'codebuild:StartBuild' ? arnOf('Build') : sub('${Data.Arn}/*')),
    ),
  ),
  ...(
    [
      ['glue:StartJobRun', 'AWS::Glue::Job', `arn:aws:glue:us-east-1:${ACCOUNT}:job/job`],
      [
        'sagemaker:CreateTrainingJob',
        'AWS::SageMaker::Model',
        `arn:aws:sagemaker:us-east-1:${ACCOUNT}:training-job/job`,
      ],
      [
        'ssm:StartAutomationExecution',
        'AWS::SSM::Document',
        `arn:aws:ssm:us-east-1:${ACCOUNT}:automation-definition/d:1`,
      ],
      ['ssm:SendCommand', 'AWS::EC2::Instance', `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0123456789abcdef0`],
      [
        'ec2-instance-connect:SendSSHPublicKey',
        'AWS::EC2::Instance',
        `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0123456789abcdef0`,
      ],
      ['apprunner:StartDeployment', 'AWS::AppRunner::Service', `arn:aws:apprunner:us-east-1:${ACCOUNT}:service/s/1`],
      [
        'cloudformation:UpdateStack',
        'AWS::CloudFormation::Stack',
        `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/Agent/1`,
      ],
      [
        'codepipeline:StartPipelineExecution',
        'AWS::CodePipeline::Pipeline',
        `arn:aws:codepipeline:us-east-1:${ACCOUNT}:p`,
      ],
      [
        'scheduler:CreateSchedule',
        'AWS::Scheduler::Schedule',
        `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/default/s`,
      ],
      ['iam:PassRole', 'AWS::IAM::Role', `arn:aws:iam::${ACCOUNT}:role/admin`],
      ['kms:CreateGrant', 'AWS::KMS::Key', `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`],
      [
        'bedrock-agentcore:InvokeCodeInterpreter',
        'x',
        `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:code-interpreter/c`,
      ],
    ] as const
  ).map(([action, , resource]) =>
    pair(
      'MA-ID7 MA-ID6 MA-ID5',
      `may ${action} on one resource`,
      [action, resource],
      ['s3:GetObject', 'arn:aws:s3:::team-data/*'],
      ([a, r]) => execution(may(a, r)),
    ),
  ),
  strengths('sends to a queue that a function reads', (id) =>
    also({ M: mapped(functionFor(id), arnOf('Work')) }, may('sqs:SendMessage', arnOf('Work'))),
  ),
  strengths('writes to a table whose stream a function reads', (id) =>
    also(
      {
        Items: table({ StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
        M: mapped(functionFor(id), arnOf('Items', 'StreamArn'), { StartingPosition: 'LATEST' }),
      },
      may('dynamodb:PutItem', arnOf('Items')),
    ),
  ),
  strengths('writes to a bucket that notifies a function', (id) => ({
    ...execution(may('s3:PutObject', 'arn:aws:s3:::team-data/*')),
    set: {
      'Data.NotificationConfiguration': {
        LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: arnOf(functionFor(id)) }],
      },
    },
  })),
  strengths('writes to a bucket that custom resources of CDK subscribe', (id) =>
    also(
      {
        Notifications: of('Custom::S3BucketNotifications', {
          ServiceToken: arnOf('Worker'),
          BucketName: ref('Data'),
          NotificationConfiguration: {
            LambdaFunctionConfigurations: [
              { Events: ['s3:ObjectCreated:*'], LambdaFunctionArn: arnOf(functionFor(id)) },
            ],
          },
        }),
      },
      may('s3:PutObject', 'arn:aws:s3:::team-data/*'),
    ),
  ),
  strengths('puts records on a stream that a pipe reads', (id) =>
    also(
      {
        Stream: of('AWS::Kinesis::Stream', {
          ShardCount: 1,
          StreamEncryption: { EncryptionType: 'KMS', KeyId: arnOf('Key') },
        }),
        PipeRole: roleOf('pipes.amazonaws.com', may('lambda:InvokeFunction', arnOf(functionFor(id)))),
        Pipe: of('AWS::Pipes::Pipe', {
          RoleArn: arnOf('PipeRole'),
          Source: arnOf('Stream'),
          Target: arnOf(functionFor(id)),
        }),
      },
      may('kinesis:PutRecord', arnOf('Stream')),
    ),
  ),
  strengths('publishes to a topic that a function subscribes', (id) =>
    also(
      {
        News: of('AWS::SNS::Topic', { KmsMasterKeyId: arnOf('Key') }),
        NewsPolicy: of('AWS::SNS::TopicPolicy', {
          Topics: [ref('News')],
          PolicyDocument: document({
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        }),
        Sub: of('AWS::SNS::Subscription', {
          TopicArn: ref('News'),
          Protocol: 'lambda',
          Endpoint: arnOf(functionFor(id)),
        }),
      },
      may('sns:Publish', ref('News')),
    ),
  ),
  strengths('puts events on a bus whose rule runs a build', (id) =>
    also(
      {
        ...runsAs(id, 'codebuild.amazonaws.com'),
        Other: of('AWS::Events::EventBus', { Name: 'other', KmsKeyIdentifier: arnOf('Key') }),
        Build: of('AWS::CodeBuild::Project', {
          ServiceRole: arnOf('Job'),
          Artifacts: { Type: 'NO_ARTIFACTS' },
          Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'x' },
          Source: { Type: 'NO_SOURCE', BuildSpec: 'version: 0.2' },
        }),
        StartRole: roleOf('events.amazonaws.com', may('codebuild:StartBuild', arnOf('Build'))),
        Starts: of('AWS::Events::Rule', {
          EventBusName: ref('Other'),
          EventPattern: { source: ['x'] },
          Targets: [{ Id: 't', Arn: arnOf('Build'), RoleArn: arnOf('StartRole') }],
        }),
      },
      may('events:PutEvents', arnOf('Other')),
    ),
  ),
  pair('MA-ID7', 'a Lambda permission names the execution role', 'Open', 'Worker', (FunctionName) => ({
    add: {
      P: of('AWS::Lambda::Permission', {
        FunctionName,
        Action: 'lambda:InvokeFunction',
        Principal: arnOf('ExecutionRole'),
      }),
    },
    set: { [`${FunctionName}.FunctionName`]: FunctionName },
  })),
  pair('MA-ID7', 'a queue policy lets the execution role start its own turns', 'Queue', 'Work', (id) => ({
    add: {
      More: of('AWS::SQS::QueueInlinePolicy', {
        Queue: ref(id),
        PolicyDocument: document({ ...may('sqs:SendMessage', arnOf(id)), Principal: { AWS: arnOf('ExecutionRole') } }),
      }),
    },
  })),
  pair(
    'MA-ID7',
    'the bucket of the evidence lets the execution role delete',
    's3:DeleteObject',
    's3:PutObjectTagging',
    (action) => ({
      add: {
        [action === 's3:DeleteObject' ? 'EvidencePolicy' : 'DataPolicy']: bucketPolicy(
          action === 's3:DeleteObject' ? 'Evidence' : 'Data',
          {
            ...may('s3:DeleteObject', sub(`\${${action === 's3:DeleteObject' ? 'Evidence' : 'Data'}.Arn}/*`)),
            Principal: { AWS: arnOf('ExecutionRole') },
          },
        ),
      },
    }),
  ),
  pair('MA-ID7', 'a key grant in the key policy', 'kms:CreateGrant', 'kms:Decrypt', (action) => ({
    add: {
      DataKey: of('AWS::KMS::Key', {
        EnableKeyRotation: true,
        KeyPolicy: document(
          { ...may('kms:*', '*'), Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
          { ...may(action, '*'), Principal: { AWS: arnOf('ExecutionRole') } },
        ),
      }),
    },
  })),
  pair('MA-ID7', 'a secret policy names roles by pattern', 'exec-*', 'worker-*', (pattern) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    add: {
      SecretPolicy: of('AWS::SecretsManager::ResourcePolicy', {
        SecretId: ref('Secret'),
        ResourcePolicy: document({
          ...may('secretsmanager:GetSecretValue', '*', {
            Condition: {
              StringLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${pattern}` },
              StringEquals: { 'aws:PrincipalAccount': ACCOUNT },
            },
          }),
          Principal: { AWS: '*' },
        }),
      }),
    },
  })),
  pair('MA-ID7', 'rewrites the definition of its own session', 'Definition', 'Note', (id) =>
    also(
      { Note: of('AWS::SSM::Parameter', { Type: 'String', Value: 'x' }) },
      may(
        id === 'Note' ? 'ssm:GetParameter' : 'ssm:PutParameter',
        sub(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/\${${id}}`),
      ),
    ),
  ),
  pair('MA-ID7', 'writes to the table of slots by name', 'ledger', 'items', (name) => ({
    set: { 'Ledger.TableName': 'ledger', 'Items.TableName': 'items' },
    ...execution(
      may('dynamodb:PutItem', sub(`arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`)),
    ),
  })),
  pair('MA-ID7', 'writes to the evidence by a pattern', 'agent-evi*', 'team-da*', (name) => ({
    set: { 'Evidence.BucketName': 'agent-evidence' },
    ...execution(
      may('s3:PutObject', name === 'team-da*' ? 'arn:aws:s3:::team-data/evi*' : 'arn:aws:s3:::agent-evidence/team*'),
    ),
  })),
  ...(['OpenRole', 'StarterRole', 'MachineRole', 'SessionRole'] as const).map((id) =>
    pair(
      'MA-ID7 MA-ID5',
      `${id} updates the code of a function`,
      'lambda:UpdateFunctionCode',
      'lambda:GetFunctionConfiguration',
      (action) => ({
        add: {
          More: policyFor(
            ref(id),
            may(
              action === 'lambda:UpdateFunctionCode' ? action : 's3:GetObject',
              action === 'lambda:UpdateFunctionCode' ? arnOf('Worker') : sub('${Data.Arn}/*'),
            ),
          ),
        },
      }),
    ),
  ),
  pair('MA-ID7', 'calls an API whose integration starts turns', 'Open', 'Worker', (id) =>
    also(
      {
        Api: of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'HTTP' }),
        Integration: of('AWS::ApiGatewayV2::Integration', {
          ApiId: ref('Api'),
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: arnOf(id),
          PayloadFormatVersion: '2.0',
        }),
        Route: of('AWS::ApiGatewayV2::Route', {
          ApiId: ref('Api'),
          RouteKey: 'POST /',
          AuthorizationType: 'AWS_IAM',
          Target: sub('integrations/${Integration}'),
        }),
      },
      may('execute-api:Invoke', sub(`arn:aws:execute-api:us-east-1:${ACCOUNT}:\${Api}/*`)),
    ),
  ),
  pair('MA-ID7 MA-ID5', 'invokes the provider of a custom resource', 'Admin', 'Worker', (id) =>
    also({ Custom: of('Custom::Thing', { ServiceToken: arnOf(id) }) }, may('lambda:InvokeFunction', arnOf(id))),
  ),
  pair(
    'MA-TRG3 MA-ID8',
    'the starter can be assumed by any repository of GitHub',
    undefined,
    'repo:org/app:*',
    (subject) => ({
      add: {
        Deploy: of('AWS::IAM::Role', {
          AssumeRolePolicyDocument: document({
            Effect: 'Allow',
            Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
              ...(subject ? { StringLike: { 'token.actions.githubusercontent.com:sub': subject } } : {}),
            },
          }),
          Policies: [{ PolicyName: 'p', PolicyDocument: document(starting) }],
        }),
      },
    }),
  ),
  pair('MA-ID7', 'a role trusts a session of the execution role', 'exec-role', 'worker', (name) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    add: { Bridge: trusting({ Principal: { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/x` } }) },
  })),
  pair('MA-ID7', 'writes to the evidence by an access point', 'Evidence', 'Data', (id) =>
    also(
      { Point: of('AWS::S3::AccessPoint', { Name: 'point', Bucket: ref(id) }) },
      may('s3:PutObject', `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/point/object/*`),
    ),
  ),
  pair('MA-TRG3', 'the starter can be assumed by a repository of any owner', 'repo:*', 'repo:org/*', (subject) => ({
    add: {
      Deploy: of('AWS::IAM::Role', {
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': subject } },
        }),
        Policies: [{ PolicyName: 'p', PolicyDocument: document(starting) }],
      }),
    },
  })),
  pair('MA-TRG3 MA-ID8', 'a role that starts turns trusts a foreign account', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Deploy: of('AWS::IAM::Role', {
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: 'sts:AssumeRole',
        }),
        Policies: [{ PolicyName: 'p', PolicyDocument: document(starting) }],
      }),
    },
  })),
  pair(
    'MA-ID7',
    'an execution of the workflow is run again',
    'states:RedriveExecution',
    'states:DescribeExecution',
    (action) => execution(may(action, sub(`arn:aws:states:us-east-1:${ACCOUNT}:execution:\${Machine.Name}:*`))),
  ),
  pair(
    'MA-ID7',
    'a starter attaches any policy',
    {},
    { Condition: { ArnEquals: { 'iam:PolicyARN': ref('DenyAll') } } },
    (rest) => ({
      add: {
        DenyAll: of('AWS::IAM::ManagedPolicy', {
          PolicyDocument: document({ Effect: 'Deny', Action: '*', Resource: '*' }),
        }),
        More: policyFor(ref('StarterRole'), may('iam:AttachRolePolicy', `arn:aws:iam::${ACCOUNT}:role/somebody`, rest)),
      },
    }),
  ),
  pair('MA-ID7', 'evidence is deleted that nobody here writes', 'Evidence', 'Inputs', (name) => ({
    add: {
      [`Old${name}`]: bucket(),
      [`Old${name}Policy`]: bucketPolicy(`Old${name}`),
      ...execution(may('s3:DeleteObjectVersion', sub(`\${Old${name}.Arn}/*`))).add,
    },
    // Only the name says that the bucket has the evidence.
    set: {
      'OpenRole.Policies': ([own]: any[]) => [
        {
          ...own,
          PolicyDocument: document(
            ...own.PolicyDocument.Statement.filter(({ Action }: any) => Action !== 's3:PutObject'),
          ),
        },
      ],
    },
  })),
  pair('MA-ID7', 'evidence is written through an access point', 'Evidence', 'Data', (id) =>
    also(
      { Point: of('AWS::S3::AccessPoint', { Bucket: ref(id), Name: 'point' }) },
      may('s3:PutObject', `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/point/object/*`),
    ),
  ),
];
