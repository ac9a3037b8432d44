import { allow, arnOf } from '../../model/templates';

/** The properties of a resource that a test may change. */
export type Resources = Record<string, any>;

export const ACCOUNT = '111122223333';
export const FOREIGN = '999988887777';
const PROJECT = `arn:aws:bedrock-mantle:us-east-1:${ACCOUNT}:project/default`;

export const of = (Type: string, Properties: object = {}, rest: object = {}) => ({ Type, Properties, ...rest });
export const sub = (text: string) => ({ 'Fn::Sub': text });
export const ref = (id: string) => ({ Ref: id });

/** One allow statement. */
export const may = (Action: unknown, Resource: unknown, rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
export const document = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });

const inline = (...statements: unknown[]) => [{ PolicyName: 'own', PolicyDocument: document(...statements) }];

/** A role that a service assumes. */
export const roleOf = (Service: string, ...statements: unknown[]) =>
  of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }),
    ...(statements.length > 0 ? { Policies: inline(...statements) } : {}),
  });

const agentRole = (service: string, ...statements: unknown[]) =>
  of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: `${service}.amazonaws.com` },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
        ArnLike: { 'aws:SourceArn': `arn:aws:${service}:us-east-1:${ACCOUNT}:*` },
      },
    }),
    Policies: inline(...statements),
  });

const KEY = arnOf('Key');
const endpoint = (service: string, actions: string[]) =>
  of('AWS::EC2::VPCEndpoint', {
    VpcEndpointType: 'Interface',
    VpcId: ref('Vpc'),
    ServiceName: `com.amazonaws.us-east-1.${service}`,
    SubnetIds: [ref('SubnetA'), ref('SubnetB')],
    SecurityGroupIds: [arnOf('EndpointGroup', 'GroupId')],
    PrivateDnsEnabled: true,
    PolicyDocument: document({
      ...may(actions, '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } }),
      Principal: '*',
    }),
  });
const subnet = (CidrBlock: string, zone: string) =>
  of('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock, AvailabilityZone: `us-east-1${zone}` });
const association = (id: string) =>
  of('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: ref(id), RouteTableId: ref('RouteTable') });

export const bucket = (rest: object = {}) =>
  of('AWS::S3::Bucket', {
    VersioningConfiguration: { Status: 'Enabled' },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY } },
      ],
    },
    ...rest,
  });
export const denyPlain = (action: string) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
export const bucketPolicy = (id: string, ...statements: unknown[]) =>
  of('AWS::S3::BucketPolicy', { Bucket: ref(id), PolicyDocument: document(denyPlain('s3:*'), ...statements) });

const logs = (rest: object = {}) => of('AWS::Logs::LogGroup', { KmsKeyId: KEY, RetentionInDays: 365, ...rest });
export const functionOf = (roleId: string, rest: object = {}) =>
  of('AWS::Lambda::Function', {
    Role: arnOf(roleId),
    Code: { S3Bucket: 'code', S3Key: 'archive' },
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    KmsKeyArn: KEY,
    LoggingConfig: { LogGroup: ref('Logs') },
    ...rest,
  });
export const queue = (rest: object = {}) => of('AWS::SQS::Queue', { KmsMasterKeyId: KEY, ...rest });
export const table = (rest: object = {}) =>
  of('AWS::DynamoDB::Table', {
    KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
    ...rest,
  });

const selector = (...fields: [string, string][]) => ({
  FieldSelectors: fields.map(([Field, value]) => ({ Field, Equals: [value] })),
});
const data = (type: string) => selector(['eventCategory', 'Data'], ['resources.type', type]);
const denials = (source: string) =>
  selector(['eventCategory', 'NetworkActivity'], ['eventSource', source], ['errorCode', 'VpceAccessDenied']);

const screening = (Source: string, rest: object, content = '$.content') => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:bedrockruntime:applyGuardrail',
  Parameters: {
    GuardrailIdentifier: '${Guard}',
    GuardrailVersion: '${Version}',
    Source,
    'Content.$': content,
  },
  ...rest,
});

/** The states of a workflow that screens, runs a turn and publishes. */
export const states = (): Resources => ({
  Claim: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Parameters: {
      TableName: '${Ledger}',
      Key: { k: { S: 'slot' } },
      ConditionExpression: 'attribute_not_exists(k)',
    },
    Next: 'In',
  },
  In: screening('INPUT', { ResultPath: '$.in', Next: 'JudgeIn' }),
  JudgeIn: {
    Type: 'Choice',
    Choices: [{ Variable: '$.in.Action', StringEquals: 'NONE', Next: 'Open' }],
    Default: 'Refuse',
  },
  Open: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: '${Open}', 'Payload.$': '$' },
    Next: 'Out',
  },
  Out: screening('OUTPUT', { ResultPath: '$.out', Next: 'JudgeOut' }, '$.answer'),
  JudgeOut: {
    Type: 'Choice',
    Choices: [{ Variable: '$.out.Action', StringEquals: 'NONE', Next: 'Publish' }],
    Default: 'Refuse',
  },
  Publish: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sns:publish',
    Parameters: { TopicArn: '${Topic}', 'Message.$': '$.answer' },
    End: true,
  },
  Refuse: { Type: 'Fail' },
});

/** A state machine of such states. */
export const machine = (with_: Resources = {}, rest: object = {}) =>
  of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('MachineRole'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: KEY },
    DefinitionString: {
      'Fn::Sub': [
        JSON.stringify({ StartAt: 'Claim', TimeoutSeconds: 3600, States: { ...states(), ...with_ } }),
        {
          Guard: arnOf('Guardrail', 'GuardrailId'),
          Version: arnOf('GuardrailVersion', 'Version'),
          Ledger: ref('Ledger'),
          Open: arnOf('Open'),
          Topic: ref('Topic'),
        },
      ],
    },
    ...rest,
  });

const filter = (Type: string) => ({ Type, InputStrength: 'HIGH', OutputStrength: 'HIGH' });
const blocked = (Type: string) => ({ Type, Action: 'BLOCK' });
const OWN_TRAIL = { StringEquals: { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/agents` } };

/** The workflow as a text with substitutions. */
export const substituted = (Definition: object) => ({
  Machine: of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('MachineRole'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
    DefinitionString: JSON.stringify({ TimeoutSeconds: 3600, ...Definition }),
    DefinitionSubstitutions: {
      Guard: arnOf('Guardrail', 'GuardrailId'),
      Version: arnOf('GuardrailVersion', 'Version'),
      Ledger: ref('Ledger'),
      Open: arnOf('Open'),
      Topic: ref('Topic'),
    },
  }),
});

/** The policy of a Runtime or an endpoint that denies every principal but the session role. */
export const sessionRoleOnly = (arn: object) =>
  of('AWS::BedrockAgentCore::ResourcePolicy', {
    ResourceArn: arn,
    Policy: {
      'Fn::ToJsonString': document({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'bedrock-agentcore:*',
        Resource: arn,
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': arnOf('SessionRole') } },
      }),
    },
  });

/** A governed agent, written by hand, with ordinary resources next to it. The pack reports nothing for it. */
export const app = (): Resources => ({
  Key: of('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: document(
      { ...may('kms:*', '*'), Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
      {
        ...may(['kms:GenerateDataKey*', 'kms:DescribeKey'], '*', { Condition: OWN_TRAIL }),
        Principal: { Service: 'cloudtrail.amazonaws.com' },
      },
    ),
  }),
  Vpc: of('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true, EnableDnsHostnames: true }),
  RouteTable: of('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
  SubnetA: subnet('10.0.0.0/24', 'a'),
  SubnetB: subnet('10.0.1.0/24', 'b'),
  AssociationA: association('SubnetA'),
  AssociationB: association('SubnetB'),
  EndpointGroup: of('AWS::EC2::SecurityGroup', { GroupDescription: 'endpoints', VpcId: ref('Vpc') }),
  EndpointIngress: of('AWS::EC2::SecurityGroupIngress', {
    GroupId: arnOf('EndpointGroup', 'GroupId'),
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    SourceSecurityGroupId: arnOf('RuntimeGroup', 'GroupId'),
  }),
  RuntimeGroup: of('AWS::EC2::SecurityGroup', {
    GroupDescription: 'runtime',
    VpcId: ref('Vpc'),
    SecurityGroupEgress: [
      {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId'),
      },
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: 'pl-63a5400a' },
    ],
  }),
  Mantle: endpoint('bedrock-mantle', ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment']),
  EcrApi: endpoint('ecr.api', ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']),
  EcrDkr: endpoint('ecr.dkr', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']),
  LogsEndpoint: endpoint('logs', ['logs:CreateLogStream', 'logs:PutLogEvents']),
  S3Endpoint: of('AWS::EC2::VPCEndpoint', {
    VpcEndpointType: 'Gateway',
    VpcId: ref('Vpc'),
    ServiceName: 'com.amazonaws.us-east-1.s3',
    RouteTableIds: [ref('RouteTable')],
    PolicyDocument: document({
      ...may('s3:GetObject', 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*'),
      Principal: '*',
    }),
  }),
  Repository: of('AWS::ECR::Repository', {
    ImageTagMutability: 'IMMUTABLE',
    ImageScanningConfiguration: { ScanOnPush: true },
    EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: KEY },
  }),
  SessionRole: agentRole(
    'bedrock-mantle',
    may('bedrock-mantle:CreateInference', PROJECT, {
      Condition: { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
    }),
    may(
      ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'],
      [arnOf('Runtime', 'AgentRuntimeArn'), sub('${Runtime.AgentRuntimeArn}/runtime-endpoint/DEFAULT')],
    ),
  ),
  ExecutionRole: agentRole(
    'bedrock-agentcore',
    may(['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'], PROJECT),
    may('ecr:GetAuthorizationToken', '*'),
    may(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], arnOf('Repository')),
    may(
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/bedrock-agentcore/runtimes/reviewer-*:*`,
    ),
  ),
  Runtime: of('AWS::BedrockAgentCore::Runtime', {
    AgentRuntimeName: 'reviewer',
    AgentRuntimeArtifact: {
      ContainerConfiguration: {
        ContainerUri: sub(`${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/\${Repository}@sha256:${'a'.repeat(64)}`),
      },
    },
    NetworkConfiguration: {
      NetworkMode: 'VPC',
      NetworkModeConfig: {
        Subnets: [ref('SubnetA'), ref('SubnetB')],
        SecurityGroups: [arnOf('RuntimeGroup', 'GroupId')],
      },
    },
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 1800, MaxLifetime: 28800 },
    RoleArn: arnOf('ExecutionRole'),
    EnvironmentVariables: { AGENT_HOME: '/mnt/home' },
  }),
  RuntimePolicy: sessionRoleOnly(arnOf('Runtime', 'AgentRuntimeArn')),
  RuntimeLogs: logs({ LogGroupName: sub('/aws/bedrock-agentcore/runtimes/${Runtime.AgentRuntimeId}-DEFAULT') }),
  Logs: logs(),
  TrailBucket: bucket({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
    },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 3650 }] },
  }),
  TrailBucketPolicy: bucketPolicy(
    'TrailBucket',
    {
      ...may('s3:GetBucketAcl', arnOf('TrailBucket'), { Condition: OWN_TRAIL }),
      Principal: { Service: 'cloudtrail.amazonaws.com' },
    },
    {
      ...may('s3:PutObject', sub(`\${TrailBucket.Arn}/AWSLogs/${ACCOUNT}/*`), { Condition: OWN_TRAIL }),
      Principal: { Service: 'cloudtrail.amazonaws.com' },
    },
  ),
  Trail: of('AWS::CloudTrail::Trail', {
    TrailName: 'agents',
    S3BucketName: ref('TrailBucket'),
    IsLogging: true,
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    EnableLogFileValidation: true,
    KMSKeyId: KEY,
    AdvancedEventSelectors: [
      selector(['eventCategory', 'Management']),
      ...['BedrockMantle::Project', 'BedrockAgentCore::Runtime', 'BedrockAgentCore::RuntimeEndpoint'].map((type) =>
        data(`AWS::${type}`),
      ),
      ...['bedrock-agentcore', 's3'].map((service) => denials(`${service}.amazonaws.com`)),
    ],
  }),
  OpenRole: roleOf(
    'lambda.amazonaws.com',
    may(
      ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:GetAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'],
      PROJECT,
    ),
    may('iam:PassRole', arnOf('SessionRole'), {
      Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
    }),
    may('ssm:GetParameter', sub(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/\${Definition}`)),
    may('s3:PutObject', sub('${Evidence.Arn}/*')),
    may(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs')),
  ),
  Open: functionOf('OpenRole', { Environment: { Variables: { DEFINITION: ref('Definition') } } }),
  Definition: of('AWS::SSM::Parameter', { Type: 'String', Value: '{"instructions":"Review."}' }),
  Ledger: table(),
  Evidence: bucket(),
  EvidencePolicy: bucketPolicy('Evidence'),
  Guardrail: of('AWS::Bedrock::Guardrail', {
    Name: 'guardrail',
    BlockedInputMessaging: 'no',
    BlockedOutputsMessaging: 'no',
    KmsKeyArn: KEY,
    ContentPolicyConfig: {
      FiltersConfig: [
        ...['HATE', 'INSULTS', 'SEXUAL', 'VIOLENCE', 'MISCONDUCT'].map(filter),
        { Type: 'PROMPT_ATTACK', InputStrength: 'HIGH', OutputStrength: 'NONE' },
      ],
    },
    SensitiveInformationPolicyConfig: {
      PiiEntitiesConfig: ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'PASSWORD', 'EMAIL'].map(blocked),
    },
  }),
  GuardrailVersion: of('AWS::Bedrock::GuardrailVersion', { GuardrailIdentifier: arnOf('Guardrail', 'GuardrailId') }),
  MachineRole: roleOf(
    'states.amazonaws.com',
    may('lambda:InvokeFunction', arnOf('Open')),
    may('bedrock:ApplyGuardrail', arnOf('Guardrail', 'GuardrailArn')),
    may('dynamodb:UpdateItem', arnOf('Ledger')),
    may('sns:Publish', ref('Topic')),
  ),
  Machine: machine(),
  StarterRole: roleOf(
    'lambda.amazonaws.com',
    may('states:StartExecution', ref('Machine')),
    may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('Queue')),
    may(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs')),
  ),
  Starter: functionOf('StarterRole', { Environment: { Variables: { MACHINE: ref('Machine') } } }),
  Dead: queue(),
  Queue: queue({ RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 } }),
  QueuePolicy: of('AWS::SQS::QueuePolicy', {
    Queues: [ref('Queue'), ref('Dead')],
    PolicyDocument: document(denyPlain('sqs:*'), {
      ...may('sqs:SendMessage', '*', { Condition: { ArnEquals: { 'aws:SourceArn': arnOf('Rule') } } }),
      Principal: { Service: 'events.amazonaws.com' },
    }),
  }),
  Mapping: of('AWS::Lambda::EventSourceMapping', {
    FunctionName: ref('Starter'),
    EventSourceArn: arnOf('Queue'),
    ScalingConfig: { MaximumConcurrency: 2 },
  }),
  Bus: of('AWS::Events::EventBus', { Name: 'agentbus', KmsKeyIdentifier: KEY }),
  Rule: of('AWS::Events::Rule', {
    EventBusName: ref('Bus'),
    EventPattern: { source: ['my.app'] },
    Targets: [
      {
        Id: 'queue',
        Arn: arnOf('Queue'),
        DeadLetterConfig: { Arn: arnOf('Dead') },
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
      },
    ],
  }),
  Topic: of('AWS::SNS::Topic', { KmsMasterKeyId: KEY }),
  TopicPolicy: of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: document(denyPlain('sns:*')) }),
  // Ordinary resources that have nothing to do with the agent.
  Data: bucket({ BucketName: 'team-data' }),
  DataPolicy: bucketPolicy('Data'),
  Items: table(),
  Work: queue(),
  WorkPolicy: of('AWS::SQS::QueuePolicy', { Queues: [ref('Work')], PolicyDocument: document(denyPlain('sqs:*')) }),
  Secret: of('AWS::SecretsManager::Secret', { KmsKeyId: KEY, GenerateSecretString: {} }),
  WorkerRole: roleOf('lambda.amazonaws.com', may('s3:GetObject', sub('${Data.Arn}/*'))),
  Worker: functionOf('WorkerRole'),
  AdminRole: roleOf('lambda.amazonaws.com', ...allow(['s3:*', 'ec2:*', 'rds:*'], '*').Statement),
  Admin: functionOf('AdminRole'),
});
