import { arnOf } from '../../../model/templates';
import { ACCOUNT, FOREIGN, denyPlain, document, machine, may, of, queue, ref, roleOf, sub } from '../app';
import type { Change, Pair } from '../pair';
import { adding, type Numbered, row } from './row';

const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const root = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });
const OTHER = {
  BatchRole: roleOf('states.amazonaws.com', may('lambda:InvokeFunction', arnOf('Worker'))),
  Batch: of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('BatchRole'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
    Definition: { StartAt: 'Do', States: { Do: { Type: 'Succeed' } } },
  }),
};
/** An entry that leads to the starter, and the benign form of the same entry. */
const leads = (
  name: string,
  change: (id: string, value: any) => Change,
  bad: unknown = undefined,
  good: Readonly<Record<string, unknown>> = {},
): Pair[] =>
  row(
    'MA-TRG3',
    name,
    ['Starter', bad],
    {
      'to another function': ['Worker', bad],
      ...Object.fromEntries(Object.entries(good).map(([how, value]) => [how, ['Starter', value]])),
    },
    ([id, value]) => change(id, value),
  );
const url = (id: unknown, AuthType: string, rest: object = {}) => ({
  Url: of('AWS::Lambda::Url', { AuthType, TargetFunctionArn: id, ...rest }),
  Permission: of('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunctionUrl',
    FunctionName: id,
    Principal: '*',
    FunctionUrlAuthType: 'NONE',
  }),
});
const lambdaUri = (id: string) =>
  sub(`arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${${id}.Arn}/invocations`);
const openApi = (operation: object, rest: object = {}) => ({
  openapi: '3.0.1',
  paths: { '/': { post: operation } },
  ...rest,
});
const SIGNED = {
  components: {
    securitySchemes: {
      signed: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
    },
  },
};
/** A statement of the policy of the queue. */
const onQueue = (name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row('MA-TRG3', name, bad, { ...good, denied: { ...bad, Effect: 'Deny' } }, (statement) => ({
    set: { 'QueuePolicy.PolicyDocument.Statement': adding({ ...may('sqs:SendMessage', '*'), ...statement }) },
  }));
const onBus = (name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row('MA-TRG3', name, bad, good, (properties) => ({
    add: {
      BusPolicy: of('AWS::Events::EventBusPolicy', { EventBusName: ref('Bus'), StatementId: 's', ...properties }),
    },
  }));
const putEvents = (rest: object) => ({
  Statement: { ...may('events:PutEvents', '*'), ...rest },
});

/** Attacks of outsiders with open entries. */
export const ENTRIES: Numbered = [
  [
    50,
    leads(
      'an open function URL on an alias',
      (id, AuthType) => ({
        add: {
          Version: of('AWS::Lambda::Version', { FunctionName: ref(id) }),
          Live: of('AWS::Lambda::Alias', {
            FunctionName: ref(id),
            FunctionVersion: arnOf('Version', 'Version'),
            Name: 'live',
          }),
          ...url(ref('Live'), AuthType, { Qualifier: 'live' }),
        },
      }),
      'NONE',
      { 'with IAM': 'AWS_IAM' },
    ),
  ],
  [
    51,
    leads(
      'an open function URL by the name of the function',
      (id, AuthType) => ({
        set: { 'Starter.FunctionName': 'starter', 'Worker.FunctionName': 'worker' },
        add: url(id.toLowerCase(), AuthType),
      }),
      'NONE',
      { 'with IAM': 'AWS_IAM' },
    ),
  ],
  [
    53,
    leads(
      'a REST API by OpenAPI',
      (id, [security, rest]) => ({
        add: {
          Api: of('AWS::ApiGateway::RestApi', {
            Name: 'x',
            Body: openApi(
              {
                ...security,
                'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri: lambdaUri(id) },
              },
              rest,
            ),
          }),
          Permission: of('AWS::Lambda::Permission', {
            Action: 'lambda:InvokeFunction',
            FunctionName: ref(id),
            Principal: 'apigateway.amazonaws.com',
            SourceArn: sub(`arn:aws:execute-api:us-east-1:${ACCOUNT}:\${Api}/*`),
          }),
        },
      }),
      [{}, {}],
      {
        'with IAM': [{ security: [{ signed: [] }] }, SIGNED],
        'with IAM, by extension': [{ 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }, {}],
      },
    ),
  ],
  [
    54,
    leads(
      'an HTTP API by OpenAPI',
      (id, [security, rest]) => ({
        add: {
          Api: of('AWS::ApiGatewayV2::Api', {
            Body: openApi(
              { ...security, 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: arnOf(id) } },
              rest,
            ),
          }),
        },
      }),
      [{}, {}],
      {
        'with a JWT': [
          { security: [{ jwt: ['turns'] }] },
          {
            components: {
              securitySchemes: {
                jwt: {
                  type: 'oauth2',
                  'x-amazon-apigateway-authorizer': {
                    type: 'jwt',
                    identitySource: '$request.header.Authorization',
                    jwtConfiguration: { issuer: 'https://issuer.example.com', audience: ['turns'] },
                  },
                },
              },
            },
          },
        ],
      },
    ),
  ],
  [
    56,
    leads('a public load balancer', (id) => ({
      add: {
        Group: of('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'lambda', Targets: [{ Id: arnOf(id) }] }),
        Balancer: of('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing' }),
        Listener: of('AWS::ElasticLoadBalancingV2::Listener', {
          LoadBalancerArn: ref('Balancer'),
          Port: 80,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'forward', TargetGroupArn: ref('Group') }],
        }),
        Permission: of('AWS::Lambda::Permission', {
          Action: 'lambda:InvokeFunction',
          FunctionName: ref(id),
          Principal: 'elasticloadbalancing.amazonaws.com',
        }),
      },
    })),
  ],
  [
    57,
    leads('e-mail of anybody', (id) => ({
      add: {
        Mail: of('AWS::SES::ReceiptRule', {
          RuleSetName: 'r',
          Rule: {
            Enabled: true,
            Recipients: ['agent@example.com'],
            Actions: [{ LambdaAction: { FunctionArn: arnOf(id) } }],
          },
        }),
      },
    })),
  ],
  [
    59,
    row(
      'MA-TRG3',
      'a queue for everybody is piped into the workflow',
      { Principal: '*' },
      {
        'its own account': { Principal: root(ACCOUNT) },
        'everybody of the account': { Principal: '*', Condition: OWN },
        'a role of the app': { Principal: { AWS: arnOf('WorkerRole') } },
      },
      (rest) => ({
        add: {
          PipeRole: roleOf(
            'pipes.amazonaws.com',
            may('states:StartExecution', ref('Machine')),
            may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('Second')),
          ),
          Second: queue({ RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 } }),
          SecondPolicy: of('AWS::SQS::QueuePolicy', {
            Queues: [ref('Second')],
            PolicyDocument: document(denyPlain('sqs:*'), { ...may('sqs:SendMessage', '*'), ...rest }),
          }),
          Pipe: of('AWS::Pipes::Pipe', { RoleArn: arnOf('PipeRole'), Source: arnOf('Second'), Target: ref('Machine') }),
        },
      }),
    ),
  ],
  [
    60,
    row(
      'MA-TRG3',
      'an inline policy of the queue lets everybody send',
      { Principal: '*' },
      {
        'a rule of the app': {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': arnOf('Rule') } },
        },
        'its own account': { Principal: root(ACCOUNT) },
        'everybody of the account': { Principal: '*', Condition: OWN },
        denied: { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      },
      (rest) => ({
        add: {
          Inline: of('AWS::SQS::QueueInlinePolicy', {
            Queue: ref('Queue'),
            PolicyDocument: document({ ...may('sqs:SendMessage', '*'), ...rest }),
          }),
        },
      }),
    ),
  ],
  [
    62,
    onQueue(
      'everybody but one account may send',
      { NotPrincipal: root(FOREIGN) },
      { 'a principal': { Principal: root(ACCOUNT) } },
    ),
  ],
  [
    63,
    onBus(
      'a bus for everybody whose events have a source',
      putEvents({ Principal: '*', Condition: { Null: { 'events:source': 'false' } } }),
      {
        'everybody of the account': putEvents({ Principal: '*', Condition: OWN }),
        'its own account': putEvents({ Principal: root(ACCOUNT) }),
        'everybody of the organization': {
          Action: 'events:PutEvents',
          Principal: '*',
          Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-a1b2c3d4e5' },
        },
      },
    ),
  ],
  [
    65,
    row('MA-TRG3', 'the default bus is open', '*', { 'its own account': ACCOUNT }, (Principal) => ({
      set: { 'Rule.EventBusName': undefined },
      add: {
        BusPolicy: of('AWS::Events::EventBusPolicy', { StatementId: 's', Action: 'events:PutEvents', Principal }),
      },
    })),
  ],
  [
    120,
    row('MA-TRG3', 'another account may invoke the starter', FOREIGN, { 'its own account': ACCOUNT }, (Principal) => ({
      add: {
        Permission: of('AWS::Lambda::Permission', {
          Action: 'lambda:InvokeFunction',
          FunctionName: ref('Starter'),
          Principal,
        }),
      },
    })),
  ],
  [
    122,
    row(
      'MA-TRG3',
      'any topic may invoke the starter',
      {},
      {
        'a topic of the app': { SourceArn: ref('Topic') },
        'topics of the account': { SourceAccount: ACCOUNT },
        'topics of the account, by pattern': { SourceArn: `arn:aws:sns:us-east-1:${ACCOUNT}:*` },
      },
      (rest) => ({
        add: {
          Permission: of('AWS::Lambda::Permission', {
            Action: 'lambda:InvokeFunction',
            FunctionName: ref('Starter'),
            Principal: 'sns.amazonaws.com',
            ...rest,
          }),
        },
      }),
    ),
  ],
  [
    123,
    leads(
      'AppSync with an API key',
      (id, AuthenticationType) => ({
        add: {
          Api: of('AWS::AppSync::GraphQLApi', { Name: 'x', AuthenticationType }),
          Source: of('AWS::AppSync::DataSource', {
            ApiId: arnOf('Api', 'ApiId'),
            Name: 'x',
            Type: 'AWS_LAMBDA',
            LambdaConfig: { LambdaFunctionArn: arnOf(id) },
          }),
        },
      }),
      'API_KEY',
      { 'with IAM': 'AWS_IAM', 'with a user pool': 'AMAZON_COGNITO_USER_POOLS' },
    ),
  ],
  [
    125,
    row(
      'MA-TRG3',
      'the policy of a queue names it by URL',
      ['turns', { Principal: '*' }],
      {
        'its own account': ['turns', { Principal: root(ACCOUNT) }],
        'a queue of somebody else': ['others', { Principal: '*' }],
      },
      ([name, rest]) => ({
        set: { 'Queue.QueueName': 'turns' },
        add: {
          More: of('AWS::SQS::QueuePolicy', {
            Queues: [`https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/${name}`],
            PolicyDocument: document({ ...may('sqs:SendMessage', '*'), ...rest }),
          }),
        },
      }),
    ),
  ],
  [
    162,
    leads('devices', (id) => ({
      add: {
        Devices: of('AWS::IoT::TopicRule', {
          TopicRulePayload: { Sql: 'SELECT *', Actions: [{ Lambda: { FunctionArn: arnOf(id) } }] },
        }),
      },
    })),
  ],
  [
    164,
    onBus(
      'a bus for another account',
      { Action: 'events:PutEvents', Principal: FOREIGN },
      {
        'its own account': { Action: 'events:PutEvents', Principal: ACCOUNT },
      },
    ),
  ],
  [
    165,
    row(
      'MA-TRG1',
      'a rule starts the workflow by ARN, without a dead-letter queue',
      ['turns', {}],
      {
        'with one': [
          'turns',
          {
            DeadLetterConfig: { Arn: arnOf('Dead') },
            RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
          },
        ],
        'another workflow': ['batch', {}],
      },
      ([name, rest]) => ({
        add: {
          ...OTHER,
          Machine: machine({}, { StateMachineName: 'turns' }),
          Batch: of('AWS::StepFunctions::StateMachine', { ...OTHER.Batch.Properties, StateMachineName: 'batch' }),
          Second: of('AWS::Events::Rule', {
            EventPattern: { source: ['x'] },
            Targets: [
              {
                Id: 't',
                Arn: sub(`arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:${name}`),
                ...rest,
              },
            ],
          }),
        },
      }),
    ),
  ],
];
