import type { IndexedResource, TemplateIndex } from '../template-index';
import { isTrue, listAt, numberAt, textAt } from './json';

/** A rule of a security group, inline or a resource of its own. */
export interface GroupRule {
  readonly resource: IndexedResource;
  readonly location: string;
  readonly protocol: string;
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
  /** CIDR, prefix list or security group, as resolved text. */
  readonly peer: string;
  readonly peerKind: 'cidr' | 'group' | 'prefixList';
}

/** The subnets a Runtime is in, as resolved text. */
export function runtimeSubnets(runtime: IndexedResource): string[] {
  return listAt(runtime.properties, 'NetworkConfiguration', 'NetworkModeConfig', 'Subnets').map(String);
}

/** The security groups of a Runtime, as resolved text. */
export function runtimeGroups(runtime: IndexedResource): string[] {
  return listAt(runtime.properties, 'NetworkConfiguration', 'NetworkModeConfig', 'SecurityGroups').map(String);
}

/** The VPCs of a Runtime's subnets that are in the app, as resolved text. */
export function runtimeVpcs(index: TemplateIndex, runtime: IndexedResource): string[] {
  return [
    ...new Set(runtimeSubnets(runtime).flatMap((subnet) => textAt(index.target(subnet)?.properties, 'VpcId') ?? [])),
  ];
}

/** The route tables of a subnet, as resolved text. Empty when it uses the main table of its VPC. */
export function routeTablesOf(index: TemplateIndex, subnet: string): string[] {
  return index.view(tablesBySubnet).get(subnet) ?? [];
}

/** The routes in a route table. */
export function routesOf(index: TemplateIndex, routeTable: string): IndexedResource[] {
  return index.view(routesByTable).get(routeTable) ?? [];
}

/** The endpoints in a VPC. */
export function endpointsIn(index: TemplateIndex, vpc: string): IndexedResource[] {
  return index.ofType('AWS::EC2::VPCEndpoint').filter((endpoint) => endpoint.properties.VpcId === vpc);
}

/** The service of an endpoint without its Region: `bedrock-mantle`, `ecr.api`, `s3`. */
export function serviceOf(endpoint: IndexedResource): string {
  const name = textAt(endpoint.properties, 'ServiceName') ?? '';
  const region = endpoint.source.region ?? '${AWS::Region}';
  const marker = `.${region}.`;
  const position = name.indexOf(marker);
  return position < 0 ? name : name.slice(position + marker.length);
}

/** True for an interface endpoint that answers under the name of its service. */
export function isPrivateInterface(endpoint: IndexedResource): boolean {
  return endpoint.properties.VpcEndpointType === 'Interface' && isTrue(endpoint.properties.PrivateDnsEnabled);
}

/** The ingress or egress rules of a security group, inline ones and resources of their own. */
export function groupRules(index: TemplateIndex, group: IndexedResource, direction: 'Ingress' | 'Egress'): GroupRule[] {
  const inline = listAt(group.properties, `SecurityGroup${direction}`).map((rule) =>
    groupRule(group, `Properties.SecurityGroup${direction}`, rule, direction),
  );
  const separate = index
    .ofType(`AWS::EC2::SecurityGroup${direction}`)
    .filter((rule) => index.target(rule.properties.GroupId)?.id === group.id)
    .map((rule) => groupRule(rule, 'Properties', rule.properties, direction));
  return [...inline, ...separate];
}

function groupRule(
  resource: IndexedResource,
  location: string,
  rule: unknown,
  direction: 'Ingress' | 'Egress',
): GroupRule {
  const side = direction === 'Ingress' ? 'Source' : 'Destination';
  const group = textAt(rule, `${side}SecurityGroupId`) ?? textAt(rule, `${side}SecurityGroupName`);
  const prefixList = textAt(rule, `${side}PrefixListId`);
  return {
    resource,
    location,
    protocol: textAt(rule, 'IpProtocol') ?? String(numberAt(rule, 'IpProtocol') ?? ''),
    fromPort: numberAt(rule, 'FromPort'),
    toPort: numberAt(rule, 'ToPort'),
    peer: group ?? prefixList ?? textAt(rule, 'CidrIp') ?? textAt(rule, 'CidrIpv6') ?? '',
    peerKind: group !== undefined ? 'group' : prefixList !== undefined ? 'prefixList' : 'cidr',
  };
}

function tablesBySubnet(index: TemplateIndex): Map<string, string[]> {
  return grouped(index.ofType('AWS::EC2::SubnetRouteTableAssociation'), 'SubnetId', (association) =>
    String(association.properties.RouteTableId),
  );
}

function routesByTable(index: TemplateIndex): Map<string, IndexedResource[]> {
  return grouped(index.ofType('AWS::EC2::Route'), 'RouteTableId', (route) => route);
}

function grouped<T>(
  resources: readonly IndexedResource[],
  property: string,
  value: (resource: IndexedResource) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const resource of resources) {
    const key = String(resource.properties[property]);
    groups.set(key, [...(groups.get(key) ?? []), value(resource)]);
  }
  return groups;
}
