import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, may, of, ref, roleOf, sub } from './app';
import { type Pair, execution, pair } from './pair';

const invokedBy = (Principal: string, SourceArn: unknown = undefined) =>
  of('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: ref('Starter'),
    Principal,
    ...(SourceArn === undefined ? { SourceAccount: ACCOUNT } : { SourceArn }),
  });

/** An internal load balancer in front of tasks that start turns. */
const internal = () => ({
  WebVpc: of('AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' }),
  WebSubnet: of('AWS::EC2::Subnet', { VpcId: ref('WebVpc'), CidrBlock: '10.9.0.0/24' }),
  WebGroup: of('AWS::EC2::SecurityGroup', {
    GroupDescription: 'web',
    VpcId: ref('WebVpc'),
    SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.9.0.0/16' }],
  }),
  TaskRole: roleOf('ecs-tasks.amazonaws.com', may('states:StartExecution', ref('Machine'))),
  Task: of('AWS::ECS::TaskDefinition', { TaskRoleArn: arnOf('TaskRole'), NetworkMode: 'awsvpc' }),
  Service: of('AWS::ECS::Service', {
    TaskDefinition: ref('Task'),
    NetworkConfiguration: {
      AwsvpcConfiguration: { Subnets: [ref('WebSubnet')], SecurityGroups: [arnOf('WebGroup', 'GroupId')] },
    },
    LoadBalancers: [{ ContainerName: 'app', ContainerPort: 80, TargetGroupArn: ref('Target') }],
  }),
  ...balancer('Balancer', 'Target'),
  Target: of('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'ip', Port: 80, VpcId: ref('WebVpc') }),
});

const balancer = (id: string, target: string, rest: object = {}) => ({
  [id]: of('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Subnets: [ref('WebSubnet')], ...rest }),
  [`${id}Listener`]: of('AWS::ElasticLoadBalancingV2::Listener', {
    LoadBalancerArn: ref(id),
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: ref(target) }],
  }),
});

const authorized = (AuthorizationType: string, authorizer: object) => ({
  add: {
    Api: of('AWS::ApiGateway::RestApi', { Name: 'turns' }),
    Authorizer: of('AWS::ApiGateway::Authorizer', { Name: 'a', RestApiId: ref('Api'), ...authorizer }),
    Method: of('AWS::ApiGateway::Method', {
      RestApiId: ref('Api'),
      ResourceId: arnOf('Api', 'RootResourceId'),
      HttpMethod: 'POST',
      AuthorizationType,
      AuthorizerId: ref('Authorizer'),
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: sub('arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Starter.Arn}/invocations'),
      },
    }),
    Permission: invokedBy('apigateway.amazonaws.com', sub(`arn:aws:execute-api:us-east-1:${ACCOUNT}:\${Api}/*`)),
  },
});

/** Internal load balancers that something opens, and authorizers of others. */
export const OPENED_BALANCERS: readonly Pair[] = [
  pair('MA-TRG3', 'an accelerator makes an internal load balancer public', 'Balancer', 'Other', (EndpointId) => ({
    add: {
      ...internal(),
      ...balancer('Other', 'OtherTarget'),
      OtherTarget: of('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'ip', VpcId: ref('WebVpc') }),
      Accelerator: of('AWS::GlobalAccelerator::Accelerator', { Name: 'a' }),
      Ports: of('AWS::GlobalAccelerator::Listener', {
        AcceleratorArn: ref('Accelerator'),
        Protocol: 'TCP',
        PortRanges: [{ FromPort: 80, ToPort: 80 }],
      }),
      Group: of('AWS::GlobalAccelerator::EndpointGroup', {
        ListenerArn: ref('Ports'),
        EndpointGroupRegion: 'us-east-1',
        EndpointConfigurations: [{ EndpointId: ref(EndpointId) }],
      }),
    },
  })),
  ...['*', `arn:aws:iam::${FOREIGN}:root`].map((bad) =>
    pair(
      'MA-TRG3',
      `an endpoint service in front of tasks that start turns, for ${bad}`,
      bad,
      `arn:aws:iam::${ACCOUNT}:root`,
      (principal) => ({
        add: {
          ...internal(),
          ...balancer('Network', 'Balancers', { Type: 'network' }),
          Balancers: of('AWS::ElasticLoadBalancingV2::TargetGroup', {
            TargetType: 'alb',
            Targets: [{ Id: ref('Balancer') }],
            VpcId: ref('WebVpc'),
          }),
          Offered: of('AWS::EC2::VPCEndpointService', { NetworkLoadBalancerArns: [ref('Network')] }),
          Users: of('AWS::EC2::VPCEndpointServicePermissions', {
            ServiceId: ref('Offered'),
            AllowedPrincipals: [principal],
          }),
        },
      }),
    ),
  ),
  pair('MA-TRG3', 'the user pool of an authorizer is of another account', FOREIGN, ACCOUNT, (account) =>
    authorized('COGNITO_USER_POOLS', {
      Type: 'COGNITO_USER_POOLS',
      ProviderARNs: [`arn:aws:cognito-idp:us-east-1:${account}:userpool/us-east-1_AbCdEfGhI`],
    }),
  ),
  pair('MA-TRG3', 'the function of an authorizer is of another account', FOREIGN, ACCOUNT, (account) =>
    authorized('CUSTOM', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.authorization',
      AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:${account}:function:check/invocations`,
    }),
  ),
  pair('MA-TRG3', 'a chat room has its messages reviewed by the starter', 'Starter', 'Worker', (id) => ({
    add: {
      Room: of('AWS::IVSChat::Room', { MessageReviewHandler: { Uri: arnOf(id), FallbackResult: 'DENY' } }),
      Permission: invokedBy('ivschat.amazonaws.com'),
    },
  })),
  pair(
    'MA-NET1',
    'the agent starts a machine that sends its input to a host',
    'https://collector.example.net/in',
    'https://dynamodb.us-east-1.amazonaws.com/',
    (ApiEndpoint) => ({
      add: {
        SenderRole: roleOf('states.amazonaws.com', may('states:InvokeHTTPEndpoint', '*')),
        Sender: of('AWS::StepFunctions::StateMachine', {
          RoleArn: arnOf('SenderRole'),
          EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
          DefinitionString: JSON.stringify({
            StartAt: 'Send',
            States: {
              Send: {
                Type: 'Task',
                Resource: 'arn:aws:states:::http:invoke',
                Parameters: {
                  ApiEndpoint,
                  Method: 'POST',
                  'RequestBody.$': '$',
                  Authentication: { ConnectionArn: `arn:aws:events:us-east-1:${ACCOUNT}:connection/collector/1` },
                },
                End: true,
              },
            },
          }),
        }),
        ...execution(may('states:StartExecution', ref('Sender'))).add,
      },
    }),
  ),
  pair('MA-AUD1', 'the trail leaves out the events of global services', false, true, (value) => ({
    set: { 'Trail.IncludeGlobalServiceEvents': value },
  })),
];
