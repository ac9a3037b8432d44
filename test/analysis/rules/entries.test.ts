import { checkStacks } from '../../../analysis/rules/check';
import { MA_TRG3 } from '../../../analysis/rules/ma-trg3';
import { agentApp } from '../model/agent-app';
import { arnOf } from '../model/templates';

const of = (Type: string, Properties: object) => ({ Type, Properties });
const invoke = (Principal: string, more: object = {}) =>
  of('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: 'Open' },
    Principal,
    ...more,
  });

/** What is found in an app whose agent is started by the function `Open`, with some more resources. */
function found(more: Record<string, object>, metadata: object = {}): string[] {
  const template = { Resources: { ...agentApp(), ...more }, Metadata: metadata };
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template }];
  return checkStacks({ stacks, rules: [MA_TRG3] }).map(
    ({ rule, severity, location }) => `${rule} ${severity} ${location.logicalId}`,
  );
}

const url = (AuthType: string, target: unknown = arnOf('Open')) =>
  of('AWS::Lambda::Url', { AuthType, TargetFunctionArn: target });
const alias = { Live: of('AWS::Lambda::Alias', { FunctionName: { Ref: 'Open' }, FunctionVersion: '1', Name: 'live' }) };
const method = (more: object) =>
  of('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    RestApiId: { Ref: 'Api' },
    ResourceId: 'r',
    Integration: { Type: 'AWS_PROXY', Uri: { 'Fn::Sub': 'arn:aws:apigateway:us-east-1:lambda:path/${Open.Arn}/x' } },
    ...more,
  });
const restApi = (more: object = {}) => of('AWS::ApiGateway::RestApi', { Name: 'x', ...more });
const body = (operation: object, more: object = {}) => ({
  Body: {
    openapi: '3.0.1',
    paths: {
      '/': { post: { 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: arnOf('Open') }, ...operation } },
    },
    ...more,
  },
});
const scheme = (value: object) => ({ components: { securitySchemes: { s: value } } });
const httpApi = (more: object) => ({
  Api: of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'HTTP' }),
  Integration: of('AWS::ApiGatewayV2::Integration', { ApiId: { Ref: 'Api' }, IntegrationUri: arnOf('Open') }),
  Route: of('AWS::ApiGatewayV2::Route', {
    ApiId: { Ref: 'Api' },
    RouteKey: 'POST /',
    Target: { 'Fn::Sub': 'integrations/${Integration}' },
    ...more,
  }),
});
const appSync = (more: object) => ({
  Api: of('AWS::AppSync::GraphQLApi', { Name: 'x', ...more }),
  Source: of('AWS::AppSync::DataSource', {
    ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] },
    Name: 'x',
    Type: 'AWS_LAMBDA',
    LambdaConfig: { LambdaFunctionArn: arnOf('Open') },
  }),
});
/** An Event API of AppSync whose channel has a function as its handler. */
const eventApi = (...ways: string[]) => ({
  Api: of('AWS::AppSync::Api', { Name: 'x', EventConfig: { AuthProviders: ways.map((AuthType) => ({ AuthType })) } }),
  Source: of('AWS::AppSync::DataSource', {
    ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] },
    Name: 'x',
    Type: 'AWS_LAMBDA',
    LambdaConfig: { LambdaFunctionArn: arnOf('Open') },
  }),
});
const balancer = (scheme: object, ...actions: object[]) => ({
  Balancer: of('AWS::ElasticLoadBalancingV2::LoadBalancer', scheme),
  Group: of('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'lambda', Targets: [{ Id: arnOf('Open') }] }),
  Listener: of('AWS::ElasticLoadBalancingV2::Listener', {
    LoadBalancerArn: { Ref: 'Balancer' },
    DefaultActions: [...actions, { Type: 'forward', TargetGroupArn: { Ref: 'Group' } }],
  }),
});

const verifying = (secrets: unknown, told: unknown) => ({
  ...alias,
  Secret: of('AWS::SecretsManager::Secret', {}),
  Other: of('AWS::SecretsManager::Secret', {}),
  Open: of('AWS::Lambda::Function', { Role: arnOf('OpenRole'), Environment: { Variables: { SECRET: told } } }),
  Reads: of('AWS::IAM::Policy', {
    PolicyName: 'reads',
    Roles: [{ Ref: 'OpenRole' }],
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secrets }] },
  }),
});
const container = {
  Task: of('AWS::ECS::TaskDefinition', { TaskRoleArn: arnOf('StarterRole') }),
  Service: of('AWS::ECS::Service', {
    TaskDefinition: { Ref: 'Task' },
    LoadBalancers: [{ TargetGroupArn: { Ref: 'Group' } }],
  }),
};

test.each<[string, Record<string, object>]>([
  [
    'a public entry to a service that leads to no agent',
    { ...balancer({}), Group: of('AWS::ElasticLoadBalancingV2::TargetGroup', {}) },
  ],
  [
    'an open URL of a function that verifies signatures',
    { ...verifying({ Ref: 'Secret' }, { Ref: 'Secret' }), Url: url('NONE') },
  ],
  [
    'an open URL of an alias of it, with its permission',
    {
      ...verifying({ Ref: 'Secret' }, { Ref: 'Secret' }),
      Url: url('NONE', { Ref: 'Live' }),
      Permission: invoke('*', { FunctionUrlAuthType: 'NONE' }),
    },
  ],
  ['no entry', {}],
  ['a function URL with IAM', { Url: url('AWS_IAM') }],
  [
    'an open function URL of something else',
    { Url: url('NONE', 'arn:aws:lambda:us-east-1:111122223333:function:other') },
  ],
  ['a REST method with IAM', { Api: restApi(), Method: method({ AuthorizationType: 'AWS_IAM' }) }],
  [
    'a REST API whose policy lets in one organization',
    {
      Api: restApi({
        Policy: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: '*',
              Action: 'execute-api:Invoke',
              Resource: '*',
              Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
            },
          ],
        },
      }),
      Method: method({ AuthorizationType: 'NONE' }),
    },
  ],
  [
    'an OpenAPI document with IAM for all operations',
    {
      Api: restApi(
        body({}, { security: [{ s: [] }], ...scheme({ type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' }) }),
      ),
    },
  ],
  ['an HTTP route with a JWT authorizer', httpApi({ AuthorizationType: 'JWT', AuthorizerId: 'a' })],
  ['AppSync with IAM', appSync({ AuthenticationType: 'AWS_IAM' })],
  ['an Event API of AppSync with IAM and a user pool', eventApi('AWS_IAM', 'AMAZON_COGNITO_USER_POOLS')],
  ['an internal load balancer', balancer({ Scheme: 'internal' })],
  ['a load balancer that signs in', balancer({}, { Type: 'authenticate-oidc', Order: 1 })],
  [
    'a service with its source',
    { Permission: invoke('sns.amazonaws.com', { SourceArn: 'arn:aws:sns:us-east-1:111122223333:t' }) },
  ],
  ['a permission for the own account', { Permission: invoke('111122223333') }],
])('%s is no finding', (_, more) => {
  expect(found(more)).toEqual([]);
});

test.each<[string, string, Record<string, object>]>([
  [
    'an open URL of a function that reads two secrets',
    'fatal Url',
    { ...verifying([{ Ref: 'Secret' }, { Ref: 'Other' }], { Ref: 'Secret' }), Url: url('NONE') },
  ],
  [
    'an open URL of a function that reads every secret',
    'fatal Url',
    { ...verifying('*', { Ref: 'Secret' }), Url: url('NONE') },
  ],
  [
    'an open URL of a function that is told another secret',
    'fatal Url',
    { ...verifying({ Ref: 'Secret' }, { Ref: 'Other' }), Url: url('NONE') },
  ],
  [
    'a public load balancer before a container',
    'error Listener',
    { ...balancer({}), Group: of('AWS::ElasticLoadBalancingV2::TargetGroup', {}), ...container },
  ],
  ['an open function URL', 'fatal Url', { Url: url('NONE') }],
  ['an open function URL of an alias', 'fatal Url', { ...alias, Url: url('NONE', { Ref: 'Live' }) }],
  ['an open REST method', 'fatal Method', { Api: restApi(), Method: method({}) }],
  [
    'an open method of a private API',
    'error Method',
    { Api: restApi({ EndpointConfiguration: { Types: ['PRIVATE'] } }), Method: method({}) },
  ],
  [
    'an open method of an API with a policy for everybody',
    'error Method',
    {
      Api: restApi({ Policy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' }] } }),
      Method: method({}),
    },
  ],
  [
    'an open method of a regional API',
    'fatal Method',
    { Api: restApi({ EndpointConfiguration: { Types: ['REGIONAL'] } }), Method: method({}) },
  ],
  ['a method with an API key only', 'fatal Method', { Api: restApi(), Method: method({ ApiKeyRequired: true }) }],
  ['an open OpenAPI document', 'fatal Api', { Api: restApi(body({})) }],
  [
    'an operation that lifts the security of its document',
    'fatal Api',
    {
      Api: restApi(
        body({ security: [] }, { security: [{ s: [] }], ...scheme({ 'x-amazon-apigateway-authtype': 'x' }) }),
      ),
    },
  ],
  [
    'an OpenAPI document with an API key only',
    'fatal Api',
    { Api: restApi(body({ security: [{ s: [] }] }, scheme({ type: 'apiKey', in: 'header', name: 'x-api-key' }))) },
  ],
  ['an open HTTP route', 'fatal Route', httpApi({})],
  ['AppSync with an API key', 'error Api', appSync({ AuthenticationType: 'API_KEY' })],
  ['an Event API of AppSync with an API key as one of two ways', 'error Api', eventApi('AWS_IAM', 'API_KEY')],
  [
    'AppSync with an API key as the second way',
    'error Api',
    appSync({ AuthenticationType: 'AWS_IAM', AdditionalAuthenticationProviders: [{ AuthenticationType: 'API_KEY' }] }),
  ],
  ['a public load balancer', 'error Listener', balancer({ Scheme: 'internet-facing' })],
  [
    'e-mail',
    'error Mail',
    { Mail: of('AWS::SES::ReceiptRule', { Rule: { Actions: [{ LambdaAction: { FunctionArn: arnOf('Open') } }] } }) },
  ],
  [
    'messages of devices',
    'error Iot',
    { Iot: of('AWS::IoT::TopicRule', { TopicRulePayload: { Actions: [{ Lambda: { FunctionArn: arnOf('Open') } }] } }) },
  ],
  ['a permission for everybody', 'fatal Permission', { Permission: invoke('*') }],
  ['a permission for another account', 'error Permission', { Permission: invoke('444455556666') }],
  ['a permission for a service on behalf of anybody', 'error Permission', { Permission: invoke('sns.amazonaws.com') }],
])('%s is a finding', (_, finding, more) => {
  expect(found(more)).toEqual([`MA-TRG3 ${finding}`]);
});

const GITHUB = 'token.actions.githubusercontent.com';
const POOL = 'cognito-identity.amazonaws.com';
test.each<[object, boolean]>([
  [{}, false],
  [{ StringEquals: { [`${POOL}:aud`]: 'pool' } }, false],
  [{ 'ForAnyValue:StringLike': { [`${POOL}:amr`]: 'authenticated' } }, true],
  [{ 'ForAnyValue:StringEquals': { [`${POOL}:amr`]: ['authenticated'] } }, true],
  [{ 'ForAllValues:StringLike': { [`${POOL}:amr`]: 'authenticated' } }, false],
  [{ 'ForAnyValue:StringLike': { [`${POOL}:amr`]: 'unauthenticated' } }, false],
  [{ 'ForAnyValue:StringLike': { [`${POOL}:amr`]: ['authenticated', 'unauthenticated'] } }, false],
  [{ 'ForAnyValue:StringLike': { ':amr.x': 'authenticated' } }, false],
  [{ StringEquals: { [`${GITHUB}:sub`]: 'repo:team/app:ref:refs/heads/main' } }, true],
  [{ StringLike: { [`${GITHUB}:sub`]: 'repo:team/*' } }, true],
  [{ StringLike: { [`${GITHUB}:sub`]: 'repo:*' } }, false],
  [{ StringLike: { [`${GITHUB}:sub`]: ['repo:team/*', 'repo:*'] } }, false],
  [{ StringLike: { [`${GITHUB}:sub`]: '*' } }, false],
  [{ StringLikeIfExists: { [`${GITHUB}:sub`]: 'repo:team/*' } }, false],
  [{ StringNotLike: { [`${GITHUB}:sub`]: 'repo:team/*' } }, false],
  [{ StringLike: { [`${GITHUB}:sub`]: 'project_path:team/*' } }, true],
  [{ StringLike: { [`${GITHUB}:sub`]: 'project_path:*' } }, false],
  [{ StringLike: { [`${GITHUB}:sub`]: 'system:serviceaccount:team:*' } }, true],
  [{ StringLike: { [`${GITHUB}:sub`]: 'system:serviceaccount:*:agent' } }, false],
  [{ StringLike: { [`${GITHUB}:sub`]: 'user-1*' } }, true],
])('users of a provider may start turns with the condition %j: limited %p', (Condition, isLimited) => {
  const Driver = of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Principal: { Federated: POOL }, Action: 'sts:AssumeRoleWithWebIdentity', Condition },
      ],
    },
    Policies: [
      {
        PolicyName: 'p',
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('Open') }] },
      },
    ],
  });
  expect(found({ Driver })).toEqual(isLimited ? [] : [expect.stringMatching(/^MA-TRG3 \w+ Driver$/)]);
});

test.each<[object[], boolean]>([
  [[{ s: [] }], true],
  [[{ s: [], other: [] }], true],
  [[{ s: [] }, { other: [] }], false],
  [[{ other: [] }], false],
  [[{}], false],
  [[], false],
])('the alternatives %j of an OpenAPI operation: secured %p', (security, isSecured) => {
  const schemes = {
    components: {
      securitySchemes: { s: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' }, other: { type: 'apiKey' } },
    },
  };
  expect(found({ Api: restApi(body({ security }, schemes)) })).toEqual(isSecured ? [] : ['MA-TRG3 fatal Api']);
});

test.each<[string, unknown, string]>([
  ['no authorization', undefined, 'MA-TRG3 fatal Url'],
  ['an object', { a: 'AWS_IAM' }, 'MA-TRG3 fatal Url'],
  ['a value of another stack', { 'Fn::ImportValue': 'auth' }, 'MA-READ1 error Url'],
  [
    'a value of another stack, or none',
    { 'Fn::If': ['Prod', { 'Fn::ImportValue': 'auth' }, 'NONE'] },
    'MA-TRG3 fatal Url',
  ],
  ['a macro', { 'Fn::Transform': { Name: 'Auth' } }, 'MA-READ1 error Url'],
])('a function URL with %s', (_name, AuthType, finding) => {
  expect(found({ Url: of('AWS::Lambda::Url', { AuthType, TargetFunctionArn: arnOf('Open') }) })).toEqual([finding]);
});

const rule = (id: string, properties: object) =>
  of('AWS::EC2::SecurityGroupIngress', { GroupId: arnOf(id, 'GroupId'), IpProtocol: 'tcp', ...properties });
test.each<[string, object[], Record<string, object>, boolean]>([
  ['no rule', [], {}, false],
  ['a rule for everybody', [{ CidrIp: '0.0.0.0/0' }], {}, true],
  ['a rule for everybody by IPv6', [{ CidrIpv6: '::/0' }], {}, true],
  [
    'a rule for half of all addresses, next to another',
    [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '128.0.0.0/1' }],
    {},
    true,
  ],
  ['a rule for the addresses of a company', [{ CidrIp: '203.0.112.0/20' }, { CidrIp: '10.0.0.0/8' }], {}, false],
  [
    'a rule of its own for everybody',
    [{ CidrIp: '10.0.0.0/8' }],
    { Rule1: rule('Group', { CidrIp: '0.0.0.0/0' }) },
    true,
  ],
  ['a rule of its own for a company', [], { Rule1: rule('Group', { CidrIp: '10.0.0.0/8' }) }, false],
  [
    'a rule of another group',
    [],
    { Rule1: rule('Other', { CidrIp: '0.0.0.0/0' }), Other: of('AWS::EC2::SecurityGroup', {}) },
    false,
  ],
])('a server that starts turns, in a security group with %s', (_name, SecurityGroupIngress, more, isOpen) => {
  const resources = {
    Profile: of('AWS::IAM::InstanceProfile', { Roles: [{ Ref: 'StarterRole' }] }),
    Server: of('AWS::EC2::Instance', {
      IamInstanceProfile: { Ref: 'Profile' },
      SecurityGroupIds: [arnOf('Group', 'GroupId')],
    }),
    Group: of('AWS::EC2::SecurityGroup', { SecurityGroupIngress }),
    ...more,
  };
  expect(found(resources)).toEqual(isOpen ? ['MA-TRG3 error Server'] : []);
});

test.each<[string, object, object, boolean]>([
  ['a public listener', {}, {}, true],
  ['mutual TLS', {}, { MutualAuthentication: { Mode: 'verify' } }, false],
  ['mutual TLS that only passes the certificate on', {}, { MutualAuthentication: { Mode: 'passthrough' } }, true],
  ['an internal balancer', { Scheme: 'internal' }, {}, false],
])('a load balancer that leads to an agent, with %s', (_name, scheme, properties, isOpen) => {
  const { Listener, ...rest } = balancer(scheme);
  Object.assign(Listener.Properties, properties);
  expect(found({ ...rest, Listener })).toEqual(isOpen ? ['MA-TRG3 error Listener'] : []);
  // A rule of the listener is judged like the listener.
  const Rule1 = of('AWS::ElasticLoadBalancingV2::ListenerRule', {
    ListenerArn: { Ref: 'Listener' },
    Actions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Group' } }],
  });
  const plain = of('AWS::ElasticLoadBalancingV2::Listener', {
    ...Listener.Properties,
    DefaultActions: [{ Type: 'fixed-response' }],
  });
  expect(found({ ...rest, Listener: plain, Rule1 }).includes('MA-TRG3 error Rule1')).toBe(isOpen);
});

test.each<[string, Record<string, object>, string[]]>([
  ['without a connection', {}, ['MA-TRG3 fatal Route']],
  ['with an open connection', { $connect: {} }, ['MA-TRG3 fatal Connect']],
  ['with an authorized connection', { $connect: { AuthorizationType: 'AWS_IAM' } }, []],
  [
    'of another API with one',
    { $connect: { AuthorizationType: 'AWS_IAM', ApiId: { Ref: 'Other' } } },
    ['MA-TRG3 fatal Route'],
  ],
])('a route of a WebSocket API %s', (_name, { $connect }, findings) => {
  const api = httpApi({ RouteKey: 'turn' });
  const socket = of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'WEBSOCKET' });
  const Connect = of('AWS::ApiGatewayV2::Route', { ...api.Route.Properties, RouteKey: '$connect', ...$connect });
  const says = found({ ...api, Api: socket, Other: socket, ...($connect ? { Connect } : {}) });
  expect(says.sort()).toEqual(findings);
});
