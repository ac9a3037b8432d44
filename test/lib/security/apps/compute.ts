import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { LambdaRestApi } from 'aws-cdk-lib/aws-apigateway';
import * as batch from 'aws-cdk-lib/aws-batch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateTaskDefinition, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancedFargateService, QueueProcessingFargateService } from 'aws-cdk-lib/aws-ecs-patterns';
import { AccessPoint, FileSystem } from 'aws-cdk-lib/aws-efs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Size, type Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { oneStack, type OrdinaryApp } from './app';

export const functionIn = (stack: Construct, id = 'Function', props: Partial<lambda.FunctionProps> = {}) =>
  new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    ...props,
  });

const tableIn = (stack: Stack, id = 'Table') =>
  new TableV2(stack, id, { partitionKey: { name: 'id', type: AttributeType.STRING } });

export const COMPUTE: readonly OrdinaryApp[] = [
  oneStack('a Lambda API with a table', (stack) => {
    const handler = functionIn(stack);
    tableIn(stack).grantReadWriteData(handler);
    new LambdaRestApi(stack, 'Rest', { handler });
    new HttpApi(stack, 'Http', {
      defaultIntegration: new HttpLambdaIntegration('All', handler),
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
  }),
  oneStack('an ECS service with a load balancer in a VPC with NAT', (stack) => {
    const service = new ApplicationLoadBalancedFargateService(stack, 'Service', {
      taskImageOptions: { image: ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable') },
    });
    service.service
      .autoScaleTaskCount({ maxCapacity: 4 })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
    tableIn(stack).grantReadData(service.taskDefinition.taskRole);
  }),
  oneStack('an ECS worker on a queue', (stack) => {
    new QueueProcessingFargateService(stack, 'Worker', {
      image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:latest'),
    });
  }),
  oneStack('AWS Batch on Fargate', (stack) => {
    const environment = new batch.FargateComputeEnvironment(stack, 'Environment', { vpc: new Vpc(stack, 'Vpc') });
    new batch.JobQueue(stack, 'Queue', { computeEnvironments: [{ computeEnvironment: environment, order: 1 }] });
    const jobRole = new FargateTaskDefinition(stack, 'Unused').taskRole;
    new Bucket(stack, 'Data').grantReadWrite(jobRole);
    new batch.EcsJobDefinition(stack, 'Job', {
      container: new batch.EcsFargateContainerDefinition(stack, 'Container', {
        image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:latest'),
        cpu: 1,
        memory: Size.gibibytes(2),
        jobRole,
      }),
    });
  }),
  oneStack('Step Functions that calls a function, a table, a topic and an ECS task', (stack) => {
    const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 }) });
    const definition = new FargateTaskDefinition(stack, 'Task');
    definition.addContainer('Main', {
      image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:latest'),
      logging: LogDrivers.awsLogs({ streamPrefix: 'task' }),
    });
    const steps = sfn.Chain.start(new tasks.LambdaInvoke(stack, 'Call', { lambdaFunction: functionIn(stack) }))
      .next(
        new tasks.DynamoPutItem(stack, 'Keep', {
          table: tableIn(stack),
          item: { id: tasks.DynamoAttributeValue.fromString(sfn.JsonPath.executionId) },
        }),
      )
      .next(
        new tasks.EcsRunTask(stack, 'Run', {
          cluster,
          taskDefinition: definition,
          launchTarget: new tasks.EcsFargateLaunchTarget(),
          integrationPattern: sfn.IntegrationPattern.RUN_JOB,
        }),
      )
      .next(
        new tasks.SnsPublish(stack, 'Tell', {
          topic: new Topic(stack, 'Topic'),
          message: sfn.TaskInput.fromText('done'),
        }),
      );
    new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(steps) });
  }),
  oneStack('functions on a queue, with an alias and a CodeDeploy group', (stack) => {
    const worker = functionIn(stack);
    worker.addEventSource(new SqsEventSource(new Queue(stack, 'Queue'), { batchSize: 1 }));
    new LambdaDeploymentGroup(stack, 'Deployments', {
      alias: new lambda.Alias(stack, 'Live', { aliasName: 'live', version: worker.currentVersion }),
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    });
  }),
  oneStack('a function in a VPC with EFS', (stack) => {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const fileSystem = new FileSystem(stack, 'Files', { vpc });
    const accessPoint = new AccessPoint(stack, 'Access', { fileSystem, path: '/data' });
    functionIn(stack, 'Reader', { vpc, filesystem: lambda.FileSystem.fromEfsAccessPoint(accessPoint, '/mnt/data') });
  }),
];
