import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentEgress,
  AgentNetwork,
  type AgentNetworkAttributes,
  type AgentNetworkEndpoint,
  type AgentNetworkFromVpcOptions,
  AgentNetworkService,
} from '../../../lib/network';

const EAST = { env: { account: '111111111111', region: 'us-east-1' } };
const { BEDROCK_MANTLE, DYNAMODB, ECR_API, ECR_DKR, LOGS, S3, SSM } = AgentNetworkService;

function stackWithVpc(attributes: Partial<ec2.VpcAttributes> = {}) {
  const stack = new Stack(new App(), 'Agent', EAST);
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    publicSubnetIds: ['subnet-pub1', 'subnet-pub2'],
    publicSubnetRouteTableIds: ['rtb-pub1', 'rtb-pub2'],
    privateSubnetIds: ['subnet-priv1', 'subnet-priv2'],
    privateSubnetRouteTableIds: ['rtb-priv1', 'rtb-priv2'],
    isolatedSubnetIds: ['subnet-iso1', 'subnet-iso2'],
    isolatedSubnetRouteTableIds: ['rtb-iso1', 'rtb-iso2'],
    ...attributes,
  });
  return { stack, vpc };
}

function fromVpc(props: Partial<AgentNetworkFromVpcOptions> = {}, attributes?: Partial<ec2.VpcAttributes>) {
  const { stack, vpc } = stackWithVpc(attributes);
  return { stack, vpc, network: AgentNetwork.fromVpc(stack, 'Network', { vpc, ...props }) };
}

const group = (stack: Stack, id: string) => ec2.SecurityGroup.fromSecurityGroupId(stack, id, `sg-${id.toLowerCase()}`);
const endpoint = (service: AgentNetworkService): AgentNetworkEndpoint => ({
  service,
  vpcEndpointId: `vpce-${service.name.replace('.', '-')}`,
});
const client = (stack: Stack, vpc: ec2.IVpc) =>
  new ec2.SecurityGroup(stack, 'Client', { vpc, allowAllOutbound: false });
const endpointsIn = (stack: Stack) =>
  Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).map((each) => each.Properties);

describe('a network in an existing VPC', () => {
  test('makes the base endpoints in the isolated subnets, and neither VPC nor flow log', () => {
    const { stack, network } = fromVpc();
    expect(network.subnets.map((subnet) => subnet.subnetId)).toEqual(['subnet-iso1', 'subnet-iso2']);
    const endpoints = endpointsIn(stack);
    expect(endpoints).toHaveLength(6);
    for (const each of endpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')) {
      expect(each.SubnetIds).toEqual(['subnet-iso1', 'subnet-iso2']);
    }
    for (const each of endpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway')) {
      expect(each.RouteTableIds).toEqual(['rtb-iso1', 'rtb-iso2']);
    }
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPC', 0);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::FlowLog', 0);
  });

  test('uses private subnets where there are no isolated ones, and the subnets that are selected', () => {
    const noIsolated = { isolatedSubnetIds: undefined, isolatedSubnetRouteTableIds: undefined };
    expect(fromVpc({}, noIsolated).network.subnets.map((each) => each.subnetId)).toEqual([
      'subnet-priv1',
      'subnet-priv2',
    ]);
    const selected = fromVpc({ subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } });
    expect(selected.network.subnets.map((each) => each.subnetId)).toEqual(['subnet-priv1', 'subnet-priv2']);
  });

  test('works with a VPC of the same app', () => {
    const app = new App();
    const net = new Stack(app, 'Net');
    const vpc = new ec2.Vpc(net, 'Vpc', { natGateways: 0 });
    const agent = new Stack(app, 'Agent');
    const network = AgentNetwork.fromVpc(agent, 'Network', { vpc });
    network.connect(client(agent, vpc));
    expect(() => app.synth()).not.toThrow();
    expect(network.subnets).toEqual(vpc.isolatedSubnets);
  });

  test('puts one interface of an endpoint into each zone, whatever the number of subnets', () => {
    const { stack } = fromVpc(
      {},
      {
        isolatedSubnetNames: ['A', 'B'],
        isolatedSubnetIds: ['subnet-a1', 'subnet-a2', 'subnet-b1', 'subnet-b2'],
        isolatedSubnetRouteTableIds: ['rtb-a1', 'rtb-a2', 'rtb-b1', 'rtb-b2'],
      },
    );
    const mantle = endpointsIn(stack).find((each) => JSON.stringify(each.ServiceName).includes('bedrock-mantle'));
    expect(mantle?.SubnetIds).toEqual(['subnet-a1', 'subnet-a2']);
  });

  test('makes no second endpoint where one exists', () => {
    const { stack, network } = fromVpc({
      existingEndpoints: [endpoint(S3), { ...endpoint(BEDROCK_MANTLE), securityGroup: group(new Stack(), 'Mantle') }],
    });
    const names = endpointsIn(stack).map((each) => JSON.stringify(each.ServiceName));
    expect(names.filter((name) => name.includes('bedrock-mantle') || name.includes('.s3'))).toEqual([]);
    expect(names).toHaveLength(4);
    network.addService(BEDROCK_MANTLE);
    expect(endpointsIn(stack)).toHaveLength(4);
    expect(network.vpcEndpointId(BEDROCK_MANTLE)).toBe('vpce-bedrock-mantle');
  });

  test('admits clients to the groups of existing endpoints too', () => {
    const { stack, vpc } = stackWithVpc();
    const network = AgentNetwork.fromVpc(stack, 'Network', {
      vpc,
      existingEndpoints: [{ ...endpoint(LOGS), securityGroup: group(stack, 'Central') }],
    });
    network.connect(client(stack, vpc));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-central', FromPort: 443 });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { DestinationSecurityGroupId: 'sg-central' });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
  });

  test('makes no group of its own where every interface endpoint exists', () => {
    const { stack, vpc } = stackWithVpc();
    const securityGroup = group(stack, 'Central');
    const network = AgentNetwork.fromVpc(stack, 'Network', {
      vpc,
      existingEndpoints: [BEDROCK_MANTLE, ECR_API, ECR_DKR, LOGS].map((each) => ({ ...endpoint(each), securityGroup })),
    });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
    expect(network.endpointSecurityGroup).toBe(securityGroup);
  });

  test('says what to add to the policy of an endpoint it does not manage', () => {
    const { stack, vpc } = stackWithVpc();
    AgentNetwork.fromVpc(stack, 'Network', {
      vpc,
      existingEndpoints: [endpoint(S3)],
      services: [S3.withActions(['s3:DeleteObject']), AgentNetworkService.CODEARTIFACT_REPOSITORIES],
    });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('s3 endpoint.*s3:DeleteObject'));
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp('s3 endpoint.*s3:GetObject on .*assets-193858265520-us-east-1'),
    );
  });

  test('stays quiet about existing endpoints when nothing special is needed', () => {
    const { stack } = fromVpc({ existingEndpoints: [endpoint(S3)] });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('opens no internet rule by default, whatever the routes of the VPC are', () => {
    const { stack, vpc, network } = fromVpc({ subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } });
    network.connect(client(stack, vpc));
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('0.0.0.0/0');
  });

  test('applies an allow-list to the whole VPC and says so', () => {
    const { stack } = fromVpc({ egress: AgentEgress.allowList(['example.com']) });
    Template.fromStack(stack).hasResourceProperties('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
      VpcId: 'vpc-1',
    });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::NatGateway', 0);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('everything in this VPC'));
  });

  const refused: [string, () => unknown, RegExp][] = [
    [
      'public subnets by type',
      () => fromVpc({ subnets: { subnetType: ec2.SubnetType.PUBLIC } }),
      /Agent\/Network: subnets 'subnet-pub1' is not accepted\. Allowed: private or isolated/,
    ],
    [
      'public subnets by id',
      () => {
        const { stack, vpc } = stackWithVpc();
        const subnets = [ec2.Subnet.fromSubnetId(stack, 'Given', 'subnet-pub2')];
        return AgentNetwork.fromVpc(stack, 'Network', { vpc, subnets: { subnets } });
      },
      /'subnet-pub2' is not accepted/,
    ],
    [
      'no subnets at all',
      () =>
        fromVpc(
          {},
          {
            isolatedSubnetIds: undefined,
            isolatedSubnetRouteTableIds: undefined,
            privateSubnetIds: undefined,
            privateSubnetRouteTableIds: undefined,
          },
        ),
      /subnets \[\] is not accepted\. Allowed: 1 to 16/,
    ],
    ['an empty selection', () => fromVpc({ subnets: { subnets: [] } }), /subnets \[\] is not accepted/],
    [
      'subnets without route tables',
      () => fromVpc({}, { isolatedSubnetRouteTableIds: undefined }),
      /known route table.*existingEndpoints/,
    ],
    ['zones AgentCore does not support', () => fromVpc({ zoneIds: ['use1-az1', 'use1-az5'] }), /zoneIds 'use1-az5'/],
    [
      'existing endpoints nobody can be admitted to',
      () => fromVpc({ existingEndpoints: [endpoint(LOGS)] }),
      /existingEndpoints \["logs"\].*securityGroup/,
    ],
    [
      'an existing endpoint twice',
      () => fromVpc({ existingEndpoints: [endpoint(S3), endpoint(S3)] }),
      /one endpoint per service/,
    ],
    [
      'the name of an endpoint as its id',
      () => fromVpc({ existingEndpoints: [{ ...endpoint(S3), vpcEndpointId: 's3-endpoint' }] }),
      /endpoints\.s3\.vpcEndpointId 's3-endpoint' is not accepted\. Allowed: the id of a VPC endpoint.*Fix: copy/,
    ],
    ['NAT gateways', () => fromVpc({ egress: AgentEgress.open({ natGateways: 1 }) }), /egress\.natGateways 1/],
    ['something that is no organization', () => fromVpc({ organizationId: 'acme' }), /'acme'/],
  ];

  test.each(refused)('refuses %s', (_name, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('a network imported in full', () => {
  const BASE = [BEDROCK_MANTLE, ECR_API, ECR_DKR, LOGS, S3];

  function imported(attrs: Partial<AgentNetworkAttributes> = {}) {
    const { stack, vpc } = stackWithVpc();
    const network = AgentNetwork.fromAgentNetworkAttributes(stack, 'Network', {
      vpc,
      subnets: vpc.isolatedSubnets,
      endpointSecurityGroup: group(stack, 'Endpoints'),
      endpoints: BASE.map(endpoint),
      ...attrs,
    });
    return { stack, vpc, network };
  }

  test('makes nothing but the rules of its clients, in their stack', () => {
    const { stack, vpc, network } = imported();
    network.connect(client(stack, vpc));
    const types = Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>);
    expect(types.map((each) => each.Type).sort()).toEqual([
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
    ]);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-endpoints' });
  });

  test('knows the ids of its endpoints', () => {
    expect(imported().network.vpcEndpointId(S3)).toBe('vpce-s3');
  });

  test('takes a service that has an endpoint, and refuses to make a missing one', () => {
    const { network } = imported();
    expect(() => network.addService(LOGS)).not.toThrow();
    expect(() => network.addService(SSM)).toThrow(
      /'ssm' is not accepted.*call addService\(…\) on the network where it is defined/,
    );
  });

  test('needs the base endpoints, unless the internet can be reached', () => {
    expect(() => imported({ endpoints: [endpoint(S3)] })).toThrow(
      /Fix: name the endpoints of bedrock-mantle, ecr.api, ecr.dkr, logs/,
    );
    expect(() => imported({ endpoints: [], egress: AgentEgress.open() })).not.toThrow();
    expect(() => imported({ endpoints: [...BASE, DYNAMODB].map(endpoint) })).not.toThrow();
  });

  test('refuses public subnets', () => {
    const { stack, vpc } = stackWithVpc();
    expect(() =>
      AgentNetwork.fromAgentNetworkAttributes(stack, 'Network', {
        vpc,
        subnets: vpc.publicSubnets,
        endpointSecurityGroup: group(stack, 'Endpoints'),
        endpoints: BASE.map(endpoint),
      }),
    ).toThrow(/'subnet-pub1' is not accepted/);
  });
});
