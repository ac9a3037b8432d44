import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as authorizers from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import * as integrations from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { CfnParameter, Duration, Fn, SecretValue } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

/** APIs, events and functions, as a platform team writes them with the constructs of aws-cdk-lib. */
export const SERVERLESS: readonly OrdinaryApp[] = [
  oneStack('orders: REST API with Cognito, a stream, a canary deployment and a public web hook', (stack) => {
    const users = new cognito.UserPool(stack, 'Users', { selfSignUpEnabled: true });
    users.addDomain('Domain', { cognitoDomain: { domainPrefix: 'shop-orders' } });
    users.addClient('Web', { oAuth: { flows: { authorizationCodeGrant: true } } });
    const table = new dynamodb.Table(stack, 'Orders', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    });
    const handler = functionIn(stack, 'Orders Handler', { tracing: lambda.Tracing.ACTIVE });
    table.grantReadWriteData(handler);
    const alias = handler.addAlias('live', { provisionedConcurrentExecutions: 2 });
    new codedeploy.LambdaDeploymentGroup(stack, 'Canary', {
      alias,
      deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    });
    const api = new apigateway.RestApi(stack, 'Api', {
      defaultCorsPreflightOptions: { allowOrigins: apigateway.Cors.ALL_ORIGINS },
      deployOptions: { tracingEnabled: true, loggingLevel: apigateway.MethodLoggingLevel.INFO },
    });
    const authorizer = new apigateway.CognitoUserPoolsAuthorizer(stack, 'Authorizer', { cognitoUserPools: [users] });
    api.root.addResource('orders').addMethod('ANY', new apigateway.LambdaIntegration(alias), { authorizer });
    const hook = functionIn(stack, 'Stripe');
    new secretsmanager.Secret(stack, 'StripeKey').grantRead(hook);
    api.root.addResource('stripe').addMethod('POST', new apigateway.LambdaIntegration(hook));
    const bus = new events.EventBus(stack, 'Bus');
    bus.grantPutEventsTo(hook);
    const changes = functionIn(stack, 'Changes');
    changes.addEventSource(
      new sources.DynamoEventSource(table, {
        startingPosition: lambda.StartingPosition.LATEST,
        onFailure: new sources.SqsDlq(new sqs.Queue(stack, 'Failed')),
      }),
    );
    bus.grantPutEventsTo(changes);
  }),
  oneStack('an HTTP API with a Lambda authorizer, a private integration and its own domain', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: false });
    const listener = balancer.addListener('Http', { port: 80, open: false });
    listener.addTargets('Targets', { port: 8080, targets: [] });
    const authorizer = new authorizers.HttpLambdaAuthorizer('Authorizer', functionIn(stack, 'Check'), {
      responseTypes: [authorizers.HttpLambdaResponseType.SIMPLE],
    });
    const api = new apigwv2.HttpApi(stack, 'Api', { defaultAuthorizer: authorizer });
    api.addRoutes({ path: '/{proxy+}', integration: new integrations.HttpAlbIntegration('Alb', listener) });
    api.addRoutes({
      path: '/jobs',
      methods: [apigwv2.HttpMethod.POST],
      integration: new integrations.HttpSqsIntegration('Queue', { queue: new sqs.Queue(stack, 'Jobs') }),
    });
    const machine = new sfn.StateMachine(stack, 'Machine', {
      stateMachineType: sfn.StateMachineType.EXPRESS,
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')),
    });
    api.addRoutes({
      path: '/run',
      methods: [apigwv2.HttpMethod.POST],
      integration: new integrations.HttpStepFunctionsIntegration('Run', {
        stateMachine: machine,
        subtype: apigwv2.HttpIntegrationSubtype.STEPFUNCTIONS_START_SYNC_EXECUTION,
      }),
    });
  }),
  oneStack('functions of images, an extension layer of AWS, Powertools and X-Ray', (stack) => {
    functionIn(stack, 'Insights', {
      insightsVersion: lambda.LambdaInsightsVersion.VERSION_1_0_333_0,
      layers: [
        lambda.LayerVersion.fromLayerVersionArn(
          stack,
          'Powertools',
          'arn:aws:lambda:us-east-1:094274105915:layer:AWSLambdaPowertoolsTypeScriptV2:20',
        ),
      ],
      paramsAndSecrets: lambda.ParamsAndSecretsLayerVersion.fromVersion(lambda.ParamsAndSecretsVersions.V1_0_103),
      adotInstrumentation: undefined,
    });
    const parameter = new CfnParameter(stack, 'ImageTag', { default: 'latest' });
    new lambda.CfnFunction(stack, 'Image', {
      packageType: 'Image',
      code: {
        imageUri: Fn.sub('${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/app:${Tag}', {
          Tag: parameter.valueAsString,
        }),
      },
      role: new iam.Role(stack, 'Role', {
        assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
      }).roleArn,
    });
  }),
  oneStack('a distributed map, HTTP tasks, EMR Serverless, Glue and Bedrock in one machine', (stack) => {
    const bucket = new s3.Bucket(stack, 'Input');
    const connection = new events.Connection(stack, 'Crm', {
      authorization: events.Authorization.oauth({
        authorizationEndpoint: 'https://login.example.com/token',
        clientId: 'platform',
        clientSecret: SecretValue.secretsManager('crm/client'),
        httpMethod: events.HttpMethod.POST,
      }),
    });
    const call = new tasks.HttpInvoke(stack, 'Call', {
      apiRoot: 'https://crm.example.com',
      apiEndpoint: sfn.TaskInput.fromText('contacts'),
      connection,
      method: sfn.TaskInput.fromText('POST'),
    });
    const map = new sfn.DistributedMap(stack, 'Each', {
      itemReader: new sfn.S3JsonItemReader({ bucket, key: 'items.json' }),
      resultWriterV2: new sfn.ResultWriterV2({ bucket: new s3.Bucket(stack, 'Output') }),
      maxConcurrency: 10,
    }).itemProcessor(call);
    const glue = new tasks.GlueStartJobRun(stack, 'Job', {
      glueJobName: 'nightly',
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
    const emr = new tasks.CallAwsService(stack, 'Emr', {
      service: 'emrserverless',
      action: 'startJobRun',
      parameters: { ApplicationId: 'abc', ExecutionRoleArn: 'arn:aws:iam::111122223333:role/emr' },
      iamResources: ['*'],
      iamAction: 'emr-serverless:StartJobRun',
    });
    const athena = new tasks.AthenaStartQueryExecution(stack, 'Query', {
      queryString: 'select 1',
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      workGroup: 'primary',
      resultConfiguration: { outputLocation: { bucketName: 'results', objectKey: 'x' } },
    });
    const put = new tasks.EventBridgePutEvents(stack, 'Event', {
      entries: [
        {
          detail: sfn.TaskInput.fromObject({ a: 1 }),
          detailType: 'Done',
          source: 'shop.batch',
          eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default'),
        },
      ],
    });
    const child = new sfn.StateMachine(stack, 'Child', {
      definitionBody: sfn.DefinitionBody.fromChainable(
        new sfn.Wait(stack, 'Wait', { time: sfn.WaitTime.duration(Duration.minutes(1)) }),
      ),
    });
    const start = new tasks.StepFunctionsStartExecution(stack, 'Start', {
      stateMachine: child,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
    new sfn.StateMachine(stack, 'Machine', {
      queryLanguage: sfn.QueryLanguage.JSON_PATH,
      definitionBody: sfn.DefinitionBody.fromChainable(map.next(glue).next(emr).next(athena).next(start).next(put)),
    });
  }),
  oneStack('a pipe from a table to a machine, one from Kinesis to a bus, with enrichment by an API', (stack) => {
    const table = new dynamodb.Table(stack, 'Table', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
    });
    const stream = new kinesis.Stream(stack, 'Stream');
    const bus = new events.EventBus(stack, 'Bus');
    const enrich = functionIn(stack, 'Enrich');
    const machine = new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')),
    });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com') });
    table.grantStreamRead(role);
    stream.grantRead(role);
    bus.grantPutEventsTo(role);
    enrich.grantInvoke(role);
    machine.grantStartExecution(role);
    new pipes.CfnPipe(stack, 'One', {
      roleArn: role.roleArn,
      source: table.tableStreamArn!,
      sourceParameters: { dynamoDbStreamParameters: { startingPosition: 'LATEST' } },
      enrichment: enrich.functionArn,
      target: machine.stateMachineArn,
    });
    new pipes.CfnPipe(stack, 'Two', {
      roleArn: role.roleArn,
      source: stream.streamArn,
      sourceParameters: { kinesisStreamParameters: { startingPosition: 'LATEST' } },
      target: bus.eventBusArn,
    });
  }),
  oneStack('schedules that stop databases and instances and send mail', (stack) => {
    new scheduler.Schedule(stack, 'Stop', {
      schedule: scheduler.ScheduleExpression.cron({ hour: '20', minute: '0' }),
      target: new schedulerTargets.Universal({
        service: 'rds',
        action: 'stopDBInstance',
        input: scheduler.ScheduleTargetInput.fromObject({ DbInstanceIdentifier: 'test' }),
        policyStatements: [new iam.PolicyStatement({ actions: ['rds:StopDBInstance'], resources: ['*'] })],
      }),
    });
    new scheduler.Schedule(stack, 'Instances', {
      schedule: scheduler.ScheduleExpression.rate(Duration.days(1)),
      target: new schedulerTargets.Universal({
        service: 'ec2',
        action: 'stopInstances',
        input: scheduler.ScheduleTargetInput.fromObject({ InstanceIds: ['i-0123456789abcdef0'] }),
      }),
    });
    new scheduler.Schedule(stack, 'Event', {
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedulerTargets.EventBridgePutEvents({
        detail: scheduler.ScheduleTargetInput.fromObject({ a: 1 }),
        detailType: 'Tick',
        source: 'shop.clock',
        eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default'),
      }),
    });
    new scheduler.Schedule(stack, 'Machine', {
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedulerTargets.StepFunctionsStartExecution(
        sfn.StateMachine.fromStateMachineArn(
          stack,
          'Foreign',
          'arn:aws:states:us-east-1:111122223333:stateMachine:nightly',
        ),
        {},
      ),
    });
  }),
];
