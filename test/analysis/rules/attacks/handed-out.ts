import { arnOf } from '../../model/templates';
import {
  ACCOUNT,
  bucket,
  bucketPolicy,
  denyPlain,
  document,
  FOREIGN,
  machine,
  may,
  of,
  ref,
  roleOf,
  states,
  sub,
} from './app';
import { type Change, type Pair, pair, policyFor } from './pair';

const handed = (name: string, bad: unknown, good: unknown, change: (value: any) => Record<string, any>): Pair =>
  pair('MA-STO1', name, bad, good, (value): Change => ({ add: change(value) }));
const OBJECTS = sub('${Evidence.Arn}/*');

/** An agent's data that a resource in between gives to others. */
export const HANDED_OUT: readonly Pair[] = [
  handed(
    'a stream of the logs ends in a bucket outside of the app',
    'arn:aws:s3:::their-logs',
    arnOf('Data'),
    (to) => ({
      StreamRole: roleOf('firehose.amazonaws.com'),
      Stream: of('AWS::KinesisFirehose::DeliveryStream', {
        DeliveryStreamType: 'DirectPut',
        ExtendedS3DestinationConfiguration: { BucketARN: to, RoleARN: arnOf('StreamRole') },
      }),
      LogsRole: roleOf('logs.amazonaws.com', may('firehose:PutRecord', arnOf('Stream'))),
      Filter: of('AWS::Logs::SubscriptionFilter', {
        LogGroupName: ref('RuntimeLogs'),
        DestinationArn: arnOf('Stream'),
        RoleArn: arnOf('LogsRole'),
        FilterPattern: '',
      }),
    }),
  ),
  handed('a task copies the evidence to another account', FOREIGN, '111122223333', (account) => ({
    TaskRole: roleOf('datasync.amazonaws.com', may('s3:GetObject', OBJECTS)),
    From: of('AWS::DataSync::LocationS3', {
      S3BucketArn: arnOf('Evidence'),
      S3Config: { BucketAccessRoleArn: arnOf('TaskRole') },
    }),
    To: of('AWS::DataSync::LocationFSxLustre', {
      FsxFilesystemArn: `arn:aws:fsx:us-east-1:${account}:file-system/fs-0a1b2c3d`,
      SecurityGroupArns: [`arn:aws:ec2:us-east-1:${account}:security-group/sg-0a1b2c3d`],
    }),
    Copy: of('AWS::DataSync::Task', { SourceLocationArn: ref('From'), DestinationLocationArn: ref('To') }),
  })),
  handed('a flow sends the evidence to another vendor', 'Snowflake', 'EventBridge', (ConnectorType) => ({
    Flow: of('AWS::AppFlow::Flow', {
      FlowName: 'f',
      TriggerConfig: { TriggerType: 'Scheduled' },
      SourceFlowConfig: {
        ConnectorType: 'S3',
        SourceConnectorProperties: { S3: { BucketName: ref('Evidence'), BucketPrefix: 'turns' } },
      },
      DestinationFlowConfigList: [{ ConnectorType, DestinationConnectorProperties: {} }],
      Tasks: [],
    }),
  })),
  handed('the policy of all log groups is a text', FOREIGN, '111122223333', (account) => ({
    AllLogs: of('AWS::Logs::ResourcePolicy', {
      PolicyName: 'all',
      PolicyDocument: sub(
        JSON.stringify(
          document({
            ...may('logs:GetLogEvents', '${RuntimeLogs.Arn}'),
            Principal: { AWS: `arn:aws:iam::${account}:root` },
          }),
        ),
      ),
    }),
  })),
  handed('a topic has its subscription inside', FOREIGN, '111122223333', (account) => ({
    Topic: of('AWS::SNS::Topic', {
      KmsMasterKeyId: arnOf('Key'),
      Subscription: [{ Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-east-1:${account}:outcomes` }],
    }),
  })),
  handed('another account may read the code of a function', FOREIGN, '111122223333', (Principal) => ({
    Reads: of('AWS::Lambda::Permission', { FunctionName: arnOf('Open'), Action: 'lambda:GetFunction', Principal }),
  })),
  handed('CloudFront shows the evidence', 'Evidence', 'Site', (id) => ({
    Site: bucket(),
    SitePolicy: bucketPolicy('Site'),
    Pages: of('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Enabled: true,
        DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only' },
        Origins: [{ Id: 'o', DomainName: arnOf(id, 'RegionalDomainName'), S3OriginConfig: {} }],
      },
    }),
  })),
  handed('an open API reads the evidence', 'NONE', 'AWS_IAM', (AuthorizationType) => ({
    ApiRole: roleOf('apigateway.amazonaws.com', may('s3:GetObject', OBJECTS)),
    Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }),
    Read: of('AWS::ApiGateway::Method', {
      RestApiId: ref('Api'),
      ResourceId: arnOf('Api', 'RootResourceId'),
      HttpMethod: 'GET',
      AuthorizationType,
      Integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'GET',
        Credentials: arnOf('ApiRole'),
        Uri: sub('arn:aws:apigateway:us-east-1:s3:path/${Evidence}/turns'),
      },
    }),
  })),
  handed('an API with a key writes to the ledger', 'API_KEY', 'AWS_IAM', (AuthenticationType) => ({
    SourceRole: roleOf('appsync.amazonaws.com', may(['dynamodb:GetItem', 'dynamodb:PutItem'], arnOf('Ledger'))),
    Graph: of('AWS::AppSync::GraphQLApi', { Name: 'g', AuthenticationType }),
    Source: of('AWS::AppSync::DataSource', {
      ApiId: arnOf('Graph', 'ApiId'),
      Name: 'd',
      Type: 'AMAZON_DYNAMODB',
      ServiceRoleArn: arnOf('SourceRole'),
      DynamoDBConfig: { TableName: ref('Ledger'), AwsRegion: 'us-east-1' },
    }),
  })),
  ...(
    [
      [
        'the workflow sends the answer to a queue of another account',
        (account) => ({
          Resource: 'arn:aws:states:::sqs:sendMessage',
          Parameters: {
            QueueUrl: `https://sqs.us-east-1.amazonaws.com/${account}/results`,
            'MessageBody.$': '$.answer',
          },
        }),
      ],
      [
        'the workflow publishes the answer with a role of another account',
        (account) => ({
          ...states().Publish,
          Credentials: { RoleArn: `arn:aws:iam::${account}:role/Reports` },
        }),
      ],
    ] as const satisfies readonly (readonly [string, (account: string) => object])[]
  ).map(([name, publish]) =>
    handed(name, FOREIGN, '111122223333', (account) => ({
      Machine: machine({ Publish: { Type: 'Task', End: true, ...publish(account) } }),
    })),
  ),
  handed('recordings of a browser go to a bucket outside of the app', 'their-recordings', ref('Data'), (Bucket) => ({
    Browser: of('AWS::BedrockAgentCore::BrowserCustom', {
      Name: 'b',
      ExecutionRoleArn: arnOf('WorkerRole'),
      NetworkConfiguration: {
        NetworkMode: 'VPC',
        VpcConfig: { SecurityGroups: [arnOf('RuntimeGroup', 'GroupId')], Subnets: [ref('SubnetA')] },
      },
      RecordingConfig: { Enabled: true, S3Location: { Bucket, Prefix: 'r' } },
    }),
    More: policyFor(ref('ExecutionRole'), may('bedrock-agentcore:StartBrowserSession', arnOf('Browser', 'BrowserArn'))),
  })),
  handed('a link shares all log groups', 'AWS::Logs::LogGroup', 'AWS::CloudWatch::Metric', (type) => ({
    Link: of('AWS::Oam::Link', {
      LabelTemplate: '$AccountName',
      ResourceTypes: [type],
      SinkIdentifier: `arn:aws:oam:us-east-1:${FOREIGN}:sink/1111aaaa-22bb-33cc-44dd-5555eeee6666`,
    }),
  })),
  handed('an access point of the evidence lets another account in', FOREIGN, '111122223333', (account) => ({
    EvidencePolicy: bucketPolicy('Evidence', {
      ...may('s3:*', [arnOf('Evidence'), OBJECTS], {
        Condition: { StringEquals: { 's3:DataAccessPointAccount': '111122223333' } },
      }),
      Principal: { AWS: '*' },
    }),
    Point: of('AWS::S3::AccessPoint', {
      Bucket: ref('Evidence'),
      Name: 'partner',
      Policy: document({
        ...may('s3:GetObject', 'arn:aws:s3:us-east-1:111122223333:accesspoint/partner/object/*'),
        Principal: { AWS: `arn:aws:iam::${account}:role/reader` },
      }),
    }),
  })),
  ...['aws:PrincipalOrgID', "aws:PrincipalOrgID, 'none'"].map((variable) =>
    handed(`the organization is compared with the variable ${variable}`, variable, 'aws:ResourceOrgID', (name) => ({
      TopicPolicy: of('AWS::SNS::TopicPolicy', {
        Topics: [ref('Topic')],
        PolicyDocument: document(denyPlain('sns:*'), {
          ...may('sns:Subscribe', ref('Topic'), {
            Condition: { StringEquals: { 'aws:PrincipalOrgID': `\${${name}}` } },
          }),
          Principal: '*',
        }),
      }),
    })),
  ),
  ...[
    ['an integration copies a table', 'AWS::Glue::Integration', { IntegrationName: 'copy' }],
    ['an integration of another service copies a table', 'AWS::RDS::Integration', {}],
  ].map(([name, type, rest]): Pair =>
    pair('MA-STO1', name as string, FOREIGN, ACCOUNT, (account) => ({
      add: {
        Copy: of(type as string, {
          ...(rest as object),
          SourceArn: arnOf('Ledger'),
          TargetArn: `arn:aws:redshift-serverless:us-east-1:${account}:namespace/copy`,
        }),
      },
    })),
  ),
  pair('MA-STO1', 'a crawler works for another account, which a mapping names', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Crawler: of('AWS::Glue::Crawler', {
        Role: 'arn:aws:iam::111122223333:role/crawler',
        Targets: { DynamoDBTargets: [{ Path: ref('Ledger') }] },
        LakeFormationConfiguration: { AccountId: { 'Fn::FindInMap': ['Accounts', 'Lake', 'Id'] } },
      }),
    },
    sections: { Mappings: { Accounts: { Lake: { Id: account } } } },
  })),
  pair('MA-STO1', 'a build that starts turns runs in an image of another account', FOREIGN, ACCOUNT, (account) => ({
    add: {
      BuildRole: roleOf('codebuild.amazonaws.com', may('states:StartExecution', ref('Machine'))),
      Build: of('AWS::CodeBuild::Project', {
        ServiceRole: arnOf('BuildRole'),
        EncryptionKey: arnOf('Key'),
        Artifacts: { Type: 'NO_ARTIFACTS' },
        Source: { Type: 'NO_SOURCE', BuildSpec: 'version: 0.2' },
        Environment: {
          Type: 'LINUX_CONTAINER',
          ComputeType: 'BUILD_GENERAL1_SMALL',
          Image: `${account}.dkr.ecr.us-east-1.amazonaws.com/build:1`,
        },
      }),
    },
  })),
];
