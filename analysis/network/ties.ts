import { isCustomResource } from '../facts/custom-resources';
import { networkTypeOf, type PathKind } from '../facts/network-types';
import type { Resource } from '../model/assembly';
import { isObject } from '../model/json';
import { keyTest } from '../model/key-test';
import { addTo } from '../model/list-map';
import type { Model } from '../model/model';
import { placeIn } from '../model/place-in';
import type { Place } from '../model/text';
import { isRotationApplication } from '../model/unreadable-parts';
import { callsAsWritten } from '../model/written-calls';
import { keysIn } from './place-id';

/** A resource that references a part of a network. */
export interface Tie {
  readonly resource: Resource;
  /** `consumer`: has network interfaces there. `unknown`: its effect on the network isn't known. */
  readonly kind: PathKind | 'consumer' | 'unknown';
  /** Why its effect isn't known. */
  readonly why?: string;
  readonly place: Place;
}

/**
 * Kinds of paths that change where an agent's traffic goes or who receives it. The others are judged by themselves, or
 * lead nowhere without a route.
 */
const TIES: Readonly<Partial<Record<PathKind, string>>> = {
  join: 'joins it to another network',
  share: 'shares it with other accounts',
  mirror: 'copies its traffic',
  'core network': 'joins it to another network',
  gateway: 'joins it to another network',
  route: 'changes its routes',
  names: 'changes how its names resolve',
};

/** The effect of a path-maker on the network that it references; undefined if it leads nowhere by itself. */
export function tieEffect(kind: Tie['kind']): string | undefined {
  return TIES[kind as PathKind];
}

/** Path-makers that are read by themselves: routes, endpoints, rules of groups, names. They aren't ties. */
const READ_BY_ITSELF =
  /^AWS::(EC2::(VPC|Subnet|Route|RouteTable|SubnetRouteTableAssociation|GatewayRouteTableAssociation|VPNGatewayRoutePropagation|RouteServer\w*|VPCEndpoint|VPCGatewayAttachment|VPCPeeringConnection|TransitGateway\w*|NatGateway|InternetGateway|EgressOnlyInternetGateway|CarrierGateway|VPNGateway|LocalGateway\w*|SecurityGroup\w*|NetworkAcl\w*|SubnetNetworkAclAssociation|PrefixList|DHCPOptions|VPCDHCPOptionsAssociation|VPCBlockPublicAccess\w*)|Route53Resolver::(Firewall\w*|ResolverRule\w*|ResolverConfig|ResolverEndpoint)|Route53::(HostedZone|RecordSet|RecordSetGroup)|ServiceDiscovery::\w+|NetworkFirewall::\w+|NetworkManager::\w+|BedrockAgentCore::(BrowserCustom|CodeInterpreterCustom))$/;

/** Custom resources of aws-cdk-lib: one only removes the rules of a VPC's default group, the other makes a cluster. */
const CDK_CUSTOM_RESOURCES: Readonly<Record<string, 'consumer' | undefined>> = {
  'Custom::VpcRestrictDefaultSG': undefined,
  'Custom::AWSCDK-EKS-Cluster': 'consumer',
};

/** A property of a new type with such a name says where in a network it is. Names with a colon are condition keys of a policy. */
const isPlaceProperty = keyTest(/^(?:[^:]*(?:vpc|subnet|securitygroup|routetable)[^:]*|Groups|GroupSet)$/i);

/** The resources that name a place, by the key of the place. Made once for a model, when the first agent asks. */
export function tiesByPlace(model: Model): ReadonlyMap<string, readonly Tie[]> {
  const ties = new Map<string, Tie[]>();
  // What a nested stack gets is used by its resources, which are read.
  const nested = new Set(
    model.assembly.stacks.flatMap(({ nestedIn }) => (nestedIn ? [`${nestedIn.stack}#${nestedIn.logicalId}`] : [])),
  );
  for (const resource of model.resources) {
    const tie = nested.has(resource.id) ? undefined : tieOf(model, resource);
    if (!tie) {
      continue;
    }
    for (const [key, written] of keysIn(model, resource.properties)) {
      addTo(ties, key, { ...tie, place: placeIn(resource, written) });
    }
  }
  return ties;
}

function tieOf(model: Model, resource: Resource): Omit<Tie, 'place'> | undefined {
  const { type } = resource;
  const known = networkTypeOf(type);
  if (known?.class === 'neutral' || READ_BY_ITSELF.test(type)) {
    return undefined;
  }
  if (known?.class === 'unknown') {
    return { resource, kind: 'unknown', why: known.why };
  }
  if (known?.class === 'consumer' && !hasPlaceProperty(resource)) {
    return undefined;
  }
  if (known) {
    // An endpoint by another name is an interface, too.
    const isPath = known.path !== undefined && known.path !== 'endpoint';
    return { resource, kind: isPath ? known.path : 'consumer' };
  }
  if (isRotationApplication(resource)) {
    return { resource, kind: 'consumer' };
  }
  if (Object.hasOwn(CDK_CUSTOM_RESOURCES, type)) {
    const kind = CDK_CUSTOM_RESOURCES[type];
    return kind && { resource, kind };
  }
  if (isCustomResource(type)) {
    // The calls are in the template: see networkCalls.
    return callsAsWritten(model, resource)
      ? undefined
      : { resource, kind: 'unknown', why: 'the code of a custom resource decides what it does' };
  }
  return hasPlaceProperty(resource) ? { resource, kind: 'unknown', why: 'the type is not known' } : undefined;
}

/** Whether a resource of a type without a class has such a property. The type is new or isn't a type of AWS. */
function hasPlaceProperty({ raw }: Resource): boolean {
  return namesPlace(raw.Properties);
}

function namesPlace(value: unknown): boolean {
  if (Array.isArray(value)) {
    return (value as unknown[]).some(namesPlace);
  }
  if (!isObject(value)) {
    return false;
  }
  // Its own keys first: what is in a network says so at the top.
  for (const key in value) {
    if (isPlaceProperty(key)) {
      return true;
    }
  }
  for (const key in value) {
    const inner = value[key];
    if (typeof inner === 'object' && namesPlace(inner)) {
      return true;
    }
  }
  return false;
}
