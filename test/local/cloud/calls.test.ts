import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { RecordedAws } from '../../../local/stand-ins/recorded-aws';
import { allow, LocalStack } from './local-stack';

/* What functions call through real SDK clients is authorised as their role, and refused as AWS refuses it. */

const local = new LocalStack();
let codeDeploy: RecordedAws;
const names: Record<string, string> = {};

beforeAll(async () => {
  const { stack } = local;
  const key = new kms.Key(stack, 'Key');
  const queue = new sqs.Queue(stack, 'Queue', { encryptionMasterKey: key });
  const topic = new sns.Topic(stack, 'Topic', { masterKey: key });
  const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: key });
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('locked/*')],
      principals: [new iam.AnyPrincipal()],
    }),
  );
  const table = new dynamodb.Table(stack, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    encryptionKey: key,
  });
  const secret = new secretsmanager.Secret(stack, 'Secret');
  const parameter = new ssm.StringParameter(stack, 'Parameter', { stringValue: 'value' });
  local.queueUrl = queue.queueUrl;
  const via = (service: string) => ({ StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } });
  const keyUse = (...services: string[]) =>
    services.map((service) => allow(['kms:Decrypt', 'kms:GenerateDataKey'], key.keyArn, via(service)));
  const all = [
    allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table.tableArn),
    allow(['s3:GetObject', 's3:PutObject'], bucket.arnForObjects('*')),
    allow('sqs:SendMessage', queue.queueArn),
    allow('sns:Publish', topic.topicArn),
    allow('secretsmanager:GetSecretValue', secret.secretArn),
    allow('ssm:GetParameter', parameter.parameterArn),
    allow('codedeploy:BatchGetDeployments', 'arn:aws:codedeploy:us-east-1:111122223333:deploymentgroup:shop/live'),
  ];
  local.sender('Full', [...all, ...keyUse('dynamodb', 's3', 'sqs', 'sns')]);
  local.sender('Keyless', all);
  local.sender('WrongService', [...all, ...keyUse('lambda')]);
  local.sender('Nothing');
  local.sender('OwnItems', [
    allow('dynamodb:PutItem', table.tableArn, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['own#*'] } }),
    ...keyUse('dynamodb'),
  ]);
  local.sender('Lister', [...all, ...keyUse('s3'), allow('s3:ListBucket', bucket.bucketArn)]);
  local.sender('Bounded', [...all, ...keyUse('sqs', 's3')]);
  iam.PermissionsBoundary.of(stack.node.findChild('BoundedRole')).apply(
    new iam.ManagedPolicy(stack, 'Boundary', { statements: [allow(['s3:*', 'kms:*'], '*')] }),
  );
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    natGateways: 0,
    subnetConfiguration: [{ name: 'Own', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
  });
  vpc.addInterfaceEndpoint('Queues', { service: ec2.InterfaceVpcEndpointAwsService.SQS }).addToPolicy(
    new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()],
      actions: ['sqs:ReceiveMessage'],
      resources: ['*'],
    }),
  );
  const network = [
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'AssignPrivateIpAddresses',
    'UnassignPrivateIpAddresses',
  ].map((action) => `ec2:${action}`);
  local.sender('Inside', [...all, ...keyUse('dynamodb', 's3', 'sqs', 'sns'), allow(network, '*')], {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  });

  await local.start();
  codeDeploy = await new RecordedAws().start();
  codeDeploy.answers({
    BatchGetDeployments: ({ input }) => ({
      body: {
        deploymentsInfo: input.deploymentIds.map((deploymentId: string) => ({
          deploymentId,
          applicationName: 'shop',
          deploymentGroupName: deploymentId === 'd-LIVE' ? 'live' : 'secret',
        })),
      },
    }),
  });
  local.cloud.endpoint('CODEDEPLOY', codeDeploy.url);
  const { deployment } = local.cloud;
  const ref = (type: string) => deployment.one(`AWS::${type}`).ref;
  Object.assign(names, {
    table: ref('DynamoDB::Table'),
    bucket: ref('S3::Bucket'),
    queue: ref('SQS::Queue'),
    topic: ref('SNS::Topic'),
    secret: ref('SecretsManager::Secret'),
    parameter: ref('SSM::Parameter'),
  });
});

afterAll(async () => {
  await local.stop();
  await codeDeploy?.stop();
});

const put = (pk: string) => ['dynamodb', 'PutItem', { TableName: names.table, Item: { pk: { S: pk } } }] as const;
const object = (command: string, Key: string) =>
  ['s3', command, { Bucket: names.bucket, Key, ...(command === 'PutObject' ? { Body: 'text' } : {}) }] as const;
const CALLS: Record<string, () => readonly [string, string, object]> = {
  item: () => put('a'),
  object: () => object('PutObject', 'a'),
  message: () => ['sqs', 'SendMessage', { QueueUrl: names.queue, MessageBody: 'text' }],
  notification: () => ['sns', 'Publish', { TopicArn: names.topic, Message: 'text' }],
  secret: () => ['secrets-manager', 'GetSecretValue', { SecretId: names.secret }],
  parameter: () => ['ssm', 'GetParameter', { Name: names.parameter }],
  deployments: () => ['codedeploy', 'BatchGetDeployments', { deploymentIds: ['d-LIVE'] }],
  'other deployments': () => ['codedeploy', 'BatchGetDeployments', { deploymentIds: ['d-LIVE', 'd-OTHER'] }],
  'own item': () => put('own#a'),
  'locked object': () => object('PutObject', 'locked/a'),
  'missing object': () => object('GetObject', 'gone'),
  'tags of an object': () => object('GetObjectTagging', 'a'),
  'all items': () => ['dynamodb', 'Scan', { TableName: names.table }],
};

test.each([
  ['Full', 'item'],
  ['Full', 'object'],
  ['Full', 'message'],
  ['Full', 'notification'],
  ['Full', 'secret'],
  ['Full', 'parameter'],
  ['Full', 'deployments'],
  ['OwnItems', 'own item'],
  ['Bounded', 'object'],
])('%s may reach: %s', async (sender, call) => {
  expect(await local.send(sender, ...CALLS[call]())).toEqual({ status: 200 });
});

test.each<[string, string, number, string, RegExp]>([
  [
    'Nothing',
    'item',
    400,
    'AccessDeniedException',
    /perform: dynamodb:PutItem on resource: \S+:table\/Table\w+ because no identity-based policy allows the dynamodb:PutItem action$/,
  ],
  [
    'Nothing',
    'object',
    403,
    'AccessDenied',
    /assumed-role\/NothingRole\w+\/local is not authorized to perform: s3:PutObject/,
  ],
  ['Nothing', 'message', 400, 'AccessDeniedException', /sqs:SendMessage/],
  ['Nothing', 'notification', 403, 'AuthorizationErrorException', /sns:Publish/],
  ['Nothing', 'secret', 400, 'AccessDeniedException', /secretsmanager:GetSecretValue/],
  ['Nothing', 'parameter', 400, 'AccessDeniedException', /ssm:GetParameter/],
  ['Full', 'other deployments', 403, 'AccessDeniedException', /deploymentgroup:shop\/secret/],
  ['Keyless', 'item', 400, 'AccessDeniedException', /perform: kms:Decrypt on resource: \S+:key\/Key/],
  ['Keyless', 'object', 403, 'AccessDenied', /kms:GenerateDataKey/],
  ['Keyless', 'message', 400, 'KmsAccessDenied', /kms:GenerateDataKey/],
  ['Keyless', 'notification', 403, 'KMSAccessDeniedException', /kms:GenerateDataKey/],
  ['WrongService', 'message', 400, 'KmsAccessDenied', /kms:GenerateDataKey/],
  ['OwnItems', 'item', 400, 'AccessDeniedException', /dynamodb:PutItem/],
  ['Full', 'locked object', 403, 'AccessDenied', /with an explicit deny in a resource-based policy/],
  [
    'Bounded',
    'message',
    400,
    'AccessDeniedException',
    /because no permissions boundary allows the sqs:SendMessage action/,
  ],
  ['Inside', 'item', 400, 'AccessDeniedException', /the VPC of the caller has no endpoint for dynamodb/],
  [
    'Inside',
    'message',
    400,
    'AccessDeniedException',
    /because no VPC endpoint policy allows the sqs:SendMessage action/,
  ],
  ['Full', 'missing object', 403, 'AccessDenied', /^Access Denied$/],
  ['Lister', 'missing object', 404, 'NoSuchKey', /./],
  ['Full', 'tags of an object', 403, 'AccessDenied', /doesn't know which permissions s3:GET tagging needs/],
  ['Full', 'all items', 400, 'AccessDeniedException', /doesn't know which permissions dynamodb:Scan needs/],
])('%s reaching %s is refused with %i %s', async (sender, call, status, name, message) => {
  expect(await local.send(sender, ...CALLS[call]())).toEqual({
    status,
    name,
    message: expect.stringMatching(message),
  });
});

test('a request whose signature is wrong reaches nothing, whatever its key may do', async () => {
  const { accessKeyId } = local.cloud.credentialsFor(local.cloud.deployment.one('AWS::IAM::Role', 'FullRole').arn);
  const answer = await fetch(local.service.toolEnvironment.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AmazonSSM.GetParameter',
      'x-amz-date': `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${new Date().toISOString().slice(0, 10).replaceAll('-', '')}/us-east-1/ssm/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify({ Name: names.parameter }),
  });
  expect([answer.status, ((await answer.json()) as { __type: string }).__type]).toEqual([
    403,
    'InvalidSignatureException',
  ]);
});
