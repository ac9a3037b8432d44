import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination, SqsDestination as S3ToQueue } from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import * as synthetics from 'aws-cdk-lib/aws-synthetics';
import { Duration } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const TOOLS = '222233334444';
const ORGANIZATION = 'o-exampleorg1';

/** Workloads of product teams, none of them related to an agent. */
export const WORKLOADS: readonly OrdinaryApp[] = [
  oneStack('EKS with access entries, pod identities, add-ons and Fargate', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const subnetIds = vpc.privateSubnets.map(({ subnetId }) => subnetId);
    const cluster = new eks.CfnCluster(stack, 'Cluster', {
      roleArn: new iam.Role(stack, 'Control', {
        assumedBy: new iam.ServicePrincipal('eks.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSClusterPolicy')],
      }).roleArn,
      resourcesVpcConfig: { subnetIds, endpointPrivateAccess: true },
      accessConfig: { authenticationMode: 'API' },
    });
    const admins = new iam.Role(stack, 'Admins', { assumedBy: new iam.AccountRootPrincipal() });
    new eks.CfnAccessEntry(stack, 'Entry', {
      clusterName: cluster.ref,
      principalArn: admins.roleArn,
      accessPolicies: [
        {
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
          accessScope: { type: 'cluster' },
        },
      ],
    });
    new eks.CfnAddon(stack, 'Cni', { clusterName: cluster.ref, addonName: 'vpc-cni' });
    const pod = new iam.Role(stack, 'Pod', {
      assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
    });
    new sqs.Queue(stack, 'Jobs').grantConsumeMessages(pod);
    new eks.CfnPodIdentityAssociation(stack, 'Association', {
      clusterName: cluster.ref,
      namespace: 'shop',
      serviceAccount: 'worker',
      roleArn: pod.roleArn,
    });
    new eks.CfnFargateProfile(stack, 'Fargate', {
      clusterName: cluster.ref,
      podExecutionRoleArn: new iam.Role(stack, 'PodExecution', {
        assumedBy: new iam.ServicePrincipal('eks-fargate-pods.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSFargatePodExecutionRolePolicy')],
      }).roleArn,
      selectors: [{ namespace: 'shop' }],
      subnets: subnetIds,
    });
  }),
  oneStack('MySQL with a rotated secret, a proxy, events and an export of snapshots', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const database = new rds.DatabaseInstance(stack, 'Database', {
      vpc,
      engine: rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.VER_8_0 }),
      credentials: rds.Credentials.fromGeneratedSecret('shop', { excludeCharacters: '"@/' }),
      storageEncrypted: true,
      monitoringInterval: Duration.minutes(1),
      cloudwatchLogsExports: ['error'],
    });
    database.addRotationSingleUser({ automaticallyAfter: Duration.days(30) });
    const proxy = database.addProxy('Proxy', { vpc, secrets: [database.secret!], iamAuth: true });
    const handler = functionIn(stack, 'Function', { vpc });
    proxy.grantConnect(handler, 'shop');
    database.connections.allowDefaultPortFrom(handler);
    database.secret!.grantRead(handler);
    const topic = new sns.Topic(stack, 'Events');
    new rds.CfnEventSubscription(stack, 'Subscription', { snsTopicArn: topic.topicArn, sourceType: 'db-instance' });
    const exporter = new iam.Role(stack, 'Exporter', {
      assumedBy: new iam.ServicePrincipal('export.rds.amazonaws.com'),
    });
    new s3.Bucket(stack, 'Snapshots').grantReadWrite(exporter);
  }),
  oneStack('a FIFO topic and a fan-out with filters, functions and dead letters', (stack) => {
    const fifo = new sns.Topic(stack, 'Orders', { fifo: true, contentBasedDeduplication: true });
    const dead = new sqs.Queue(stack, 'Dead', { fifo: true });
    const queue = new sqs.Queue(stack, 'Invoices', {
      fifo: true,
      deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
    });
    fifo.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    functionIn(stack).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
    const topic = new sns.Topic(stack, 'News');
    topic.addSubscription(
      new LambdaSubscription(functionIn(stack, 'Mailer'), {
        filterPolicy: { kind: sns.SubscriptionFilter.stringFilter({ allowlist: ['mail'] }) },
        deadLetterQueue: new sqs.Queue(stack, 'Undelivered'),
      }),
    );
    topic.addSubscription(new EmailSubscription('team@example.com'));
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } },
      }),
    );
    const uploads = new s3.Bucket(stack, 'Uploads');
    uploads.addEventNotification(s3.EventType.OBJECT_CREATED, new S3ToQueue(new sqs.Queue(stack, 'Scans')), {
      prefix: 'incoming/',
    });
    uploads.addEventNotification(s3.EventType.OBJECT_REMOVED, new LambdaDestination(functionIn(stack, 'Cleaner')));
  }),
  oneStack('Cognito with triggers, groups and a client for machines', (stack) => {
    const trigger = functionIn(stack, 'PreSignUp');
    const pool = new cognito.UserPool(stack, 'Users', {
      selfSignUpEnabled: true,
      lambdaTriggers: { preSignUp: trigger, postConfirmation: functionIn(stack, 'Welcome') },
    });
    const server = pool.addResourceServer('Api', {
      identifier: 'api',
      scopes: [new cognito.ResourceServerScope({ scopeName: 'read', scopeDescription: 'Read' })],
    });
    pool.addClient('Machine', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: [
          cognito.OAuthScope.resourceServer(
            server,
            new cognito.ResourceServerScope({ scopeName: 'read', scopeDescription: 'Read' }),
          ),
        ],
      },
    });
    pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'shop-example' } });
    new cognito.CfnUserPoolGroup(stack, 'Group', {
      userPoolId: pool.userPoolId,
      roleArn: new iam.Role(stack, 'Member', {
        assumedBy: new iam.FederatedPrincipal(
          'cognito-identity.amazonaws.com',
          { 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' } },
          'sts:AssumeRoleWithWebIdentity',
        ),
      }).roleArn,
    });
  }),
  oneStack('Step Functions over files, with callbacks and a nested machine', (stack) => {
    const bucket = new s3.Bucket(stack, 'Files');
    const queue = new sqs.Queue(stack, 'Approvals');
    const child = new sfn.StateMachine(stack, 'Child', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Done')),
    });
    const each = new sfn.DistributedMap(stack, 'Each', {
      itemReader: new sfn.S3ObjectsItemReader({ bucket, prefix: 'in/' }),
      resultWriterV2: new sfn.ResultWriterV2({ bucket, prefix: 'out/' }),
      maxConcurrency: 10,
    });
    each.itemProcessor(
      new tasks.LambdaInvoke(stack, 'Convert', { lambdaFunction: functionIn(stack) }).next(
        new tasks.StepFunctionsStartExecution(stack, 'Nested', {
          stateMachine: child,
          integrationPattern: sfn.IntegrationPattern.RUN_JOB,
        }),
      ),
    );
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(
        each.next(
          new tasks.SqsSendMessage(stack, 'Ask', {
            queue,
            integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            messageBody: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
          }),
        ),
      ),
      tracingEnabled: true,
      logs: { destination: new logs.LogGroup(stack, 'Log'), level: sfn.LogLevel.ALL },
    });
  }),
  oneStack('a canary, metrics of logs and logs that a central account gets', (stack) => {
    new synthetics.Canary(stack, 'Canary', {
      runtime: synthetics.Runtime.SYNTHETICS_NODEJS_PUPPETEER_9_1,
      schedule: synthetics.Schedule.rate(Duration.minutes(5)),
      test: synthetics.Test.custom({
        code: synthetics.Code.fromInline('exports.handler = async () => {};'),
        handler: 'index.handler',
      }),
    });
    const group = new logs.LogGroup(stack, 'Log', { retention: logs.RetentionDays.ONE_DAY });
    group.addMetricFilter('Errors', {
      filterPattern: logs.FilterPattern.literal('ERROR'),
      metricNamespace: 'Shop',
      metricName: 'Errors',
    });
    new logs.CfnSubscriptionFilter(stack, 'Central', {
      logGroupName: group.logGroupName,
      filterPattern: '',
      destinationArn: `arn:aws:logs:us-east-1:${TOOLS}:destination:central`,
    });
  }),
  oneStack('functions with versions, layers, destinations and a stream', (stack) => {
    const handler = functionIn(stack, 'Function', {
      layers: [
        lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', `arn:aws:lambda:us-east-1:${TOOLS}:layer:tracing:7`),
      ],
      onFailure: new SqsDestination(new sqs.Queue(stack, 'Failures')),
      tracing: lambda.Tracing.ACTIVE,
      insightsVersion: lambda.LambdaInsightsVersion.VERSION_1_0_229_0,
    });
    handler.addEventSource(
      new KinesisEventSource(new Stream(stack, 'Stream'), { startingPosition: lambda.StartingPosition.LATEST }),
    );
    new lambda.Alias(stack, 'Live', { aliasName: 'live', version: handler.currentVersion });
    handler.addPermission('Partner', {
      principal: new iam.AccountPrincipal(TOOLS),
      action: 'lambda:InvokeFunction',
    });
    const application = new appconfig.Application(stack, 'Flags');
    new appconfig.HostedConfiguration(stack, 'Configuration', {
      application,
      content: appconfig.ConfigurationContent.fromInlineText('on'),
    });
  }),
];
