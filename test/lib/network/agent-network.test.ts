import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { App, Lazy, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { MonthlyCostEstimate } from '../../../lib/cost';
import {
  BEARER_TOKEN_ACTIONS,
  IMAGE_PULL_ACTIONS,
  MANTLE_ENVIRONMENT_ACTIONS,
  MANTLE_SESSION_ACTIONS,
} from '../../../lib/identity/perms';
import {
  AgentEgress,
  AgentNetwork,
  type AgentNetworkProps,
  AgentNetworkService,
  AgentNetworkZones,
} from '../../../lib/network';

const ACCOUNT = '111111111111';
const EAST: StackProps = { env: { account: ACCOUNT, region: 'us-east-1' } };

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

function build(props?: AgentNetworkProps, stackProps: StackProps = EAST) {
  const app = new App();
  const stack = new Stack(app, 'Net', stackProps);
  const network = new AgentNetwork(stack, 'Network', props);
  return { app, stack, network, template: () => Template.fromStack(stack) };
}

function client(stack: Stack, network: { vpc: ec2.IVpc }, id = 'Client', outbound = false): ec2.SecurityGroup {
  return new ec2.SecurityGroup(stack, id, { vpc: network.vpc, allowAllOutbound: outbound });
}

/** Policy statements of the endpoint of a service, with joins written as plain text. */
function policyOf(stack: Stack, service: string): Statement[] {
  const endpoints = Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint');
  const found = Object.values(endpoints).filter((each) => text(each.Properties.ServiceName).endsWith(`.${service}`));
  expect(found).toHaveLength(1);
  return plain(found[0].Properties.PolicyDocument.Statement) as Statement[];
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value || 'Ref' in value) return text(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const node = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (node['Fn::Join']) return node['Fn::Join'][1].map(text).join(node['Fn::Join'][0]);
  return `{${node.Ref ?? JSON.stringify(value)}}`;
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);
const allowed = (statements: Statement[]) =>
  statements.filter((each) => each.Effect === 'Allow').flatMap((each) => list(each.Action));

describe('the default network', () => {
  const { stack, network } = build();
  const template = Template.fromStack(stack);

  test('has no way to the internet', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EIP', 'EgressOnlyInternetGateway']) {
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
  });

  test('resolves names inside the VPC, which private DNS of the endpoints needs', () => {
    template.hasResourceProperties('AWS::EC2::VPC', { EnableDnsSupport: true, EnableDnsHostnames: true });
  });

  test('places two subnets in zones that AgentCore supports, by zone id', () => {
    const subnets = Object.values(template.findResources('AWS::EC2::Subnet')).map((each) => each.Properties);
    expect(subnets.map((each) => each.AvailabilityZoneId)).toEqual(['use1-az1', 'use1-az2']);
    expect(subnets.map((each) => each.AvailabilityZone)).toEqual([undefined, undefined]);
    expect(subnets.map((each) => each.MapPublicIpOnLaunch)).toEqual([false, false]);
  });

  test('synthesizes without asking the account for anything', () => {
    const { app } = build();
    expect(app.synth().manifest.missing ?? []).toEqual([]);
  });

  test('has an endpoint for everything an environment needs and for nothing else', () => {
    const names = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map((each) =>
      text(each.Properties.ServiceName).replace('{AWS::Region}', 'us-east-1'),
    );
    expect(names.sort()).toEqual(
      ['bedrock-mantle', 'dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 's3'].map(
        (name) => `com.amazonaws.us-east-1.${name}`,
      ),
    );
  });

  test('gives every interface endpoint private DNS, every zone and the endpoint security group', () => {
    const interfaces = template.findResources('AWS::EC2::VPCEndpoint', {
      Properties: { VpcEndpointType: 'Interface' },
    });
    for (const { Properties: endpoint } of Object.values(interfaces)) {
      expect(endpoint.PrivateDnsEnabled).toBe(true);
      expect(endpoint.SubnetIds).toHaveLength(2);
      expect(endpoint.SecurityGroupIds).toEqual([stack.resolve(network.endpointSecurityGroup.securityGroupId)]);
    }
    expect(Object.keys(interfaces)).toHaveLength(4);
  });

  test('gives gateway endpoints the route tables of all agent subnets', () => {
    const gateways = template.findResources('AWS::EC2::VPCEndpoint', { Properties: { VpcEndpointType: 'Gateway' } });
    expect(Object.values(gateways).map((each) => each.Properties.RouteTableIds.length)).toEqual([2, 2]);
  });

  test('admits nobody to the endpoints and lets the endpoints open no connection', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
  });

  test('uses no custom resource and no function', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      (each) => each.Type,
    );
    expect(types.filter((type) => type.startsWith('Custom::') || type.startsWith('AWS::Lambda'))).toEqual([]);
  });

  test('stays small: 31 resources for two zones', () => {
    expect(Object.keys(template.toJSON().Resources)).toHaveLength(31);
  });

  test('exposes the real zone names, known at deployment', () => {
    expect(network.subnets.map((subnet) => JSON.stringify(stack.resolve(subnet.availabilityZone)))).toEqual([
      expect.stringContaining('AvailabilityZone'),
      expect.stringContaining('AvailabilityZone'),
    ]);
  });
});

describe('flow logs', () => {
  test('record all traffic in an encrypted group that is kept for a year and outlives the stack', () => {
    const { template } = build();
    template().hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', ResourceType: 'VPC' });
    template().hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { RetentionInDays: 365, KmsKeyId: Match.anyValue() },
    });
  });

  test('are delivered by a role that trusts only this account and writes only to that group', () => {
    const { template } = build();
    template().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': ACCOUNT },
              ArnLike: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
    template().hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('LogGroup'), 'Arn'] },
          },
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('Key'), 'Arn'] },
            Condition: Match.objectLike({ StringEquals: { 'kms:ViaService': 'logs.us-east-1.amazonaws.com' } }),
          }),
          Match.objectLike({ Action: 'kms:DescribeKey' }),
        ],
      },
    });
    template().resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('use the key and retention that are given, and then make no key', () => {
    const app = new App();
    const stack = new Stack(app, 'Net', EAST);
    const key = new kms.Key(stack, 'Mine');
    const network = new AgentNetwork(stack, 'Network', {
      encryptionKey: key,
      flowLogRetention: logs.RetentionDays.TEN_YEARS,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 3653,
      KmsKeyId: stack.resolve(key.keyArn),
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'CloudWatchLogs' })]) },
    });
    expect(network.encryptionKey).toBe(key);
  });

  test('work with a key of another stack without a cycle', () => {
    const app = new App();
    const keys = new Stack(app, 'Keys', EAST);
    const key = new kms.Key(keys, 'Key');
    const stack = new Stack(app, 'Net', EAST);
    new AgentNetwork(stack, 'Network', { encryptionKey: key });
    expect(() => app.synth()).not.toThrow();
    expect(keys.dependencies).toEqual([]);
  });
});

describe('endpoint policies', () => {
  const { stack } = build();

  test('bedrock-mantle: the exec server and the seven session actions for this account, no model call', () => {
    const statements = policyOf(stack, 'bedrock-mantle');
    expect(allowed(statements).sort()).toEqual([...MANTLE_ENVIRONMENT_ACTIONS, ...MANTLE_SESSION_ACTIONS].sort());
    expect(allowed(statements)).toHaveLength(9);
    expect(statements.find((each) => each.Effect === 'Allow')?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalAccount': ACCOUNT },
    });
  });

  test('bedrock-mantle: bearer tokens are denied to everybody', () => {
    expect(policyOf(stack, 'bedrock-mantle').filter((each) => each.Effect === 'Deny')).toEqual([
      {
        Action: 'bedrock-mantle:CallWithBearerToken',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Resource: '*',
      },
    ]);
  });

  test.each(['ecr.api', 'ecr.dkr'])('%s: pulling from repositories of this account', (service) => {
    const [pull, login] = policyOf(stack, service);
    expect(pull.Resource).toBe(`arn:{AWS::Partition}:ecr:us-east-1:${ACCOUNT}:repository/*`);
    expect(list(pull.Action)).toEqual(IMAGE_PULL_ACTIONS);
    expect(login.Action).toBe('ecr:GetAuthorizationToken');
  });

  test('logs: writing to log groups of this account', () => {
    expect(policyOf(stack, 'logs')).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Resource: `arn:{AWS::Partition}:logs:us-east-1:${ACCOUNT}:log-group:*`,
      },
    ]);
  });

  test("s3: this account's buckets by this account's principals", () => {
    const own = policyOf(stack, 's3')[0];
    expect(own.Condition).toEqual({
      StringEquals: { 'aws:PrincipalAccount': ACCOUNT, 'aws:ResourceAccount': ACCOUNT },
    });
    expect(list(own.Action)).toContain('s3:PutObject');
    expect(list(own.Action)).not.toContain('s3:DeleteObject');
  });

  test('s3: image layers, session storage and code, as AgentCore documents them', () => {
    const [, layers, storage, code] = policyOf(stack, 's3');
    expect(layers).toEqual({
      Action: 's3:GetObject',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Resource: 'arn:{AWS::Partition}:s3:::prod-us-east-1-starport-layer-bucket/*',
    });
    const agentCore = { StringEquals: { 'aws:PrincipalServiceName': 'bedrock-agentcore.amazonaws.com' } };
    expect(storage).toMatchObject({
      Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Condition: agentCore,
      Resource: [
        'arn:{AWS::Partition}:s3:::acr-storage-*-us-east-1-an',
        'arn:{AWS::Partition}:s3:::acr-storage-*-us-east-1-an/*',
      ],
    });
    expect(code).toMatchObject({
      Action: 's3:GetObject',
      Condition: agentCore,
      Resource: [
        'arn:{AWS::Partition}:s3:::acr-code-*-us-east-1-an',
        'arn:{AWS::Partition}:s3:::acr-code-*-us-east-1-an/*',
      ],
    });
  });

  test('dynamodb: items of tables of this account', () => {
    const [items] = policyOf(stack, 'dynamodb');
    expect(items.Resource).toBe(`arn:{AWS::Partition}:dynamodb:us-east-1:${ACCOUNT}:table/*`);
    expect(list(items.Action)).not.toContain('dynamodb:Scan');
  });

  const every = Object.values(AgentNetworkService).filter((each) => each instanceof AgentNetworkService);

  test.each(every.map((service) => [service.name, service] as const))(
    '%s: named actions only, every caller confined',
    (name, service) => {
      const { stack: own, network } = build();
      network.addService(service);
      const statements = policyOf(own, name).filter((each) => each.Effect === 'Allow');
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        expect(list(statement.Action).filter((action) => action.includes('*'))).toEqual([]);
        const confined = Object.keys(statement.Condition?.StringEquals ?? {});
        const presigned = text(statement.Resource).includes('starport');
        expect(presigned || confined.some((key) => /^aws:Principal(Account|ServiceName)$/.test(key))).toBe(true);
      }
    },
  );

  test('open the endpoints to an organization, and to resources of it only', () => {
    const { stack: own } = build({ organizationId: 'o-a1b2c3d4e5' });
    const [pull, login] = policyOf(own, 'ecr.api');
    expect(pull.Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'aws:ResourceOrgID': 'o-a1b2c3d4e5' },
    });
    expect(pull.Resource).toBe('arn:{AWS::Partition}:ecr:us-east-1:*:repository/*');
    expect(login.Condition).toEqual({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } });
    expect(policyOf(own, 's3')[0].Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'aws:ResourceOrgID': 'o-a1b2c3d4e5' },
    });
  });

  test('can be replaced, one service at a time', () => {
    const document = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: [new iam.AnyPrincipal()],
          actions: ['bedrock-mantle:*'],
          resources: ['*'],
        }),
      ],
    });
    const { stack: own } = build({
      endpointPolicies: [{ service: AgentNetworkService.BEDROCK_MANTLE, document }],
    });
    expect(policyOf(own, 'bedrock-mantle')).toEqual([
      { Action: 'bedrock-mantle:*', Effect: 'Allow', Principal: { AWS: '*' }, Resource: '*' },
    ]);
    expect(policyOf(own, 'logs')).toEqual(policyOf(stack, 'logs'));
  });

  test('that replace the policy of an endpoint that is never made stop the synth', () => {
    const document = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: [new iam.AnyPrincipal()],
          actions: ['sqs:SendMessage'],
          resources: ['*'],
        }),
      ],
    });
    const { app } = build({ endpointPolicies: [{ service: AgentNetworkService.SQS, document }] });
    expect(() => app.synth()).toThrow(/policy for sqs \(interface\), but this network makes no such endpoint/);
  });

  test('that were replaced are not extended silently', () => {
    const document = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: [new iam.AnyPrincipal()],
          actions: ['logs:PutLogEvents'],
          resources: ['*'],
        }),
      ],
    });
    const { stack: own, network } = build({ endpointPolicies: [{ service: AgentNetworkService.LOGS, document }] });
    network.addService(AgentNetworkService.LOGS.withActions(['logs:CreateLogGroup']));
    Annotations.fromStack(own).hasWarning('*', Match.stringLikeRegexp('logs endpoint.*logs:CreateLogGroup'));
  });
});

describe('addService', () => {
  test('makes one endpoint however often it is asked, and lets the actions of all callers through', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.CODECOMMIT);
    network.addService(AgentNetworkService.CODECOMMIT.withActions(['codecommit:PostCommentForPullRequest']));
    network.addService(AgentNetworkService.CODECOMMIT.withActions(['codecommit:UpdatePullRequestStatus']));
    const [statement, ...others] = policyOf(stack, 'codecommit');
    expect(others).toEqual([]);
    expect(list(statement.Action)).toEqual([
      ...AgentNetworkService.CODECOMMIT.actions,
      'codecommit:PostCommentForPullRequest',
      'codecommit:UpdatePullRequestStatus',
    ]);
  });

  test('extends an endpoint of the base set', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.S3.withActions(['s3:DeleteObject']));
    const [own, ...others] = policyOf(stack, 's3');
    expect(list(own.Action)).toContain('s3:DeleteObject');
    expect(others).toHaveLength(3);
  });

  test('opens the S3 endpoint to package files together with CodeArtifact repositories', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
    expect(policyOf(stack, 's3').at(-1)).toMatchObject({
      Action: 's3:GetObject',
      Resource: 'arn:{AWS::Partition}:s3:::assets-193858265520-us-east-1/*',
    });
  });

  test('takes services that have no constant', () => {
    const { stack, network } = build({
      services: [
        AgentNetworkService.interface('athena', {
          actions: ['athena:StartQueryExecution'],
          resources: ['arn:aws:athena:us-east-1:111111111111:workgroup/agents'],
        }),
      ],
    });
    expect(policyOf(stack, 'athena')).toEqual([
      {
        Action: 'athena:StartQueryExecution',
        Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Resource: 'arn:aws:athena:us-east-1:111111111111:workgroup/agents',
      },
    ]);
    const id = network.vpcEndpointId(AgentNetworkService.interface('athena', { actions: ['athena:GetWorkGroup'] }));
    expect(stack.resolve(id)).toEqual({ Ref: expect.stringContaining('AthenaEndpoint') });
  });

  test('leaves the constants as they are', () => {
    const before = AgentNetworkService.LOGS.actions;
    AgentNetworkService.LOGS.withActions(['logs:CreateLogGroup']);
    expect(AgentNetworkService.LOGS.actions).toEqual(before);
  });
});

describe('connect', () => {
  test('opens 443 to the endpoints and to the prefix lists of S3 and DynamoDB, and nothing else', () => {
    const { stack, network } = build();
    network.connect(client(stack, network));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Net/Client',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [
        Match.objectLike({ DestinationPrefixListId: 'pl-63a5400a', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
        Match.objectLike({ DestinationPrefixListId: 'pl-02cd2c6b', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
      ],
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    const endpointGroup = stack.resolve(network.endpointSecurityGroup.securityGroupId);
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      DestinationSecurityGroupId: endpointGroup,
      FromPort: 443,
      ToPort: 443,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: endpointGroup,
      FromPort: 443,
      ToPort: 443,
    });
  });

  test.each([
    ['us-east-2', 'pl-7ba54012', 'pl-4ca54025'],
    ['us-west-2', 'pl-68a54001', 'pl-00a54069'],
  ])('knows the prefix lists of %s', (region, s3, dynamoDb) => {
    const { stack, network } = build(undefined, { env: { account: ACCOUNT, region } });
    network.connect(client(stack, network));
    const group = Object.values(
      Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'Net/Client' },
      }),
    )[0].Properties;
    expect(group.SecurityGroupEgress.map((rule: Record<string, string>) => rule.DestinationPrefixListId)).toEqual([
      s3,
      dynamoDb,
    ]);
  });

  test('may be repeated', () => {
    const { stack, network } = build();
    const group = client(stack, network);
    network.connect(group);
    const before = Template.fromStack(stack).toJSON();
    const again = build();
    const groupAgain = client(again.stack, again.network);
    again.network.connect(groupAgain);
    again.network.connect(groupAgain);
    expect(Template.fromStack(again.stack).toJSON()).toEqual(before);
  });

  test('refuses a group that allows all outbound traffic, by name and with the repair', () => {
    const { stack, network } = build();
    expect(() => network.connect(client(stack, network, 'Wide', true))).toThrow(
      /Net\/Wide: allowAllOutbound true is not accepted.*allowAllOutbound: false/,
    );
  });

  test('refuses a client without a security group', () => {
    const { network } = build();
    expect(() => network.connect({ connections: new ec2.Connections() })).toThrow(
      /Fix: create it with a security group/,
    );
  });
});

describe('an agent in another stack', () => {
  function twoStacks() {
    const app = new App();
    const net = new Stack(app, 'Net', EAST);
    const network = new AgentNetwork(net, 'Network');
    const agent = new Stack(app, 'Agent', EAST);
    return { app, net, network, agent };
  }

  test('connects and adds services without the network depending on it', () => {
    const { app, net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    network.addService(AgentNetworkService.SECRETS_MANAGER.withActions(['secretsmanager:ListSecretVersionIds']));
    new iam.Role(agent, 'Role', {
      assumedBy: new iam.AccountRootPrincipal().withConditions({
        StringEquals: { 'aws:SourceVpce': network.vpcEndpointId(AgentNetworkService.SECRETS_MANAGER) },
      }),
    });
    expect(() => app.synth()).not.toThrow();
    expect(net.dependencies).toEqual([]);
    expect(agent.dependencies).toEqual([net]);
  });

  test('keeps the rules of its security group in its own stack and the endpoint in the stack of the network', () => {
    const { net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    network.addService(AgentNetworkService.SSM);
    const agentTemplate = Template.fromStack(agent);
    agentTemplate.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    agentTemplate.resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    agentTemplate.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    Template.fromStack(net).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    expect(policyOf(net, 'ssm')).toHaveLength(1);
  });

  test('leaves no rule behind in a security group that is retained', () => {
    const { net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    const group = Object.values(Template.fromStack(agent).findResources('AWS::EC2::SecurityGroup'))[0].Properties;
    expect(JSON.stringify(group.SecurityGroupEgress)).not.toContain('DestinationSecurityGroupId');
    expect(net.dependencies).toEqual([]);
  });

  test('adds three resources', () => {
    const { network, agent } = twoStacks();
    network.connect(client(agent, network));
    expect(Object.keys(Template.fromStack(agent).toJSON().Resources)).toHaveLength(3);
  });
});

describe('a stack without a fixed account and Region', () => {
  test('looks up zones and prefix lists at deployment', () => {
    const { stack, network } = build(undefined, {});
    network.connect(client(stack, network));
    network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
    const template = Template.fromStack(stack);
    template.hasMapping('AgentNetworkRegions', {
      'us-west-2': {
        S3PrefixList: 'pl-68a54001',
        DynamoDbPrefixList: 'pl-00a54069',
        AgentCoreZone1: 'usw2-az1',
        AgentCoreZone2: 'usw2-az2',
        CodeArtifactAssets: 'assets-787052242323-us-west-2',
      },
    });
    template.hasResourceProperties('AWS::EC2::Subnet', {
      AvailabilityZoneId: { 'Fn::FindInMap': ['AgentNetworkRegions', { Ref: 'AWS::Region' }, 'AgentCoreZone2'] },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([
        Match.objectLike({
          DestinationPrefixListId: { 'Fn::FindInMap': ['AgentNetworkRegions', { Ref: 'AWS::Region' }, 'S3PrefixList'] },
        }),
      ]),
    });
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.bedrock-mantle']] },
    });
  });
});

describe('zones', () => {
  const zoneIdsOf = (zones: AgentNetworkZones, region = 'us-east-1') =>
    Object.values(
      build({ zones }, { env: { account: ACCOUNT, region } })
        .template()
        .findResources('AWS::EC2::Subnet'),
    ).map((each) => each.Properties.AvailabilityZoneId ?? each.Properties.AvailabilityZone);

  test('are counted, named by id or named', () => {
    expect(zoneIdsOf(AgentNetworkZones.count(3))).toEqual(['use1-az1', 'use1-az2', 'use1-az4']);
    expect(zoneIdsOf(AgentNetworkZones.ids(['usw2-az3']), 'us-west-2')).toEqual(['usw2-az3']);
    expect(zoneIdsOf(AgentNetworkZones.names(['us-east-1c', 'us-east-1d']))).toEqual(['us-east-1c', 'us-east-1d']);
  });

  test('may be tokens', () => {
    const token = Lazy.string({ produce: () => 'use1-az1' });
    expect(zoneIdsOf(AgentNetworkZones.ids([token]))).toEqual(['use1-az1']);
  });
});

describe('egress by allow-list', () => {
  const { stack, network } = build({ egress: AgentEgress.allowList(['registry.npmjs.org', '*.example.com']) });
  network.connect(client(stack, network));
  network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
  const template = Template.fromStack(stack);
  const domainList = (name: RegExp) =>
    Object.values(
      template.findResources('AWS::Route53Resolver::FirewallDomainList', {
        Properties: { Name: Match.stringLikeRegexp(name.source) },
      }),
    )[0].Properties.Domains as string[];

  test('answers for the named domains, the endpoints and the instances of the VPC', () => {
    expect(domainList(/-allowed$/)).toEqual([
      'registry.npmjs.org',
      '*.example.com',
      'bedrock-mantle.us-east-1.api.aws',
      'api.ecr.us-east-1.amazonaws.com',
      '111111111111.dkr.ecr.us-east-1.amazonaws.com',
      'logs.us-east-1.amazonaws.com',
      's3.us-east-1.amazonaws.com',
      '*.s3.us-east-1.amazonaws.com',
      'dynamodb.us-east-1.amazonaws.com',
      '111111111111.ddb.us-east-1.amazonaws.com',
      '*.d.codeartifact.us-east-1.amazonaws.com',
      '*.ec2.internal',
    ]);
  });

  test('blocks every other name, after the allowed ones', () => {
    expect(domainList(/-all$/)).toEqual(['*']);
    const [group] = Object.values(template.findResources('AWS::Route53Resolver::FirewallRuleGroup'));
    expect(group.Properties.FirewallRules).toEqual([
      expect.objectContaining({ Action: 'ALLOW', Priority: 100 }),
      expect.objectContaining({ Action: 'BLOCK', BlockResponse: 'NXDOMAIN', Priority: 200 }),
    ]);
    template.resourceCountIs('AWS::Route53Resolver::FirewallRuleGroupAssociation', 1);
  });

  test('stays fail-closed, which is the default of a VPC', () => {
    template.resourceCountIs('AWS::Route53Resolver::FirewallConfig', 0);
  });

  test('routes agents through one NAT gateway and opens only HTTPS to it', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Net/Client',
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })]),
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('"IpProtocol":"-1"');
  });

  test('places agents in subnets without public addresses and without a route to the internet gateway', () => {
    const agents = template.findResources('AWS::EC2::Subnet', {
      Properties: { Tags: Match.arrayWith([{ Key: 'aws-cdk:subnet-type', Value: 'Private' }]) },
    });
    expect(Object.keys(agents)).toEqual(network.subnets.map((subnet) => stack.resolve(subnet.subnetId).Ref));
    const routes = Object.values(template.findResources('AWS::EC2::Route')).map((each) => each.Properties);
    expect(routes.filter((route) => route.NatGatewayId)).toHaveLength(2);
    expect(routes.filter((route) => route.GatewayId)).toHaveLength(1);
  });
});

describe('open egress', () => {
  test('has NAT gateways but no firewall', () => {
    const { template } = build({ egress: AgentEgress.open({ natGateways: 2 }) });
    template().resourceCountIs('AWS::EC2::NatGateway', 2);
    template().resourceCountIs('AWS::Route53Resolver::FirewallRuleGroup', 0);
  });
});

describe('the idle price', () => {
  const idle = ({ app, stack }: ReturnType<typeof build>) => {
    app.synth();
    return MonthlyCostEstimate.of(stack);
  };
  const usd = (made: ReturnType<typeof build>) => idle(made).idleUsdPerMonth;

  test('is at most $65 per month for two zones with the base set, explained line by line', () => {
    const estimate = idle(build());
    // 4 endpoints × 2 zones × 730 h × $0.01, one key, one alarm, 10 domains.
    expect(estimate.idleUsdPerMonth).toBeCloseTo(59.505, 6);
    expect(estimate.idle.map(({ quantity, unit, usd: each }) => [quantity, unit, each])).toEqual(
      expect.arrayContaining([
        [8, 'interface endpoint in one Availability Zone', expect.closeTo(58.4, 6)],
        [1, 'customer-managed key', 1],
        [1, 'metric of an alarm', 0.1],
        [10, 'domain in a DNS Firewall list', expect.closeTo(0.005, 6)],
      ]),
    );
  });

  test('grows with what is added: an endpoint per service and zone, NAT and its address', () => {
    const base = usd(build());
    expect(usd(build({ services: [AgentNetworkService.SSM] })) - base).toBeCloseTo(14.6, 2);
    // NAT gateway and address; names are not limited, so neither the alarm nor the domains are paid for.
    expect(usd(build({ egress: AgentEgress.open() })) - base).toBeCloseTo(36.395, 3);
  });
});

describe('refused input names the value and the repair', () => {
  const service = AgentNetworkService;
  const cases: [string, () => unknown, RegExp][] = [
    [
      'an unsupported Region',
      () => build({}, { env: { account: ACCOUNT, region: 'eu-west-1' } }),
      /'eu-west-1' is not accepted\. Allowed: us-east-1, us-east-2, us-west-2/,
    ],
    ['no zone', () => AgentNetworkZones.count(0), /count 0 .*1 to 3/],
    ['too many zones', () => AgentNetworkZones.count(4), /count 4 .*1 to 3/],
    ['half a zone', () => AgentNetworkZones.count(1.5), /count 1\.5/],
    [
      'a zone AgentCore does not support',
      () => build({ zones: AgentNetworkZones.ids(['use1-az3']) }),
      /'use1-az3' .*use1-az1, use1-az2, use1-az4/,
    ],
    ['a zone of another Region', () => build({ zones: AgentNetworkZones.ids(['usw2-az1']) }), /'usw2-az1'/],
    ['a zone twice', () => AgentNetworkZones.ids(['use1-az1', 'use1-az1']), /name each zone once/],
    [
      'a zone id as a name',
      () => build({ zones: AgentNetworkZones.names(['use1-az1']) }),
      /Availability Zone names of us-east-1/,
    ],
    ['a zone name of another Region', () => build({ zones: AgentNetworkZones.names(['us-west-2a']) }), /'us-west-2a'/],
    ['an empty allow-list', () => AgentEgress.allowList([]), /AgentEgress\.isolated/],
    ['everything as an allow-list', () => AgentEgress.allowList(['*']), /'\*' .*AgentEgress\.open/],
    ['a URL', () => AgentEgress.allowList(['https://example.com']), /no scheme, port or path/],
    ['a port', () => AgentEgress.allowList(['example.com:443']), /no scheme, port or path/],
    ['an asterisk inside a name', () => AgentEgress.allowList(['a.*.com']), /'a\.\*\.com'/],
    ['a single label', () => AgentEgress.allowList(['localhost']), /'localhost'/],
    [
      'a domain of more than 255 characters',
      () => AgentEgress.allowList([`${'a'.repeat(60)}.`.repeat(5) + 'com']),
      /1 to 255/,
    ],
    ['a domain twice', () => AgentEgress.allowList(['example.com', 'EXAMPLE.com']), /every domain once/],
    [
      'more NAT gateways than zones',
      () => build({ egress: AgentEgress.open({ natGateways: 3 }) }),
      /natGateways 3 .*0 to 2/,
    ],
    ['no NAT gateway', () => AgentEgress.open({ natGateways: 0 }), /natGateways 0/],
    [
      'something that is no organization',
      () => build({ organizationId: '123456789012' }),
      /'123456789012' .*AWS Organization/,
    ],
    ['no action', () => service.interface('athena', { actions: [] }), /at least one action/],
    ['a wildcard action', () => service.SSM.withActions(['ssm:Get*']), /'ssm:Get\*' .*without wildcards/],
    ['all actions', () => service.interface('athena', { actions: ['*'] }), /without wildcards/],
    ['bearer tokens', () => service.BEDROCK_MANTLE.withActions([BEARER_TOKEN_ACTIONS[0]]), /SigV4/],
    [
      'a full endpoint service name',
      () => service.interface('com.amazonaws.us-east-1.Athena', { actions: ['athena:GetWorkGroup'] }),
      /'athena'/,
    ],
    [
      'an endpoint that does not exist',
      () => build().network.vpcEndpointId(service.SNS),
      /'sns' .*bedrock-mantle.*addService/,
    ],
    [
      'an empty replacement policy',
      () => build({ endpointPolicies: [{ service: service.LOGS, document: new iam.PolicyDocument() }] }),
      /at least one statement/,
    ],
  ];

  test.each(cases)('%s', (_name, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('independent checks of a network with a connected client', () => {
  function synthesized(egress?: AgentEgress) {
    const { app, stack, network } = build({ egress });
    network.connect(client(stack, network));
    return { app, stack };
  }

  test.each([
    ['AwsSolutions', new AwsSolutionsChecks(), []],
    // Closing the default group takes a custom resource with a Lambda function. Nothing uses the group, see docs/network.md.
    ['NIST 800-53 r5', new NIST80053R5Checks(), ['NIST.800.53.R5-VPCDefaultSecurityGroupClosed']],
    ['HIPAA', new HIPAASecurityChecks(), ['HIPAA.Security-VPCDefaultSecurityGroupClosed']],
    ['PCI DSS', new PCIDSS321Checks(), ['PCI.DSS.321-VPCDefaultSecurityGroupClosed']],
  ])('%s finds nothing but the default security group', (_name, pack, expected) => {
    const { stack } = synthesized();
    expect(pack.validateScope(stack).violations.map((each) => each.ruleName)).toEqual(expected);
  });
});
