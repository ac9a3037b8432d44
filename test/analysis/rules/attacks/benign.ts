import { arnOf } from '../../model/templates';
import {
  ACCOUNT,
  bucket,
  bucketPolicy,
  document,
  machine,
  may,
  of,
  ref,
  roleOf,
  states,
  sub,
  substituted,
} from './app';
import { type Change, execution, policyFor } from './pair';

const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const param = (Default: unknown, rest: object = {}) => ({ Type: 'String', Default, ...rest });
const egress = (rest: object) =>
  of('AWS::EC2::SecurityGroupEgress', { GroupId: arnOf('RuntimeGroup', 'GroupId'), IpProtocol: 'tcp', ...rest });
const withKeyPolicy = (...more: object[]): Change => ({
  set: { 'Key.KeyPolicy.Statement': (own: object[]) => [...own, ...more] },
});

/** Changes that look like an attack but aren't. */
export const BENIGN: Readonly<Record<string, Change>> = {
  'a bucket outside of the app whose name begins like that of a generated one': execution(
    may('s3:PutObject', 'arn:aws:s3:::agent-results/*'),
  ),
  'an action is the default of a parameter': {
    ...execution(may(ref('Action'), sub('${Data.Arn}/*'))),
    sections: { Parameters: { Action: param('s3:GetObject') } },
  },
  'actions are the default of a list': {
    ...execution(may(ref('Actions'), sub('${Data.Arn}/*'))),
    sections: { Parameters: { Actions: param('s3:GetObject, s3:PutObject', { Type: 'CommaDelimitedList' }) } },
  },
  'the role of the Runtime is the default of a parameter with one value': {
    sections: {
      Parameters: {
        Role: param(`arn:aws:iam::${ACCOUNT}:role/exec`, { AllowedValues: [`arn:aws:iam::${ACCOUNT}:role/exec`] }),
      },
    },
    set: { 'ExecutionRole.RoleName': 'exec', 'Runtime.RoleArn': ref('Role') },
  },
  'a resource is the default of a parameter with one value': {
    ...execution(may('s3:GetObject', ref('Where'))),
    sections: {
      Parameters: { Where: param('arn:aws:s3:::team-data/a/*', { AllowedValues: ['arn:aws:s3:::team-data/a/*'] }) },
    },
  },
  'an endpoint of another AWS service': {
    add: {
      Packages: of('AWS::EC2::VPCEndpoint', {
        VpcEndpointType: 'Interface',
        VpcId: ref('Vpc'),
        ServiceName: 'com.amazonaws.us-east-1.codeartifact.api',
        SubnetIds: [ref('SubnetA')],
        SecurityGroupIds: [arnOf('EndpointGroup', 'GroupId')],
        PrivateDnsEnabled: true,
        PolicyDocument: document({
          ...may('codeartifact:GetAuthorizationToken', '*', { Condition: OWN }),
          Principal: '*',
        }),
      }),
    },
  },
  'names are resolved by the VPC itself': {
    add: {
      System: of('AWS::Route53Resolver::ResolverRule', { RuleType: 'SYSTEM', DomainName: 'example.internal' }),
      Joined: of('AWS::Route53Resolver::ResolverRuleAssociation', {
        VPCId: ref('Vpc'),
        ResolverRuleId: arnOf('System', 'ResolverRuleId'),
      }),
    },
  },
  'NFS to the mount target of its file system': {
    add: {
      Files: of('AWS::EFS::FileSystem', { Encrypted: true, KmsKeyId: arnOf('Key') }),
      FilesGroup: of('AWS::EC2::SecurityGroup', { GroupDescription: 'files', VpcId: ref('Vpc') }),
      MountA: of('AWS::EFS::MountTarget', {
        FileSystemId: ref('Files'),
        SubnetId: ref('SubnetA'),
        SecurityGroups: [arnOf('FilesGroup', 'GroupId')],
      }),
      Out: egress({ FromPort: 2049, ToPort: 2049, DestinationSecurityGroupId: arnOf('FilesGroup', 'GroupId') }),
    },
  },
  'evidence is replicated to a bucket of the app': {
    add: {
      Copy: bucket(),
      CopyPolicy: bucketPolicy('Copy'),
      Copies: roleOf(
        's3.amazonaws.com',
        may('s3:GetObjectVersionForReplication', sub('${Evidence.Arn}/*')),
        may('s3:ReplicateObject', sub('${Copy.Arn}/*')),
      ),
    },
    set: {
      'Evidence.ReplicationConfiguration': {
        Role: arnOf('Copies'),
        Rules: [{ Status: 'Enabled', Destination: { Bucket: arnOf('Copy') } }],
      },
    },
  },
  'logs are sent to a stream of the account': {
    add: {
      Filter: of('AWS::Logs::SubscriptionFilter', {
        LogGroupName: ref('RuntimeLogs'),
        FilterPattern: '',
        DestinationArn: `arn:aws:firehose:us-east-1:${ACCOUNT}:deliverystream/siem`,
      }),
    },
  },
  'a workflow keeps no logs, and alarms are disabled or have no action': {
    add: {
      Muted: of('AWS::CloudWatch::Alarm', { ActionsEnabled: false, AlarmActions: [ref('Topic')] }),
      Silent: of('AWS::CloudWatch::Alarm', { AlarmActions: [] }),
    },
    set: { 'Machine.LoggingConfiguration': { Level: 'OFF' } },
  },
  'a workflow with substitutions screens its turns': { add: substituted({ StartAt: 'Claim', States: states() }) },
  'a failed screening publishes that it failed': {
    add: {
      Machine: machine({
        Out: {
          ...states().Out,
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Tell' }],
        },
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: '${Topic}', 'Message.$': '$.error.Cause' },
          Next: 'Refuse',
        },
      }),
    },
  },
  'a failed turn publishes its failure': {
    add: {
      Machine: machine({
        Open: { ...states().Open, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Tell' }] },
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: '${Topic}', 'Message.$': '$.Error' },
          End: true,
        },
      }),
    },
  },
  'a choice of JSONata asks whether there is something to screen': {
    add: {
      Machine: machine({
        Open: { ...states().Open, Next: 'Any' },
        Any: {
          Type: 'Choice',
          QueryLanguage: 'JSONata',
          Choices: [{ Condition: '{% $exists($states.input.answer) %}', Next: 'Out' }],
          Default: 'Refuse',
        },
        Out: {
          Type: 'Task',
          QueryLanguage: 'JSONata',
          Resource: 'arn:aws:states:::aws-sdk:bedrockruntime:applyGuardrail',
          Arguments: {
            GuardrailIdentifier: '${Guard}',
            GuardrailVersion: '${Version}',
            Source: 'OUTPUT',
            Content: [{ Text: { Text: '{% $states.input.answer %}' } }],
          },
          Assign: { out: '{% $states.result %}' },
          Output: '{% $states.input %}',
          Next: 'JudgeOut',
        },
        JudgeOut: {
          Type: 'Choice',
          QueryLanguage: 'JSONata',
          Choices: [{ Condition: "{% $out.Action = 'NONE' %}", Next: 'Publish' }],
          Default: 'Refuse',
        },
      }),
    },
  },
  'a bucket of the agent whose name says evidence, next to the one with the evidence': {
    add: {
      EvidenceDrafts: bucket(),
      EvidenceDraftsPolicy: bucketPolicy('EvidenceDrafts'),
      More: policyFor(ref('ExecutionRole'), may('s3:PutObject', sub('${EvidenceDrafts.Arn}/*'))),
    },
  },
  'preflight requests of an API with IAM': {
    add: {
      Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }),
      ApiRole: roleOf('apigateway.amazonaws.com', may('states:StartExecution', ref('Machine'))),
      ...Object.fromEntries(
        ['POST', 'OPTIONS'].map((HttpMethod) => [
          HttpMethod,
          of('AWS::ApiGateway::Method', {
            RestApiId: ref('Api'),
            ResourceId: arnOf('Api', 'RootResourceId'),
            HttpMethod,
            ...(HttpMethod === 'OPTIONS'
              ? { AuthorizationType: 'NONE', Integration: { Type: 'MOCK' } }
              : {
                  AuthorizationType: 'AWS_IAM',
                  Integration: {
                    Type: 'AWS',
                    IntegrationHttpMethod: 'POST',
                    Uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution',
                    Credentials: arnOf('ApiRole'),
                  },
                }),
          }),
        ]),
      ),
    },
  },
  'a second machine calls another host': {
    add: {
      SecondRole: roleOf(
        'states.amazonaws.com',
        may('states:InvokeHTTPEndpoint', '*', {
          Condition: { StringEquals: { 'states:HTTPEndpoint': 'https://api.example.com/x' } },
        }),
      ),
      Second: of('AWS::StepFunctions::StateMachine', {
        RoleArn: arnOf('SecondRole'),
        DefinitionString: JSON.stringify({
          StartAt: 'Do',
          States: {
            Do: {
              Type: 'Task',
              Resource: 'arn:aws:states:::http:invoke',
              Parameters: { ApiEndpoint: 'https://api.example.com/x', Method: 'POST' },
              End: true,
            },
          },
        }),
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
      }),
    },
  },
  'a denial by NotPrincipal': {
    add: {
      More: of('AWS::SQS::QueueInlinePolicy', {
        Queue: ref('Queue'),
        PolicyDocument: document({
          Effect: 'Deny',
          NotPrincipal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: '*',
        }),
      }),
    },
  },
  'a queue policy names the queue by URL, for the own account': {
    add: {
      More: of('AWS::SQS::QueuePolicy', {
        Queues: [`https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/turns`],
        PolicyDocument: document({
          ...may('sqs:SendMessage', '*'),
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        }),
      }),
    },
    set: { 'Queue.QueueName': 'turns' },
  },
  'the spelling of a grant': execution(
    may(['s3:GetObject*', 's3:GetBucket*', 's3:List*'], [arnOf('Data'), sub('${Data.Arn}/*')]),
  ),
  'the grants of a key': execution(
    may(['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Decrypt'], arnOf('Key')),
  ),
  'the grants of a table': execution(
    may(
      [
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'dynamodb:GetItem',
        'dynamodb:Scan',
        'dynamodb:ConditionCheckItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:DescribeTable',
      ],
      [arnOf('Items'), sub('${Items.Arn}/index/*')],
    ),
  ),
  'events to another bus': {
    add: {
      Other: of('AWS::Events::EventBus', { Name: 'other', KmsKeyIdentifier: arnOf('Key') }),
      ...execution(may('events:PutEvents', arnOf('Other'))).add,
    },
  },
  'metrics of the agent': execution(
    may('cloudwatch:PutMetricData', '*'),
    may(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
  ),
  'a key for callers of the account through one service': withKeyPolicy({
    ...may(['kms:Decrypt', 'kms:GenerateDataKey*'], '*', {
      Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:CallerAccount': ACCOUNT } },
    }),
    Principal: { AWS: '*' },
  }),
  'a key for an own role': withKeyPolicy({ ...may('kms:Decrypt', '*'), Principal: { AWS: arnOf('OpenRole') } }),
  'everybody of the account may subscribe': {
    add: {
      TopicPolicy: of('AWS::SNS::TopicPolicy', {
        Topics: [ref('Topic')],
        PolicyDocument: document(
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            ...may('sns:Subscribe', '*', { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
            Principal: '*',
          },
        ),
      }),
    },
  },
  'a plain parameter in a variable': { set: { 'Starter.Environment.Variables.STAGE': '{{resolve:ssm:/app/stage}}' } },
  'names and references of credentials in data': {
    set: {
      'Rule.Targets': (targets: object[]) =>
        targets.map((target) => ({
          ...target,
          Input: JSON.stringify({ secretId: 'team/token', tokenBudget: 100000, clientRequestToken: 'aaaaaaaa-bbbb' }),
        })),
    },
  },
  'a person of another stack who has nothing to do with the agent': {
    other: {
      Person: of('AWS::IAM::User', { UserName: 'backup' }),
      AccessKey: of('AWS::IAM::AccessKey', { UserName: ref('Person') }),
      More: of('AWS::IAM::UserPolicy', {
        UserName: ref('Person'),
        PolicyName: 'p',
        PolicyDocument: document(may('s3:*', '*')),
      }),
    },
  },
  'other roles of AgentCore': {
    add: {
      MemoryRole: roleOf(
        'bedrock-agentcore.amazonaws.com',
        may('bedrock:InvokeModel', 'arn:aws:bedrock:us-east-1::foundation-model/x'),
      ),
      Memory: of('AWS::BedrockAgentCore::Memory', {
        Name: 'm',
        EventExpiryDuration: 30,
        EncryptionKeyArn: arnOf('Key'),
        MemoryExecutionRoleArn: arnOf('MemoryRole'),
      }),
      GatewayRole: roleOf('bedrock-agentcore.amazonaws.com', may('lambda:InvokeFunction', arnOf('Worker'))),
      Gateway: of('AWS::BedrockAgentCore::Gateway', {
        Name: 'g',
        ProtocolType: 'MCP',
        AuthorizerType: 'AWS_IAM',
        RoleArn: arnOf('GatewayRole'),
      }),
    },
  },
  'resources that are null, and types with the names of object members': {
    add: {
      Nothing: null,
      Odd: of('constructor'),
      Odder: of('__proto__'),
      Oddest: of('toString'),
      Empty: of('AWS::SNS::Topic', { KmsMasterKeyId: arnOf('Key') }, { Condition: null }),
      EmptyPolicy: of('AWS::SNS::TopicPolicy', {
        Topics: [ref('Empty')],
        PolicyDocument: document({
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      }),
    },
  },
  'a stack without an account, with the name of its Region': { agnostic: true },
  'a custom resource of AWS CDK': {
    add: {
      Restrict: of('Custom::VpcRestrictDefaultSG', {
        ServiceToken: arnOf('Worker'),
        DefaultSecurityGroupId: arnOf('Vpc', 'DefaultSecurityGroup'),
        Account: ACCOUNT,
      }),
      Clean: of('Custom::S3AutoDeleteObjects', { ServiceToken: arnOf('Worker'), BucketName: ref('Data') }),
    },
  },
  'a macro in a stack next to the agent': {
    other: { Transform: ['CompanyMacro'], Resources: { Thing: of('AWS::SNS::Topic', {}) } },
  },
  'a policy of another stack for a role that is not in the app': {
    other: { More: policyFor('somebody-else', may('s3:*', '*')) },
  },
  'data for a role that a parameter names': {
    other: {
      Parameters: { Role: { Type: 'String' } },
      Resources: { More: policyFor(ref('Role'), may('s3:GetObject', 'arn:aws:s3:::other/*')) },
    },
  },
  'a service of another stack may send to every queue, and has a queue of its own': {
    other: {
      ServiceRole: roleOf('ecs-tasks.amazonaws.com', may('sqs:*', '*')),
      Jobs: of('AWS::SQS::Queue'),
      Task: of('AWS::ECS::TaskDefinition', {
        TaskRoleArn: arnOf('ServiceRole'),
        ContainerDefinitions: [{ Name: 'x', Image: 'x' }],
      }),
    },
  },
  'a trail for something else': {
    other: {
      Buckets: of('AWS::CloudTrail::Trail', { IsLogging: false, S3BucketName: ref('Records') }),
      Records: of('AWS::S3::Bucket'),
    },
  },
  'settings with the names of credentials': {
    add: {
      Database: of('AWS::RDS::DBInstance', { Engine: 'postgres', MasterUsername: 'a', ManageMasterUserPassword: true }),
      Build: of('AWS::CodeBuild::Project', {
        ServiceRole: arnOf('WorkerRole'),
        Source: { Type: 'NO_SOURCE' },
        Artifacts: { Type: 'NO_ARTIFACTS' },
        Environment: {
          Type: 'LINUX_CONTAINER',
          ComputeType: 'BUILD_GENERAL1_SMALL',
          Image: 'registry.example.com/build',
          ImagePullCredentialsType: 'SERVICE_ROLE',
          RegistryCredential: { Credential: 'registry/login', CredentialProvider: 'SECRETS_MANAGER' },
        },
      }),
    },
  },
  'whoever reaches the mount target of a file system may mount it': {
    add: {
      Files: of('AWS::EFS::FileSystem', {
        Encrypted: true,
        KmsKeyId: arnOf('Key'),
        FileSystemPolicy: document({
          ...may(['elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'], '*', {
            Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } },
          }),
          Principal: { AWS: '*' },
        }),
      }),
      ...execution(may('elasticfilesystem:ClientMount', arnOf('Files'))).add,
    },
  },
  'names of a private zone resolve in the VPC': {
    add: {
      Zone: of('AWS::Route53::HostedZone', {
        Name: 'corp.example.',
        VPCs: [{ VPCId: ref('Vpc'), VPCRegion: 'us-east-1' }],
      }),
      Names: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*.corp.example'] }),
      All: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
      Group: of('AWS::Route53Resolver::FirewallRuleGroup', {
        FirewallRules: [
          { Action: 'ALLOW', Priority: 1, FirewallDomainListId: arnOf('Names', 'Id') },
          { Action: 'BLOCK', Priority: 2, FirewallDomainListId: arnOf('All', 'Id') },
        ],
      }),
      Limits: of('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
        FirewallRuleGroupId: arnOf('Group', 'Id'),
        Priority: 101,
        VpcId: ref('Vpc'),
      }),
    },
  },
};
