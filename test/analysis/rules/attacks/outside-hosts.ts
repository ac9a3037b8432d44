import { arnOf } from '../../model/templates';
import { ACCOUNT, denyPlain, document, may, of, ref, roleOf, sub } from './app';
import { execution, type Pair, pair } from './pair';

const OUTSIDE = 'https://collect.example.net/in';
/** The same data goes to an unknown host, or to a resource of the app. */
const sent = (name: string, bad: unknown, good: unknown, grant: object, make: (to: any) => object): Pair =>
  pair('MA-NET1', name, bad, good, (to) => ({ add: { ...execution(grant).add, ...make(to) } }));

const destination = {
  Connection: of('AWS::Events::Connection', {
    AuthorizationType: 'API_KEY',
    AuthParameters: {
      ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: '{{resolve:secretsmanager:app/key}}' },
    },
  }),
  Destination: of('AWS::Events::ApiDestination', {
    ConnectionArn: arnOf('Connection'),
    HttpMethod: 'POST',
    InvocationEndpoint: OUTSIDE,
  }),
};
const news = {
  News: of('AWS::SNS::Topic', { KmsMasterKeyId: arnOf('Key') }),
  NewsPolicy: of('AWS::SNS::TopicPolicy', { Topics: [ref('News')], PolicyDocument: document(denyPlain('sns:*')) }),
};

/** Data of the execution role that a resource of the app sends to a host outside of the app. */
export const OUTSIDE_HOSTS: readonly Pair[] = [
  sent(
    'a topic posts to a host',
    ['https', OUTSIDE],
    ['sqs', arnOf('Dead')],
    may('sns:Publish', ref('News')),
    ([Protocol, Endpoint]) => ({
      ...news,
      Posting: of('AWS::SNS::Subscription', { TopicArn: ref('News'), Protocol, Endpoint }),
    }),
  ),
  sent(
    'a topic posts to an API of another account',
    'https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod',
    undefined,
    may('sns:Publish', ref('News')),
    (Endpoint) => ({
      ...news,
      ...(Endpoint
        ? { Posting: of('AWS::SNS::Subscription', { TopicArn: ref('News'), Protocol: 'https', Endpoint }) }
        : {}),
    }),
  ),
  sent(
    'a rule of a bus posts to a host',
    arnOf('Destination'),
    arnOf('Dead'),
    may('events:PutEvents', arnOf('Second')),
    (Arn) => ({
      ...destination,
      Second: of('AWS::Events::EventBus', { Name: 'second', KmsKeyIdentifier: arnOf('Key') }),
      Sends: of('AWS::Events::Rule', {
        EventBusName: ref('Second'),
        EventPattern: { source: ['agent'] },
        Targets: [{ Id: 't', Arn, RoleArn: arnOf('WorkerRole') }],
      }),
    }),
  ),
  sent(
    'a pipe posts messages to a host',
    arnOf('Destination'),
    arnOf('Dead'),
    may('sqs:SendMessage', arnOf('Work')),
    (Target) => ({
      ...destination,
      Pipe: of('AWS::Pipes::Pipe', { RoleArn: arnOf('PipeRole'), Source: arnOf('Work'), Target }),
      PipeRole: roleOf('pipes.amazonaws.com', may('sqs:ReceiveMessage', arnOf('Work'))),
    }),
  ),
  sent(
    'a delivery stream posts to a host',
    { HttpEndpointDestinationConfiguration: { EndpointConfiguration: { Url: OUTSIDE } } },
    { ExtendedS3DestinationConfiguration: { BucketARN: arnOf('Data') } },
    may('firehose:PutRecord', arnOf('Stream')),
    (to) => ({
      Stream: of('AWS::KinesisFirehose::DeliveryStream', {
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: arnOf('Key') },
        ...to,
      }),
    }),
  ),
  sent(
    'a gateway leads to tools of a host',
    { McpServer: { Endpoint: OUTSIDE } },
    { Lambda: { LambdaArn: arnOf('Worker') } },
    may('bedrock-agentcore:InvokeGateway', arnOf('Tools', 'GatewayArn')),
    (Mcp) => ({
      ToolsRole: roleOf('bedrock-agentcore.amazonaws.com'),
      Tools: of('AWS::BedrockAgentCore::Gateway', {
        Name: 'g',
        ProtocolType: 'MCP',
        AuthorizerType: 'AWS_IAM',
        RoleArn: arnOf('ToolsRole'),
      }),
      Tool: of('AWS::BedrockAgentCore::GatewayTarget', {
        GatewayIdentifier: ref('Tools'),
        Name: 't',
        TargetConfiguration: { Mcp },
      }),
    }),
  ),
  sent(
    'an API hands requests to a host',
    { Type: 'HTTP_PROXY', Uri: OUTSIDE },
    { Type: 'MOCK' },
    may('execute-api:Invoke', sub(`arn:aws:execute-api:us-east-1:${ACCOUNT}:\${Api}/prod/GET/x`)),
    (integration) => ({
      Api: of('AWS::ApiGateway::RestApi', { Name: 'a' }),
      Method: of('AWS::ApiGateway::Method', {
        RestApiId: ref('Api'),
        ResourceId: arnOf('Api', 'RootResourceId'),
        HttpMethod: 'ANY',
        AuthorizationType: 'AWS_IAM',
        Integration: { IntegrationHttpMethod: 'ANY', ...integration },
      }),
    }),
  ),
  pair(
    'MA-NET3',
    'an endpoint policy that every caller in the VPC meets',
    { 'aws:SourceVpc': ref('Vpc') },
    { 'aws:PrincipalAccount': ACCOUNT },
    (StringEquals) => ({
      set: {
        'LogsEndpoint.PolicyDocument': document({
          ...may(['logs:CreateLogStream', 'logs:PutLogEvents'], '*', { Condition: { StringEquals } }),
          Principal: '*',
        }),
      },
    }),
  ),
  pair(
    'MA-NET6',
    'names of another owner resolve in the VPC',
    '*.tunnel.example.net',
    '*.us-east-1.amazonaws.com',
    (name) => ({
      add: {
        Names: of('AWS::Route53Resolver::FirewallDomainList', { Domains: [name] }),
        All: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
        Group: of('AWS::Route53Resolver::FirewallRuleGroup', {
          FirewallRules: [
            { Action: 'ALLOW', Priority: 1, FirewallDomainListId: arnOf('Names', 'Id') },
            { Action: 'BLOCK', BlockResponse: 'NXDOMAIN', Priority: 2, FirewallDomainListId: arnOf('All', 'Id') },
          ],
        }),
        Limits: of('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
          FirewallRuleGroupId: arnOf('Group', 'Id'),
          Priority: 101,
          VpcId: ref('Vpc'),
        }),
      },
    }),
  ),
  pair(
    'MA-IMG1',
    'an image is pulled from a host that looks like a registry',
    'example.net',
    'amazonaws.com',
    (domain) => ({
      set: {
        'Runtime.AgentRuntimeArtifact.ContainerConfiguration.ContainerUri': `${ACCOUNT}.dkr.ecr.us-east-1.${domain}/agent@sha256:${'a'.repeat(64)}`,
      },
    }),
  ),
];
