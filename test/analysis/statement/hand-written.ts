import { statementsOfStacks } from '../../../analysis/statement/build';
import type { Statement } from '../../../analysis/statement/statement';

/** A template that a test may change as it likes. */
export type Resources = Record<string, { Type: string; Properties: any }>;

export const arn = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

const PROJECT = { 'Fn::Sub': 'arn:aws:bedrock-mantle:us-east-1:${AWS::AccountId}:project/default' };

function role(service: string, statements: unknown[]) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: service },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
    },
  };
}

/** One agent, written without this library, with one of everything that a statement shows. */
export function handWritten(): Resources {
  return {
    Runtime: {
      Type: 'AWS::BedrockAgentCore::Runtime',
      Properties: {
        AgentRuntimeName: 'Helper',
        RoleArn: arn('ExecutionRole'),
        NetworkConfiguration: {
          NetworkMode: 'VPC',
          NetworkModeConfig: { Subnets: [{ Ref: 'Subnet' }], SecurityGroups: [arn('Group', 'GroupId')] },
        },
        LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 7200 },
      },
    },
    SessionRole: role('bedrock-mantle.amazonaws.com', [
      {
        Effect: 'Allow',
        Action: 'bedrock-mantle:CreateInference',
        Resource: PROJECT,
        Condition: { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
      },
      {
        Effect: 'Allow',
        Action: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'],
        Resource: arn('Runtime', 'AgentRuntimeArn'),
      },
      { Effect: 'Deny', Action: 'bedrock-mantle:CallWithBearerToken', Resource: '*' },
    ]),
    ExecutionRole: role('bedrock-agentcore.amazonaws.com', [
      { Effect: 'Allow', Action: 'bedrock-mantle:ConnectEnvironment', Resource: PROJECT },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Sub': '${Data.Arn}/reports/*' } },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { Ref: 'Secret' },
        Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
      },
      { Effect: 'Deny', Action: 'iam:*', Resource: '*' },
    ]),
    Pipeline: role('codebuild.amazonaws.com', [
      { Effect: 'Allow', Action: 'bedrock-mantle:*', Resource: PROJECT },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: arn('SessionRole') },
    ]),
    StarterRole: role('lambda.amazonaws.com', [
      { Effect: 'Allow', Action: 'bedrock-mantle:CreateAgentSession', Resource: PROJECT },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: arn('SessionRole') },
    ]),
    Starter: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: arn('StarterRole'), Code: { ZipFile: '' }, ReservedConcurrentExecutions: 2 },
    },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 3 } },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Starter' }, EventSourceArn: arn('Queue') },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.codecommit'] },
        Targets: [
          {
            Id: 'queue',
            Arn: arn('Queue'),
            DeadLetterConfig: { Arn: arn('Dead') },
            RetryPolicy: { MaximumRetryAttempts: 4 },
            InputTransformer: { InputPathsMap: { title: '$.detail.title' }, InputTemplate: '"<title>"' },
          },
        ],
      },
    },
    Data: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn('Key') } },
          ],
        },
      },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { KmsKeyId: { Ref: 'Key' } } },
    Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } },
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' } } },
    Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
    Association: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
    },
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        VpcId: { Ref: 'Vpc' },
        SecurityGroupEgress: [{ CidrIp: '10.0.0.0/16', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }],
      },
    },
    Endpoint: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: { Ref: 'Vpc' },
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.us-east-1.bedrock-mantle',
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: '*',
              Action: 'bedrock-mantle:ConnectEnvironment',
              Resource: '*',
              Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } },
            },
          ],
        },
      },
    },
    Trail: {
      Type: 'AWS::CloudTrail::Trail',
      Properties: {
        TrailName: 'audit',
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
        KMSKeyId: { Ref: 'Key' },
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
          {
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: ['AWS::BedrockMantle::Project'] },
            ],
          },
        ],
      },
    },
    Logs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        LogGroupName: { 'Fn::Sub': '/aws/bedrock-agentcore/runtimes/${Runtime.AgentRuntimeId}-live' },
        RetentionInDays: 365,
        KmsKeyId: arn('Key'),
      },
    },
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: ['arn:aws:sns:us-east-1:1:t'] } },
  };
}

/** The statements of stacks that are given as resources. */
export function statementsFrom(stacks: Record<string, Resources>, templates: Record<string, object> = {}): Statement[] {
  const sources = Object.entries(stacks).map(([id, Resources]) => ({
    id,
    stackName: id,
    region: 'us-east-1',
    template: { Resources, ...templates[id] },
    constructPathOf: () => undefined,
  }));
  return statementsOfStacks(sources);
}

export function statementFrom(resources: Resources, template: object = {}): Statement {
  const statements = statementsFrom({ Hand: resources }, { Hand: template });
  if (statements.length !== 1) {
    throw new Error(`expected one agent, found ${statements.length}`);
  }
  return statements[0];
}

/** Changed copy of the hand-written agent. */
export function changed(change: (resources: Resources) => void): Resources {
  const resources = structuredClone(handWritten());
  change(resources);
  return resources;
}

/** Statement number `index` of the only policy of a role. */
export function statement(resources: Resources, roleId: string, index: number): any {
  return resources[roleId].Properties.Policies[0].PolicyDocument.Statement[index];
}

/** The statements of the only policy of a role. */
export function statementsIn(resources: Resources, roleId: string): any[] {
  return resources[roleId].Properties.Policies[0].PolicyDocument.Statement as any[];
}
