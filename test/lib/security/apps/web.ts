import * as amplify from 'aws-cdk-lib/aws-amplify';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnService } from 'aws-cdk-lib/aws-apprunner';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LambdaTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import { CfnApplication, CfnEnvironment } from 'aws-cdk-lib/aws-elasticbeanstalk';
import * as iam from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sesActions from 'aws-cdk-lib/aws-ses-actions';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { StateMachine, DefinitionBody, Pass, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { functionIn } from './compute';
import { oneStack, type OrdinaryApp } from './app';

/** Web and mobile back ends, open to the internet as such are. */
export const WEB: readonly OrdinaryApp[] = [
  oneStack('a public REST API with a key and a usage plan', (stack) => {
    const api = new apigateway.RestApi(stack, 'Api', { deployOptions: { tracingEnabled: true } });
    const orders = api.root.addResource('orders');
    orders.addMethod('GET', new apigateway.LambdaIntegration(functionIn(stack, 'List')), { apiKeyRequired: true });
    orders.addMethod('POST', new apigateway.LambdaIntegration(functionIn(stack, 'Create')));
    const plan = api.addUsagePlan('Plan', { throttle: { rateLimit: 10, burstLimit: 5 } });
    plan.addApiKey(api.addApiKey('Key'));
    plan.addApiStage({ stage: api.deploymentStage });
  }),
  oneStack('a REST API straight to DynamoDB and Step Functions', (stack) => {
    const table = new Table(stack, 'Items', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    const role = new iam.Role(stack, 'Integration', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    });
    table.grantReadWriteData(role);
    const api = new apigateway.RestApi(stack, 'Api');
    api.root.addMethod(
      'GET',
      new apigateway.AwsIntegration({ service: 'dynamodb', action: 'Scan', options: { credentialsRole: role } }),
    );
    const machine = new StateMachine(stack, 'Express', {
      stateMachineType: StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Nothing')),
    });
    api.root.addResource('run').addMethod('POST', apigateway.StepFunctionsIntegration.startExecution(machine));
  }),
  oneStack('an HTTP API with a JWT authorizer and CORS', (stack) => {
    const users = new UserPool(stack, 'Users');
    const client = users.addClient('Client');
    const api = new apigatewayv2.HttpApi(stack, 'Api', {
      corsPreflight: { allowOrigins: ['*'], allowMethods: [apigatewayv2.CorsHttpMethod.ANY] },
    });
    api.addRoutes({
      path: '/public',
      integration: new HttpLambdaIntegration('Public', functionIn(stack, 'Public')),
    });
    api.addRoutes({
      path: '/private',
      integration: new HttpLambdaIntegration('Private', functionIn(stack, 'Private')),
      authorizer: new HttpJwtAuthorizer('Jwt', users.userPoolProviderUrl, { jwtAudience: [client.userPoolClientId] }),
    });
  }),
  oneStack('a chat over WebSocket', (stack) => {
    const handler = functionIn(stack);
    const api = new WebSocketApi(stack, 'Chat', {
      connectRouteOptions: { integration: new WebSocketLambdaIntegration('Connect', handler) },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('Message', handler) },
    });
    new apigatewayv2.WebSocketStage(stack, 'Stage', { webSocketApi: api, stageName: 'prod', autoDeploy: true });
    api.grantManageConnections(handler);
  }),
  oneStack('a public function URL behind CloudFront with WAF', (stack) => {
    const url = functionIn(stack).addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    const acl = new CfnWebACL(stack, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acl', sampledRequestsEnabled: true },
    });
    const distribution = new cloudfront.Distribution(stack, 'Cdn', {
      defaultBehavior: { origin: new FunctionUrlOrigin(url) },
      webAclId: acl.attrArn,
    });
    distribution.addBehavior('/legacy/*', new HttpOrigin('legacy.example.com'));
    distribution.addBehavior('/files/*', S3BucketOrigin.withOriginAccessControl(new Bucket(stack, 'Files')), {
      edgeLambdas: [],
    });
  }),
  oneStack('a load balancer with a function and an instance group', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const balancer = new elb.ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
    const listener = balancer.addListener('Http', { port: 80 });
    listener.addTargets('Function', { targets: [new LambdaTarget(functionIn(stack))] });
    const fleet = new AutoScalingGroup(stack, 'Fleet', {
      vpc,
      instanceType: new ec2.InstanceType('t3.small'),
      machineImage: ec2.MachineImage.latestAmazonLinux2023(),
      userData: ec2.UserData.custom('#!/bin/bash\nyum install -y nginx'),
    });
    fleet.role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'));
    listener.addTargets('Fleet', {
      port: 8080,
      priority: 1,
      targets: [fleet],
      conditions: [elb.ListenerCondition.pathPatterns(['/x'])],
    });
  }),
  oneStack('an Amplify app', (stack) => {
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('amplify.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess-Amplify')],
    });
    const app = new amplify.CfnApp(stack, 'App', {
      name: 'web',
      repository: 'https://github.com/example-org/web',
      iamServiceRole: role.roleArn,
      environmentVariables: [{ name: 'STAGE', value: 'prod' }],
    });
    new amplify.CfnBranch(stack, 'Main', { appId: app.attrAppId, branchName: 'main' });
  }),
  oneStack('mail that is received, stored and bounced', (stack) => {
    const bucket = new Bucket(stack, 'Mail');
    new ses.ReceiptRuleSet(stack, 'Rules', {
      rules: [
        {
          recipients: ['hello@example.com'],
          actions: [
            new sesActions.S3({ bucket, objectKeyPrefix: 'mail/' }),
            new sesActions.Lambda({ function: functionIn(stack) }),
          ],
        },
      ],
    });
    new ses.EmailIdentity(stack, 'Identity', { identity: ses.Identity.domain('example.com') });
    const sender = functionIn(stack, 'Sender');
    sender.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['ses:SendEmail', 'ses:SendRawEmail'], resources: ['*'] }),
    );
  }),
  oneStack('an App Runner service and Elastic Beanstalk', (stack) => {
    new CfnService(stack, 'Runner', {
      sourceConfiguration: {
        imageRepository: {
          imageIdentifier: 'public.ecr.aws/aws-containers/hello-app-runner:latest',
          imageRepositoryType: 'ECR_PUBLIC',
        },
      },
    });
    const application = new CfnApplication(stack, 'Application');
    new CfnEnvironment(stack, 'Environment', {
      applicationName: application.ref,
      solutionStackName: '64bit Amazon Linux 2023 v6.1.0 running Node.js 20',
    });
  }),
  oneStack('an imported certificate, zone and user pool', (stack) => {
    const certificate = Certificate.fromCertificateArn(
      stack,
      'Certificate',
      `arn:aws:acm:us-east-1:${stack.account}:certificate/11111111-2222-3333-4444-555555555555`,
    );
    const users = UserPool.fromUserPoolId(stack, 'Users', 'us-east-1_AbCdEf123');
    const api = new apigateway.LambdaRestApi(stack, 'Api', {
      handler: functionIn(stack),
      domainName: { domainName: 'api.example.com', certificate },
      proxy: false,
    });
    api.root.addMethod('GET', undefined, {
      authorizer: new apigateway.CognitoUserPoolsAuthorizer(stack, 'Authorizer', { cognitoUserPools: [users] }),
    });
  }),
];
