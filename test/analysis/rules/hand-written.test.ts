import type { StackData } from '../../../analysis/model/read-stacks';
import { RULES } from '../../../analysis/rules';
import { checkStacks } from '../../../analysis/rules/check';
import {
  agent,
  executionRole,
  functionRole,
  inference,
  key,
  network,
  plainTrust,
  queue,
  type Resources,
  runtime,
  sessionRole,
  starter,
  trail,
  trust,
} from './hand-written';

const source = (id: string, Resources: Resources, more: object = {}): StackData => ({
  id,
  stackName: id,
  ...more,
  template: { Resources, ...(more as { template?: object }).template },
});

/** `rule logical-id` of every finding that is no warning. */
function findings(...stacks: StackData[]): string[] {
  return checkStacks({ stacks, rules: RULES.filter(({ family }) => family !== 'cost') })
    .filter(({ severity }) => severity !== 'warning')
    .map(({ rule: id, location }) => `${id} ${location.logicalId}`);
}

const rule = (target: unknown, delivery: object = {}): Resources => ({
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['aws.codecommit'] },
      Targets: [
        {
          Id: 'T',
          Arn: target,
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Dead', 'Arn'] } },
          RetryPolicy: { MaximumRetryAttempts: 3 },
          ...delivery,
        },
      ],
    },
  },
});

const FUNCTION_ARN = { 'Fn::GetAtt': ['Starter', 'Arn'] };

describe('compliant stacks written by hand have no finding', () => {
  const known = { account: '111122223333', region: 'us-west-2' };
  test.each<[string, StackData[]]>([
    ['a whole agent, for any account and Region', [source('Agent', agent())]],
    ['a whole agent in a known account and Region', [source('Agent', agent(), known)]],
    [
      'a function that starts turns from a rule',
      [source('Agent', { ...agent(), ...starter(), ...queue('Dead'), ...rule(FUNCTION_ARN) })],
    ],
    [
      'a queue between the rule and the function',
      [
        source('Agent', {
          ...agent(),
          ...starter({ ReservedConcurrentExecutions: undefined }),
          ...queue('Dead'),
          ...queue('Events', {
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
          }),
          ...rule({ 'Fn::GetAtt': ['Events', 'Arn'] }),
          Mapping: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: {
              EventSourceArn: { 'Fn::GetAtt': ['Events', 'Arn'] },
              FunctionName: { Ref: 'Starter' },
              ScalingConfig: { MaximumConcurrency: 2 },
            },
          },
        }),
      ],
    ],
    [
      'a function URL with IAM',
      [
        source('Agent', {
          ...agent(),
          ...starter(),
          Url: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'AWS_IAM', TargetFunctionArn: FUNCTION_ARN } },
        }),
      ],
    ],
    [
      'an API with an authorizer',
      [
        source('Agent', {
          ...agent(),
          ...starter(),
          Method: {
            Type: 'AWS::ApiGateway::Method',
            Properties: {
              HttpMethod: 'POST',
              AuthorizationType: 'AWS_IAM',
              Integration: {
                Uri: { 'Fn::Sub': 'arn:aws:apigateway:x:lambda:path/functions/${Starter.Arn}/invocations' },
              },
            },
          },
        }),
      ],
    ],
    [
      'the network in another stack, by exports',
      [
        source('Network', network(), {
          template: {
            Outputs: Object.fromEntries(
              ['SubnetA', 'SubnetB', 'RuntimeGroup'].map((id) => [
                id,
                { Value: { Ref: id }, Export: { Name: { 'Fn::Sub': `net-${id}` } } },
              ]),
            ),
          },
        }),
        source('Agent', {
          ...key(),
          ...trail(),
          ...sessionRole(),
          ...executionRole(),
          ...runtime({
            NetworkConfiguration: {
              NetworkMode: 'VPC',
              NetworkModeConfig: {
                Subnets: [{ 'Fn::ImportValue': 'net-SubnetA' }, { 'Fn::ImportValue': 'net-SubnetB' }],
                SecurityGroups: [{ 'Fn::ImportValue': 'net-RuntimeGroup' }],
              },
            },
          }),
        }),
      ],
    ],
    [
      'the network in another stack, by stack outputs',
      [
        source('Network', network(), {
          template: { Outputs: { A: { Value: { Ref: 'SubnetA' } }, G: { Value: { Ref: 'RuntimeGroup' } } } },
        }),
        source('Agent', {
          ...key(),
          ...trail(),
          ...sessionRole(),
          ...executionRole(),
          ...runtime({
            NetworkConfiguration: {
              NetworkMode: 'VPC',
              NetworkModeConfig: {
                Subnets: [{ 'Fn::GetStackOutput': { StackName: 'Network', OutputName: 'A' } }],
                SecurityGroups: [{ 'Fn::GetStackOutput': { StackName: 'Network', OutputName: 'G' } }],
              },
            },
          }),
        }),
      ],
    ],
    [
      'roles in a nested stack',
      [
        source('Agent', {
          ...key(),
          ...network(),
          ...trail(),
          ...sessionRole(),
          ...runtime({ RoleArn: { 'Fn::GetAtt': ['Roles', 'Outputs.Arn'] } }),
          Roles: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'x' } },
        }),
        source('Agent/Roles', executionRole(), {
          nestedIn: { sourceId: 'Agent', logicalId: 'Roles' },
          template: { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] } } } },
        }),
      ],
    ],
    [
      'an image by immutable tag in a repository of the stack',
      [
        source('Agent', {
          ...agent(),
          ...runtime({
            AgentRuntimeArtifact: {
              ContainerConfiguration: { ContainerUri: { 'Fn::Sub': '${Repository.RepositoryUri}:2026-11-23' } },
            },
          }),
          Repository: {
            Type: 'AWS::ECR::Repository',
            Properties: {
              ImageTagMutability: 'IMMUTABLE',
              ImageScanningConfiguration: { ScanOnPush: true },
              EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { Ref: 'Key' } },
            },
          },
        }),
      ],
    ],
    [
      'a secret given to the execution role by its ARN',
      [
        source('Agent', {
          ...agent(),
          ...executionRole({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'Secret' } }),
          Secret: {
            Type: 'AWS::SecretsManager::Secret',
            Properties: { KmsKeyId: { Ref: 'Key' }, GenerateSecretString: {} },
          },
        }),
      ],
    ],
    [
      'an agent whose trust policies name an account and Region, deployable anywhere',
      [
        source(
          'Agent',
          JSON.parse(
            JSON.stringify(agent()).replace(
              /\{"Fn::Sub":"arn:\$\{AWS::Partition\}:(bedrock-[a-z]+):[^"]*:\*"\}/g,
              '"arn:aws:$1:us-east-1:111122223333:*"',
            ),
          ),
        ),
      ],
    ],
    [
      'an organization as the limit of endpoints',
      [
        source(
          'Agent',
          JSON.parse(
            JSON.stringify(agent()).replaceAll(
              '"aws:PrincipalAccount":{"Ref":"AWS::AccountId"}',
              '"aws:PrincipalOrgID":"o-exampleorg1"',
            ),
          ),
        ),
      ],
    ],
    [
      'no agent at all, but an open bucket, an administrator and an access key',
      [
        source('Other', {
          Bucket: { Type: 'AWS::S3::Bucket' },
          Admin: {
            Type: 'AWS::IAM::Role',
            Properties: {
              AssumeRolePolicyDocument: plainTrust('ec2'),
              Policies: [
                { PolicyName: 'a', PolicyDocument: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
              ],
            },
          },
          User: { Type: 'AWS::IAM::User' },
          AccessKey: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'User' } } },
          Open: {
            Type: 'AWS::Lambda::Url',
            Properties: { AuthType: 'NONE', TargetFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:x' },
          },
        }),
      ],
    ],
  ])('%s', (_, sources) => {
    expect(findings(...sources)).toEqual([]);
  });
});

// Shapes that AWS's own pages and samples show, written from their description: the pack must not wave them through.
describe('the shapes of public samples', () => {
  const rules = (...sources: StackData[]) => [...new Set(findings(...sources).map((each) => each.split(' ')[0]))];

  test('the session role of the user guide: any Region, inference on every resource', () => {
    const guide = trust('bedrock-mantle');
    guide.Statement[0].Condition.ArnLike = {
      'aws:SourceArn': { 'Fn::Sub': 'arn:aws:bedrock-mantle:*:${AWS::AccountId}:*' },
    };
    const found = rules(
      source('Sample', {
        SessionRole: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: guide,
            Policies: [{ PolicyName: 's', PolicyDocument: { Statement: [{ ...inference(), Resource: '*' }] } }],
          },
        },
      }),
    );
    expect(found).toEqual(['MA-ID1', 'MA-ID5']);
  });

  test('the generated execution role: register and connect on every project of every Region', () => {
    const found = rules(
      source('Sample', {
        Runtime: {
          Type: 'AWS::BedrockAgentCore::Runtime',
          Properties: { RoleArn: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] } },
        },
        ExecutionRole: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: plainTrust('bedrock-agentcore'),
            Policies: [
              {
                PolicyName: 'e',
                PolicyDocument: {
                  Statement: [
                    {
                      Effect: 'Allow',
                      Action: ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'],
                      Resource: 'arn:*:bedrock-mantle:*:*:project/*',
                    },
                  ],
                },
              },
            ],
          },
        },
      }),
    );
    expect(found).toEqual(expect.arrayContaining(['MA-ID2', 'MA-ID5']));
  });

  test('the public Runtime of a first try', () => {
    const found = rules(
      source('Sample', {
        ...executionRole(),
        Runtime: {
          Type: 'AWS::BedrockAgentCore::Runtime',
          Properties: {
            AgentRuntimeName: 'demo',
            RoleArn: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] },
            NetworkConfiguration: { NetworkMode: 'PUBLIC' },
            AgentRuntimeArtifact: {
              ContainerConfiguration: { ContainerUri: '111122223333.dkr.ecr.us-east-1.amazonaws.com/demo:latest' },
            },
          },
        },
      }),
    );
    expect([...found].sort()).toEqual(['MA-AUD1', 'MA-AUD3', 'MA-IMG1', 'MA-IMG2', 'MA-NET1', 'MA-NET5']);
  });

  test('the VPC with one NAT gateway and a gateway endpoint without policy', () => {
    const { Mantle, Registry, Images, Logs, Objects, ...vpc } = network();
    void [Mantle, Registry, Images, Logs];
    delete Objects.Properties.PolicyDocument;
    const found = findings(
      source('Sample', {
        ...agent(),
        ...Object.fromEntries(
          ['Mantle', 'Registry', 'Images', 'Logs'].map((id) => [
            id,
            { Type: 'AWS::CloudFormation::WaitConditionHandle' },
          ]),
        ),
        ...vpc,
        Objects,
        Nat: {
          Type: 'AWS::EC2::Route',
          Properties: {
            RouteTableId: { Ref: 'Routes' },
            DestinationCidrBlock: '0.0.0.0/0',
            NatGatewayId: { Ref: 'Gateway' },
          },
        },
        Gateway: { Type: 'AWS::EC2::NatGateway', Properties: {} },
      }),
    );
    expect([...new Set(found)]).toEqual(expect.arrayContaining(['MA-NET1 Nat', 'MA-NET2 Runtime', 'MA-NET3 Objects']));
  });

  test('the repair role that may use every project and passes a role by prefix', () => {
    const found = rules(
      source(
        'Sample',
        functionRole(
          'RepairRole',
          {
            Effect: 'Allow',
            Action: ['bedrock-mantle:CreateAgentSession'],
            Resource: 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/*',
          },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: 'arn:aws:iam::111122223333:role/bma-*' },
        ),
      ),
    );
    expect(found).toEqual(['MA-ID5', 'MA-ID6']);
  });
});
