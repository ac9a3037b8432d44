import { printed } from '../../../analysis/model/printed-text';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { edgesOf } from './edges';
import { exits, networkOf, type Network } from '../../../analysis/network/network';
import { appWith, att, networkWith, ref, resource } from './app';

const ways = (network: Network) =>
  network.ways.map(({ kind, beyond, to, certainty }) => `${kind} (${beyond}) to ${printed(to)}: ${certainty}`);
const route = (properties: object) => resource('AWS::EC2::Route', { RouteTableId: ref('Table'), ...properties });

test('an isolated Runtime has no way out, no gap, and connects to its endpoint only', () => {
  const network = networkWith();
  expect(network.modes.map(({ mode }) => mode)).toEqual(['VPC']);
  expect(network.ways).toEqual([]);
  expect(network.gaps).toEqual([]);
  expect(network.ties).toEqual([]);
  expect(network.connections.map(({ to, certainty }) => [to.logicalId, certainty])).toEqual([['Endpoint', 'yes']]);
  expect(network.endpoints).toMatchObject([{ service: 'bedrock-mantle', owner: 'AWS', type: 'Interface' }]);
  expect(network.endpoints[0].privateNames.possible()).toBe(true);
  expect(network.endpoints[0].policies).toHaveLength(1);
});

describe('routes', () => {
  test.each([
    [
      'a NAT gateway',
      { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' },
      'NAT gateway (internet) to 0.0.0.0/0: yes',
    ],
    [
      'half of all addresses',
      { DestinationCidrBlock: '0.0.0.0/1', TransitGatewayId: 'tgw-1' },
      'transit gateway (network) to 0.0.0.0/1: yes',
    ],
    [
      'IPv6',
      { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: 'eigw-1' },
      'egress-only internet gateway (internet) to ::/0: yes',
    ],
    [
      'a prefix list',
      { DestinationPrefixListId: 'pl-1', TransitGatewayId: 'tgw-1' },
      'transit gateway (network) to pl-1: yes',
    ],
    [
      'a peering connection',
      { DestinationCidrBlock: '10.9.0.0/16', VpcPeeringConnectionId: 'pcx-1' },
      'peering connection (network) to 10.9.0.0/16: yes',
    ],
    ['an instance', { DestinationCidrBlock: '0.0.0.0/0', InstanceId: 'i-1' }, 'instance (appliance) to 0.0.0.0/0: yes'],
    [
      'a core network',
      { DestinationCidrBlock: '0.0.0.0/0', CoreNetworkArn: 'arn:x' },
      'core network (network) to 0.0.0.0/0: yes',
    ],
    [
      'a written internet gateway',
      { DestinationCidrBlock: '52.0.0.0/8', GatewayId: 'igw-1' },
      'internet gateway (internet) to 52.0.0.0/8: yes',
    ],
    [
      'a gateway of a parameter',
      { DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref('Gateway') },
      'gateway (unknown) to 0.0.0.0/0: maybe',
    ],
    [
      'a VPN gateway',
      { DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref('Vpn') },
      'VPN gateway (network) to 0.0.0.0/0: yes',
    ],
    [
      'a private NAT gateway',
      { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: ref('Nat') },
      'private NAT gateway (network) to 0.0.0.0/0: yes',
    ],
  ])('%s is a way out', (_name, target, expected) => {
    const network = networkWith(
      {
        Route: route(target),
        Vpn: resource('AWS::EC2::VPNGateway', { Type: 'ipsec.1' }),
        Nat: resource('AWS::EC2::NatGateway', { ConnectivityType: 'private', SubnetId: 'subnet-1' }),
      },
      { Parameters: { Gateway: { Type: 'String' } } },
    );
    expect(ways(network)).toEqual([expected]);
    expect(network.ways[0].place).toMatchObject({ resource: { logicalId: 'Route' } });
  });

  test('the local route and a route of another table are none', () => {
    const network = networkWith({
      Local: route({ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' }),
      Other: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
      Out: resource('AWS::EC2::Route', {
        RouteTableId: ref('Other'),
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: 'nat-1',
      }),
    });
    expect(network.ways).toEqual([]);
  });

  test('routes come from on premises by propagation', () => {
    const network = networkWith({
      Vpn: resource('AWS::EC2::VPNGateway', { Type: 'ipsec.1' }),
      Propagation: resource('AWS::EC2::VPNGatewayRoutePropagation', {
        RouteTableIds: [ref('Table')],
        VpnGatewayId: ref('Vpn'),
      }),
    });
    expect(ways(network)).toEqual(['route propagation (network) to whatever it announces: yes']);
  });

  test('a subnet without a table has the main table, which a route to an unknown table may be in', () => {
    const main = resource('AWS::EC2::Route', {
      RouteTableId: 'rtb-0aaaaaaaa',
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: 'nat-1',
    });
    expect(ways(networkWith({ InB: undefined, Main: main }))).toEqual(['NAT gateway (internet) to 0.0.0.0/0: maybe']);
    expect(ways(networkWith({ Main: main }))).toEqual([]);
  });

  test('a route to a table of a parameter may be in any table', () => {
    const parameters = { Parameters: { Somewhere: { Type: 'String' } } };
    const out = resource('AWS::EC2::Route', {
      RouteTableId: ref('Somewhere'),
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: 'nat-1',
    });
    expect(ways(networkWith({ Out: out }, parameters))).toEqual(['NAT gateway (internet) to 0.0.0.0/0: maybe']);
  });

  test('a way holds only when its resources are deployed', () => {
    const sections = {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { IsProd: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
    };
    const network = networkWith(
      { Route: { ...route({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }), Condition: 'IsProd' } },
      sections,
    );
    expect(network.ways.map(({ guard }) => guard.example())).toEqual(['Stage = prod']);
  });
});

describe('what is not in the assembly is a gap', () => {
  test.each([
    ['the routes of the subnet', { Runtime: runtimeIn('subnet-0aaaaaaaa', att('Group', 'GroupId')) }],
    ['the rules of the security group', { Runtime: runtimeIn(ref('SubnetA'), 'sg-0aaaaaaaa') }],
    [
      'the routes of the route table',
      {
        InA: resource('AWS::EC2::SubnetRouteTableAssociation', {
          SubnetId: ref('SubnetA'),
          RouteTableId: 'rtb-0aaaaaaaa',
        }),
      },
    ],
  ])('%s', (what, changes) => {
    expect(networkWith(changes).gaps.map((gap) => gap.what)).toContain(what);
  });

  test('an unknown type, if it names the network', () => {
    const joined = networkWith({ New: resource('AWS::EC2::QuantumLink', { VpcId: ref('Vpc') }) });
    expect(joined.gaps.map(({ what }) => what)).toEqual([
      'what AWS::EC2::QuantumLink does to the network (the type is not known)',
    ]);
    const elsewhere = networkWith({ New: resource('AWS::EC2::QuantumLink', { VpcId: 'vpc-0bbbbbbbb' }) });
    expect(elsewhere.gaps).toEqual([]);
  });

  test('an egress rule for a group from a parameter', () => {
    const rule = resource('AWS::EC2::SecurityGroupEgress', {
      GroupId: ref('Some'),
      IpProtocol: '-1',
      CidrIp: '0.0.0.0/0',
    });
    const network = networkWith({ Rule: rule }, { Parameters: { Some: { Type: 'String' } } });
    expect(network.gaps.map(({ what }) => what)).toEqual(['for which security group this rule is']);
  });

  test('a custom resource that names the network, but not the one of aws-cdk-lib', () => {
    const properties = {
      ServiceToken: 'arn',
      DefaultSecurityGroupId: att('Vpc', 'DefaultSecurityGroup'),
      Network: ref('Vpc'),
    };
    expect(networkWith({ Own: resource('Custom::Peering', properties) }).gaps).toHaveLength(1);
    expect(networkWith({ Cdk: resource('Custom::VpcRestrictDefaultSG', properties) }).gaps).toEqual([]);
  });
});

describe('security groups', () => {
  const flows = (network: Network) =>
    network.flows.map(
      ({ direction, protocol, fromPort, peer }) => `${direction} ${protocol} ${fromPort ?? 'all'} ${peer.kind}`,
    );

  test('a group without its own egress rule allows all egress, even if separate rules are added', () => {
    const bare = resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') });
    const everything = ['to all all addresses', 'to all all addresses'];
    expect(flows(networkWith({ Group: bare, ToEndpoint: undefined }))).toEqual(everything);
    expect(flows(networkWith({ Group: bare }))).toEqual(['to tcp 443 group', ...everything]);
  });

  test('a nested stack of the assembly that is given subnets changes nothing by itself', () => {
    const nested = resource('AWS::CloudFormation::Stack', { Parameters: { refToSubnet: ref('SubnetA') } });
    expect(networkWith({ Nested: nested }).gaps).toHaveLength(1);
    const model = appWith({ Nested: nested }, {}, [
      { id: 'App/Nested', template: { Resources: {} }, nestedIn: { sourceId: 'App', logicalId: 'Nested' } },
    ]);
    expect(networkOf(model, model.resource('App#Runtime')!).gaps).toEqual([]);
  });

  test('the default group of a VPC allows all egress', () => {
    const network = networkWith({ Runtime: runtimeIn(ref('SubnetA'), att('Vpc', 'DefaultSecurityGroup')) });
    expect(flows(network)).toEqual(['to all all addresses', 'to all all addresses']);
    expect(network.gaps).toEqual([]);
  });

  test('a rule counts for a group that is written out, too', () => {
    const network = networkWith({
      Runtime: runtimeIn(ref('SubnetA'), 'sg-0aaaaaaaa'),
      Rule: resource('AWS::EC2::SecurityGroupEgress', { GroupId: 'sg-0aaaaaaaa', IpProtocol: -1, CidrIp: '0.0.0.0/0' }),
    });
    expect(flows(network)).toEqual(['to all all addresses']);
  });

  test('a prefix list of AWS is known, one of the app is its addresses, another is unknown', () => {
    const to = (DestinationPrefixListId: unknown) => ({
      DestinationPrefixListId,
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
    });
    const network = networkWith({
      Group: resource('AWS::EC2::SecurityGroup', {
        VpcId: ref('Vpc'),
        SecurityGroupEgress: [to('pl-63a5400a'), to(att('List', 'PrefixListId')), to('pl-0123456789abcdef0')],
      }),
      ToEndpoint: undefined,
      List: resource('AWS::EC2::PrefixList', { Entries: [{ Cidr: '0.0.0.0/0' }] }),
    });
    const peers = network.flows.flatMap(({ peer }) => (peer.kind === 'prefix list' ? [peer] : []));
    expect(peers.map(({ owner, cidrs }) => [owner, cidrs.map(printed)])).toEqual([
      ['AWS', []],
      ['app', ['0.0.0.0/0']],
      ['unknown', []],
    ]);
  });

  test('a database is reached if the groups of both sides say so', () => {
    const database = {
      DatabaseGroup: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') }),
      Database: resource('AWS::RDS::DBInstance', { VPCSecurityGroups: [att('DatabaseGroup', 'GroupId')] }),
      Out: resource('AWS::EC2::SecurityGroupEgress', {
        GroupId: att('Group', 'GroupId'),
        DestinationSecurityGroupId: att('DatabaseGroup', 'GroupId'),
        IpProtocol: 'tcp',
        FromPort: 5432,
        ToPort: 5432,
      }),
    };
    const accepts = (port: number) =>
      resource('AWS::EC2::SecurityGroupIngress', {
        GroupId: att('DatabaseGroup', 'GroupId'),
        SourceSecurityGroupId: att('Group', 'GroupId'),
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
      });
    const certainty = (changes: object) =>
      networkWith({ ...database, ...changes }).connections.find(({ to }) => to.logicalId === 'Database')?.certainty;
    expect(certainty({})).toBe('maybe');
    expect(certainty({ In: accepts(80) })).toBe('maybe');
    expect(certainty({ In: accepts(5432) })).toBe('yes');
    expect(certainty({ Out: undefined })).toBeUndefined();
  });

  test('a port that depends on a condition is every port', () => {
    const rule = resource('AWS::EC2::SecurityGroupEgress', {
      GroupId: att('Group', 'GroupId'),
      IpProtocol: 'tcp',
      FromPort: { 'Fn::If': ['IsProd', 443, 1] },
      ToPort: { 'Fn::If': ['IsProd', 443, 65535] },
      CidrIp: '10.0.0.0/8',
    });
    const conditions = { Conditions: { IsProd: { 'Fn::Equals': [ref('AWS::Region'), 'us-east-1'] } } };
    expect(flows(networkWith({ ToEndpoint: undefined, Rule: rule }, conditions))).toEqual(['to tcp all addresses']);
  });

  test('what accepts connections is a flow from', () => {
    const rule = resource('AWS::EC2::SecurityGroupIngress', {
      GroupId: att('Group', 'GroupId'),
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '10.0.0.0/8',
    });
    expect(flows(networkWith({ Rule: rule }))).toContain('from tcp 22 addresses');
  });
});

describe('endpoints', () => {
  const endpoint = (properties: object) =>
    resource('AWS::EC2::VPCEndpoint', { VpcId: ref('Vpc'), VpcEndpointType: 'Interface', ...properties });

  test.each([
    ['com.amazonaws.us-east-1.s3', 'AWS', 's3'],
    ['com.amazonaws.us-east-1.ecr.api', 'AWS', 'ecr.api'],
    ['aws.api.us-east-1.bedrock-mantle', 'AWS', 'bedrock-mantle'],
    ['com.amazonaws.vpce.us-east-1.vpce-svc-0aaaa', 'foreign', undefined],
    ['com.example.service', 'foreign', undefined],
    [ref('Service'), 'unknown', undefined],
  ])('%j is a service of %s', (ServiceName, owner, service) => {
    const network = networkWith({ Other: endpoint({ ServiceName }) }, { Parameters: { Service: { Type: 'String' } } });
    const other = network.endpoints.find(({ resource: each }) => each.logicalId === 'Other');
    expect([other?.owner, other?.service]).toEqual([owner, service]);
    expect(network.ways).toHaveLength(owner === 'AWS' ? 0 : 1);
  });

  test('to an endpoint service of the app is no way out', () => {
    const network = networkWith({
      Service: resource('AWS::EC2::VPCEndpointService', {}),
      Other: endpoint({ ServiceName: { 'Fn::Sub': 'com.amazonaws.vpce.us-east-1.${Service}' } }),
    });
    expect(network.endpoints.map(({ owner }) => owner).sort()).toEqual(['AWS', 'app']);
    expect(network.ways).toEqual([]);
  });
});

test('a service network of VPC Lattice is a way out that needs no route', () => {
  const network = networkWith({
    Association: resource('AWS::VpcLattice::ServiceNetworkVpcAssociation', {
      VpcIdentifier: ref('Vpc'),
      ServiceNetworkIdentifier: 'sn-1',
    }),
  });
  expect(ways(network)).toEqual(['service network (network) to its services: yes']);
});

test('a subnet that is shared with another account is a tie', () => {
  const arn = { 'Fn::Sub': 'arn:aws:ec2:us-east-1:111122223333:subnet/${SubnetA}' };
  const network = networkWith({ Share: resource('AWS::RAM::ResourceShare', { Name: 'x', ResourceArns: [arn] }) });
  expect(network.ties.map(({ kind, resource: each }) => [kind, each.logicalId])).toEqual([['share', 'Share']]);
});

test('neighbours in the VPC are neither ways out nor gaps', () => {
  const network = networkWith({
    Function: resource('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: [ref('SubnetA')], SecurityGroupIds: [ref('Other')] },
    }),
    Balancer: resource('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Subnets: [ref('SubnetA')],
      SecurityGroups: [ref('Other')],
    }),
    Logs: resource('AWS::EC2::FlowLog', { ResourceId: ref('Vpc'), ResourceType: 'VPC' }),
    Parameter: resource('AWS::SSM::Parameter', { Value: ref('Vpc') }),
    Other: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') }),
  });
  expect([network.ways, network.gaps, network.ties]).toEqual([[], [], []]);
  expect(network.connections.map(({ to }) => to.logicalId)).toEqual(['Endpoint']);
});

describe('modes and exits', () => {
  const inMode = (NetworkMode: unknown) =>
    resource('AWS::BedrockAgentCore::Runtime', { NetworkConfiguration: { NetworkMode } });
  const sections = { Parameters: { Mode: { Type: 'String' } } };

  test.each([
    ['PUBLIC', 'PUBLIC', 'yes'],
    [ref('Mode'), 'unknown', 'maybe'],
  ])('mode %j', (mode, expected, certainty) => {
    const network = networkWith({ Runtime: inMode(mode) }, sections);
    expect(network.modes.map((each) => each.mode)).toEqual([expected]);
    expect(edgesOf(network)).toMatchObject([{ to: 'internet', kind: 'exits to', certainty }]);
  });

  test('no mode', () => {
    expect(networkWith({ Runtime: resource('AWS::BedrockAgentCore::Runtime', {}) }).modes).toMatchObject([
      { mode: 'none' },
    ]);
  });

  test('a browser or a code interpreter in public mode, or with a way out, is an exit', () => {
    const tool = (kind: string, network: object) =>
      resource(`AWS::BedrockAgentCore::${kind}`, { NetworkConfiguration: network });
    const model = appWith({
      Public: tool('CodeInterpreterCustom', { NetworkMode: 'PUBLIC' }),
      Sandbox: tool('CodeInterpreterCustom', { NetworkMode: 'SANDBOX' }),
      Isolated: tool('BrowserCustom', {
        NetworkMode: 'VPC',
        VpcConfig: { Subnets: [ref('SubnetA')], SecurityGroups: [] },
      }),
      Routed: tool('BrowserCustom', { NetworkMode: 'VPC', VpcConfig: { Subnets: [ref('Open')], SecurityGroups: [] } }),
      Open: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc') }),
      OpenTable: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
      InOpen: resource('AWS::EC2::SubnetRouteTableAssociation', {
        SubnetId: ref('Open'),
        RouteTableId: ref('OpenTable'),
      }),
      Out: resource('AWS::EC2::Route', {
        RouteTableId: ref('OpenTable'),
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: 'nat-1',
      }),
    });
    expect(exits(model).map(({ logicalId }) => logicalId)).toEqual(['Routed', 'Public']);
  });
});

test('the edges say where the network leads', () => {
  const network = networkWith({
    Out: route({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }),
    Peer: route({ DestinationCidrBlock: '10.9.0.0/16', VpcPeeringConnectionId: 'pcx-1' }),
  });
  expect(edgesOf(network).map(({ kind, to, certainty }) => `${kind} ${to}: ${certainty}`)).toEqual([
    'exits to internet: yes',
    'exits to outside pcx-1: yes',
    'connects to App#Endpoint: yes',
    'resolves dns: yes',
  ]);
});

test('a malformed template raises no error', () => {
  for (const broken of [null, 1, 'x', [], { 'Fn::If': ['No'] }, { Ref: 'constructor' }]) {
    const model: TemplateModel = appWith({
      Runtime: resource('AWS::BedrockAgentCore::Runtime', { NetworkConfiguration: broken }),
      Route: resource('AWS::EC2::Route', { RouteTableId: broken, NatGatewayId: broken }),
      Rule: resource('AWS::EC2::SecurityGroupEgress', { GroupId: broken, IpProtocol: broken }),
      Endpoint: resource('AWS::EC2::VPCEndpoint', { VpcId: broken, ServiceName: broken }),
    });
    expect(networkOf(model, model.resource('App#Runtime')!).of.logicalId).toBe('Runtime');
  }
});

function runtimeIn(subnet: unknown, group: unknown) {
  return resource('AWS::BedrockAgentCore::Runtime', {
    NetworkConfiguration: { NetworkMode: 'VPC', NetworkModeConfig: { Subnets: [subnet], SecurityGroups: [group] } },
  });
}
