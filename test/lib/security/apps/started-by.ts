import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import type { AgentNetwork } from '../../../../lib';
import { TurnTask } from '../../../../lib/workflow';
import { inAgentStack, oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { keyIn, queueIn, starterIn } from './governed';

const image = () => ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable');

/** What starts turns, and what gets their outcomes. */
export const STARTED_BY: readonly OrdinaryApp[] = [
  inAgentStack(
    'a task on Fargate starts turns by its role, on a schedule',
    (scope, { workflow, networkStack, key }) => {
      const { vpc } = networkStack.node.findChild('Network') as AgentNetwork;
      const cluster = new ecs.Cluster(scope, 'Cluster', { vpc });
      const definition = new ecs.FargateTaskDefinition(scope, 'Definition');
      definition.addContainer('App', {
        image: image(),
        logging: ecs.LogDrivers.awsLogs({
          streamPrefix: 'app',
          logGroup: new logs.LogGroup(scope, 'Log', { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR }),
        }),
      });
      workflow.grants.startTurns(definition.taskRole);
      new events.Rule(scope, 'Nightly', {
        schedule: events.Schedule.cron({ hour: '3' }),
        targets: [
          new targets.EcsTask({
            cluster,
            taskDefinition: definition,
            subnetSelection: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
            deadLetterQueue: queueIn(scope, 'Dead', key),
            retryAttempts: 3,
            maxEventAge: Duration.hours(1),
          }),
        ],
      });
    },
  ),
  inAgentStack('a function in a VPC that reads a queue of Kafka and starts turns', (scope, neighbour) => {
    const handler = starterIn(scope, neighbour);
    const cluster = 'arn:aws:kafka:us-east-1:111122223333:cluster/shop/0f0f0f0f-0000-4000-8000-000000000000-1';
    handler.addEventSource(
      new sources.ManagedKafkaEventSource({
        clusterArn: cluster,
        topic: 'orders',
        startingPosition: lambda.StartingPosition.LATEST,
      }),
    );
    handler.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          'kafka-cluster:Connect',
          'kafka-cluster:DescribeGroup',
          'kafka-cluster:AlterGroup',
          'kafka-cluster:DescribeTopic',
          'kafka-cluster:ReadData',
        ],
        resources: [
          cluster,
          cluster.replace(':cluster/', ':topic/') + '/orders',
          cluster.replace(':cluster/', ':group/') + '/*',
        ],
      }),
    );
  }),
  inAgentStack('an internal API with IAM and one with Cognito start turns', (scope, neighbour) => {
    const handler = starterIn(scope, neighbour);
    const users = new cognito.UserPool(scope, 'Users', { selfSignUpEnabled: false });
    const api = new apigateway.LambdaRestApi(scope, 'Api', {
      handler,
      proxy: false,
      deployOptions: { loggingLevel: apigateway.MethodLoggingLevel.ERROR },
    });
    api.root.addMethod('POST', undefined, { authorizationType: apigateway.AuthorizationType.IAM });
    api.root.addResource('jobs').addMethod('POST', undefined, {
      authorizer: new apigateway.CognitoUserPoolsAuthorizer(scope, 'Authorizer', { cognitoUserPools: [users] }),
    });
    handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
  }),
  inAgentStack('a queue and a schedule of the shop start turns by a function', (scope, neighbour) => {
    const handler = starterIn(scope, neighbour);
    const key = keyIn(scope);
    const queue = queueIn(scope, 'Jobs', key, {
      deadLetterQueue: { queue: queueIn(scope, 'Dead', key), maxReceiveCount: 3 },
    });
    handler.addEventSource(new sources.SqsEventSource(queue, { maxConcurrency: 2 }));
    new scheduler.Schedule(scope, 'Hourly', {
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedulerTargets.LambdaInvoke(handler, {
        deadLetterQueue: queueIn(scope, 'Lost', key),
        retryAttempts: 2,
      }),
    });
  }),
  inAgentStack(
    'a machine runs a turn for each item of a map and asks people by a callback',
    (scope, { workflow, key }) => {
      const topic = new sns.Topic(scope, 'People', { masterKey: keyIn(scope), enforceSSL: true });
      const ask = new tasks.SnsPublish(scope, 'Ask', {
        topic,
        integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        message: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
        resultPath: '$.answer',
      });
      const turn = new TurnTask(scope, 'Turn', { workflow, prompt: sfn.JsonPath.stringAt('$.prompt') });
      new sfn.StateMachine(scope, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromChainable(
          new sfn.Map(scope, 'Each', { itemsPath: '$.items', maxConcurrency: 2 }).itemProcessor(ask.next(turn)),
        ),
        timeout: Duration.hours(8),
        encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key),
      });
    },
  ),
  oneStack(
    'a role of people that starts turns and one that approves, with SSO trust and MFA',
    (stack, { workflow }) => {
      const sso = new iam.Role(stack, 'People', {
        assumedBy: new iam.AccountRootPrincipal().withConditions({
          ArnLike: {
            'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Dev_*',
          },
        }),
      });
      workflow.grants.startTurns(sso);
      workflow.grants.readTurns(sso);
      const group = new iam.Group(stack, 'Operators');
      workflow.grants.stopTurns(group);
    },
  ),
  oneStack('a Cognito identity pool whose signed-in users call the start function by IAM', (stack, { workflow }) => {
    const pool = new cognito.CfnIdentityPool(stack, 'Pool', { allowUnauthenticatedIdentities: false });
    const users = new iam.Role(stack, 'Users', {
      assumedBy: new iam.WebIdentityPrincipal('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': pool.ref },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      }),
    });
    workflow.grants.readTurns(users);
    new cognito.CfnIdentityPoolRoleAttachment(stack, 'Roles', {
      identityPoolId: pool.ref,
      roles: { authenticated: users.roleArn },
    });
  }),
  oneStack('pods of EKS and jobs of Batch start turns', (stack, { workflow }) => {
    workflow.grants.startTurns(
      new iam.Role(stack, 'Pod', { assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com').withSessionTags() }),
    );
    workflow.grants.startTurns(
      new iam.Role(stack, 'Job', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') }),
    );
    workflow.grants.startTurns(
      new iam.Role(stack, 'ServiceAccount', {
        assumedBy: new iam.WebIdentityPrincipal(
          'arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABCDEF',
          {
            StringEquals: {
              'oidc.eks.us-east-1.amazonaws.com/id/ABCDEF:sub': 'system:serviceaccount:shop:agent',
              'oidc.eks.us-east-1.amazonaws.com/id/ABCDEF:aud': 'sts.amazonaws.com',
            },
          },
        ),
      }),
    );
  }),
  oneStack(
    'outcomes go to Firehose, an API destination, a machine, another Region and the bus of the company',
    (stack, { workflow }) => {
      const rule = new events.Rule(stack, 'Outcomes', {
        eventBus: workflow.eventBus,
        eventPattern: { source: ['managed-agents'] },
      });
      const connection = new events.Connection(stack, 'Tickets', {
        authorization: events.Authorization.apiKey('x-api-key', new secretsmanager.Secret(stack, 'Key').secretValue),
      });
      rule.addTarget(
        new targets.ApiDestination(
          new events.ApiDestination(stack, 'Destination', { connection, endpoint: 'https://tickets.example.com' }),
        ),
      );
      rule.addTarget(
        new targets.SfnStateMachine(
          new sfn.StateMachine(stack, 'Machine', {
            definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')),
          }),
        ),
      );
      rule.addTarget(new targets.SqsQueue(new sqs.Queue(stack, 'Queue')));
      const topic = new sns.Topic(stack, 'Topic');
      topic.addSubscription(new subscriptions.EmailSubscription('team@example.com'));
      topic.addSubscription(new subscriptions.LambdaSubscription(functionIn(stack, 'Chat')));
      rule.addTarget(new targets.SnsTopic(topic));
      new events.Rule(stack, 'Company', {
        eventPattern: { source: ['shop.orders'] },
        targets: [
          new targets.EventBus(
            events.EventBus.fromEventBusArn(stack, 'Eu', 'arn:aws:events:eu-west-1:111122223333:event-bus/default'),
          ),
        ],
      });
    },
  ),
  oneStack('the access logs of the evidence are queried, and a lifecycle of a log bucket', (stack, { workflow }) => {
    const reader = functionIn(stack, 'Dashboard');
    workflow.grants.readTurns(reader);
    reader.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
    new events.Rule(stack, 'Hourly', {
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(reader)],
    });
  }),
];
