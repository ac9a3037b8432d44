import { arnOf } from '../../model/templates';
import { ACCOUNT, document, may, of, ref, roleOf, sub } from './app';
import { type Change, type Pair, execution, pair } from './pair';

const OTHER = {
  OtherVpc: of('AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' }),
  OtherTable: of('AWS::EC2::RouteTable', { VpcId: ref('OtherVpc') }),
  OtherSubnet: of('AWS::EC2::Subnet', { VpcId: ref('OtherVpc'), CidrBlock: '10.9.0.0/24' }),
  OtherGroup: of('AWS::EC2::SecurityGroup', { GroupDescription: 'x', VpcId: ref('OtherVpc') }),
};
/** The same resource in the VPC of the agent and in another VPC of the app. */
const inVpc = (
  rules: string,
  name: string,
  change: (at: { vpc: object; table: object; subnet: object; group: object }) => object,
): Pair =>
  pair(rules, name, '', 'Other', (which): Change => {
    const at = which
      ? { vpc: ref('OtherVpc'), table: ref('OtherTable'), subnet: ref('OtherSubnet'), group: ref('OtherGroup') }
      : { vpc: ref('Vpc'), table: ref('RouteTable'), subnet: ref('SubnetA'), group: arnOf('RuntimeGroup', 'GroupId') };
    return { add: { ...OTHER, ...(change(at) as any) } };
  });
const route = (name: string, target: object, destination: object = { DestinationCidrBlock: '0.0.0.0/0' }) =>
  inVpc('MA-NET1', name, ({ table }) => ({
    Route: of('AWS::EC2::Route', { RouteTableId: table, ...destination, ...target }),
  }));
const egress = (
  name: string,
  rule: object,
  good: object = {
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId'),
  },
): Pair =>
  pair('MA-NET4', name, rule, good, (value) => ({
    add: { Out: of('AWS::EC2::SecurityGroupEgress', { GroupId: arnOf('RuntimeGroup', 'GroupId'), ...value }) },
  }));
const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const endpointPolicy = (name: string, statement: object, good: object = { Condition: OWN }): Pair =>
  pair('MA-NET3', name, statement, good, (value) => ({
    set: {
      'LogsEndpoint.PolicyDocument': document({ ...may(['logs:PutLogEvents'], '*'), Principal: '*', ...value }),
    },
  }));
const condition = (Condition: object) => ({ Condition });

/** Ways out of the network of an agent. */
export const PATHS: readonly Pair[] = [
  route('a quarter of the internet by NAT', { NatGatewayId: 'nat-1' }, { DestinationCidrBlock: '64.0.0.0/2' }),
  route(
    'all of IPv6 by an egress-only gateway',
    { EgressOnlyInternetGatewayId: 'eigw-1' },
    { DestinationIpv6CidrBlock: '::/0' },
  ),
  route(
    'half of IPv6 by a network interface',
    { NetworkInterfaceId: 'eni-1' },
    { DestinationIpv6CidrBlock: '2000::/3' },
  ),
  route('an instance that routes', { InstanceId: 'i-1' }),
  route('a peering connection', { VpcPeeringConnectionId: 'pcx-1' }, { DestinationCidrBlock: '10.7.0.0/16' }),
  route('a carrier gateway', { CarrierGatewayId: 'cagw-1' }),
  route('a local gateway', { LocalGatewayId: 'lgw-1' }),
  route('a core network', { CoreNetworkArn: `arn:aws:networkmanager::${ACCOUNT}:core-network/x` }),
  route('a firewall endpoint', { VpcEndpointId: 'vpce-1' }),
  route('one public address', { TransitGatewayId: 'tgw-1' }, { DestinationCidrBlock: '198.51.100.7/32' }),
  route('a route whose target is a parameter of a later service', {
    OdbNetworkArn: `arn:aws:odb:us-east-1:${ACCOUNT}:odb-network/x`,
  }),
  inVpc('MA-NET1', 'the subnet is associated with a second table', ({ subnet }) => ({
    Second: of('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
    Out: of('AWS::EC2::Route', {
      RouteTableId: ref('Second'),
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: 'nat-1',
    }),
    Associated: of('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: subnet, RouteTableId: ref('Second') }),
  })),
  inVpc('MA-NET1', 'the VPC joins a service network of Lattice', ({ vpc }) => ({
    Network: of('AWS::VpcLattice::ServiceNetwork', { Name: 'n' }),
    Joined: of('AWS::VpcLattice::ServiceNetworkVpcAssociation', {
      ServiceNetworkIdentifier: ref('Network'),
      VpcIdentifier: vpc,
    }),
  })),
  inVpc('MA-NET1 MA-NET3', 'a resource endpoint of Lattice', ({ vpc, subnet }) => ({
    Endpoint: of('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Resource',
      VpcId: vpc,
      SubnetIds: [subnet],
      ResourceConfigurationArn: `arn:aws:vpc-lattice:us-east-1:${ACCOUNT}:resourceconfiguration/rcfg-1`,
    }),
  })),
  inVpc('MA-NET1 MA-NET3', 'a service network endpoint', ({ vpc, subnet }) => ({
    Endpoint: of('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'ServiceNetwork',
      VpcId: vpc,
      SubnetIds: [subnet],
      ServiceNetworkArn: `arn:aws:vpc-lattice:us-east-1:${ACCOUNT}:servicenetwork/sn-1`,
    }),
  })),
  inVpc('MA-NET3', 'an endpoint of a partner', ({ vpc, subnet }) => ({
    Endpoint: of('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Interface',
      VpcId: vpc,
      SubnetIds: [subnet],
      ServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
      PolicyDocument: document({ ...may('s3:GetObject', '*', condition(OWN)), Principal: '*' }),
    }),
  })),
  inVpc('MA-NET3', 'a gateway endpoint without a policy', ({ vpc, table }) => ({
    Endpoint: of('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      VpcId: vpc,
      ServiceName: sub('com.amazonaws.${AWS::Region}.dynamodb'),
      RouteTableIds: [table],
    }),
  })),
  inVpc('MA-NET1 MA-NET6', 'names are forwarded by a rule of another account', ({ vpc }) => ({
    Forward: of('AWS::Route53Resolver::ResolverRuleAssociation', { VPCId: vpc, ResolverRuleId: 'rslvr-rr-1' }),
  })),
  inVpc('MA-NET1 MA-NET6', 'DHCP options name a resolver of somebody', ({ vpc }) => ({
    Options: of('AWS::EC2::DHCPOptions', { DomainNameServers: ['198.51.100.53'] }),
    Set: of('AWS::EC2::VPCDHCPOptionsAssociation', { VpcId: vpc, DhcpOptionsId: ref('Options') }),
  })),
  pair('MA-NET1 MA-NET6', 'DHCP options', '198.51.100.53', 'AmazonProvidedDNS', (server) => ({
    add: {
      Options: of('AWS::EC2::DHCPOptions', { DomainNameServers: [server] }),
      Set: of('AWS::EC2::VPCDHCPOptionsAssociation', { VpcId: ref('Vpc'), DhcpOptionsId: ref('Options') }),
    },
  })),
  pair('MA-NET1 MA-NET6', 'a rule group of DNS Firewall allows every name', 'ALLOW', 'BLOCK', (Action) => ({
    add: {
      Names: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
      Needed: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['bedrock-mantle.us-east-1.api.aws'] }),
      Group: of('AWS::Route53Resolver::FirewallRuleGroup', {
        FirewallRules: [
          { Action: 'ALLOW', Priority: 100, FirewallDomainListId: ref('Needed') },
          {
            Action,
            Priority: 200,
            FirewallDomainListId: ref('Names'),
            ...(Action === 'BLOCK' ? { BlockResponse: 'NODATA' } : {}),
          },
        ],
      }),
      Joined: of('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
        FirewallRuleGroupId: ref('Group'),
        VpcId: ref('Vpc'),
        Priority: 101,
      }),
      Config: of('AWS::Route53Resolver::FirewallConfig', { ResourceId: ref('Vpc'), FirewallFailOpen: 'DISABLED' }),
    },
  })),
  inVpc('MA-NET4', 'ingress from everywhere', ({ group }) => ({
    In: of('AWS::EC2::SecurityGroupIngress', {
      GroupId: group,
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '0.0.0.0/0',
    }),
  })),
  inVpc('MA-NET4', 'all ports of IPv6', ({ group }) => ({
    Out: of('AWS::EC2::SecurityGroupEgress', { GroupId: group, IpProtocol: '-1', CidrIpv6: '::/0' }),
  })),
  egress('443 to every address', { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }),
  egress('DNS to a server of somebody', { IpProtocol: 'udp', FromPort: 53, ToPort: 53, CidrIp: '198.51.100.53/32' }),
  egress('every port to the endpoints', {
    IpProtocol: '-1',
    DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId'),
  }),
  egress('the port is a parameter', {
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 65535,
    DestinationPrefixListId: 'pl-63a5400a',
  }),
  pair('MA-NET4', 'a second group with egress, by a list of a condition', '0.0.0.0/0', undefined, (CidrIp) => ({
    sections: { Parameters: { S: { Type: 'String' } }, Conditions: { Prod: { 'Fn::Equals': [ref('S'), 'p'] } } },
    add: {
      Second: of('AWS::EC2::SecurityGroup', {
        GroupDescription: 'x',
        VpcId: ref('Vpc'),
        SecurityGroupEgress: CidrIp
          ? [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp }]
          : [
              {
                IpProtocol: 'tcp',
                FromPort: 443,
                ToPort: 443,
                DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId'),
              },
            ],
      }),
    },
    set: {
      'Runtime.NetworkConfiguration.NetworkModeConfig.SecurityGroups': (groups: object[]) => [
        ...groups,
        { 'Fn::If': ['Prod', arnOf('Second', 'GroupId'), ref('AWS::NoValue')] },
      ],
    },
  })),
  pair('MA-NET4', 'a group without rules lets everything out', undefined, [], (SecurityGroupEgress) => ({
    add: {
      RuntimeGroup: of('AWS::EC2::SecurityGroup', {
        GroupDescription: 'x',
        VpcId: ref('Vpc'),
        ...(SecurityGroupEgress
          ? {
              SecurityGroupEgress: [
                {
                  IpProtocol: 'tcp',
                  FromPort: 443,
                  ToPort: 443,
                  DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId'),
                },
              ],
            }
          : {}),
      }),
    },
  })),
  pair('MA-NET1', 'the mode is the default of a parameter', 'PUBLIC', 'VPC', (Default) => ({
    sections: { Parameters: { Mode: { Type: 'String', AllowedValues: ['VPC', Default] } } },
    set: { 'Runtime.NetworkConfiguration.NetworkMode': ref('Mode') },
  })),
  endpointPolicy(
    'a condition that accepts callers without the key',
    condition({ StringEqualsIfExists: { 'aws:PrincipalAccount': ACCOUNT } }),
    condition({ StringEquals: { 'aws:PrincipalAccount': [ACCOUNT] } }),
  ),
  endpointPolicy(
    'a condition over no value',
    condition({ 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': ACCOUNT } }),
    condition({ 'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/' } }),
  ),
  endpointPolicy('a Null condition', condition({ Null: { 'aws:PrincipalAccount': 'false' } })),
  endpointPolicy(
    'a policy variable that everybody meets',
    condition({ StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }),
  ),
  endpointPolicy(
    'every organization',
    condition({ StringLike: { 'aws:PrincipalOrgID': 'o-*' } }),
    condition({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }),
  ),
  endpointPolicy(
    'an endpoint policy with a malformed NotPrincipal',
    { Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::999988887777:root' } },
    condition(OWN),
  ),
  endpointPolicy('every action', { ...condition(OWN), Action: '*' }),
  pair('MA-NET1', 'the execution role drives a public browser', 'PUBLIC', 'VPC', (NetworkMode) => ({
    add: {
      BrowserRole: roleOf('bedrock-agentcore.amazonaws.com'),
      Browser: of('AWS::BedrockAgentCore::BrowserCustom', {
        Name: 'browser',
        ExecutionRoleArn: arnOf('BrowserRole'),
        NetworkConfiguration: {
          NetworkMode,
          ...(NetworkMode === 'VPC'
            ? { VpcConfig: { Subnets: [ref('SubnetA')], SecurityGroups: [arnOf('RuntimeGroup', 'GroupId')] } }
            : {}),
        },
      }),
      ...execution(
        may(
          ['bedrock-agentcore:StartBrowserSession', 'bedrock-agentcore:ConnectBrowserAutomationStream'],
          arnOf('Browser', 'BrowserArn'),
        ),
      ).add,
    },
  })),
];
