import {
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeVpcEndpoints,
  type RouteTable,
  type SecurityGroupRule,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { Resource } from '../../../analysis/model/assembly';
import { type Account, type AccountReader, policies, property, textList, values } from './comparison';

/** A VPC: endpoints and routes that aren't in the template. */
export const VPC_READER: AccountReader = {
  types: ['AWS::EC2::VPC'],
  alongside: ['AWS::EC2::RouteTable', 'AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation'],
  permissions: ['ec2:DescribeVpcEndpoints', 'ec2:DescribeRouteTables'],
  async read(vpc, account) {
    const id = account.physicalId(vpc)!;
    const ofVpc = ['AWS::EC2::VPCEndpoint', 'AWS::EC2::RouteTable'].map((type) =>
      account.model.ofType(type).filter((each) => property(each, 'VpcId') === id),
    );
    const [endpoints, tables] = ofVpc.map((found) => found.map((each) => account.physicalId(each)));
    const deployedTables = await routeTables(id, account);
    const isGateway = (each: Resource) => property(each, 'VpcEndpointType') === 'Gateway';
    const gateways = new Set(ofVpc[0].filter(isGateway).map((each) => account.physicalId(each)));
    return [
      values(
        vpc,
        'endpoints',
        endpoints,
        (await vpcEndpoints(id, account)).map(({ VpcEndpointId }) => VpcEndpointId),
      ),
      ...deployedTables
        .filter(
          ({ RouteTableId, Associations = [] }) =>
            tables.includes(RouteTableId) || Associations.some(({ SubnetId }) => SubnetId),
        )
        .map((table) => {
          const expected = account.model
            .ofType('AWS::EC2::RouteTable')
            .find((each) => account.physicalId(each) === table.RouteTableId);
          return values(
            expected ?? vpc,
            `routes and subnets of ${table.RouteTableId}`,
            expected && expectedTable(expected, account),
            deployedTable(table, gateways),
          );
        }),
    ];
  },
};

async function vpcEndpoints(vpc: string, { clients: { ec2 } }: Account): Promise<VpcEndpoint[]> {
  const found: VpcEndpoint[] = [];
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  for await (const { VpcEndpoints = [] } of paginateDescribeVpcEndpoints({ client: ec2 }, { Filters })) {
    found.push(...VpcEndpoints.filter(({ State }) => !/^delet/i.test(State ?? '')));
  }
  return found;
}

async function routeTables(vpc: string, { clients: { ec2 } }: Account): Promise<RouteTable[]> {
  const found: RouteTable[] = [];
  const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
  for await (const { RouteTables = [] } of paginateDescribeRouteTables({ client: ec2 }, { Filters })) {
    found.push(...RouteTables);
  }
  return found;
}

const TARGETS = [
  'GatewayId',
  'NatGatewayId',
  'TransitGatewayId',
  'VpcPeeringConnectionId',
  'InstanceId',
  'NetworkInterfaceId',
];
const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];

function expectedTable(table: Resource, { model, physicalId }: Account) {
  const id = physicalId(table);
  const routes = model
    .ofType('AWS::EC2::Route')
    .filter((route) => property(route, 'RouteTableId') === id)
    .map((route) =>
      Object.fromEntries(
        [...DESTINATIONS, ...TARGETS, 'VpcEndpointId', 'EgressOnlyInternetGatewayId'].map((name) => [
          name,
          property(route, name),
        ]),
      ),
    );
  const subnets = model
    .ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((each) => property(each, 'RouteTableId') === id)
    .map((each) => property(each, 'SubnetId'));
  return { routes, subnets };
}

/** Without the local route that every table has, and without the routes that gateway endpoints of the template add. */
function deployedTable({ Routes = [], Associations = [] }: RouteTable, gateways: ReadonlySet<string | undefined>) {
  const routes = Routes.filter(({ GatewayId }) => GatewayId !== 'local' && !gateways.has(GatewayId)).map((route) =>
    Object.fromEntries(
      Object.entries(route).filter(([name, value]) => value !== undefined && name !== 'Origin' && name !== 'State'),
    ),
  );
  return { routes, subnets: Associations.flatMap(({ SubnetId }) => SubnetId ?? []) };
}

/** Subnets: network, addresses, zone. */
export const SUBNET_READER: AccountReader = {
  types: ['AWS::EC2::Subnet'],
  permissions: ['ec2:DescribeSubnets'],
  async read(subnet, { clients: { ec2 }, physicalId }) {
    const { Subnets: [found] = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [physicalId(subnet)!] }));
    const zone = property(subnet, 'AvailabilityZoneId');
    return [
      values(
        subnet,
        'subnet',
        {
          VpcId: property(subnet, 'VpcId'),
          CidrBlock: property(subnet, 'CidrBlock'),
          MapPublicIpOnLaunch: property(subnet, 'MapPublicIpOnLaunch') ?? false,
          ...(zone === undefined ? {} : { AvailabilityZoneId: zone }),
        },
        found && {
          VpcId: found.VpcId,
          CidrBlock: found.CidrBlock,
          MapPublicIpOnLaunch: found.MapPublicIpOnLaunch ?? false,
          ...(zone === undefined ? {} : { AvailabilityZoneId: found.AvailabilityZoneId }),
        },
      ),
    ];
  },
};

/** Endpoints: policy, service, groups, subnets, private DNS. */
export const ENDPOINT_READER: AccountReader = {
  types: ['AWS::EC2::VPCEndpoint'],
  permissions: ['ec2:DescribeVpcEndpoints'],
  async read(endpoint, { clients: { ec2 }, physicalId }) {
    const { VpcEndpoints: [found] = [] } = await ec2.send(
      new DescribeVpcEndpointsCommand({ VpcEndpointIds: [physicalId(endpoint)!] }),
    );
    const expected = property(endpoint, 'PolicyDocument');
    return [
      // Without a policy, an endpoint has one that allows everything.
      policies(endpoint, 'endpoint policy', expected ?? FULL_ACCESS, found?.PolicyDocument, 'RESOURCE_POLICY'),
      values(
        endpoint,
        'endpoint',
        {
          VpcId: property(endpoint, 'VpcId'),
          ServiceName: property(endpoint, 'ServiceName'),
          SubnetIds: textList(endpoint, 'SubnetIds'),
          RouteTableIds: textList(endpoint, 'RouteTableIds'),
          SecurityGroupIds: textList(endpoint, 'SecurityGroupIds'),
          PrivateDnsEnabled: property(endpoint, 'PrivateDnsEnabled') ?? false,
        },
        found && {
          VpcId: found.VpcId,
          ServiceName: found.ServiceName,
          SubnetIds: found.SubnetIds ?? [],
          RouteTableIds: found.RouteTableIds ?? [],
          SecurityGroupIds: (found.Groups ?? []).map(({ GroupId }) => GroupId),
          PrivateDnsEnabled: found.PrivateDnsEnabled ?? false,
        },
      ),
    ];
  },
};

const FULL_ACCESS = {
  Version: '2008-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

interface RuleProperties {
  readonly IpProtocol?: unknown;
  readonly FromPort?: unknown;
  readonly ToPort?: unknown;
  readonly CidrIp?: unknown;
  readonly CidrIpv6?: unknown;
  readonly SourcePrefixListId?: unknown;
  readonly DestinationPrefixListId?: unknown;
  readonly SourceSecurityGroupId?: unknown;
  readonly DestinationSecurityGroupId?: unknown;
}

/** Security groups: every rule in and out. */
export const SECURITY_GROUP_READER: AccountReader = {
  types: ['AWS::EC2::SecurityGroup'],
  alongside: ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'],
  permissions: ['ec2:DescribeSecurityGroupRules'],
  async read(group, { model, clients: { ec2 }, physicalId }) {
    const id = physicalId(group)!;
    const found: SecurityGroupRule[] = [];
    const Filters = [{ Name: 'group-id', Values: [id] }];
    for await (const { SecurityGroupRules = [] } of paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters })) {
      found.push(...SecurityGroupRules);
    }
    return (['Ingress', 'Egress'] as const).map((direction) => {
      const own = (property(group, `SecurityGroup${direction}`) ?? []) as RuleProperties[];
      const separate = model
        .ofType(`AWS::EC2::SecurityGroup${direction}`)
        .filter((rule) => property(rule, 'GroupId') === id)
        .map((rule): RuleProperties => Object.fromEntries(RULE_PROPERTIES.map((name) => [name, property(rule, name)])));
      const all = [...own, ...separate];
      // EC2 allows all outbound traffic of a group without rules in the template.
      const isOpen = direction === 'Egress' && all.length === 0;
      return values(
        group,
        `${direction.toLowerCase()} rules`,
        (isOpen ? [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }] : all).map(expectedRule),
        found.filter(({ IsEgress }) => IsEgress === (direction === 'Egress')).map(deployedRule),
      );
    });
  },
};

const RULE_PROPERTIES = [
  'IpProtocol',
  'FromPort',
  'ToPort',
  'CidrIp',
  'CidrIpv6',
  'SourcePrefixListId',
  'DestinationPrefixListId',
  'SourceSecurityGroupId',
  'DestinationSecurityGroupId',
] as const;

const expectedRule = (rule: RuleProperties) => ({
  protocol: rule.IpProtocol,
  ports: ports(rule.FromPort, rule.ToPort),
  peer:
    rule.CidrIp ??
    rule.CidrIpv6 ??
    rule.SourcePrefixListId ??
    rule.DestinationPrefixListId ??
    rule.SourceSecurityGroupId ??
    rule.DestinationSecurityGroupId,
});

const deployedRule = (rule: SecurityGroupRule) => ({
  protocol: rule.IpProtocol,
  ports: ports(rule.FromPort, rule.ToPort),
  peer: rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId,
});

/** EC2 returns -1 if a rule has no ports. */
const ports = (from: unknown = -1, to: unknown = -1) => `${from as number}-${to as number}`;
