import { AppsyncFunction, Code, FunctionRuntime, GraphqlApi, Resolver, SchemaFile } from 'aws-cdk-lib/aws-appsync';
import { BackupPlan, BackupResource } from 'aws-cdk-lib/aws-backup';
import { AllowedMethods, Distribution, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { IdentityPool, UserPoolAuthenticationProvider } from 'aws-cdk-lib/aws-cognito-identitypool';
import { AttributeType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { CfnCrawler, CfnDatabase, CfnJob } from 'aws-cdk-lib/aws-glue';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { DeliveryStream, S3Bucket } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Key } from 'aws-cdk-lib/aws-kms';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource, S3EventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Domain, EngineVersion } from 'aws-cdk-lib/aws-opensearchservice';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import {
  Credentials,
  DatabaseCluster,
  ClusterInstance,
  AuroraPostgresEngineVersion,
  DatabaseClusterEngine,
} from 'aws-cdk-lib/aws-rds';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { HostedRotation, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

function schemaFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'schema-')), 'schema.graphql');
  fs.writeFileSync(file, 'type Query { item(id: ID!): String }');
  return file;
}

export const DATA: readonly OrdinaryApp[] = [
  oneStack('Aurora with a rotated secret', (stack) => {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cluster = new DatabaseCluster(stack, 'Database', {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_16_4 }),
      credentials: Credentials.fromGeneratedSecret('admin_user'),
      writer: ClusterInstance.serverlessV2('Writer'),
      vpc,
    });
    cluster.addRotationSingleUser({ automaticallyAfter: Duration.days(30) });
    const reader = functionIn(stack, 'Reader', { vpc });
    cluster.connections.allowDefaultPortFrom(reader);
    cluster.secret!.grantRead(reader);
  }),
  oneStack('a static site with CloudFront, its own domain and BucketDeployment', (stack) => {
    const zone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' });
    const bucket = new Bucket(stack, 'Site', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    const distribution = new Distribution(stack, 'Distribution', {
      domainNames: ['example.com'],
      certificate: new Certificate(stack, 'Certificate', {
        domainName: 'example.com',
        validation: CertificateValidation.fromDns(zone),
      }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      },
    });
    new ARecord(stack, 'Alias', { zone, target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)) });
    new BucketDeployment(stack, 'Files', {
      sources: [Source.data('index.html', '<h1>Hello</h1>')],
      destinationBucket: bucket,
      distribution,
    });
  }),
  oneStack('Glue jobs and crawlers', (stack) => {
    const role = new Role(stack, 'Role', {
      assumedBy: new ServicePrincipal('glue.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSGlueServiceRole')],
    });
    const lake = new Bucket(stack, 'Lake', { encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) });
    lake.grantReadWrite(role);
    new CfnDatabase(stack, 'Database', { catalogId: stack.account, databaseInput: { name: 'lake' } });
    new CfnCrawler(stack, 'Crawler', {
      role: role.roleArn,
      databaseName: 'lake',
      targets: { s3Targets: [{ path: lake.s3UrlForObject('raw/') }] },
    });
    new CfnJob(stack, 'Job', {
      role: role.roleArn,
      command: { name: 'glueetl', scriptLocation: lake.s3UrlForObject('scripts/job.py') },
    });
  }),
  oneStack('Cognito with a user pool and an identity pool', (stack) => {
    const users = new UserPool(stack, 'Users', { selfSignUpEnabled: true, signInAliases: { email: true } });
    users.addClient('Web', { oAuth: { callbackUrls: ['https://example.com'] } });
    users.addDomain('Domain', { cognitoDomain: { domainPrefix: 'example-users' } });
    const identities = new IdentityPool(stack, 'Identities', {
      authenticationProviders: { userPools: [new UserPoolAuthenticationProvider({ userPool: users })] },
    });
    new Bucket(stack, 'Uploads').grantPut(identities.authenticatedRole, '${cognito-identity.amazonaws.com:sub}/*');
  }),
  oneStack('an EventBridge pipe from a queue to a bus, with an archive', (stack) => {
    const queue = new Queue(stack, 'Queue');
    const bus = new EventBus(stack, 'Bus');
    bus.archive('Archive', { eventPattern: { account: [stack.account] }, retention: Duration.days(7) });
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('pipes.amazonaws.com') });
    queue.grantConsumeMessages(role);
    bus.grantPutEventsTo(role);
    new CfnPipe(stack, 'Pipe', { roleArn: role.roleArn, source: queue.queueArn, target: bus.eventBusArn });
    new Rule(stack, 'Rule', {
      eventBus: bus,
      eventPattern: { source: ['example.orders'] },
      targets: [new targets.LambdaFunction(functionIn(stack)), new targets.SqsQueue(new Queue(stack, 'Orders'))],
    });
  }),
  oneStack('SNS and SQS fan-out with a bucket', (stack) => {
    const topic = new Topic(stack, 'Topic');
    for (const name of ['Mail', 'Stock']) {
      topic.addSubscription(
        new SqsSubscription(
          new Queue(stack, name, { deadLetterQueue: { queue: new Queue(stack, `${name}Dead`), maxReceiveCount: 3 } }),
        ),
      );
    }
    topic.addSubscription(new LambdaSubscription(functionIn(stack)));
    const bucket = new Bucket(stack, 'Bucket');
    functionIn(stack, 'Thumbnails').addEventSource(new S3EventSource(bucket, { events: [EventType.OBJECT_CREATED] }));
  }),
  oneStack('Kinesis with a consumer and Firehose', (stack) => {
    const stream = new Stream(stack, 'Stream');
    functionIn(stack).addEventSource(new KinesisEventSource(stream, { startingPosition: StartingPosition.LATEST }));
    new DeliveryStream(stack, 'Delivery', { destination: new S3Bucket(new Bucket(stack, 'Archive')) });
  }),
  oneStack('AWS Backup', (stack) => {
    const table = new Table(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    BackupPlan.daily35DayRetention(stack, 'Plan').addSelection('All', {
      resources: [BackupResource.fromDynamoDbTable(table), BackupResource.fromTag('backup', 'yes')],
    });
  }),
  oneStack('SSM parameters and a rotated secret', (stack) => {
    const reader = functionIn(stack);
    new StringParameter(stack, 'Parameter', { parameterName: '/example/colour', stringValue: 'blue' }).grantRead(
      reader,
    );
    new StringListParameter(stack, 'List', { stringListValue: ['a', 'b'] }).grantRead(reader);
    const secret = new Secret(stack, 'Secret', { generateSecretString: { excludePunctuation: true } });
    secret.addRotationSchedule('Rotation', { hostedRotation: HostedRotation.postgreSqlSingleUser() });
    secret.grantRead(reader);
  }),
  oneStack('AppSync over a table', (stack) => {
    const api = new GraphqlApi(stack, 'Api', {
      name: 'example',
      definition: { schema: SchemaFile.fromAsset(schemaFile()) },
    });
    const source = api.addDynamoDbDataSource(
      'Items',
      new TableV2(stack, 'Items', { partitionKey: { name: 'id', type: AttributeType.STRING } }),
    );
    const code = Code.fromInline(
      'export function request() { return {}; } export function response(c) { return c.result; }',
    );
    new Resolver(stack, 'Resolver', {
      api,
      typeName: 'Query',
      fieldName: 'item',
      code,
      runtime: FunctionRuntime.JS_1_0_0,
      pipelineConfig: [
        new AppsyncFunction(stack, 'Get', {
          api,
          name: 'get',
          dataSource: source,
          code,
          runtime: FunctionRuntime.JS_1_0_0,
        }),
      ],
    });
  }),
  oneStack('schedules of EventBridge Scheduler', (stack) => {
    const schedule = ScheduleExpression.rate(Duration.hours(1));
    new Schedule(stack, 'Hourly', { schedule, target: new LambdaInvoke(functionIn(stack), {}) });
    new Schedule(stack, 'Queue', { schedule, target: new SqsSendMessage(new Queue(stack, 'Ticks'), {}) });
  }),
  oneStack('an OpenSearch domain', (stack) => {
    const domain = new Domain(stack, 'Domain', { version: EngineVersion.OPENSEARCH_2_17 });
    domain.grantReadWrite(functionIn(stack));
  }),
];
