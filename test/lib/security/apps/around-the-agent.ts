import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as backup from 'aws-cdk-lib/aws-backup';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { Alarm, Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { AttributeType, StreamViewType, TableEncryption, Table } from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { AgentNetwork } from '../../../../lib';
import { AgentTrigger } from '../../../../lib/trigger';
import { TurnTask } from '../../../../lib/workflow';
import { ENV } from '../governed-app';
import { inAgentStack, oneStack, stackIn, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { bucketIn, keyIn, loggedIn, queueIn, starterIn } from './governed';
import { addSource } from './pipeline-source';

/** What teams build around an agent: apps that feed it, start it, read its results and share its network. */
export const AROUND_THE_AGENT: readonly OrdinaryApp[] = [
  inAgentStack(
    'a function of the shop that starts turns and works with its own table and secret',
    (scope, neighbour) => {
      const handler = starterIn(scope, neighbour);
      const key = keyIn(scope);
      new Table(scope, 'Orders', {
        partitionKey: { name: 'id', type: AttributeType.STRING },
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: key,
      }).grantReadWriteData(handler);
      new Secret(scope, 'Token', { encryptionKey: key }).grantRead(handler);
    },
  ),
  inAgentStack('a state machine that collects, runs a turn and tells people', (scope, { workflow, key }) => {
    const topic = new sns.Topic(scope, 'Results', { masterKey: keyIn(scope), enforceSSL: true });
    topic.addSubscription(new EmailSubscription('team@example.com'));
    const collect = new tasks.LambdaInvoke(scope, 'Collect', {
      lambdaFunction: loggedIn(scope, 'Collector', key),
      resultSelector: { 'prompt.$': '$.Payload.prompt', 'id.$': '$.Payload.id' },
    });
    const turn = new TurnTask(scope, 'Ask', { workflow, prompt: sfn.JsonPath.stringAt('$.prompt') });
    const tell = new tasks.SnsPublish(scope, 'Tell', { topic, message: sfn.TaskInput.fromText('Done') });
    new sfn.StateMachine(scope, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(collect.next(turn).next(tell)),
      timeout: Duration.hours(2),
      encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key),
      logs: {
        destination: new logs.LogGroup(scope, 'Log', {
          encryptionKey: key,
          retention: logs.RetentionDays.ONE_YEAR,
          logGroupName: '/aws/vendedlogs/states/shop',
        }),
        level: sfn.LogLevel.ERROR,
      },
    });
  }),
  oneStack('analysts query the evidence with Athena', (stack, { workflow }) => {
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    workflow.grants.readTurns(analyst);
    const results = new s3.Bucket(stack, 'Results');
    results.grantReadWrite(analyst);
    new athena.CfnWorkGroup(stack, 'Group', {
      name: 'turns',
      workGroupConfiguration: { resultConfiguration: { outputLocation: results.s3UrlForObject() } },
    });
    analyst.addToPolicy(
      new iam.PolicyStatement({
        actions: ['athena:StartQueryExecution', 'athena:GetQueryResults', 'glue:GetTable', 'glue:GetDatabase'],
        resources: ['*'],
      }),
    );
  }),
  oneStack('outcomes go to Slack, to a queue and to a ticket function', (stack, { workflow }) => {
    const topic = new sns.Topic(stack, 'Outcomes');
    const queue = new sqs.Queue(stack, 'Copies');
    topic.addSubscription(new SqsSubscription(queue));
    const ticket = functionIn(stack, 'Ticket');
    new Secret(stack, 'Jira').grantRead(ticket);
    new events.Rule(stack, 'Failed', {
      eventBus: workflow.eventBus,
      eventPattern: { detailType: ['Turn Failed', 'Turn Rejected'] },
      targets: [
        new targets.SnsTopic(topic),
        new targets.LambdaFunction(ticket),
        new targets.CloudWatchLogGroup(new logs.LogGroup(stack, 'Log')),
      ],
    });
    new SlackChannelConfiguration(stack, 'Slack', {
      slackChannelConfigurationName: 'agents',
      slackWorkspaceId: 'T0123456',
      slackChannelId: 'C0123457',
      notificationTopics: [topic],
    });
  }),
  {
    name: 'a database and a function in the VPC of the agent, with groups of their own',
    add: (app, id, { networkStack }) => {
      const stack = stackIn(app, id);
      const { vpc } = networkStack.node.findChild('Network') as AgentNetwork;
      const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
      const database = new rds.DatabaseInstance(stack, 'Database', {
        vpc,
        vpcSubnets,
        engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 }),
      });
      database.connections.allowDefaultPortFrom(functionIn(stack, 'Function', { vpc, vpcSubnets }));
    },
  },
  inAgentStack('alarms of the shop start turns, a dashboard shows them', (scope, { workflow }) => {
    const metric = new Metric({ namespace: 'Shop', metricName: 'Errors', period: Duration.minutes(5) });
    const alarm = new Alarm(scope, 'Errors', { metric, threshold: 10, evaluationPeriods: 1 });
    workflow.addTrigger(AgentTrigger.onAlarm(alarm));
    new Dashboard(scope, 'Dashboard', { widgets: [[new GraphWidget({ left: [metric] })]] });
  }),
  inAgentStack('a pipeline that runs a turn after the build', (scope, { workflow, key }) => {
    const pipeline = new codepipeline.Pipeline(scope, 'Pipeline', {
      artifactBucket: bucketIn(scope, 'Artifacts', key),
    });
    const source = addSource(pipeline);
    const project = new codebuild.PipelineProject(scope, 'Build', { encryptionKey: key });
    pipeline.addStage({
      stageName: 'Build',
      actions: [new actions.CodeBuildAction({ actionName: 'Build', project, input: source })],
    });
    workflow.grants.startTurns(project);
    workflow.addTrigger(AgentTrigger.onBuildFailed(project));
  }),
  oneStack('GitHub Actions start turns and wait for them', (stack, { workflow }) => {
    const provider = new iam.OidcProviderNative(stack, 'GitHub', {
      url: 'https://token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
    });
    const role = new iam.Role(stack, 'Ask', {
      assumedBy: new iam.WebIdentityPrincipal(provider.oidcProviderArn, {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:example-org/shop:ref:refs/heads/main',
        },
      }),
    });
    workflow.grants.startTurns(role);
    workflow.grants.readTurns(role);
  }),
  inAgentStack('the agent writes findings to a queue that a function stores', (scope, { agent }) => {
    const key = keyIn(scope);
    const queue = queueIn(scope, 'Findings', key, {
      deadLetterQueue: { queue: queueIn(scope, 'Dead', key), maxReceiveCount: 3 },
    });
    queue.grantSendMessages(agent);
    const handler = functionIn(scope, 'Store');
    handler.addEventSource(new SqsEventSource(queue));
    new Table(scope, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
    }).grantWriteData(handler);
  }),
  inAgentStack('the agent writes a table whose stream notifies people', (scope, { agent }) => {
    const key = keyIn(scope);
    const table = new Table(scope, 'Results', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      stream: StreamViewType.NEW_IMAGE,
    });
    table.grantReadWriteData(agent);
    const topic = new sns.Topic(scope, 'News', { masterKey: key, enforceSSL: true });
    const handler = functionIn(scope, 'Notify');
    topic.grantPublish(handler);
    handler.addEventSource(new DynamoEventSource(table, { startingPosition: lambda.StartingPosition.LATEST }));
  }),
  inAgentStack('the agent calls a function that reads one table', (scope, { agent }) => {
    const key = keyIn(scope);
    const tool = functionIn(scope, 'Tool', { environmentEncryption: key });
    new Table(scope, 'Catalog', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
    }).grantReadData(tool);
    tool.grantInvoke(agent);
  }),
  inAgentStack('files that are deployed to a bucket that the agent reads', (scope, { agent }) => {
    const bucket = bucketIn(scope, 'Handbook', keyIn(scope));
    new BucketDeployment(scope, 'Deploy', { sources: [Source.data('rules.md', '# Rules')], destinationBucket: bucket });
    bucket.grantRead(agent);
  }),
  inAgentStack('a chat behind Cognito: users ask, a function starts turns', (scope, neighbour) => {
    const handler = starterIn(scope, neighbour, 'Chat');
    const pool = new cognito.UserPool(scope, 'Users');
    const api = new apigateway.RestApi(scope, 'Api', { cloudWatchRole: false });
    api.root.addMethod('POST', new apigateway.LambdaIntegration(handler), {
      authorizer: new apigateway.CognitoUserPoolsAuthorizer(scope, 'Authorizer', { cognitoUserPools: [pool] }),
    });
  }),
  inAgentStack('messages of a topic of the shop start turns by a queue and a function', (scope, neighbour) => {
    const key = keyIn(scope);
    const topic = new sns.Topic(scope, 'Reviews', { masterKey: key, enforceSSL: true });
    const queue = queueIn(scope, 'Queue', key, {
      deadLetterQueue: { queue: queueIn(scope, 'Dead', key), maxReceiveCount: 3 },
    });
    topic.addSubscription(new SqsSubscription(queue));
    starterIn(scope, neighbour).addEventSource(new SqsEventSource(queue));
    topic.grantPublish(loggedIn(scope, 'Shop', neighbour.key));
  }),
  oneStack('a backup plan for everything and a role that restores', (stack) => {
    const plan = backup.BackupPlan.daily35DayRetention(stack, 'Plan');
    plan.addSelection('All', { resources: [backup.BackupResource.fromTag('team', 'shop')], allowRestores: true });
  }),
  oneStack('the security team reads everything and deploys with a pipeline role', (stack) => {
    const auditor = new iam.Role(stack, 'Auditor', {
      assumedBy: new iam.AccountPrincipal('222233334444').withConditions({
        StringEquals: { 'sts:ExternalId': 'audit' },
      }),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('SecurityAudit'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('job-function/ViewOnlyAccess'),
      ],
    });
    auditor.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:StartQuery', 'logs:GetQueryResults'], resources: ['*'] }),
    );
    const deploy = new iam.Role(stack, 'Deploy', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
    deploy.addToPolicy(
      new iam.PolicyStatement({ actions: ['cloudformation:*', 's3:*', 'lambda:*', 'iam:*'], resources: ['*'] }),
    );
  }),
  oneStack('a custom resource that registers the agent in a catalog', (stack, { agent }) => {
    const table = new Table(stack, 'Catalog', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    new AwsCustomResource(stack, 'Register', {
      onUpdate: {
        service: 'DynamoDB',
        action: 'putItem',
        parameters: { TableName: table.tableName, Item: { id: { S: agent.agentName } } },
        physicalResourceId: PhysicalResourceId.of('register'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [table.tableArn] }),
      timeout: Duration.minutes(1),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }),
  inAgentStack('artifacts of another account that the agent reads, and packages', (scope, { agent }) => {
    s3.Bucket.fromBucketArn(scope, 'Artifacts', 'arn:aws:s3:::tools-artifacts').grantRead(agent, 'shop/*');
    Repository.fromRepositoryName(scope, 'Repository', 'shop-sources').grantPull(agent);
    logs.LogGroup.fromLogGroupName(scope, 'Logs', '/aws/lambda/shop').grantRead(agent);
  }),
  {
    name: 'stacks of one team in two Regions with a scheduled report about turns',
    add: (app, id, { workflow }) => {
      const stack = stackIn(app, `${id}Report`);
      const handler = functionIn(stack);
      workflow.grants.readTurns(handler);
      new events.Rule(stack, 'Weekly', {
        schedule: events.Schedule.cron({ weekDay: 'MON', hour: '7', minute: '0' }),
        targets: [new targets.LambdaFunction(handler)],
      });
      const west = new Stack(app, `${id}West`, { env: { ...ENV, region: 'us-west-2' } });
      functionIn(west).addToRolePolicy(
        new iam.PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }),
      );
    },
  },
];
