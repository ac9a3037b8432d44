import { arnOf } from '../../model/templates';
import { ACCOUNT, document, may, of, ref, roleOf, sub } from './app';
import { listenerRule, loadBalancer } from './load-balancer';
import { type Change, type Pair, pair } from './pair';

const KEY = { KmsMasterKeyId: arnOf('Key') };
const lambdaUri = (id: string) =>
  sub(`arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${${id}.Arn}/invocations`);
/** The same entry to something that starts turns, and to a function that doesn't. */
const leads = (rules: string, name: string, change: (id: string) => Record<string, any>): Pair =>
  pair(rules, name, 'Starter', 'Worker', (id) => ({ add: change(id) }));
const entry = (name: string, bad: unknown, good: unknown, change: (value: any) => Record<string, any>): Pair =>
  pair('MA-TRG3', name, bad, good, (value): Change => ({ add: change(value) }));
const httpApi = (integration: object, rest: object = {}, api: object = {}) => ({
  Api: of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'HTTP', ...api }),
  Integration: of('AWS::ApiGatewayV2::Integration', { ApiId: ref('Api'), PayloadFormatVersion: '1.0', ...integration }),
  Route: of('AWS::ApiGatewayV2::Route', {
    ApiId: ref('Api'),
    RouteKey: 'POST /',
    Target: sub('integrations/${Integration}'),
    ...rest,
  }),
});
const starts = (service: string) => roleOf(service, may('states:StartExecution', ref('Machine')));
const AUTH = { AuthorizationType: 'AWS_IAM' };
const open = (Type: string, property: string, id: string, action: string, Condition: object) =>
  of(Type, {
    [property]: Type.endsWith('Inline') ? ref(id) : [ref(id)],
    PolicyDocument: document(
      {
        Effect: 'Deny',
        Principal: '*',
        Action: `${action.split(':')[0]}:*`,
        Resource: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      { ...may(action, '*', { Condition }), Principal: '*' },
    ),
  });
const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };

/** Principals that can send to something that leads to an agent. */
export const ENTRIES: readonly Pair[] = [
  entry('an open function URL on a version', 'NONE', 'AWS_IAM', (AuthType) => ({
    Version: of('AWS::Lambda::Version', { FunctionName: ref('Starter') }),
    Live: of('AWS::Lambda::Alias', {
      FunctionName: ref('Starter'),
      FunctionVersion: arnOf('Version', 'Version'),
      Name: 'live',
    }),
    Url: of('AWS::Lambda::Url', { AuthType, TargetFunctionArn: ref('Starter'), Qualifier: 'live' }),
  })),
  entry('the URL type is a parameter value', { 'Fn::If': ['Prod', 'AWS_IAM', 'NONE'] }, 'AWS_IAM', (AuthType) => ({
    Url: of('AWS::Lambda::Url', { AuthType, TargetFunctionArn: arnOf('Starter') }),
  })),
  entry('a permission for everybody by URL', undefined, 'o-a1b2c3d4e5', (PrincipalOrgID) => ({
    P: of('AWS::Lambda::Permission', {
      FunctionName: ref('Starter'),
      Action: 'lambda:InvokeFunction',
      Principal: '*',
      ...(PrincipalOrgID ? { PrincipalOrgID } : {}),
    }),
  })),
  entry(
    'an event source of any topic of a service',
    undefined,
    'arn:aws:sns:us-east-1:111122223333:news',
    (SourceArn) => ({
      P: of('AWS::Lambda::Permission', {
        FunctionName: ref('Starter'),
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
        ...(SourceArn ? { SourceArn } : {}),
      }),
    }),
  ),
  entry('an HTTP API starts the machine by its role', {}, AUTH, (rest) => ({
    ApiRole: starts('apigateway.amazonaws.com'),
    ...httpApi(
      {
        IntegrationType: 'AWS_PROXY',
        IntegrationSubtype: 'StepFunctions-StartExecution',
        CredentialsArn: arnOf('ApiRole'),
        RequestParameters: { StateMachineArn: ref('Machine'), Input: '$request.body' },
      },
      rest,
    ),
  })),
  entry('an HTTP API sends to the queue', {}, AUTH, (rest) => ({
    ApiRole: roleOf('apigateway.amazonaws.com', may('sqs:SendMessage', arnOf('Queue'))),
    ...httpApi(
      {
        IntegrationType: 'AWS_PROXY',
        IntegrationSubtype: 'SQS-SendMessage',
        CredentialsArn: arnOf('ApiRole'),
        RequestParameters: { QueueUrl: ref('Queue'), MessageBody: '$request.body' },
      },
      rest,
    ),
  })),
  entry('an HTTP API puts events', {}, AUTH, (rest) => ({
    ApiRole: roleOf('apigateway.amazonaws.com', may('events:PutEvents', arnOf('Bus'))),
    ...httpApi(
      {
        IntegrationType: 'AWS_PROXY',
        IntegrationSubtype: 'EventBridge-PutEvents',
        CredentialsArn: arnOf('ApiRole'),
        RequestParameters: { EventBusName: ref('Bus'), Detail: '$request.body', DetailType: 'x', Source: 'my.app' },
      },
      rest,
    ),
  })),
  leads('MA-TRG3', 'an HTTP API by quick create', (id) => ({
    Api: of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'HTTP', Target: arnOf(id) }),
  })),
  entry('a WebSocket API without authorization', 'NONE', 'AWS_IAM', (AuthorizationType) => ({
    Api: of('AWS::ApiGatewayV2::Api', {
      Name: 'x',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    }),
    Integration: of('AWS::ApiGatewayV2::Integration', {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: lambdaUri('Starter'),
    }),
    Connect: of('AWS::ApiGatewayV2::Route', {
      ApiId: ref('Api'),
      RouteKey: '$connect',
      AuthorizationType,
      Target: sub('integrations/${Integration}'),
    }),
    Default: of('AWS::ApiGatewayV2::Route', {
      ApiId: ref('Api'),
      RouteKey: '$default',
      Target: sub('integrations/${Integration}'),
    }),
  })),
  entry('a REST API with an API key only', { AuthorizationType: 'NONE', ApiKeyRequired: true }, AUTH, (rest) => ({
    ApiRole: starts('apigateway.amazonaws.com'),
    Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }),
    Post: of('AWS::ApiGateway::Method', {
      HttpMethod: 'POST',
      RestApiId: ref('Api'),
      ResourceId: arnOf('Api', 'RootResourceId'),
      Integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Credentials: arnOf('ApiRole'),
        Uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution',
        RequestTemplates: { 'application/json': sub('{"stateMachineArn":"${Machine}","input":"{}"}') },
      },
      ...rest,
    }),
  })),
  entry('an OpenAPI body of an HTTP API without security', {}, { security: [{ iam: [] }] }, (more) => ({
    Api: of('AWS::ApiGatewayV2::Api', {
      Body: {
        openapi: '3.0.1',
        paths: {
          '/': {
            post: {
              ...more,
              'x-amazon-apigateway-integration': {
                type: 'aws_proxy',
                httpMethod: 'POST',
                uri: lambdaUri('Starter'),
                payloadFormatVersion: '2.0',
              },
            },
          },
        },
        components: {
          securitySchemes: {
            iam: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
          },
        },
      },
    }),
  })),
  entry('a public load balancer by a listener rule', 'internet-facing', 'internal', (Scheme) => ({
    ...loadBalancer(undefined, Scheme),
    Rule2: listenerRule({ Values: ['/x'] }, [
      { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: ref('Target') }] } },
    ]),
  })),
  entry('a service of VPC Lattice without authorization', 'NONE', 'AWS_IAM', (AuthType) => ({
    Group: of('AWS::VpcLattice::TargetGroup', { Type: 'LAMBDA', Targets: [{ Id: arnOf('Starter') }] }),
    Service: of('AWS::VpcLattice::Service', { AuthType }),
    Listener: of('AWS::VpcLattice::Listener', {
      ServiceIdentifier: ref('Service'),
      Protocol: 'HTTPS',
      DefaultAction: { Forward: { TargetGroups: [{ TargetGroupIdentifier: ref('Group') }] } },
    }),
    ...(AuthType === 'AWS_IAM'
      ? {
          Auth: of('AWS::VpcLattice::AuthPolicy', {
            ResourceIdentifier: ref('Service'),
            Policy: document({ ...may('vpc-lattice-svcs:Invoke', '*', { Condition: OWN }), Principal: '*' }),
          }),
        }
      : {}),
  })),
  entry('an AgentCore Gateway without authorization', 'NONE', 'AWS_IAM', (AuthorizerType) => ({
    GatewayRole: roleOf('bedrock-agentcore.amazonaws.com', may('lambda:InvokeFunction', arnOf('Starter'))),
    Gateway: of('AWS::BedrockAgentCore::Gateway', {
      Name: 'g',
      ProtocolType: 'MCP',
      AuthorizerType,
      RoleArn: arnOf('GatewayRole'),
    }),
    Target: of('AWS::BedrockAgentCore::GatewayTarget', {
      GatewayIdentifier: arnOf('Gateway', 'GatewayIdentifier'),
      Name: 't',
      TargetConfiguration: { Mcp: { Lambda: { LambdaArn: arnOf('Starter'), ToolSchema: { InlinePayload: [] } } } },
      CredentialProviderConfigurations: [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
    }),
  })),
  entry('a public App Runner service starts turns', true, false, (IsPubliclyAccessible) => ({
    ServiceRole: starts('tasks.apprunner.amazonaws.com'),
    Web: of('AWS::AppRunner::Service', {
      SourceConfiguration: { ImageRepository: { ImageIdentifier: 'x', ImageRepositoryType: 'ECR' } },
      InstanceConfiguration: { InstanceRoleArn: arnOf('ServiceRole') },
      NetworkConfiguration: { IngressConfiguration: { IsPubliclyAccessible } },
    }),
  })),
  leads('MA-TRG3', 'a function signs in the users of Transfer Family', (id) => ({
    Server: of('AWS::Transfer::Server', {
      IdentityProviderType: 'AWS_LAMBDA',
      IdentityProviderDetails: { Function: arnOf(id) },
    }),
  })),
  leads('MA-TRG3', 'an IoT rule sends to what leads to the agent', (id) => ({
    DeviceRole: roleOf('iot.amazonaws.com', may('sqs:SendMessage', arnOf(id === 'Starter' ? 'Queue' : 'Work'))),
    Device: of('AWS::IoT::TopicRule', {
      TopicRulePayload: {
        Sql: "SELECT * FROM 'x'",
        Actions: [{ Sqs: { QueueUrl: ref(id === 'Starter' ? 'Queue' : 'Work'), RoleArn: arnOf('DeviceRole') } }],
      },
    }),
  })),
  leads('MA-TRG3', 'sign-up of Cognito runs a function', (id) => ({
    Pool: of('AWS::Cognito::UserPool', {
      LambdaConfig: { PostConfirmation: arnOf(id) },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
    }),
  })),
  leads('MA-TRG3', 'mail goes to a topic that a function subscribes', (id) => ({
    Mail: of('AWS::SNS::Topic', KEY),
    Sub: of('AWS::SNS::Subscription', { TopicArn: ref('Mail'), Protocol: 'lambda', Endpoint: arnOf(id) }),
    MailPolicy: open('AWS::SNS::TopicPolicy', 'Topics', 'Mail', 'sns:Publish', OWN),
    Receipt: of('AWS::SES::ReceiptRule', {
      RuleSetName: 's',
      Rule: { Enabled: true, Actions: [{ SNSAction: { TopicArn: ref('Mail') } }] },
    }),
  })),
  entry(
    'everybody publishes to a topic that the starter subscribes',
    { Bool: { 'aws:SecureTransport': 'true' } },
    OWN,
    (Condition) => ({
      Mail: of('AWS::SNS::Topic', KEY),
      Sub: of('AWS::SNS::Subscription', { TopicArn: ref('Mail'), Protocol: 'sqs', Endpoint: arnOf('Queue') }),
      MailPolicy: open('AWS::SNS::TopicPolicy', 'Topics', 'Mail', 'sns:Publish', Condition),
    }),
  ),
  entry('everybody sends to a queue that a pipe reads', { StringLike: { 'aws:UserAgent': '*' } }, OWN, (Condition) => ({
    PipeRole: starts('pipes.amazonaws.com'),
    Pipe: of('AWS::Pipes::Pipe', {
      RoleArn: arnOf('PipeRole'),
      Source: arnOf('Work'),
      Target: ref('Machine'),
      TargetParameters: { StepFunctionStateMachineParameters: { InvocationType: 'FIRE_AND_FORGET' } },
    }),
    WorkPolicy: open('AWS::SQS::QueuePolicy', 'Queues', 'Work', 'sqs:SendMessage', Condition),
    Work: of('AWS::SQS::Queue', { ...KEY, RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 } }),
  })),
  entry('everybody writes to a stream that the starter reads', {}, OWN, (Condition) => ({
    Stream: of('AWS::Kinesis::Stream', {
      ShardCount: 1,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: arnOf('Key') },
    }),
    StreamPolicy: of('AWS::Kinesis::ResourcePolicy', {
      ResourceArn: arnOf('Stream'),
      ResourcePolicy: document({ ...may('kinesis:PutRecord', arnOf('Stream'), { Condition }), Principal: '*' }),
    }),
    M: of('AWS::Lambda::EventSourceMapping', {
      FunctionName: ref('Starter'),
      EventSourceArn: arnOf('Stream'),
      StartingPosition: 'LATEST',
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: arnOf('Dead') } },
    }),
  })),
  leads('MA-TRG3 MA-READ1', 'a Kafka cluster of somebody', (id) => ({
    M: of('AWS::Lambda::EventSourceMapping', {
      FunctionName: ref(id),
      SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['kafka.example.com:9092'] } },
      Topics: ['t'],
      StartingPosition: 'LATEST',
    }),
  })),
  pair(
    'MA-TRG3 MA-STO1',
    'the objects of a public bucket start turns',
    '*',
    { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    (Principal) => ({
      add: {
        Inbox: of('AWS::S3::Bucket', {
          NotificationConfiguration: {
            LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: arnOf('Starter') }],
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arnOf('Key') } },
            ],
          },
        }),
        InboxPolicy: of('AWS::S3::BucketPolicy', {
          Bucket: ref('Inbox'),
          PolicyDocument: document(
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: '*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
            { ...may('s3:PutObject', sub('${Inbox.Arn}/*')), Principal },
          ),
        }),
      },
    }),
  ),
  entry(
    'a bus policy with a condition on the type of event',
    { StringEquals: { 'events:detail-type': 'x' } },
    { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
    (Condition) => ({
      BusPolicy: of('AWS::Events::EventBusPolicy', {
        EventBusName: 'agentbus',
        StatementId: 's',
        Statement: { ...may('events:PutEvents', arnOf('Bus'), { Condition }), Sid: 's', Principal: '*' },
      }),
    }),
  ),
  entry('the policy in the bus itself', '*', { AWS: `arn:aws:iam::${ACCOUNT}:root` }, (Principal) => ({
    Bus: of('AWS::Events::EventBus', {
      Name: 'agentbus',
      KmsKeyIdentifier: arnOf('Key'),
      Policy: document({ ...may('events:PutEvents', '*'), Sid: 's', Principal }),
    }),
  })),
  leads('MA-TRG3', 'AppSync with an additional API key', (id) => ({
    Graph: of('AWS::AppSync::GraphQLApi', {
      Name: 'x',
      AuthenticationType: 'AWS_IAM',
      AdditionalAuthenticationProviders: [{ AuthenticationType: 'API_KEY' }],
    }),
    Source: of('AWS::AppSync::DataSource', {
      ApiId: arnOf('Graph', 'ApiId'),
      Name: 'x',
      Type: 'AWS_LAMBDA',
      LambdaConfig: { LambdaFunctionArn: arnOf(id) },
    }),
  })),
  entry('AppSync starts the machine over HTTP', 'API_KEY', 'AWS_IAM', (AuthenticationType) => ({
    GraphRole: starts('appsync.amazonaws.com'),
    Graph: of('AWS::AppSync::GraphQLApi', { Name: 'x', AuthenticationType }),
    Source: of('AWS::AppSync::DataSource', {
      ApiId: arnOf('Graph', 'ApiId'),
      Name: 'x',
      Type: 'HTTP',
      ServiceRoleArn: arnOf('GraphRole'),
      HttpConfig: {
        Endpoint: 'https://states.us-east-1.amazonaws.com',
        AuthorizationConfig: {
          AuthorizationType: 'AWS_IAM',
          AwsIamConfig: { SigningRegion: 'us-east-1', SigningServiceName: 'states' },
        },
      },
    }),
  })),
  leads('MA-TRG3 MA-READ1 MA-GRD1', 'a build that a webhook of anybody starts', (id) => ({
    BuildRole: roleOf('codebuild.amazonaws.com', may('lambda:InvokeFunction', arnOf(id))),
    Build: of('AWS::CodeBuild::Project', {
      ServiceRole: arnOf('BuildRole'),
      Artifacts: { Type: 'NO_ARTIFACTS' },
      Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'x' },
      Source: { Type: 'GITHUB', Location: 'https://github.com/o/r' },
      Triggers: { Webhook: true },
    }),
  })),
  entry('a function URL whose function may read two secrets', ['Secret', 'Second'], ['Secret'], (ids) => ({
    Second: of('AWS::SecretsManager::Secret', { KmsKeyId: arnOf('Key'), GenerateSecretString: {} }),
    More: of('AWS::IAM::Policy', {
      PolicyName: 'p',
      Roles: [ref('StarterRole')],
      PolicyDocument: document(
        may(
          'secretsmanager:GetSecretValue',
          ids.map((id: string) => ref(id)),
        ),
      ),
    }),
    Url: of('AWS::Lambda::Url', { AuthType: 'NONE', TargetFunctionArn: arnOf('Starter') }),
    Starter: of('AWS::Lambda::Function', {
      Role: arnOf('StarterRole'),
      Code: { S3Bucket: 'code', S3Key: 'archive' },
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      KmsKeyArn: arnOf('Key'),
      LoggingConfig: { LogGroup: ref('Logs') },
      Environment: { Variables: { MACHINE: ref('Machine'), SECRET: ref('Secret') } },
    }),
  })),
  pair(
    'MA-TRG3 MA-NET5',
    'tokens of an issuer drive the Runtime directly',
    {
      CustomJWTAuthorizer: {
        DiscoveryUrl: 'https://id.example.com/.well-known/openid-configuration',
        AllowedAudience: ['x'],
      },
    },
    undefined,
    (AuthorizerConfiguration) => ({
      set: AuthorizerConfiguration ? { 'Runtime.AuthorizerConfiguration': AuthorizerConfiguration } : {},
    }),
  ),
  pair('MA-TRG3', 'a service acts for another account', '999988887777', ACCOUNT, (account) => ({
    add: {
      Permission: of('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Starter'),
        Principal: 'events.amazonaws.com',
        SourceArn: `arn:aws:events:us-east-1:${account}:rule/x`,
      }),
    },
  })),
  pair('MA-TRG3', 'a bucket whose name may be anybody’s', undefined, ACCOUNT, (SourceAccount) => ({
    add: {
      Permission: of('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Starter'),
        Principal: 's3.amazonaws.com',
        SourceArn: 'arn:aws:s3:::somebodys-bucket',
        SourceAccount,
      }),
    },
  })),
  pair('MA-TRG3', 'everybody can sign up', false, true, (AllowAdminCreateUserOnly) => ({
    add: {
      Pool: of('AWS::Cognito::UserPool', { AdminCreateUserConfig: { AllowAdminCreateUserOnly } }),
      Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }),
      Authorizer: of('AWS::ApiGateway::Authorizer', {
        Name: 'a',
        Type: 'COGNITO_USER_POOLS',
        ProviderARNs: [arnOf('Pool')],
        RestApiId: ref('Api'),
      }),
      Method: of('AWS::ApiGateway::Method', {
        RestApiId: ref('Api'),
        ResourceId: arnOf('Api', 'RootResourceId'),
        HttpMethod: 'POST',
        AuthorizationType: 'COGNITO_USER_POOLS',
        AuthorizerId: ref('Authorizer'),
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: lambdaUri('Starter') },
      }),
    },
  })),
  pair('MA-TRG3', 'callers of a contact center', 'Starter', 'Worker', (id) => ({
    add: {
      Center: of('AWS::Connect::IntegrationAssociation', {
        InstanceId: `arn:aws:connect:us-east-1:${ACCOUNT}:instance/x`,
        IntegrationType: 'LAMBDA_FUNCTION',
        IntegrationArn: arnOf(id),
      }),
    },
  })),
];
