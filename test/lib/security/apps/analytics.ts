import * as athena from 'aws-cdk-lib/aws-athena';
import { Alarm, Dashboard, GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as dms from 'aws-cdk-lib/aws-dms';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as iot from 'aws-cdk-lib/aws-iot';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import * as msk from 'aws-cdk-lib/aws-msk';
import * as opensearch from 'aws-cdk-lib/aws-opensearchserverless';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as redshift from 'aws-cdk-lib/aws-redshiftserverless';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SnsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib/core';
import { functionIn } from './compute';
import { oneStack, type OrdinaryApp } from './app';

/** Stores, streams, machine learning and devices. */
export const ANALYTICS: readonly OrdinaryApp[] = [
  oneStack('SageMaker with an endpoint and a notebook', (stack) => {
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSageMakerFullAccess')],
    });
    const model = new sagemaker.CfnModel(stack, 'Model', {
      executionRoleArn: role.roleArn,
      primaryContainer: { image: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3' },
    });
    const config = new sagemaker.CfnEndpointConfig(stack, 'Config', {
      productionVariants: [
        {
          modelName: model.attrModelName,
          variantName: 'all',
          initialVariantWeight: 1,
          instanceType: 'ml.m5.large',
          initialInstanceCount: 1,
        },
      ],
    });
    new sagemaker.CfnEndpoint(stack, 'Endpoint', { endpointConfigName: config.attrEndpointConfigName });
    new sagemaker.CfnNotebookInstance(stack, 'Notebook', { instanceType: 'ml.t3.medium', roleArn: role.roleArn });
  }),
  oneStack('IoT rules for devices', (stack) => {
    const stream = new kinesis.Stream(stack, 'Telemetry');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('iot.amazonaws.com') });
    stream.grantWrite(role);
    const handler = functionIn(stack);
    const rule = new iot.CfnTopicRule(stack, 'Rule', {
      topicRulePayload: {
        sql: "SELECT * FROM 'devices/+/telemetry'",
        actions: [
          { kinesis: { streamName: stream.streamName, roleArn: role.roleArn } },
          { lambda: { functionArn: handler.functionArn } },
        ],
      },
    });
    handler.addPermission('Iot', { principal: new iam.ServicePrincipal('iot.amazonaws.com'), sourceArn: rule.attrArn });
    new iot.CfnPolicy(stack, 'Devices', {
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
      },
    });
  }),
  oneStack('a data lake with Athena, Lake Formation style roles and a crawler', (stack) => {
    const lake = new s3.Bucket(stack, 'Lake', { versioned: true, lifecycleRules: [{ expiration: Duration.days(90) }] });
    const results = new s3.Bucket(stack, 'Results');
    new athena.CfnWorkGroup(stack, 'Analysts', {
      name: 'analysts',
      workGroupConfiguration: { resultConfiguration: { outputLocation: results.s3UrlForObject() } },
    });
    const analysts = new iam.Role(stack, 'AnalystRole', { assumedBy: new iam.AccountRootPrincipal() });
    analysts.addToPolicy(new iam.PolicyStatement({ actions: ['athena:*', 'glue:Get*'], resources: ['*'] }));
    lake.grantRead(analysts);
    results.grantReadWrite(analysts);
    new glue.CfnDatabase(stack, 'Catalog', { catalogId: stack.account, databaseInput: { name: 'lake2' } });
  }),
  oneStack('RDS Postgres in its own VPC with a bastion and a proxy', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 2,
      natGateways: 1,
      ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
    });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addInterfaceEndpoint('Secrets', { service: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER });
    vpc.addFlowLog('Flow');
    const database = new rds.DatabaseInstance(stack, 'Database', {
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
      vpc,
      credentials: rds.Credentials.fromGeneratedSecret('postgres'),
      multiAz: true,
    });
    const bastion = new ec2.BastionHostLinux(stack, 'Bastion', { vpc });
    database.connections.allowDefaultPortFrom(bastion);
    const handler = functionIn(stack, 'Function', { vpc });
    const proxy = database.addProxy('Proxy', { secrets: [database.secret!], vpc });
    proxy.grantConnect(handler, 'postgres');
    database.connections.allowFrom(ec2.Peer.ipv4('203.0.113.0/24'), ec2.Port.tcp(5432));
  }),
  oneStack('a DynamoDB stream with a dead-letter queue and a global table', (stack) => {
    const table = new dynamodb.TableV2(stack, 'Orders', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
      replicas: [{ region: 'us-west-2' }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
    functionIn(stack).addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.LATEST,
        onFailure: new SqsDlq(new sqs.Queue(stack, 'Dead')),
      }),
    );
  }),
  oneStack('Firehose to an HTTP endpoint for logs of functions', (stack) => {
    const bucket = new s3.Bucket(stack, 'Failed');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com') });
    bucket.grantReadWrite(role);
    const delivery = new firehose.CfnDeliveryStream(stack, 'Delivery', {
      httpEndpointDestinationConfiguration: {
        endpointConfiguration: {
          url: 'https://collector.example.com',
          accessKey: SecretValue.secretsManager('collector').toString(),
        },
        s3Configuration: { bucketArn: bucket.bucketArn, roleArn: role.roleArn },
      },
    });
    const cwl = new iam.Role(stack, 'Logs', { assumedBy: new iam.ServicePrincipal('logs.amazonaws.com') });
    cwl.addToPolicy(new iam.PolicyStatement({ actions: ['firehose:PutRecordBatch'], resources: [delivery.attrArn] }));
    const group = new logs.LogGroup(stack, 'Group', { retention: logs.RetentionDays.ONE_DAY });
    new logs.CfnSubscriptionFilter(stack, 'Filter', {
      logGroupName: group.logGroupName,
      filterPattern: '',
      destinationArn: delivery.attrArn,
      roleArn: cwl.roleArn,
    });
    group.addSubscriptionFilter('Function', {
      destination: new LambdaDestination(functionIn(stack)),
      filterPattern: logs.FilterPattern.allTerms('ERROR'),
    });
  }),
  oneStack('alarms, a dashboard and mail for people', (stack) => {
    const topic = new sns.Topic(stack, 'Alarms');
    topic.addSubscription(new EmailSubscription('ops@example.com'));
    topic.addSubscription(new UrlSubscription('https://events.pagerduty.com/integration/x/enqueue'));
    const handler = functionIn(stack);
    const alarm = new Alarm(stack, 'Errors', { metric: handler.metricErrors(), threshold: 1, evaluationPeriods: 1 });
    alarm.addAlarmAction(new SnsAction(topic));
    new Dashboard(stack, 'Dashboard').addWidgets(new GraphWidget({ left: [handler.metricInvocations()] }));
    new Rule(stack, 'Nightly', {
      schedule: Schedule.cron({ hour: '3' }),
      targets: [new targets.LambdaFunction(handler)],
    });
  }),
  oneStack('Step Functions with a wait for people, parallel work and Bedrock', (stack) => {
    const queue = new sqs.Queue(stack, 'Approvals');
    const call = new tasks.CallAwsService(stack, 'Ask', {
      service: 'bedrockruntime',
      action: 'invokeModel',
      parameters: { ModelId: 'amazon.titan-text-express-v1', Body: { inputText: 'Hello' } },
      iamResources: ['arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1'],
      iamAction: 'bedrock:InvokeModel',
    });
    const wait = new tasks.SqsSendMessage(stack, 'Approve', {
      queue,
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      messageBody: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
    });
    const each = new sfn.Map(stack, 'Each').itemProcessor(new sfn.Pass(stack, 'One'));
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(call.next(wait).next(each)),
      tracingEnabled: true,
      logs: { destination: new logs.LogGroup(stack, 'Log'), level: sfn.LogLevel.ALL },
    });
  }),
  oneStack('Kafka, OpenSearch Serverless and Redshift Serverless', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    new msk.CfnServerlessCluster(stack, 'Kafka', {
      clusterName: 'events',
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [{ subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId) }],
    });
    new opensearch.CfnCollection(stack, 'Search', { name: 'search', type: 'SEARCH' });
    new opensearch.CfnSecurityPolicy(stack, 'Network', {
      name: 'network',
      type: 'network',
      policy: JSON.stringify([
        { Rules: [{ ResourceType: 'collection', Resource: ['collection/search'] }], AllowFromPublic: true },
      ]),
    });
    new redshift.CfnNamespace(stack, 'Warehouse', {
      namespaceName: 'dw',
      manageAdminPassword: true,
      adminUsername: 'admin',
    });
    new redshift.CfnWorkgroup(stack, 'Workgroup', {
      workgroupName: 'dw',
      namespaceName: 'dw',
      subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    });
  }),
  oneStack('a bucket shared with a partner account, with a key', (stack) => {
    const key = new kms.Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Exchange', { encryptionKey: key });
    bucket.grantRead(new iam.AccountPrincipal('222233334444'));
    key.grantDecrypt(new iam.AccountPrincipal('222233334444'));
    const topic = new sns.Topic(stack, 'News');
    topic.grantPublish(new iam.OrganizationPrincipal('o-a1b2c3d4e5'));
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SnsDestination(topic));
  }),
  oneStack('a migration with DMS and a VPN', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 2,
      vpnGateway: true,
      natGateways: 0,
      subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    vpc.addVpnConnection('Office', { ip: '198.51.100.20' });
    const group = new dms.CfnReplicationSubnetGroup(stack, 'Group', {
      replicationSubnetGroupDescription: 'x',
      subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    });
    new dms.CfnReplicationInstance(stack, 'Instance', {
      replicationInstanceClass: 'dms.t3.medium',
      replicationSubnetGroupIdentifier: group.ref,
    });
  }),
];
