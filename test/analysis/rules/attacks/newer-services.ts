import { arnOf } from '../../model/templates';
import { document, may, of, ref, roleOf, sub } from './app';
import { type Pair, pair } from './pair';

const STARTS = may('states:StartExecution', ref('Machine'));

/** The address that describes an issuer of tokens. */
const described = (issuer: string) => `https://${issuer}/.well-known/openid-configuration`;

/** What people and programs outside of AWS reach, in services that AWS added in 2025 and 2026. */
const ENTRIES_OF_SERVICES: readonly Pair[] = [
  ...['by reference', 'by name'].map((how) =>
    pair(
      'MA-TRG3',
      `a web function, named ${how}, that starts turns is open`,
      'ApplicationManaged',
      'IamAuth',
      (AuthType: string) => {
        const FunctionName = how === 'by name' ? 'web' : ref('Web');
        return {
          add: {
            WebRole: roleOf('lambda.amazonaws.com', STARTS),
            Web: of('AWS::Lambda::WebFunction', { FunctionName: 'web' }),
            Revision: of('AWS::Lambda::WebFunctionRevision', {
              FunctionName,
              BuildConfig: {
                CodeConfig: { S3Object: { Bucket: 'code', Key: 'archive' } },
                RuntimeConfig: { Runtime: 'nodejs24' },
              },
              ServiceConfig: { ExecutionRoleArn: arnOf('WebRole') },
            }),
            Endpoint: of('AWS::Lambda::WebFunctionEndpoint', {
              FunctionName,
              EndpointName: 'web',
              EndpointType: 'HomeRegion',
              AuthType,
            }),
          },
        };
      },
    ),
  ),
  ...['a harness has a role that starts turns', 'a hook of a harness starts turns'].map((name, isHook) =>
    pair(
      'MA-TRG3',
      `${name}, and takes tokens that everybody can get`,
      'accounts.google.com',
      'example.okta.com',
      (issuer: string) => ({
        add: {
          HarnessRole: roleOf(
            'bedrock-agentcore.amazonaws.com',
            isHook ? may('lambda:InvokeFunction', arnOf('Starter')) : STARTS,
          ),
          Harness: of('AWS::BedrockAgentCore::Harness', {
            HarnessName: 'assistant',
            ExecutionRoleArn: arnOf('HarnessRole'),
            Model: { BedrockModelConfig: { ModelId: 'amazon.nova-lite-v1:0' } },
            AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: described(issuer) } },
            ...(isHook
              ? { Hooks: [{ BeforeInvocation: { Name: 'start', Target: { Lambda: { Arn: arnOf('Starter') } } } }] }
              : {}),
          }),
        },
      }),
    ),
  ),
];

/** Where the logs of the account go, by a policy that names a stream of the app. */
const accountPolicy = (BucketARN: unknown) => ({
  add: {
    StreamRole: roleOf('firehose.amazonaws.com', may('s3:PutObject', sub('${Data.Arn}/*'))),
    Stream: of('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: { BucketARN, RoleARN: arnOf('StreamRole') },
    }),
    LogRole: roleOf('logs.amazonaws.com', may('firehose:PutRecord', arnOf('Stream'))),
    AccountPolicy: of('AWS::Logs::AccountPolicy', {
      PolicyName: 'all-logs',
      PolicyType: 'SUBSCRIPTION_FILTER_POLICY',
      Scope: 'ALL',
      PolicyDocument: {
        'Fn::Sub': '{"DestinationArn":"${Stream.Arn}","RoleArn":"${LogRole.Arn}","FilterPattern":""}',
      },
    }),
  },
});

/** Attacks by services that AWS added in 2025 and 2026, and their benign twins. */
export const NEWER_SERVICES: readonly Pair[] = [
  ...ENTRIES_OF_SERVICES,
  pair(
    'MA-STO1',
    'a policy of the account sends logs through a stream of the app to a bucket outside',
    'arn:aws:s3:::their-bucket',
    arnOf('Data'),
    accountPolicy,
  ),
  pair('MA-AUD3', 'a log group takes events from whoever has a bearer token', true, false, (value) => ({
    set: { 'RuntimeLogs.BearerTokenAuthenticationEnabled': value },
  })),
  pair(
    'MA-ID8',
    'a service of AWS DevOps Agent has a token in the template',
    'Xk29fQ7vLp0TzR4mWb8c',
    '{{resolve:secretsmanager:gitlab}}',
    (TokenValue: string) => ({
      add: {
        GitLab: of('AWS::DevOpsAgent::Service', {
          ServiceType: 'gitlab',
          ServiceDetails: { GitLab: { TargetUrl: 'https://gitlab.example.com', TokenType: 'personal', TokenValue } },
        }),
      },
    }),
  ),
  pair('MA-STO1', 'a log group lets another account read it', '999988887777', '111122223333', (account) => ({
    set: {
      'RuntimeLogs.ResourcePolicyDocument': document({
        ...may('logs:GetLogEvents', '*'),
        Principal: { AWS: `arn:aws:iam::${account}:root` },
      }),
    },
  })),
];
