import * as apigw from 'aws-cdk-lib/aws-apigateway';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnResource } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

/** Sites and their APIs. */
export const SITES: readonly OrdinaryApp[] = [
  oneStack('static site with OAC, headers, a function and logs', (stack) => {
    const site = new s3.Bucket(stack, 'Site', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, enforceSSL: true });
    const logsBucket = new s3.Bucket(stack, 'Logs', { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED });
    new cloudfront.Distribution(stack, 'D', {
      defaultRootObject: 'index.html',
      enableLogging: true,
      logBucket: logsBucket,
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(site),
        responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(stack, 'Rewrite', {
              code: cloudfront.FunctionCode.fromInline('function handler(e){return e.request}'),
            }),
          },
        ],
      },
    });
  }),
  oneStack('site with Lambda at the edge and an API behind', (stack) => {
    const api = new apigw.RestApi(stack, 'Api');
    api.root.addResource('items').addMethod('GET', new apigw.LambdaIntegration(functionIn(stack)));
    const edge = functionIn(stack, 'Edge', {});
    new cloudfront.Distribution(stack, 'D', {
      defaultBehavior: {
        origin: new origins.RestApiOrigin(api),
        edgeLambdas: [
          { eventType: cloudfront.LambdaEdgeEventType.VIEWER_RESPONSE, functionVersion: edge.currentVersion },
        ],
      },
    });
  }),
  oneStack('function URL with streaming behind CloudFront OAC', (stack) => {
    const url = functionIn(stack).addFunctionUrl({
      authType: lambda.FunctionUrlAuthType.AWS_IAM,
      invokeMode: lambda.InvokeMode.RESPONSE_STREAM,
    });
    new cloudfront.Distribution(stack, 'D', {
      defaultBehavior: { origin: origins.FunctionUrlOrigin.withOriginAccessControl(url) },
    });
  }),
  oneStack('sign-up with triggers, mail and a hosted domain', (stack) => {
    const pool = new cognito.UserPool(stack, 'Pool', {
      selfSignUpEnabled: true,
      autoVerify: { email: true },
      lambdaTriggers: { preSignUp: functionIn(stack, 'Pre'), postConfirmation: functionIn(stack, 'Post') },
    });
    pool.addDomain('D', { cognitoDomain: { domainPrefix: 'shop-example' } });
    pool.addClient('C', {
      oAuth: { flows: { authorizationCodeGrant: true }, callbackUrls: ['https://shop.example.com'] },
    });
    const f = functionIn(stack, 'Api');
    const api = new apigw.RestApi(stack, 'A');
    api.root.addMethod('POST', new apigw.LambdaIntegration(f), {
      authorizer: new apigw.CognitoUserPoolsAuthorizer(stack, 'Auth', { cognitoUserPools: [pool] }),
    });
  }),
  oneStack('web function of Lambda, open to the public', (stack) => {
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const table = new dynamodb.TableV2(stack, 'T', {
      partitionKey: { name: 'k', type: dynamodb.AttributeType.STRING },
    });
    table.grantReadWriteData(role);
    const web = new CfnResource(stack, 'Web', {
      type: 'AWS::Lambda::WebFunction',
      properties: { FunctionName: 'shop' },
    });
    new CfnResource(stack, 'Rev', {
      type: 'AWS::Lambda::WebFunctionRevision',
      properties: {
        FunctionName: web.ref,
        BuildConfig: {
          CodeConfig: { S3Object: { Bucket: 'code-of-shop', Key: 'a.zip' } },
          RuntimeConfig: { Runtime: 'nodejs24' },
        },
        ServiceConfig: { ExecutionRoleArn: role.roleArn },
      },
    });
    new CfnResource(stack, 'End', {
      type: 'AWS::Lambda::WebFunctionEndpoint',
      properties: {
        FunctionName: web.ref,
        EndpointName: 'live',
        EndpointType: 'HomeRegion',
        AuthType: 'ApplicationManaged',
      },
    });
  }),
];
