import type { Agent } from './agent';
import { readPolicy, selectionTexts } from './policy-reading';
import { listOf, numberOf, objectOf, sorted, sortedBy, type Item, type Source } from './source';
import type { Endpoint, Flow, NetworkReach, Unknown } from './statement';

type Properties = Readonly<Record<string, unknown>>;

/** Where the network of an agent ends, and what of it is not in the app. */
export interface NetworkReading {
  readonly network: NetworkReach;
  readonly vpc?: Item;
  readonly unknown: readonly Unknown[];
}

export function readNetwork({ runtime }: Agent, source: Source): NetworkReading {
  const configuration = objectOf(runtime.properties.NetworkConfiguration);
  const mode = source.text(configuration.NetworkMode);
  if (mode !== 'VPC') {
    const network: NetworkReach = {
      mode: mode === 'PUBLIC' ? 'PUBLIC' : 'unknown',
      subnets: [],
      internet: mode === 'PUBLIC' ? ['public mode: the Runtime reaches any address'] : [],
      flows: [],
      endpoints: [],
    };
    return {
      network,
      unknown: mode === 'PUBLIC' ? [] : [{ where: 'network', what: `network mode ${mode || 'not stated'}` }],
    };
  }
  const { Subnets, SecurityGroups } = objectOf(configuration.NetworkModeConfig);
  const unknown: Unknown[] = [];
  const subnets = listOf(Subnets).map((value) => ({
    name: source.target(value)?.name ?? source.text(value),
    item: source.target(value),
  }));
  const groups = listOf(SecurityGroups).map((value) => ({
    name: source.target(value)?.name ?? source.text(value),
    item: source.target(value),
  }));
  const vpc = [...subnets, ...groups].map(({ item }) => item && source.target(item.properties.VpcId)).find(Boolean);
  const internet = subnets.flatMap(({ name, item }) => {
    if (!item) {
      unknown.push({ where: 'network', what: `routes of the subnet ${name}, which is not in the app` });
      return [];
    }
    return waysOut(item, source);
  });
  if (!vpc) {
    unknown.push({ where: 'network', what: 'endpoints of a VPC that is not in the app' });
  }
  const flows = groups.flatMap(({ name, item }) => {
    if (!item) {
      unknown.push({ where: 'network', what: `rules of the security group ${name}, which is not in the app` });
      return [];
    }
    return flowsOf(item, source);
  });
  const endpoints = source
    .items('AWS::EC2::VPCEndpoint')
    .filter(({ properties }) => vpc && source.target(properties.VpcId)?.key === vpc.key)
    .map((item) => endpointOf(item, source));
  const filter = vpc ? nameFilter(vpc, source) : undefined;
  const network: NetworkReach = {
    mode: 'VPC',
    subnets: sorted(subnets.map(({ name }) => name)),
    internet: sorted(internet.map((way) => (filter === undefined ? way : `${way}, ${filter}`))),
    flows: sortedBy(new Map(flows.map((flow) => [JSON.stringify(flow), flow])).values(), (flow) =>
      JSON.stringify(flow),
    ),
    endpoints: sortedBy(endpoints, (endpoint) => JSON.stringify(endpoint)),
  };
  return { network, ...(vpc ? { vpc } : {}), unknown };
}

/** What a route may lead to, and how it is called. The local route of a VPC is no resource. */
const GATES: readonly (readonly [string, string])[] = [
  ['NatGatewayId', 'NAT gateway'],
  ['GatewayId', 'gateway'],
  ['EgressOnlyInternetGatewayId', 'egress-only internet gateway'],
  ['InstanceId', 'instance'],
  ['NetworkInterfaceId', 'network interface'],
  ['TransitGatewayId', 'transit gateway'],
  ['VpcPeeringConnectionId', 'peering connection'],
  ['VpcEndpointId', 'endpoint'],
  ['LocalGatewayId', 'local gateway'],
  ['CarrierGatewayId', 'carrier gateway'],
  ['CoreNetworkArn', 'core network'],
];

function waysOut(subnet: Item, source: Source): string[] {
  const tables = source
    .items('AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ properties }) => source.target(properties.SubnetId)?.key === subnet.key)
    .map(({ properties }) => source.target(properties.RouteTableId)?.key);
  return source
    .items('AWS::EC2::Route')
    .filter(({ properties }) => tables.includes(source.target(properties.RouteTableId)?.key ?? ''))
    .flatMap(({ properties }) => {
      const to =
        properties.DestinationCidrBlock ?? properties.DestinationIpv6CidrBlock ?? properties.DestinationPrefixListId;
      // The local route of a VPC may be written down, too.
      return GATES.filter(([property]) => ![undefined, 'local'].includes(properties[property] as string)).map(
        ([property, what]) => `${what} ${source.text(properties[property])} to ${source.text(to)}`,
      );
    });
}

/** What DNS Firewall leaves of a way to the internet. */
function nameFilter(vpc: Item, source: Source): string | undefined {
  const groups = source
    .items('AWS::Route53Resolver::FirewallRuleGroupAssociation')
    .filter(({ properties }) => source.target(properties.VpcId)?.key === vpc.key)
    .flatMap(({ properties }) => source.target(properties.FirewallRuleGroupId) ?? []);
  const rules = groups.flatMap(({ properties }) => listOf(properties.FirewallRules).map(objectOf));
  const domains = (action: string) =>
    rules
      .filter(({ Action }) => Action === action)
      .flatMap(({ FirewallDomainListId }) => listOf(source.target(FirewallDomainListId)?.properties.Domains))
      .map((domain) => source.text(domain));
  return domains('BLOCK').includes('*')
    ? `names limited by DNS Firewall to ${sorted(domains('ALLOW')).join(', ')} (addresses are not)`
    : undefined;
}

function flowsOf(group: Item, source: Source): Flow[] {
  const rules = (type: string) =>
    source
      .items(type)
      .filter(({ properties }) => source.target(properties.GroupId)?.key === group.key)
      .map(({ properties }) => properties);
  const outward = [
    ...listOf(group.properties.SecurityGroupEgress).map(objectOf),
    ...rules('AWS::EC2::SecurityGroupEgress'),
  ];
  const inward = [
    ...listOf(group.properties.SecurityGroupIngress).map(objectOf),
    ...rules('AWS::EC2::SecurityGroupIngress'),
  ];
  // A group without any egress rule lets everything out: EC2 adds that rule itself.
  const everything: Properties[] =
    group.properties.SecurityGroupEgress === undefined && !rules('AWS::EC2::SecurityGroupEgress').length
      ? [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }]
      : [];
  return [
    ...[...outward, ...everything].filter((rule) => !isPlaceholder(rule)).map((rule) => flow('to', rule, source)),
    ...inward.map((rule) => flow('from', rule, source)),
  ];
}

/** The rule with which the CDK says "nothing": an address nobody can have. */
function isPlaceholder({ CidrIp }: Properties): boolean {
  return CidrIp === '255.255.255.255/32';
}

function flow(direction: Flow['direction'], rule: Properties, source: Source): Flow {
  const { CidrIp, CidrIpv6, IpProtocol, FromPort, ToPort } = rule;
  const group = direction === 'to' ? rule.DestinationSecurityGroupId : rule.SourceSecurityGroupId;
  const list = direction === 'to' ? rule.DestinationPrefixListId : rule.SourcePrefixListId;
  const protocol = source.text(IpProtocol);
  const [from, to] = [numberOf(FromPort), numberOf(ToPort)];
  const all = protocol === '-1' || from === undefined || from === -1;
  return {
    direction,
    peer: source.text(CidrIp ?? CidrIpv6 ?? group ?? list),
    protocol: protocol === '-1' ? 'all protocols' : protocol,
    ports: all ? 'all' : from === to || to === undefined ? String(from) : `${from}-${to}`,
  };
}

function endpointOf(item: Item, source: Source): Endpoint {
  const { ServiceName, VpcEndpointType, PolicyDocument } = item.properties;
  const entries = readPolicy(PolicyDocument, source);
  const permissions = entries.flatMap(({ effect, actions, resources, principals, conditions }) =>
    selectionTexts(actions).flatMap((action) =>
      selectionTexts(resources).flatMap((resource) =>
        principals.map((principal) => ({ effect, principal, action, resource, conditions })),
      ),
    ),
  );
  return {
    service: source.text(ServiceName).replace(/^com\.amazonaws\.[^.]+\./, ''),
    type: source.text(VpcEndpointType) || 'Gateway',
    ownPolicy: PolicyDocument !== undefined,
    permissions: sortedBy(permissions, (permission) => JSON.stringify(permission)),
  };
}
