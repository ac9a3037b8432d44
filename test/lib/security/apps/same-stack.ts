import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { NestedStack } from 'aws-cdk-lib/core';
import * as cr from 'aws-cdk-lib/custom-resources';
import { AgentTrigger } from '../../../../lib/trigger';
import { inAgentStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { bucketIn, keyIn, loggedIn, queueIn } from './governed';

const image = () => ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable');

/** Apps in the stack of an agent, in the stores that the rules ask for there. */
export const SAME_STACK: readonly OrdinaryApp[] = [
  inAgentStack('a static site with deployed files', (scope) => {
    const bucket = bucketIn(scope, 'Site', keyIn(scope));
    const distribution = new cloudfront.Distribution(scope, 'Distribution', {
      defaultBehavior: { origin: origins.S3BucketOrigin.withOriginAccessControl(bucket) },
    });
    new s3deploy.BucketDeployment(scope, 'Deploy', {
      sources: [s3deploy.Source.data('index.html', 'hi')],
      destinationBucket: bucket,
      distribution,
    });
  }),
  inAgentStack('an API with Cognito and a table of the shop', (scope) => {
    const key = keyIn(scope);
    const handler = loggedIn(scope, 'Handler', key);
    new dynamodb.Table(scope, 'Table', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
    }).grantReadWriteData(handler);
    const users = new cognito.UserPool(scope, 'Users', { selfSignUpEnabled: true });
    new apigateway.LambdaRestApi(scope, 'Api', {
      handler,
      defaultMethodOptions: {
        authorizer: new apigateway.CognitoUserPoolsAuthorizer(scope, 'Authorizer', { cognitoUserPools: [users] }),
      },
    });
  }),
  inAgentStack('a public API of the shop that has nothing to do with the agent', (scope) => {
    const handler = loggedIn(scope, 'Handler', keyIn(scope));
    new apigateway.LambdaRestApi(scope, 'Api', { handler });
    handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  }),
  inAgentStack('a service on Fargate with a VPC of its own and a public load balancer', (scope) => {
    new patterns.ApplicationLoadBalancedFargateService(scope, 'Service', { taskImageOptions: { image: image() } });
  }),
  inAgentStack('a machine of another app in the stack: Express with an API and logs', (scope, { key }) => {
    const machine = new sfn.StateMachine(scope, 'Express', {
      stateMachineType: sfn.StateMachineType.EXPRESS,
      encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key),
      definitionBody: sfn.DefinitionBody.fromChainable(
        new tasks.LambdaInvoke(scope, 'Call', { lambdaFunction: loggedIn(scope, 'Function', key) }),
      ),
    });
    new apigateway.StepFunctionsRestApi(scope, 'Api', { stateMachine: machine });
  }),
  inAgentStack('a nested stack with a table, a queue and a function in the stack of the agent', (scope) => {
    const nested = new NestedStack(scope, 'Nested');
    const key = keyIn(nested);
    const handler = functionIn(nested, 'Function');
    new dynamodb.TableV2(nested, 'Table', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      encryption: dynamodb.TableEncryptionV2.customerManagedKey(key),
    }).grantReadWriteData(handler);
    handler.addEventSource(new sources.SqsEventSource(queueIn(nested, 'Queue', key)));
  }),
  inAgentStack('custom resources of the CDK in the stack of the agent', (scope) => {
    new cr.AwsCustomResource(scope, 'Parameter', {
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: '/shop/version' },
        physicalResourceId: cr.PhysicalResourceId.of('version'),
      },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: cr.AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
    new cr.Provider(scope, 'Provider', { onEventHandler: functionIn(scope, 'OnEvent') });
    new s3.Bucket(scope, 'Bucket', {
      autoDeleteObjects: true,
      removalPolicy: 'destroy' as never,
      enforceSSL: true,
      encryptionKey: keyIn(scope),
    });
  }),
  inAgentStack(
    'the agent: a prefix of a bucket, an index of a table, one parameter path, a stream, a search collection',
    (scope, { agent }) => {
      const key = keyIn(scope);
      bucketIn(scope, 'Bucket', key).grantReadWrite(agent, 'work/*');
      const table = new dynamodb.Table(scope, 'Table', {
        partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
        encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: key,
      });
      table.addGlobalSecondaryIndex({
        indexName: 'day',
        partitionKey: { name: 'day', type: dynamodb.AttributeType.STRING },
      });
      table.grantReadWriteData(agent);
      const stream = new firehose.DeliveryStream(scope, 'Stream', {
        destination: new firehose.S3Bucket(bucketIn(scope, 'Archive', key), { encryptionKey: key }),
        encryption: firehose.StreamEncryption.customerManagedKey(key),
      });
      stream.grantPutRecords(agent);
      agent.grantPrincipal.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': 'Agent' } },
        }),
      );
      agent.grantPrincipal.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['ssm:GetParameter', 'ssm:GetParametersByPath'],
          resources: ['arn:aws:ssm:us-east-1:111122223333:parameter/shop/agent/limits'],
        }),
      );
      agent.grantPrincipal.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['es:ESHttpGet', 'es:ESHttpPost'],
          resources: ['arn:aws:es:us-east-1:111122223333:domain/shop/docs/*'],
        }),
      );
    },
  ),
  inAgentStack('the agent queries a lake: one workgroup, one database, results in a bucket', (scope, { agent }) => {
    const key = keyIn(scope);
    bucketIn(scope, 'Results', key).grantReadWrite(agent);
    bucketIn(scope, 'Lake', key).grantRead(agent);
    agent.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: [
          'athena:StartQueryExecution',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'athena:StopQueryExecution',
        ],
        resources: ['arn:aws:athena:us-east-1:111122223333:workgroup/agent'],
      }),
    );
    agent.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['glue:GetTable', 'glue:GetTables', 'glue:GetPartitions', 'glue:GetDatabase'],
        resources: [
          'arn:aws:glue:us-east-1:111122223333:catalog',
          'arn:aws:glue:us-east-1:111122223333:database/lake',
          'arn:aws:glue:us-east-1:111122223333:table/lake/*',
        ],
      }),
    );
  }),
  inAgentStack(
    'files of partners start turns, in a bucket that an upload function signs',
    (scope, { workflow, key }) => {
      const uploads = bucketIn(scope, 'Uploads', keyIn(scope), { eventBridgeEnabled: true });
      workflow.addTrigger(AgentTrigger.onObjectCreated(uploads, { keyPrefix: 'in/' }));
      const signer = loggedIn(scope, 'Signer', key);
      uploads.grantPut(signer);
      new apigateway.LambdaRestApi(scope, 'Api', {
        handler: signer,
        defaultMethodOptions: { authorizationType: apigateway.AuthorizationType.IAM },
      });
    },
  ),
];
