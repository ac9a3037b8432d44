import * as appsync from 'aws-cdk-lib/aws-appsync';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as lex from 'aws-cdk-lib/aws-lex';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3n from 'aws-cdk-lib/aws-s3-notifications';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sesActions from 'aws-cdk-lib/aws-ses-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import * as cr from 'aws-cdk-lib/custom-resources';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { schemaIn } from './graphql-schema';

/** Mail, sites, chats and custom resources, as a platform team writes them with the constructs of aws-cdk-lib. */
export const SERVERLESS_SERVICES: readonly OrdinaryApp[] = [
  oneStack('mail: receipts to a bucket and a function, bounces to a queue, a virtual deliverability set', (stack) => {
    const bucket = new s3.Bucket(stack, 'Mail', { lifecycleRules: [{ expiration: Duration.days(30) }] });
    const topic = new sns.Topic(stack, 'Topic');
    new ses.ReceiptRuleSet(stack, 'Rules', {
      rules: [
        {
          recipients: ['support@example.com'],
          actions: [
            new sesActions.S3({ bucket, topic }),
            new sesActions.Lambda({ function: functionIn(stack, 'Tickets') }),
          ],
        },
      ],
    });
    const set = new ses.ConfigurationSet(stack, 'Set');
    set.addEventDestination('Sns', { destination: ses.EventDestination.snsTopic(topic) });
    set.addEventDestination('Bus', {
      destination: ses.EventDestination.eventBus(events.EventBus.fromEventBusName(stack, 'Default', 'default')),
    });
    new ses.EmailIdentity(stack, 'Identity', { identity: ses.Identity.domain('example.com'), configurationSet: set });
    const sender = functionIn(stack, 'Sender');
    sender.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['ses:SendEmail', 'ses:SendRawEmail'], resources: ['*'] }),
    );
  }),
  oneStack('GraphQL with Lambda, HTTP and EventBridge resolvers, and an Event API', (stack) => {
    const pool = new cognito.UserPool(stack, 'Pool');
    const api = new appsync.GraphqlApi(stack, 'Api', {
      name: 'shop',
      definition: schemaIn(stack),
      authorizationConfig: {
        defaultAuthorization: {
          authorizationType: appsync.AuthorizationType.USER_POOL,
          userPoolConfig: { userPool: pool },
        },
        additionalAuthorizationModes: [{ authorizationType: appsync.AuthorizationType.API_KEY }],
      },
      xrayEnabled: true,
    });
    api.addLambdaDataSource('Lambda', functionIn(stack, 'Resolver'));
    api.addHttpDataSource('Http', 'https://events.us-east-1.amazonaws.com', {
      authorizationConfig: { signingRegion: 'us-east-1', signingServiceName: 'events' },
    });
    api.addEventBridgeDataSource('Bus', new events.EventBus(stack, 'Bus'));
    new appsync.EventApi(stack, 'Events', {
      apiName: 'live',
      authorizationConfig: { authProviders: [{ authorizationType: appsync.AppSyncAuthorizationType.API_KEY }] },
    }).addChannelNamespace('default');
  }),
  oneStack('a site with an Edge function, access control, signed URLs and a log bucket', (stack) => {
    const logsBucket = new s3.Bucket(stack, 'Logs', {
      objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    const bucket = new s3.Bucket(stack, 'Site', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    const edge = new cloudfront.experimental.EdgeFunction(stack, 'Edge', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async (e) => e.Records[0].cf.request;'),
    });
    const url = functionIn(stack, 'Render').addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
    const distribution = new cloudfront.Distribution(stack, 'Distribution', {
      enableLogging: true,
      logBucket: logsBucket,
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
        edgeLambdas: [
          { functionVersion: edge.currentVersion, eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST },
        ],
      },
      additionalBehaviors: { '/render/*': { origin: origins.FunctionUrlOrigin.withOriginAccessControl(url) } },
    });
    const invalidator = functionIn(stack, 'Invalidate');
    distribution.grantCreateInvalidation(invalidator);
  }),
  oneStack('a Lex bot, a Connect flow function and Polly', (stack) => {
    const fulfilment = functionIn(stack, 'Fulfil');
    fulfilment.addToRolePolicy(new iam.PolicyStatement({ actions: ['polly:SynthesizeSpeech'], resources: ['*'] }));
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lexv2.amazonaws.com') });
    new lex.CfnBot(stack, 'Bot', {
      name: 'shop',
      roleArn: role.roleArn,
      dataPrivacy: { ChildDirected: false },
      idleSessionTtlInSeconds: 300,
    });
    fulfilment.addPermission('Lex', {
      principal: new iam.ServicePrincipal('lexv2.amazonaws.com'),
      sourceArn: 'arn:aws:lex:us-east-1:111122223333:bot-alias/ABCDEFGHIJ/*',
    });
    fulfilment.addPermission('Connect', {
      principal: new iam.ServicePrincipal('connect.amazonaws.com'),
      sourceAccount: '111122223333',
    });
  }),
  oneStack('images: upload notifications, Rekognition, a FIFO queue and a partial batch', (stack) => {
    const uploads = new s3.Bucket(stack, 'Uploads', {
      cors: [{ allowedMethods: [s3.HttpMethods.PUT], allowedOrigins: ['https://example.com'] }],
    });
    const topic = new sns.Topic(stack, 'Topic');
    const queue = new sqs.Queue(stack, 'Queue', {
      deadLetterQueue: { queue: new sqs.Queue(stack, 'Dead'), maxReceiveCount: 3 },
    });
    topic.addSubscription(new subscriptions.SqsSubscription(queue, { rawMessageDelivery: true }));
    uploads.addEventNotification(s3.EventType.OBJECT_CREATED, new s3n.SnsDestination(topic));
    const worker = functionIn(stack, 'Worker');
    worker.addEventSource(new sources.SqsEventSource(queue, { reportBatchItemFailures: true }));
    uploads.grantReadWrite(worker);
    worker.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['rekognition:DetectLabels', 'textract:*'], resources: ['*'] }),
    );
  }),
  oneStack('custom resources: provider with completion, a call, a trigger and a cross-Region reader', (stack) => {
    const provider = new cr.Provider(stack, 'Provider', {
      onEventHandler: functionIn(stack, 'OnEvent'),
      isCompleteHandler: functionIn(stack, 'IsComplete'),
      logRetention: logs.RetentionDays.ONE_WEEK,
    });
    provider.onEventHandler.addToRolePolicy?.(
      new iam.PolicyStatement({ actions: ['iam:CreateServiceLinkedRole'], resources: ['*'] }),
    );
    new cr.AwsCustomResource(stack, 'Call', {
      onUpdate: {
        service: 'Route53Domains',
        action: 'updateDomainNameservers',
        parameters: { DomainName: 'example.com' },
        physicalResourceId: cr.PhysicalResourceId.of('ns'),
        region: 'us-east-1',
      },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: cr.AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
    new cr.AwsCustomResource(stack, 'Admin password', {
      onCreate: {
        service: 'CognitoIdentityServiceProvider',
        action: 'adminCreateUser',
        parameters: { UserPoolId: 'us-east-1_abc', Username: 'admin' },
        physicalResourceId: cr.PhysicalResourceId.of('user'),
      },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: cr.AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
  }),
  oneStack(
    'events: an archive, a schema registry, rules to Kinesis, Firehose, ECS, a log group and another account',
    (stack) => {
      const bus = new events.EventBus(stack, 'Bus', { eventBusName: 'shop' });
      bus.archive('Archive', { eventPattern: { account: ['111122223333'] }, retention: Duration.days(30) });
      const rule = new events.Rule(stack, 'All', {
        eventBus: bus,
        eventPattern: { source: [{ prefix: 'shop.' }] as never },
      });
      rule.addTarget(new targets.KinesisStream(new kinesis.Stream(stack, 'Stream')));
      rule.addTarget(new targets.CloudWatchLogGroup(new logs.LogGroup(stack, 'Log')));
      rule.addTarget(
        new targets.EventBus(
          events.EventBus.fromEventBusArn(stack, 'Central', 'arn:aws:events:us-east-1:444455556666:event-bus/central'),
        ),
      );
      new events.CfnEventBusPolicy(stack, 'Organization', {
        eventBusName: bus.eventBusName,
        statementId: 'organization',
        statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'events:PutEvents',
          Resource: bus.eventBusArn,
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
        },
      });
      new events.CfnEventBusPolicy(stack, 'DefaultBus', {
        statementId: 'member',
        statement: {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::444455556666:root' },
          Action: 'events:PutEvents',
          Resource: 'arn:aws:events:us-east-1:111122223333:event-bus/default',
          Condition: { StringEquals: { 'events:source': 'partner.orders' } },
        },
      });
    },
  ),
  oneStack('a Cognito pool with a custom message sender, SMS role and a key', (stack) => {
    const key = new kms.Key(stack, 'Key');
    new cognito.UserPool(stack, 'Pool', {
      customSenderKmsKey: key,
      lambdaTriggers: {
        customEmailSender: functionIn(stack, 'Sender'),
        preTokenGeneration: functionIn(stack, 'Token'),
      },
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { sms: true, otp: true },
      enableSmsRole: true,
      smsRole: new iam.Role(stack, 'Sms', {
        assumedBy: new iam.ServicePrincipal('cognito-idp.amazonaws.com', {
          conditions: { StringEquals: { 'sts:ExternalId': 'shop' } },
        }),
        inlinePolicies: {
          sms: new iam.PolicyDocument({
            statements: [new iam.PolicyStatement({ actions: ['sns:Publish'], resources: ['*'] })],
          }),
        },
      }),
      smsRoleExternalId: 'shop',
    });
  }),
];
