import { arnOf } from '../../model/templates';
import { ACCOUNT, document, FOREIGN, functionOf, may, of, ref, roleOf, sub } from './app';
import { identityPool } from './identity-pool';
import { FORWARD, loadBalancer } from './load-balancer';
import { type Change, type Pair, pair } from './pair';
import { tokenApi } from './token-api';

const opening = (name: string, bad: unknown, good: unknown, change: (value: any) => Record<string, any>): Pair =>
  pair('MA-TRG3', name, bad, good, (value): Change => ({ add: change(value) }));
const starts = (service: string) => roleOf(service, may('states:StartExecution', ref('Machine')));
const STATES = 'arn:aws:apigateway:us-east-1:states:action/StartExecution';
const method = (rest: object, integration: object = {}) =>
  of('AWS::ApiGateway::Method', {
    RestApiId: ref('Api'),
    ResourceId: arnOf('Api', 'RootResourceId'),
    HttpMethod: 'POST',
    AuthorizationType: 'AWS_IAM',
    ...rest,
    Integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Uri: STATES,
      Credentials: arnOf('ApiRole'),
      ...integration,
    },
  });
const invokedBy = (Principal: string, SourceArn: unknown, Action = 'lambda:InvokeFunction', id = 'Starter') =>
  of('AWS::Lambda::Permission', { FunctionName: ref(id), Action, Principal, SourceArn });
const group = (CidrIp: string) =>
  of('AWS::EC2::SecurityGroup', {
    GroupDescription: 'web',
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp }],
  });
const balancer = (AuthenticateCognitoConfig: object) =>
  loadBalancer([{ Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig }, FORWARD]);
const front = (policy: string) => ({
  FrontRole: {
    ...roleOf('lambda.amazonaws.com'),
    Properties: { ...roleOf('lambda.amazonaws.com').Properties, ManagedPolicyArns: [policy] },
  },
  Front: functionOf('FrontRole'),
  Url: of('AWS::Lambda::Url', { AuthType: 'NONE', TargetFunctionArn: arnOf('Front') }),
});

/** Entries that another resource opens. */
export const OPENINGS: readonly Pair[] = [
  opening(
    'every user of a provider may become a starter',
    of('AWS::IAM::OIDCProvider', { Url: 'https://login.example.com', ClientIdList: ['app'] }),
    of('AWS::IAM::SAMLProvider', { SamlMetadataDocument: 'x' }),
    (Provider) => ({
      Provider,
      Deploy: of('AWS::IAM::Role', {
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { Federated: ref('Provider') },
          Action: ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
        }),
        Policies: [{ PolicyName: 'start', PolicyDocument: document(may('states:StartExecution', ref('Machine'))) }],
      }),
    }),
  ),
  opening('CloudFront signs the requests of everybody', 'lambda', 's3', (OriginAccessControlOriginType) => ({
    Url: of('AWS::Lambda::Url', { AuthType: 'AWS_IAM', TargetFunctionArn: arnOf('Starter') }),
    Control: of('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: {
        Name: 'c',
        OriginAccessControlOriginType,
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    }),
    Site: of('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Enabled: true,
        DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only' },
        Origins: [
          {
            Id: 'o',
            DomainName: { 'Fn::Select': [2, { 'Fn::Split': ['/', arnOf('Url', 'FunctionUrl')] }] },
            OriginAccessControlId: arnOf('Control', 'Id'),
          },
        ],
      },
    }),
  })),
  opening('the policy of an API with IAM lets in another account', FOREIGN, ACCOUNT, (account) => ({
    Api: of('AWS::ApiGateway::RestApi', {
      Name: 'x',
      Policy: document({
        ...may('execute-api:Invoke', 'execute-api:/*'),
        Principal: { AWS: `arn:aws:iam::${account}:root` },
      }),
    }),
    ApiRole: starts('apigateway.amazonaws.com'),
    Method: method({}),
  })),
  opening('an API is described by a file and may invoke the starter', 'Starter', 'Worker', (id) => ({
    Api: of('AWS::ApiGateway::RestApi', { Name: 'x', BodyS3Location: { Bucket: 'specifications', Key: 'api.json' } }),
    P: invokedBy('apigateway.amazonaws.com', sub(`arn:aws:execute-api:us-east-1:${ACCOUNT}:\${Api}/*`), undefined, id),
  })),
  opening('a pipe takes from a cluster outside of AWS', true, false, (isOutside) => ({
    PipeRole: roleOf(
      'pipes.amazonaws.com',
      may('states:StartExecution', ref('Machine')),
      may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('Queue')),
    ),
    Pipe: of('AWS::Pipes::Pipe', {
      RoleArn: arnOf('PipeRole'),
      Source: isOutside ? 'smk://kafka.example.net:9092' : arnOf('Queue'),
      SourceParameters: isOutside ? { SelfManagedKafkaParameters: { TopicName: 't' } } : {},
      Target: ref('Machine'),
    }),
  })),
  opening('everybody can connect to an instance that starts turns', '0.0.0.0/0', '10.0.0.0/16', (cidr) => ({
    HostRole: starts('ec2.amazonaws.com'),
    Profile: of('AWS::IAM::InstanceProfile', { Roles: [ref('HostRole')] }),
    Web: group(cidr),
    Host: of('AWS::EC2::Instance', {
      ImageId: 'ami-1',
      IamInstanceProfile: ref('Profile'),
      SubnetId: 'subnet-0a1b2c3d4e5f60718',
      SecurityGroupIds: [ref('Web')],
    }),
  })),
  opening('everybody can connect to a task that starts turns', '0.0.0.0/1', '192.168.0.0/16', (cidr) => ({
    TaskRole: starts('ecs-tasks.amazonaws.com'),
    Task: of('AWS::ECS::TaskDefinition', {
      TaskRoleArn: arnOf('TaskRole'),
      ContainerDefinitions: [{ Name: 'c', Image: 'x' }],
    }),
    Web: group(cidr),
    Service: of('AWS::ECS::Service', {
      TaskDefinition: ref('Task'),
      NetworkConfiguration: {
        AwsvpcConfiguration: { AssignPublicIp: 'ENABLED', Subnets: ['subnet-1'], SecurityGroups: [ref('Web')] },
      },
    }),
  })),
  opening(
    'an open function has a policy of AWS that starts workflows',
    'arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess',
    'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
    front,
  ),
  opening(
    'an open function is an administrator',
    'arn:aws:iam::aws:policy/AdministratorAccess',
    'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    front,
  ),
  opening('clients of a cluster do not authenticate', 'Unauthenticated', 'Sasl', (kind) => ({
    Cluster: of('AWS::MSK::Cluster', {
      ClusterName: 'c',
      ClientAuthentication:
        kind === 'Sasl' ? { Sasl: { Iam: { Enabled: true } } } : { Unauthenticated: { Enabled: true } },
    }),
    FromCluster: of('AWS::Lambda::EventSourceMapping', {
      FunctionName: ref('Starter'),
      EventSourceArn: ref('Cluster'),
      Topics: ['t'],
      StartingPosition: 'LATEST',
    }),
  })),
  opening('a load balancer lets pass who has not signed in', 'allow', 'authenticate', (OnUnauthenticatedRequest) => ({
    ...balancer({
      UserPoolArn: `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/us-east-1_x`,
      UserPoolClientId: 'c',
      UserPoolDomain: 'd',
      OnUnauthenticatedRequest,
    }),
    Invoke: invokedBy('elasticloadbalancing.amazonaws.com', ref('Target')),
  })),
  ...[`${ACCOUNT}:function:agent-starter`, 'agent-starter:live'].map((FunctionName) =>
    opening(`a permission names the function as ${FunctionName}`, '*', ACCOUNT, (Principal) => ({
      Starter: functionOf('StarterRole', {
        FunctionName: 'agent-starter',
        Environment: { Variables: { MACHINE: ref('Machine') } },
      }),
      Invoke: of('AWS::Lambda::Permission', { FunctionName, Action: 'lambda:InvokeFunction', Principal }),
    })),
  ),
  opening(
    'an API takes tokens that everybody can get',
    'https://token.actions.githubusercontent.com',
    'https://example.okta.com',
    tokenApi,
  ),
  opening('a load balancer lets in users who sign up themselves', false, true, (AllowAdminCreateUserOnly) => ({
    Users: of('AWS::Cognito::UserPool', { AdminCreateUserConfig: { AllowAdminCreateUserOnly } }),
    ...balancer({ UserPoolArn: arnOf('Users'), UserPoolClientId: 'c', UserPoolDomain: 'd' }),
  })),
  ...['a user pool in which everybody signs up', 'the users of Google'].map((name, at): Pair =>
    opening(`an identity pool signs in ${name}`, true, false, (isOpen) => ({
      Users: of('AWS::Cognito::UserPool', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: at === 1 || !isOpen } }),
      ...identityPool(at === 1 && isOpen ? { SupportedLoginProviders: { 'accounts.google.com': 'client' } } : {}, {
        Policies: [{ PolicyName: 'own', PolicyDocument: document(may('sqs:SendMessage', arnOf('Queue'))) }],
      }),
    })),
  ),
  ...[
    { RequiresCommentApproval: 'DISABLED', ApproverRoles: ['GITHUB_WRITE'] },
    { RequiresCommentApproval: 'ALL_PULL_REQUESTS', ApproverRoles: ['GITHUB_WRITE', 'GITHUB_READ'] },
    { RequiresCommentApproval: 'ALL_PULL_REQUESTS' },
  ].map((policy) =>
    opening(
      `pull requests that nobody approves start a build: ${Object.values(policy).join(' ')}`,
      policy,
      { RequiresCommentApproval: 'FORK_PULL_REQUESTS', ApproverRoles: ['GITHUB_WRITE', 'GITHUB_ADMIN'] },
      (PullRequestBuildPolicy: object) => ({
        BuildRole: starts('codebuild.amazonaws.com'),
        Build: of('AWS::CodeBuild::Project', {
          ServiceRole: arnOf('BuildRole'),
          EncryptionKey: arnOf('Key'),
          Artifacts: { Type: 'NO_ARTIFACTS' },
          Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'x' },
          Source: { Type: 'GITHUB', Location: 'https://github.com/o/r' },
          Triggers: { Webhook: true, PullRequestBuildPolicy },
        }),
      }),
    ),
  ),
];
