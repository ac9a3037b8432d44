import * as datasync from 'aws-cdk-lib/aws-datasync';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as emr from 'aws-cdk-lib/aws-emr';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesisanalytics from 'aws-cdk-lib/aws-kinesisanalytics';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as msk from 'aws-cdk-lib/aws-msk';
import * as mwaa from 'aws-cdk-lib/aws-mwaa';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import * as osis from 'aws-cdk-lib/aws-osis';
import * as quicksight from 'aws-cdk-lib/aws-quicksight';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as redshift from 'aws-cdk-lib/aws-redshift';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3objectlambda from 'aws-cdk-lib/aws-s3objectlambda';
import { CfnResource, Duration } from 'aws-cdk-lib/core';
import { ENV } from '../governed-app';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { serviceRole } from './service-role';

/** Databases, streams, lakes and reports, as a platform team writes them with the constructs of aws-cdk-lib. */
export const DATA_PLATFORM: readonly OrdinaryApp[] = [
  oneStack('Aurora Serverless with the data API, two rotations, a proxy and an export', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cluster = new rds.DatabaseCluster(stack, 'Cluster', {
      vpc,
      engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_6 }),
      writer: rds.ClusterInstance.serverlessV2('Writer'),
      enableDataApi: true,
      s3ExportBuckets: [new s3.Bucket(stack, 'Exports')],
      iamAuthentication: true,
    });
    cluster.addRotationSingleUser();
    const app = new rds.DatabaseSecret(stack, 'App', { username: 'app', masterSecret: cluster.secret });
    app.attach(cluster);
    cluster.addRotationMultiUser('AppRotation', { secret: app });
    const proxy = cluster.addProxy('Proxy', { secrets: [cluster.secret!], vpc });
    const handler = functionIn(stack, 'Reader', { vpc });
    proxy.grantConnect(handler, 'app');
    cluster.grantDataApiAccess(functionIn(stack, 'Report'));
  }),
  oneStack('a cache, a document database and Redshift with scheduled queries', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cache = new ec2.SecurityGroup(stack, 'CacheGroup', { vpc });
    cache.addIngressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(6379));
    new elasticache.CfnServerlessCache(stack, 'Cache', {
      engine: 'valkey',
      serverlessCacheName: 'shop',
      subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
      securityGroupIds: [cache.securityGroupId],
    });
    const documents = new docdb.DatabaseCluster(stack, 'Documents', {
      vpc,
      instanceType: new ec2.InstanceType('r6g.large'),
      masterUser: { username: 'docs' },
    });
    documents.addRotationSingleUser();
    const load = serviceRole(stack, 'Load', 'redshift.amazonaws.com');
    new s3.Bucket(stack, 'Lake').grantRead(load);
    new redshift.CfnCluster(stack, 'Warehouse', {
      clusterType: 'single-node',
      dbName: 'dw',
      nodeType: 'ra3.xlplus',
      masterUsername: 'admin',
      manageMasterPassword: true,
      iamRoles: [load.roleArn],
    });
    new redshift.CfnScheduledAction(stack, 'Pause', {
      scheduledActionName: 'pause',
      schedule: 'cron(0 20 * * ? *)',
      iamRole: serviceRole(stack, 'Scheduler', 'scheduler.redshift.amazonaws.com').roleArn,
      targetAction: { pauseCluster: { clusterIdentifier: 'dw' } },
    });
  }),
  oneStack('Kafka with IAM, Kafka Connect, a function on a topic, and Flink', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const subnets = vpc.privateSubnets.map(({ subnetId }) => subnetId);
    const cluster = new msk.CfnServerlessCluster(stack, 'Cluster', {
      clusterName: 'shop',
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [{ subnetIds: subnets }],
    });
    const consumer = functionIn(stack, 'Consumer', { vpc });
    consumer.addEventSource(
      new sources.ManagedKafkaEventSource({
        clusterArn: cluster.attrArn,
        topic: 'orders',
        startingPosition: lambda.StartingPosition.LATEST,
      }),
    );
    consumer.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['kafka-cluster:Connect', 'kafka-cluster:ReadData', 'kafka-cluster:DescribeGroup'],
        resources: ['*'],
      }),
    );
    const producer = functionIn(stack, 'Producer', { vpc });
    producer.addToRolePolicy(new iam.PolicyStatement({ actions: ['kafka-cluster:*'], resources: [cluster.attrArn] }));
    const flink = serviceRole(stack, 'Flink', 'kinesisanalytics.amazonaws.com');
    const code = new s3.Bucket(stack, 'Code');
    code.grantRead(flink);
    new kinesisanalytics.CfnApplicationV2(stack, 'App', {
      runtimeEnvironment: 'FLINK-1_20',
      serviceExecutionRole: flink.roleArn,
      applicationConfiguration: {
        applicationCodeConfiguration: {
          codeContentType: 'ZIPFILE',
          codeContent: { s3ContentLocation: { bucketArn: code.bucketArn, fileKey: 'app.jar' } },
        },
        vpcConfigurations: [
          {
            subnetIds: subnets,
            securityGroupIds: [new ec2.SecurityGroup(stack, 'FlinkGroup', { vpc }).securityGroupId],
          },
        ],
      },
    });
  }),
  oneStack('a search domain in a VPC with an ingestion pipeline and logs of a firehose', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const domain = new opensearch.Domain(stack, 'Domain', {
      version: opensearch.EngineVersion.OPENSEARCH_2_17,
      vpc,
      zoneAwareness: { enabled: true },
      capacity: { dataNodes: 2 },
      fineGrainedAccessControl: { masterUserArn: `arn:aws:iam::${ENV.account}:role/admin` },
      nodeToNodeEncryption: true,
      encryptionAtRest: { enabled: true },
      enforceHttps: true,
      accessPolicies: [
        new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['es:ESHttp*'], resources: ['*'] }),
      ],
    });
    const pipeline = serviceRole(stack, 'Ingest', 'osis-pipelines.amazonaws.com');
    domain.grantReadWrite(pipeline);
    new osis.CfnPipeline(stack, 'Pipeline', {
      minUnits: 1,
      maxUnits: 2,
      pipelineName: 'logs',
      pipelineConfigurationBody: `version: "2"\nlogs:\n  source:\n    http:\n      path: "/logs"\n  sink:\n    - opensearch:\n        hosts: ["https://example"]\n`,
      pipelineRoleArn: pipeline.roleArn,
    });
    new firehose.DeliveryStream(stack, 'Stream', {
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Archive')),
    });
  }),
  oneStack('Airflow, EMR, DataSync and a Glue workflow in a VPC', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const dags = new s3.Bucket(stack, 'Dags', { versioned: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    const airflow = new iam.Role(stack, 'Airflow', {
      assumedBy: new iam.CompositePrincipal(
        new iam.ServicePrincipal('airflow.amazonaws.com'),
        new iam.ServicePrincipal('airflow-env.amazonaws.com'),
      ),
    });
    dags.grantRead(airflow);
    airflow.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'airflow:PublishMetrics',
          'glue:StartJobRun',
          'glue:GetJobRun',
          'emr-serverless:StartJobRun',
          'batch:SubmitJob',
          'lambda:InvokeFunction',
        ],
        resources: ['*'],
      }),
    );
    airflow.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'sqs:SendMessage',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueUrl',
          'sqs:GetQueueAttributes',
          'sqs:ChangeMessageVisibility',
        ],
        resources: ['arn:aws:sqs:us-east-1:*:airflow-celery-*'],
      }),
    );
    new mwaa.CfnEnvironment(stack, 'Environment', {
      name: 'etl',
      dagS3Path: 'dags',
      sourceBucketArn: dags.bucketArn,
      executionRoleArn: airflow.roleArn,
      webserverAccessMode: 'PUBLIC_ONLY',
      networkConfiguration: {
        subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
        securityGroupIds: [new ec2.SecurityGroup(stack, 'Group', { vpc }).securityGroupId],
      },
    });
    new emr.CfnCluster(stack, 'Emr', {
      name: 'adhoc',
      releaseLabel: 'emr-7.5.0',
      jobFlowRole: 'EMR_EC2_DefaultRole',
      serviceRole: 'EMR_DefaultRole',
      instances: {
        ec2SubnetId: vpc.privateSubnets[0].subnetId,
        masterInstanceGroup: { instanceCount: 1, instanceType: 'm5.xlarge' },
      },
    });
    const sync = serviceRole(stack, 'Sync', 'datasync.amazonaws.com');
    dags.grantReadWrite(sync);
    new datasync.CfnLocationS3(stack, 'Location', {
      s3BucketArn: dags.bucketArn,
      s3Config: { bucketAccessRoleArn: sync.roleArn },
    });
    const crawl = serviceRole(stack, 'Crawl', 'glue.amazonaws.com');
    crawl.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSGlueServiceRole'));
    new glue.CfnConnection(stack, 'Jdbc', {
      catalogId: ENV.account,
      connectionInput: {
        connectionType: 'JDBC',
        connectionProperties: {
          JDBC_CONNECTION_URL: 'jdbc:postgresql://db.example.internal:5432/shop',
          SECRET_ID: 'shop/db',
        },
        physicalConnectionRequirements: {
          subnetId: vpc.privateSubnets[0].subnetId,
          securityGroupIdList: [new ec2.SecurityGroup(stack, 'GlueGroup', { vpc }).securityGroupId],
        },
      },
    });
    const job = new glue.CfnJob(stack, 'Job', {
      role: crawl.roleArn,
      command: { name: 'glueetl', scriptLocation: dags.s3UrlForObject('job.py') },
    });
    const workflow = new glue.CfnWorkflow(stack, 'Workflow');
    new glue.CfnTrigger(stack, 'Trigger', {
      type: 'EVENT',
      workflowName: workflow.ref,
      actions: [{ jobName: job.ref }],
    });
  }),
  oneStack('QuickSight over Athena with a VPC connection, DataZone and a clean room of numbers', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const service = serviceRole(stack, 'Role', 'quicksight.amazonaws.com');
    service.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:ModifyNetworkInterfaceAttribute',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeSubnets',
          'ec2:DescribeSecurityGroups',
        ],
        resources: ['*'],
      }),
    );
    new quicksight.CfnVPCConnection(stack, 'Connection', {
      name: 'bi',
      vpcConnectionId: 'bi',
      awsAccountId: ENV.account,
      roleArn: service.roleArn,
      subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
      securityGroupIds: [new ec2.SecurityGroup(stack, 'Group', { vpc }).securityGroupId],
    });
    new quicksight.CfnDataSource(stack, 'Source', {
      name: 'athena',
      dataSourceId: 'athena',
      type: 'ATHENA',
      awsAccountId: ENV.account,
      dataSourceParameters: { athenaParameters: { workGroup: 'primary' } },
    });
    const dz = serviceRole(stack, 'DataZone', 'datazone.amazonaws.com');
    dz.addManagedPolicy(
      iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonDataZoneDomainExecutionRolePolicy'),
    );
    new CfnResource(stack, 'Domain', {
      type: 'AWS::DataZone::Domain',
      properties: { Name: 'data', DomainExecutionRole: dz.roleArn },
    });
  }),
  oneStack('S3: an access point, an object lambda, replication, inventory and a multi-Region key', (stack) => {
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: true, multiRegion: true });
    const target = new s3.Bucket(stack, 'Target', { versioned: true, encryptionKey: key });
    const bucket = new s3.Bucket(stack, 'Bucket', {
      versioned: true,
      replicationRules: [{ destination: target }],
      inventories: [{ destination: { bucket: new s3.Bucket(stack, 'Inventory') } }],
      serverAccessLogsBucket: new s3.Bucket(stack, 'Logs'),
      intelligentTieringConfigurations: [{ name: 'tier', archiveAccessTierTime: Duration.days(90) }],
    });
    const point = new s3.CfnAccessPoint(stack, 'Point', { bucket: bucket.bucketName });
    new s3objectlambda.CfnAccessPoint(stack, 'Lambda', {
      objectLambdaConfiguration: {
        supportingAccessPoint: point.attrArn,
        transformationConfigurations: [
          {
            actions: ['GetObject'],
            contentTransformation: { AwsLambda: { FunctionArn: functionIn(stack, 'Redact').functionArn } },
          },
        ],
      },
    });
    new CfnResource(stack, 'Tables', {
      type: 'AWS::S3Tables::TableBucket',
      properties: { TableBucketName: 'lake-tables' },
    });
    new CfnResource(stack, 'Vectors', {
      type: 'AWS::S3Vectors::VectorBucket',
      properties: { VectorBucketName: 'vectors' },
    });
  }),
];
