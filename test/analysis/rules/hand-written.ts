/**
 * Templates as people write them by hand, without this library: the parts of a governed agent, to be put together.
 * Account and Region are the pseudo parameters, as in most such templates.
 */
export type Resources = Record<string, any>;

const ARN = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});
const OWN = { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } };

export const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['sts:AssumeRole'],
      Principal: { Service: `${service}.amazonaws.com` },
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: { 'aws:SourceArn': ARN(service, '*') },
      },
    },
  ],
});

export const plainTrust = (service: string) => ({
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: `${service}.amazonaws.com` } },
});

export const inference = (model: unknown = 'openai.gpt-5.6-luna') => ({
  Effect: 'Allow',
  Action: 'bedrock-mantle:CreateInference',
  Resource: ARN('bedrock-mantle', 'project/default'),
  Condition: { StringEquals: { 'bedrock-mantle:Model': model } },
});

export const sessionRole = (...statements: unknown[]): Resources => ({
  SessionRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust('bedrock-mantle'),
      Policies: [
        {
          PolicyName: 'Session',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              inference(),
              {
                Effect: 'Allow',
                Action: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'],
                Resource: [
                  { 'Fn::GetAtt': 'Runtime.AgentRuntimeArn' },
                  { 'Fn::Sub': '${Runtime.AgentRuntimeArn}/runtime-endpoint/DEFAULT' },
                ],
              },
              ...statements,
            ],
          },
        },
      ],
    },
  },
});

export const executionRole = (...statements: unknown[]): Resources => ({
  ExecutionRole: {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: trust('bedrock-agentcore') },
  },
  ExecutionPolicy: {
    Type: 'AWS::IAM::RolePolicy',
    Properties: {
      RoleName: { Ref: 'ExecutionRole' },
      PolicyName: 'Execution',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'],
            Resource: ARN('bedrock-mantle', 'project/default'),
          },
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
          ...statements,
        ],
      },
    },
  },
});

const denyOthers = (resource: unknown) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'bedrock-agentcore:*',
      Resource: resource,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['SessionRole', 'Arn'] } } },
    },
  ],
});

export const runtime = (properties: Resources = {}): Resources => ({
  Runtime: {
    Type: 'AWS::BedrockAgentCore::Runtime',
    Properties: {
      AgentRuntimeName: 'hand_written',
      RoleArn: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] },
      AgentRuntimeArtifact: {
        ContainerConfiguration: {
          ContainerUri: {
            'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/agent@sha256:${'a'.repeat(64)}`,
          },
        },
      },
      LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 14400 },
      NetworkConfiguration: {
        NetworkMode: 'VPC',
        NetworkModeConfig: {
          Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
          SecurityGroups: [{ Ref: 'RuntimeGroup' }],
        },
      },
      ...properties,
    },
  },
  RuntimePolicy: {
    Type: 'AWS::BedrockAgentCore::ResourcePolicy',
    Properties: {
      ResourceArn: { 'Fn::GetAtt': ['Runtime', 'AgentRuntimeArn'] },
      Policy: { 'Fn::ToJsonString': denyOthers({ 'Fn::GetAtt': ['Runtime', 'AgentRuntimeArn'] }) },
    },
  },
  RuntimeLogs: {
    Type: 'AWS::Logs::LogGroup',
    Properties: {
      LogGroupName: { 'Fn::Sub': '/aws/bedrock-agentcore/runtimes/${Runtime.AgentRuntimeId}-DEFAULT' },
      KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
      RetentionInDays: 90,
    },
  },
});

export const key = (): Resources => ({
  Key: {
    Type: 'AWS::KMS::Key',
    Properties: {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 'kms:Decrypt',
            Resource: '*',
            Condition: { StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    },
  },
});

const endpoint = (service: string, actions: string[], extra: Resources): Resources => ({
  Type: 'AWS::EC2::VPCEndpoint',
  Properties: {
    VpcId: { Ref: 'Vpc' },
    ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.${service}` },
    PolicyDocument: {
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: actions, Resource: '*', Condition: { StringEquals: OWN } },
      ],
    },
    ...extra,
  },
});

const PRIVATE = {
  VpcEndpointType: 'Interface',
  PrivateDnsEnabled: true,
  SubnetIds: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
  SecurityGroupIds: [{ Ref: 'EndpointGroup' }],
};

export const network = (): Resources => ({
  Vpc: {
    Type: 'AWS::EC2::VPC',
    Properties: { CidrBlock: '10.0.0.0/16', EnableDnsHostnames: true, EnableDnsSupport: true },
  },
  SubnetA: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
  SubnetB: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24' } },
  Routes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
  RoutesA: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: { Ref: 'SubnetA' }, RouteTableId: { Ref: 'Routes' } },
  },
  RoutesB: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: { Ref: 'SubnetB' }, RouteTableId: { Ref: 'Routes' } },
  },
  EndpointGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: { GroupDescription: 'Endpoints', VpcId: { Ref: 'Vpc' } },
  },
  RuntimeGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'Runtime',
      VpcId: { Ref: 'Vpc' },
      SecurityGroupEgress: [
        {
          IpProtocol: 'tcp',
          FromPort: 443,
          ToPort: 443,
          DestinationSecurityGroupId: { 'Fn::GetAtt': ['EndpointGroup', 'GroupId'] },
        },
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: 'pl-63a5400a' },
      ],
    },
  },
  Mantle: endpoint(
    'bedrock-mantle',
    ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'],
    PRIVATE,
  ),
  Registry: endpoint('ecr.api', ['ecr:GetAuthorizationToken'], PRIVATE),
  Images: endpoint('ecr.dkr', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], PRIVATE),
  Logs: endpoint('logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], PRIVATE),
  Objects: endpoint('s3', ['s3:GetObject'], { VpcEndpointType: 'Gateway', RouteTableIds: [{ Ref: 'Routes' }] }),
});

const data = (type: string) => ({
  FieldSelectors: [
    { Field: 'eventCategory', Equals: ['Data'] },
    { Field: 'resources.type', Equals: [type] },
  ],
});

export const trail = (): Resources => ({
  Trail: {
    Type: 'AWS::CloudTrail::Trail',
    Metadata: {
      AgentDeclarations: [
        { kind: 'unreadable', reason: 'The bucket of the log archive account.', names: ['central-trail-bucket'] },
      ],
    },
    Properties: {
      IsLogging: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      KMSKeyId: { Ref: 'Key' },
      S3BucketName: 'central-trail-bucket',
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
        data('AWS::BedrockMantle::Project'),
        data('AWS::BedrockAgentCore::Runtime'),
        data('AWS::BedrockAgentCore::RuntimeEndpoint'),
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['NetworkActivity'] },
            { Field: 'eventSource', Equals: ['s3.amazonaws.com'] },
          ],
        },
      ],
    },
  },
});

/** A whole governed agent, by hand. */
export const agent = (): Resources => ({
  ...key(),
  ...network(),
  ...trail(),
  ...sessionRole(),
  ...executionRole(),
  ...runtime(),
});

export const functionRole = (id: string, ...statements: unknown[]): Resources => ({
  [id]: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: plainTrust('lambda'),
      Policies: [{ PolicyName: 'Function', PolicyDocument: { Statement: statements } }],
    },
  },
});

/** Starts turns by itself, and applies a guardrail first. */
const starterStatements = [
  {
    Effect: 'Allow',
    Action: ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:GetAgentSession'],
    Resource: ARN('bedrock-mantle', 'project/default'),
  },
  { Effect: 'Allow', Action: 'bedrock:ApplyGuardrail', Resource: ARN('bedrock', 'guardrail/abcdefghijkl') },
  {
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: { 'Fn::GetAtt': ['SessionRole', 'Arn'] },
    Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
  },
];

export const starter = (properties: Resources = {}): Resources => ({
  ...functionRole('StarterRole', ...starterStatements),
  Starter: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: { 'Fn::GetAtt': ['StarterRole', 'Arn'] },
      ReservedConcurrentExecutions: 2,
      LoggingConfig: { LogGroup: { Ref: 'RuntimeLogs' } },
      ...properties,
    },
  },
});

export const queue = (id: string, properties: Resources = {}): Resources => ({
  [id]: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: { Ref: 'Key' }, ...properties } },
  [`${id}Policy`]: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: id }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': false } },
          },
        ],
      },
    },
  },
});
