import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnResource, Duration, type Stack } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const vpcOf = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
/** Lakes, databases and knowledge bases. */
export const LAKES: readonly OrdinaryApp[] = [
  oneStack('lake: firehose, catalog, crawler and a query group', (stack) => {
    const lake = new s3.Bucket(stack, 'Lake', { lifecycleRules: [{ expiration: Duration.days(30) }] });
    new firehose.DeliveryStream(stack, 'F', {
      destination: new firehose.S3Bucket(lake, { compression: firehose.Compression.GZIP }),
    });
    new glue.CfnDatabase(stack, 'Db', { catalogId: stack.account, databaseInput: { name: 'lake' } });
    const role = new iam.Role(stack, 'Crawl', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSGlueServiceRole')],
    });
    lake.grantRead(role);
    new glue.CfnCrawler(stack, 'Crawler', {
      role: role.roleArn,
      databaseName: 'lake',
      targets: { s3Targets: [{ path: lake.s3UrlForObject('raw') }] },
    });
    new CfnResource(stack, 'Wg', {
      type: 'AWS::Athena::WorkGroup',
      properties: {
        Name: 'analysts',
        WorkGroupConfiguration: { ResultConfiguration: { OutputLocation: lake.s3UrlForObject('results') } },
      },
    });
  }),
  oneStack('lake shared with another account by bucket policy and Lake Formation', (stack) => {
    const lake = new s3.Bucket(stack, 'Lake');
    lake.grantRead(new iam.AccountPrincipal('444455556666'));
    new CfnResource(stack, 'L', {
      type: 'AWS::LakeFormation::PrincipalPermissions',
      properties: {
        Principal: { DataLakePrincipalIdentifier: '444455556666' },
        Resource: { Database: { CatalogId: stack.account, Name: 'lake' } },
        Permissions: ['DESCRIBE'],
        PermissionsWithGrantOption: [],
      },
    });
  }),
  oneStack('Aurora with a proxy, rotation and export to S3', (stack) => {
    const vpc = vpcOf(stack);
    const dump = new s3.Bucket(stack, 'Dump');
    const c = new rds.DatabaseCluster(stack, 'C', {
      vpc,
      engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_4 }),
      writer: rds.ClusterInstance.serverlessV2('w'),
      s3ExportBuckets: [dump],
      enableDataApi: true,
    });
    c.addProxy('P', { vpc, secrets: [c.secret!] });
  }),
  oneStack('table with streams into OpenSearch by a pipeline, and zero-ETL', (stack) => {
    const t = new dynamodb.TableV2(stack, 'T', {
      partitionKey: { name: 'k', type: dynamodb.AttributeType.STRING },
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    functionIn(stack).addEventSource(
      new sources.DynamoEventSource(t, { startingPosition: lambda.StartingPosition.TRIM_HORIZON }),
    );
  }),
  oneStack('vector store and knowledge base of S3 Vectors', (stack) => {
    const docs = new s3.Bucket(stack, 'Docs');
    const role = new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
    docs.grantRead(role);
    const vb = new CfnResource(stack, 'V', {
      type: 'AWS::S3Vectors::VectorBucket',
      properties: { VectorBucketName: 'docs-vectors' },
    });
    const idx = new CfnResource(stack, 'I', {
      type: 'AWS::S3Vectors::Index',
      properties: {
        VectorBucketName: vb.ref,
        IndexName: 'docs',
        DataType: 'float32',
        Dimension: 1024,
        DistanceMetric: 'cosine',
      },
    });
    idx.node.addDependency(vb);
    const kb = new CfnResource(stack, 'Kb', {
      type: 'AWS::Bedrock::KnowledgeBase',
      properties: {
        Name: 'docs',
        RoleArn: role.roleArn,
        KnowledgeBaseConfiguration: {
          Type: 'VECTOR',
          VectorKnowledgeBaseConfiguration: {
            EmbeddingModelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0',
          },
        },
        StorageConfiguration: {
          Type: 'S3_VECTORS',
          S3VectorsConfiguration: { IndexArn: idx.getAtt('IndexArn').toString() },
        },
      },
    });
    new CfnResource(stack, 'Ds', {
      type: 'AWS::Bedrock::DataSource',
      properties: {
        KnowledgeBaseId: kb.ref,
        Name: 'docs',
        DataSourceConfiguration: { Type: 'S3', S3Configuration: { BucketArn: docs.bucketArn } },
      },
    });
  }),
];
