import { BuildSpec, PipelineProject } from 'aws-cdk-lib/aws-codebuild';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Artifact, Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import {
  CloudFormationCreateUpdateStackAction,
  CodeBuildAction,
  CodeCommitSourceAction,
  ManualApprovalAction,
  S3DeployAction,
} from 'aws-cdk-lib/aws-codepipeline-actions';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  Group,
  ManagedPolicy,
  OpenIdConnectPrincipal,
  OpenIdConnectProvider,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, CustomResource, NestedStack, Stack, Stage } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { ENV } from '../governed-app';
import { oneStack, stackIn, type OrdinaryApp } from './app';
import { functionIn } from './compute';

export const DELIVERY: readonly OrdinaryApp[] = [
  oneStack('a CodePipeline that builds, approves and deploys', (stack) => {
    const [source, built] = [new Artifact('Source'), new Artifact('Built')];
    const project = new PipelineProject(stack, 'Build', { buildSpec: BuildSpec.fromObject({ version: '0.2' }) });
    new Pipeline(stack, 'Pipeline', {
      stages: [
        {
          stageName: 'Source',
          actions: [
            new CodeCommitSourceAction({
              actionName: 'Source',
              repository: new Repository(stack, 'Repository', { repositoryName: 'example' }),
              output: source,
            }),
          ],
        },
        {
          stageName: 'Build',
          actions: [new CodeBuildAction({ actionName: 'Build', project, input: source, outputs: [built] })],
        },
        {
          stageName: 'Deploy',
          actions: [
            new ManualApprovalAction({ actionName: 'Approve', runOrder: 1 }),
            new S3DeployAction({ actionName: 'Copy', bucket: new Bucket(stack, 'Site'), input: built, runOrder: 2 }),
            new CloudFormationCreateUpdateStackAction({
              actionName: 'Stack',
              stackName: 'example-stack',
              templatePath: built.atPath('template.json'),
              adminPermissions: true,
              runOrder: 3,
            }),
          ],
        },
      ],
    });
  }),
  oneStack('a deployment role of GitHub Actions for the CDK', (stack) => {
    const provider = new OpenIdConnectProvider(stack, 'GitHub', { url: 'https://token.actions.githubusercontent.com' });
    const role = new Role(stack, 'Deploy', {
      assumedBy: new OpenIdConnectPrincipal(provider, {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:example-org/example:ref:refs/heads/main' },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: [`arn:aws:iam::${stack.account}:role/cdk-hnb659fds-*`],
      }),
    );
  }),
  oneStack('a group of readers', (stack) => {
    new Group(stack, 'Readers', {
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('job-function/ViewOnlyAccess')],
    });
  }),
  {
    name: 'nested stacks with references both ways',
    add: (app, id) => {
      const stack = stackIn(app, id);
      const inner = new NestedStack(stack, 'Inner');
      const table = new TableV2(inner, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
      const reader = functionIn(stack);
      table.grantReadData(reader);
      new Queue(stack, 'Queue').grantSendMessages(functionIn(new NestedStack(inner, 'Deeper')));
    },
  },
  {
    name: 'cross-stack references',
    add: (app, id) => {
      const [base, user] = [stackIn(app, `${id}Base`), stackIn(app, `${id}User`)];
      const bucket = new Bucket(base, 'Bucket');
      const queue = new Queue(base, 'Queue');
      const handler = functionIn(user);
      bucket.grantReadWrite(handler);
      queue.grantConsumeMessages(handler);
      new CfnOutput(user, 'Name', { value: handler.functionName, exportName: `${id}-function` });
    },
  },
  {
    name: 'two Regions with references',
    add: (app, id) => {
      const east = new Stack(app, `${id}East`, { env: ENV, crossRegionReferences: true });
      const west = new Stack(app, `${id}West`, { env: { ...ENV, region: 'us-west-2' }, crossRegionReferences: true });
      const bucket = new Bucket(east, 'Bucket', { bucketName: 'example-two-regions' });
      const topicName = new Queue(east, 'Queue').queueName;
      const handler = functionIn(west, 'Function', { environment: { QUEUE: topicName } });
      bucket.grantRead(handler);
    },
  },
  {
    name: 'two Stages of the same stacks',
    add: (app, id) => {
      for (const name of ['Test', 'Prod']) {
        const stack = new Stack(new Stage(app, `${id}${name}`, { env: ENV }), 'Service');
        new TableV2(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } }).grantReadWriteData(
          functionIn(stack),
        );
      }
    },
  },
  oneStack('a custom resource of the provider framework', (stack) => {
    const provider = new Provider(stack, 'Provider', {
      onEventHandler: functionIn(stack),
      isCompleteHandler: functionIn(stack, 'Complete'),
    });
    new CustomResource(stack, 'Resource', { serviceToken: provider.serviceToken, properties: { size: 1 } });
  }),
  oneStack('an AwsCustomResource and deployed files', (stack) => {
    const bucket = new Bucket(stack, 'Bucket');
    const call = {
      service: 'S3',
      action: 'listObjectsV2',
      parameters: { Bucket: bucket.bucketName },
      physicalResourceId: PhysicalResourceId.of('list'),
    };
    new AwsCustomResource(stack, 'List', {
      onUpdate: call,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
      ]),
    });
    new BucketDeployment(stack, 'Files', {
      sources: [Source.jsonData('config.json', { bucket: bucket.bucketName })],
      destinationBucket: bucket,
    });
  }),
];
