import { arnOf } from '../../model/templates';
import { ACCOUNT, bucket, document, functionOf, may, of, ref, roleOf, sub } from './app';
import { execution, type Pair, pair, policyFor } from './pair';

/** A role that can do more than read and write data, and an ordinary one. */
const STRONG = (service: string) => roleOf(service, may(['iam:*', 's3:*'], '*'));
const WEAK = (service: string) => roleOf(service, may('s3:GetObject', sub('${Data.Arn}/*')));
const role = arnOf('Strong');
const put = may('s3:PutObject', sub('${Data.Arn}/*'));

const S3 = { source: ['aws.s3'] };

/** The agent writes to a store, and something loads code from there that runs under the role `Strong`. */
const runs = (name: string, service: string, takers: object, write: object = put): Pair =>
  pair('MA-ID7', name, STRONG(service), WEAK(service), (Strong) => ({
    add: { ...execution(write).add, Strong, ...takers },
  }));

const repository = of('AWS::ECR::Repository', {
  RepositoryName: 'tools',
  ImageTagMutability: 'IMMUTABLE',
  ImageScanningConfiguration: { ScanOnPush: true },
  EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: arnOf('Key') },
});
const build = (Source: object, rest: object = {}) =>
  of('AWS::CodeBuild::Project', {
    ServiceRole: role,
    Source,
    Artifacts: { Type: 'NO_ARTIFACTS' },
    Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'aws/codebuild/standard:7.0' },
    ...rest,
  });
const task = (container: object) =>
  of('AWS::ECS::TaskDefinition', {
    TaskRoleArn: role,
    ContainerDefinitions: [{ Name: 'a', Image: 'b', ...container }],
  });
const glue = (Command: object) => of('AWS::Glue::Job', { Role: role, Command: { Name: 'glueetl', ...Command } });
const source = (Provider: string, Configuration: object) =>
  of('AWS::CodePipeline::Pipeline', {
    RoleArn: role,
    Stages: [
      {
        Name: 'Source',
        Actions: [
          { Name: 's', ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider, Version: '1' }, Configuration },
        ],
      },
    ],
  });
const files = of('AWS::EFS::FileSystem', { Encrypted: true, KmsKeyId: arnOf('Key') });
const mountFiles = may(['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'], arnOf('Files'));

/** What the agent writes is the code, the image or the settings of something stronger. */
export const STORES_OF_CODE: readonly Pair[] = [
  runs(
    'writes the workflows of Airflow in a bucket outside of the app',
    'airflow-env.amazonaws.com',
    {
      Airflow: of('AWS::MWAA::Environment', {
        Name: 'a',
        ExecutionRoleArn: role,
        SourceBucketArn: 'arn:aws:s3:::team-flows',
        DagS3Path: 'dags',
      }),
    },
    may('s3:PutObject', 'arn:aws:s3:::team-flows/dags/*'),
  ),
  runs('writes the script of a Glue job', 'glue.amazonaws.com', {
    Job: glue({ ScriptLocation: { 'Fn::Join': ['', ['s3://', ref('Data'), '/job.py']] } }),
  }),
  runs('writes the script of a Glue job in a bucket by name', 'glue.amazonaws.com', {
    Job: glue({ ScriptLocation: 's3://team-data/job.py' }),
  }),
  runs('writes the workflows of an Airflow environment', 'airflow.amazonaws.com', {
    Air: of('AWS::MWAA::Environment', { ExecutionRoleArn: role, SourceBucketArn: arnOf('Data'), DagS3Path: 'dags' }),
  }),
  runs('writes the archive of a function', 'lambda.amazonaws.com', {
    Coded: functionOf('Strong', { Code: { S3Bucket: ref('Data'), S3Key: 'code.zip' } }),
  }),
  runs('writes the layer of a function', 'lambda.amazonaws.com', {
    Layer: of('AWS::Lambda::LayerVersion', { Content: { S3Bucket: 'team-data', S3Key: 'layer.zip' } }),
    Layered: functionOf('Strong', { Layers: [ref('Layer')] }),
  }),
  runs('writes the source of a pipeline', 'codepipeline.amazonaws.com', {
    Pipeline: source('S3', { S3Bucket: ref('Data'), S3ObjectKey: 'a.zip' }),
  }),
  runs('writes the source of a build', 'codebuild.amazonaws.com', {
    Build: build({ Type: 'S3', Location: 'team-data/source.zip' }),
  }),
  runs('writes the cache of a build', 'codebuild.amazonaws.com', {
    Build: build({ Type: 'NO_SOURCE' }, { Cache: { Type: 'S3', Location: { 'Fn::Join': ['/', [ref('Data'), 'c']] } } }),
  }),
  runs('writes the variables file of a task', 'ecs-tasks.amazonaws.com', {
    Task: task({ EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::team-data/env' }] }),
  }),
  runs('writes the code of a canary', 'lambda.amazonaws.com', {
    Canary: of('AWS::Synthetics::Canary', {
      ExecutionRoleArn: role,
      ArtifactS3Location: 's3://results',
      Code: { Handler: 'h', S3Bucket: 'team-data', S3Key: 'k' },
    }),
  }),
  runs('writes the code of a stream application', 'kinesisanalytics.amazonaws.com', {
    Flink: of('AWS::KinesisAnalyticsV2::Application', {
      RuntimeEnvironment: 'FLINK-1_20',
      ServiceExecutionRole: role,
      ApplicationConfiguration: {
        ApplicationCodeConfiguration: {
          CodeContentType: 'ZIPFILE',
          CodeContent: { S3ContentLocation: { BucketARN: arnOf('Data'), FileKey: 'k' } },
        },
      },
    }),
  }),
  runs(
    'pushes to the repository of a pipeline',
    'codepipeline.amazonaws.com',
    {
      Sources: of('AWS::CodeCommit::Repository', { RepositoryName: 'sources', KmsKeyId: arnOf('Key') }),
      Pipeline: source('CodeCommit', { RepositoryName: 'sources', BranchName: 'main' }),
    },
    may('codecommit:GitPush', arnOf('Sources')),
  ),
  runs(
    'writes the file system of a function',
    'lambda.amazonaws.com',
    {
      Files: files,
      Point: of('AWS::EFS::AccessPoint', { FileSystemId: ref('Files') }),
      Mounting: functionOf('Strong', { FileSystemConfigs: [{ Arn: arnOf('Point'), LocalMountPath: '/mnt/code' }] }),
    },
    mountFiles,
  ),
  runs(
    'writes the file system of a task',
    'ecs-tasks.amazonaws.com',
    {
      Files: files,
      Task: of('AWS::ECS::TaskDefinition', {
        TaskRoleArn: role,
        Volumes: [{ Name: 'v', EFSVolumeConfiguration: { FilesystemId: ref('Files') } }],
        ContainerDefinitions: [{ Name: 'a', Image: 'b' }],
      }),
    },
    mountFiles,
  ),
  runs(
    'writes the parameter with the image of a task',
    'ecs-tasks.amazonaws.com',
    {
      Image: of('AWS::SSM::Parameter', { Name: '/team/image', Type: 'String', Value: 'a' }),
      Task: task({ Image: '{{resolve:ssm:/team/image}}' }),
    },
    may('ssm:PutParameter', sub(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/team/image`)),
  ),
  runs('writes the boot script of an instance', 'ec2.amazonaws.com', {
    Profile: of('AWS::IAM::InstanceProfile', { Roles: [ref('Strong')] }),
    Host: of('AWS::EC2::Instance', {
      ImageId: 'ami-1',
      IamInstanceProfile: ref('Profile'),
      UserData: { 'Fn::Base64': sub('aws s3 cp s3://${Data}/boot.sh . && sh boot.sh') },
    }),
  }),
  pair('MA-ID7', 'pushes the image of a function', ['ecr:PutImage'], ['ecr:BatchGetImage'], (actions) => ({
    add: {
      ...execution(may(actions, arnOf('Tools'))).add,
      Tools: repository,
      Strong: STRONG('lambda.amazonaws.com'),
      Imaged: functionOf('Strong', { PackageType: 'Image', Code: { ImageUri: sub('${Tools.RepositoryUri}:live') } }),
    },
  })),
];

const events = (EventPattern: object, target: unknown) =>
  of('AWS::Events::Rule', { EventPattern, Targets: [{ Id: 'f', Arn: target }] });
const evented = bucket({
  BucketName: 'team-data',
  NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
});

/** EventBridge receives an event for a call of the agent, and starts something. */
export const SERVICE_EVENTS: readonly Pair[] = [
  ...[
    ['a metric that it puts sets off an alarm, which starts an administrator', {}, 'Shop', 'AWS/SQS'],
    [
      'a metric of its namespace sets off an alarm',
      { StringEquals: { 'cloudwatch:namespace': 'Shop' } },
      'Shop',
      'Till',
    ],
  ].map(([name, Condition, bad, good]) =>
    pair('MA-ID7', name as string, bad, good, (Namespace) => ({
      add: {
        ...execution(may('cloudwatch:PutMetricData', '*', { Condition })).add,
        Alarm: of('AWS::CloudWatch::Alarm', {
          Metrics: [{ Id: 'm', MetricStat: { Metric: { Namespace, MetricName: 'n' }, Period: 60, Stat: 'Sum' } }],
          ComparisonOperator: 'GreaterThanThreshold',
          EvaluationPeriods: 1,
          AlarmActions: [arnOf('Admin')],
        }),
      },
    })),
  ),
  pair('MA-ID7', 'an object that it writes starts an administrator', arnOf('Admin'), arnOf('Worker'), (target) => ({
    add: {
      ...execution(put).add,
      Data: evented,
      Told: events({ source: ['aws.s3'], detail: { bucket: { name: [ref('Data')] } } }, target),
    },
  })),
  pair('MA-ID7', 'a rule about its bucket, by name', 'team-data', 'other-data', (name) => ({
    add: {
      ...execution(put).add,
      Data: evented,
      Told: events({ source: ['aws.s3'], detail: { bucket: { name: [name] } } }, arnOf('Admin')),
    },
  })),
  pair(
    'MA-ID7',
    'a parameter that it sets starts an administrator',
    'ssm:PutParameter',
    'ssm:GetParameter',
    (action) => ({
      add: {
        ...execution(may(action, sub(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/\${Setting}`))).add,
        Setting: of('AWS::SSM::Parameter', { Type: 'String', Value: 'a' }),
        Told: events({ source: ['aws.ssm'], 'detail-type': ['Parameter Store Change'] }, arnOf('Admin')),
      },
    }),
  ),
  ...(
    [
      ['a name or a matcher', { ...S3, detail: { eventName: ['PutBucketAcl', { prefix: 'Put' }] } }],
      ['a source that begins so', { source: [{ prefix: 'aws.' }] }],
      ['its kind', {}],
      ['the service of the call', { detail: { eventSource: ['s3.amazonaws.com'] } }],
      ['a bucket or null', { ...S3, detail: { requestParameters: { bucketName: ['other', null] } } }],
    ] as const
  ).map(([name, asked]) =>
    pair(
      'MA-ID7',
      `a call that it may make is an event, which a rule asks for by ${name}`,
      asked,
      { ...S3, detail: { eventName: ['PutBucketAcl'] } },
      (pattern) => ({
        add: {
          ...execution(put).add,
          Told: events({ 'detail-type': ['AWS API Call via CloudTrail'], ...pattern }, arnOf('Admin')),
        },
      }),
    ),
  ),
  pair(
    'MA-ID7',
    'a call of the agent is an event that starts its turns',
    arnOf('ExecutionRole'),
    arnOf('WorkerRole'),
    (who) => ({
      add: {
        ...execution(put).add,
        Told: of('AWS::Events::Rule', {
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['AWS API Call via CloudTrail'],
            detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: [who] } } } },
          },
          Targets: [
            {
              Id: 'queue',
              Arn: arnOf('Queue'),
              DeadLetterConfig: { Arn: arnOf('Dead') },
              RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
            },
          ],
        }),
        Sending: of('AWS::SQS::QueueInlinePolicy', {
          Queue: ref('Queue'),
          PolicyDocument: document({
            ...may('sqs:SendMessage', '*', { Condition: { ArnEquals: { 'aws:SourceArn': arnOf('Told') } } }),
            Principal: { Service: 'events.amazonaws.com' },
          }),
        }),
      },
    }),
  ),
  pair(
    'MA-ID7',
    'SQL runs under the role of an administrator',
    STRONG('rds.amazonaws.com'),
    WEAK('rds.amazonaws.com'),
    (Strong) => ({
      add: {
        ...execution(may('rds-data:ExecuteStatement', `arn:aws:rds:us-east-1:${ACCOUNT}:cluster:facts`)).add,
        Strong,
        Facts: of('AWS::RDS::DBCluster', {
          DBClusterIdentifier: 'facts',
          Engine: 'aurora-mysql',
          StorageEncrypted: true,
          KmsKeyId: arnOf('Key'),
          ManageMasterUserPassword: true,
          AssociatedRoles: [{ RoleArn: role }],
        }),
      },
    }),
  ),
];

/** The roles around an agent. */
export const AROUND_THE_AGENT: readonly Pair[] = [
  pair('MA-ID3', 'a function works under the execution role', 'ExecutionRole', 'WorkerRole', (id) => ({
    add: { Borrowing: functionOf(id) },
  })),
  pair(
    'MA-ID3',
    'a code interpreter works under the execution role',
    arnOf('ExecutionRole'),
    arnOf('ToolRole'),
    (ExecutionRoleArn) => ({
      add: {
        ToolRole: WEAK('bedrock-agentcore.amazonaws.com'),
        Tool: of('AWS::BedrockAgentCore::CodeInterpreterCustom', {
          Name: 't',
          ExecutionRoleArn,
          NetworkConfiguration: { NetworkMode: 'SANDBOX' },
        }),
      },
    }),
  ),
  pair(
    'MA-ID7',
    'what opens sessions may invoke an administrator',
    STRONG('lambda.amazonaws.com'),
    WEAK('lambda.amazonaws.com'),
    (Strong) => ({
      add: {
        Strong,
        Mighty: functionOf('Strong'),
        Calls: policyFor(ref('OpenRole'), may('lambda:InvokeFunction', arnOf('Mighty'))),
      },
    }),
  ),
  pair('MA-ID7', 'the role of the starter allows everything', '*', 'states:StartExecution', (action) => ({
    add: {
      StarterRole: roleOf(
        'lambda.amazonaws.com',
        action === '*' ? may('*', '*') : may(action, ref('Machine')),
        may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('Queue')),
      ),
    },
  })),
  pair('MA-ID7', 'a function of an administrator is told the workflow', ref('Machine'), ref('Data'), (TARGET) => ({
    add: {
      DeployRole: roleOf('lambda.amazonaws.com', may('*', '*')),
      Deploy: functionOf('DeployRole', { Environment: { Variables: { TARGET } } }),
    },
  })),
  pair('MA-ID7', 'the role of the starter may change every role', 'iam:*', 's3:*', (action) => ({
    add: { Changes: policyFor(ref('StarterRole'), may(action, action === 'iam:*' ? '*' : sub('${Data.Arn}/*'))) },
  })),
  pair('MA-ID7', 'a pipeline that starts beside turns may become any role', '*', arnOf('WorkerRole'), (target) => ({
    add: {
      PipelineRole: roleOf('codepipeline.amazonaws.com', may('sts:AssumeRole', target)),
      Pipeline: of('AWS::CodePipeline::Pipeline', { RoleArn: arnOf('PipelineRole'), Stages: [] }),
      Starts: policyFor(
        ref('StarterRole'),
        may('codepipeline:StartPipelineExecution', sub(`arn:aws:codepipeline:us-east-1:${ACCOUNT}:\${Pipeline}`)),
      ),
    },
  })),
  pair(
    'MA-ID7',
    'a pipeline that starts beside turns becomes an administrator',
    ['s3:*', 'iam:*'],
    's3:GetObject',
    (power) => ({
      add: {
        PipelineRole: roleOf('codepipeline.amazonaws.com', may('sts:AssumeRole', arnOf('ActionRole'))),
        ActionRole: of('AWS::IAM::Role', {
          AssumeRolePolicyDocument: document({
            Effect: 'Allow',
            Principal: { AWS: arnOf('PipelineRole') },
            Action: 'sts:AssumeRole',
          }),
          Policies: [{ PolicyName: 'action', PolicyDocument: document(may(power, sub('${Data.Arn}/*'))) }],
        }),
        Pipeline: of('AWS::CodePipeline::Pipeline', { RoleArn: arnOf('PipelineRole'), Stages: [] }),
        Starts: policyFor(
          ref('StarterRole'),
          may('codepipeline:StartPipelineExecution', sub(`arn:aws:codepipeline:us-east-1:${ACCOUNT}:\${Pipeline}`)),
        ),
      },
    }),
  ),
  pair('MA-ID7', 'the execution role reads the trail', 'TrailBucket', 'Data', (id) =>
    execution(may('s3:GetObject', sub(`\${${id}.Arn}/*`))),
  ),
  pair('MA-ID7', 'the execution role lists the evidence', 'Evidence', 'Data', (id) =>
    execution(may('s3:ListBucket', arnOf(id))),
  ),
];
