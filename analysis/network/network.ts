import type { Resource } from '../model/assembly';
import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';
import { literalOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Model } from '../model/model';
import type { Place } from '../model/text';
import { placeIn } from '../model/place-in';
import { byId, idsOf, type PlaceId } from './place-id';
import { endpointsIn, type Endpoint } from './endpoints';
import { flowsOf, isKnownGroup, unreadEgress, type Flow } from './group-rules';
import { nameResolutionOf, type NameResolution } from './name-resolution';
import { tiesByPlace, type Tie } from './ties';
import { waysOutOf, type Gap, type WayOut } from './ways-out';

/** One possible network mode of a resource. */
export interface NetworkMode {
  /** `none` if the template sets no mode, `unknown` if it can't be read. */
  readonly mode: 'VPC' | 'PUBLIC' | 'SANDBOX' | 'none' | 'unknown';
  readonly guard: Guard;
  readonly place: Place;
}

/** A resource that a group of the network lets the agent connect to. */
export interface Connection {
  readonly to: Resource;
  readonly flow: Flow;
  readonly guard: Guard;
  /** `yes` if the security group of the resource also accepts it. */
  readonly certainty: 'yes' | 'maybe';
}

/** The reach of a resource's network. */
export interface Network {
  readonly of: Resource;
  readonly modes: readonly NetworkMode[];
  readonly subnets: readonly PlaceId[];
  readonly groups: readonly PlaceId[];
  readonly vpcs: readonly PlaceId[];
  /** Ways out by routes, service networks and endpoints to services that aren't AWS's. */
  readonly ways: readonly WayOut[];
  readonly endpoints: readonly Endpoint[];
  readonly flows: readonly Flow[];
  readonly connections: readonly Connection[];
  /** For each VPC of the assembly. */
  readonly names: readonly { readonly vpc: PlaceId; readonly resolution: NameResolution }[];
  /** Other path-makers that reference the network: joins, shares, mirrors, ways in. */
  readonly ties: readonly Tie[];
  /** Parts that aren't in the assembly or can't be read, and unknown types. */
  readonly gaps: readonly Gap[];
}

const MODES = ['VPC', 'PUBLIC', 'SANDBOX'] as const;
const AGENT_CORE = 'NetworkConfiguration';

interface Shape {
  readonly mode?: readonly string[];
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
}

/** Resources that an agent can call to use their network. */
export const NETWORK_TOOLS = ['AWS::BedrockAgentCore::BrowserCustom', 'AWS::BedrockAgentCore::CodeInterpreterCustom'];

/** By type: the properties with the mode, subnets and groups. */
const SHAPES: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(
    COMPUTE_KINDS.map(({ type, mode, subnets, securityGroups }) => [type, { mode, subnets, groups: securityGroups }]),
  ),
  ...Object.fromEntries(
    NETWORK_TOOLS.map((type) => [
      type,
      {
        mode: [AGENT_CORE, 'NetworkMode'],
        subnets: [AGENT_CORE, 'VpcConfig', 'Subnets'],
        groups: [AGENT_CORE, 'VpcConfig', 'SecurityGroups'],
      },
    ]),
  ),
  'AWS::Lambda::Function': { subnets: ['VpcConfig', 'SubnetIds'], groups: ['VpcConfig', 'SecurityGroupIds'] },
};

/**
 * Reads the network of a Runtime, a browser, a code interpreter or a function. Network ACLs aren't read: they only narrow
 * what routes and groups let through.
 */
export function networkOf(model: Model, resource: Resource): Network {
  const known = model.view(readNetworks).get(resource.id);
  if (known) {
    return known;
  }
  const network = readNetwork(model, resource);
  model.view(readNetworks).set(resource.id, network);
  return network;
}

const readNetworks = (): Map<string, Network> => new Map();

/**
 * Browsers and code interpreters that reach the internet, or that could: a principal that may use one has a way out
 * through an API.
 */
export function exits(model: Model): Resource[] {
  return model
    .ofType(...NETWORK_TOOLS)
    .filter((resource) => reachesInternet(model, resource) || networkOf(model, resource).gaps.length > 0);
}

/** Whether a browser or a code interpreter is known to reach more than its VPC. */
export function reachesInternet(model: Model, tool: Resource): boolean {
  const { modes, ways } = networkOf(model, tool);
  return modes.some(({ mode }) => !['VPC', 'SANDBOX'].includes(mode)) || ways.length > 0;
}

function readNetwork(model: Model, resource: Resource): Network {
  const shape = Object.hasOwn(SHAPES, resource.type) ? SHAPES[resource.type] : { subnets: [], groups: [] };
  const { properties } = resource;
  const subnets = shape.subnets.length > 0 ? idsOf(model, properties.at(...shape.subnets)) : [];
  const groups = shape.groups.length > 0 ? idsOf(model, properties.at(...shape.groups)) : [];
  const vpcs = vpcsOf(model, subnets, groups);
  const { ways, gaps } = waysOutOf(model, subnets);
  const endpoints = vpcs.flatMap((vpc) => endpointsIn(model, vpc));
  const flows = groups.flatMap((group) => flowsOf(model, group));
  const tied = tiesOf(model, [...subnets, ...groups, ...vpcs]);
  const network: Network = {
    of: resource,
    modes: modesOf(resource, shape.mode, subnets.length > 0),
    subnets,
    groups,
    vpcs,
    ways: [...ways, ...vpcs.flatMap((vpc) => serviceNetworks(model, vpc)), ...endpoints.flatMap(wayOfEndpoint)].map(
      (way) => ({ ...way, place: placeIn(way.resource, way.place) }),
    ),
    endpoints,
    flows,
    connections: connectionsOf(model, groups, flows).filter(({ to }) => to.id !== resource.id),
    names: vpcs
      .filter((vpc) => vpc.resource?.type === 'AWS::EC2::VPC')
      .map((vpc) => ({ vpc, resolution: nameResolutionOf(model, vpc) })),
    ties: tied.filter(({ kind }) => kind !== 'consumer' && kind !== 'unknown'),
    gaps: [
      ...gaps,
      ...groups
        .filter((group) => !isKnownGroup(group))
        .map(({ text, place, guard }) => ({ what: 'the rules of the security group', text, place, guard })),
      ...(groups.length > 0 ? model.view(unreadEgress) : [])
        .filter(({ key }) => !groups.some((group) => group.key === key))
        .map(({ text, place, guard }) => ({ what: 'for which security group this rule is', text, place, guard })),
      ...vpcs
        .filter((vpc) => vpc.resource?.type !== 'AWS::EC2::VPC')
        .map(({ text, place, guard }) => ({ what: 'the endpoints of the VPC', text, place, guard })),
      ...tied
        .filter(({ kind, resource: other }) => kind === 'unknown' && other.id !== resource.id)
        .map(({ resource: other, place, why }) => ({
          what: `what ${other.type} does to the network (${why})`,
          text: [other.logicalId],
          place,
          guard: other.guard,
        })),
    ],
  };
  model.ask(resource.id, ...[...subnets, ...groups, ...vpcs].map(({ text }) => text));
  return network;
}

function modesOf(resource: Resource, path: readonly string[] | undefined, isPlaced: boolean): NetworkMode[] {
  const nodes = path ? resource.properties.at(...path) : [];
  const modes = nodes
    .flatMap((node) => node.texts())
    .map(({ value, guard, place }): NetworkMode => ({
      mode: MODES.find((mode) => mode === literalOf(value)) ?? 'unknown',
      guard,
      place,
    }));
  const { guard } = resource;
  const place = resource.properties.place;
  return modes.length > 0 ? modes : [{ mode: !path && isPlaced ? 'VPC' : 'none', guard, place }];
}

/** The VPCs of subnets and groups, once each. */
function vpcsOf(model: Model, subnets: readonly PlaceId[], groups: readonly PlaceId[]): PlaceId[] {
  const vpcs = new Map<string, PlaceId>();
  for (const { resource } of [...subnets, ...groups]) {
    const ids = resource && resource.type !== 'AWS::EC2::VPC' ? idsOf(model, resource.properties.at('VpcId')) : [];
    ids.forEach((id) => vpcs.has(id.key) || vpcs.set(id.key, id));
  }
  return [...vpcs.values()];
}

/** A service network of VPC Lattice needs no route: its services answer at link-local addresses. */
function serviceNetworks(model: Model, vpc: PlaceId): WayOut[] {
  return (model.view(latticeAssociations).get(vpc.key) ?? []).flatMap(({ resource, id }) =>
    idsOf(model, resource.properties.at('ServiceNetworkIdentifier')).map((network): WayOut => ({
      kind: 'service network',
      beyond: 'network',
      to: ['its services'],
      through: network.text,
      resource,
      place: network.place,
      guard: resource.guard.and(id.guard).and(network.guard),
      certainty: 'yes',
    })),
  );
}

const latticeAssociations = (model: Model) =>
  byId(model, 'AWS::VpcLattice::ServiceNetworkVpcAssociation', 'VpcIdentifier');

function wayOfEndpoint({ owner, resource, serviceName, place, guard }: Endpoint): WayOut[] {
  if (owner === 'AWS' || owner === 'app') {
    return [];
  }
  const certainty = owner === 'foreign' ? 'yes' : 'maybe';
  return [
    { kind: 'endpoint', beyond: 'network', to: serviceName, through: serviceName, resource, place, guard, certainty },
  ];
}

/** The resources that name one of the places, once each, without resources of the network itself. */
function tiesOf(model: Model, places: readonly PlaceId[]): Tie[] {
  const ties = new Map<string, Tie>();
  const all = model.view(tiesByPlace);
  places
    .flatMap(({ key }) => all.get(key) ?? [])
    .forEach((tie) => ties.has(tie.resource.id) || ties.set(tie.resource.id, tie));
  return [...ties.values()];
}

/** Resources with interfaces in the groups that the agent can connect to. */
function connectionsOf(model: Model, groups: readonly PlaceId[], flows: readonly Flow[]): Connection[] {
  const all = model.view(tiesByPlace);
  return flows
    .filter(({ direction, peer }) => direction === 'to' && peer.kind === 'group')
    .flatMap((flow) => {
      const { id } = flow.peer as Extract<Flow['peer'], { kind: 'group' }>;
      const accepts = flowsOf(model, id).filter((other) => other.direction === 'from');
      const accepted = accepts.filter((other) => portsMeet(flow, other) && isFrom(other, groups));
      const endpoints = (model.view(endpointGroups).get(id.key) ?? []).map(({ resource }) => resource);
      const consumers = (all.get(id.key) ?? [])
        .filter(({ kind }) => kind === 'consumer')
        .map(({ resource }) => resource);
      return [...new Set([...endpoints, ...consumers])].map((to): Connection => ({
        to,
        flow,
        guard: flow.guard.and(to.guard),
        certainty: accepted.length > 0 ? 'yes' : 'maybe',
      }));
    })
    .filter(({ guard }) => guard.possible());
}

const endpointGroups = (model: Model) => byId(model, 'AWS::EC2::VPCEndpoint', 'SecurityGroupIds');

const isFrom = ({ peer }: Flow, groups: readonly PlaceId[]): boolean =>
  peer.kind === 'group' ? groups.some(({ key }) => key === peer.id.key) : true;

function portsMeet(left: Flow, right: Flow): boolean {
  const [a, b] = [left, right].map(({ fromPort = 0, toPort = 65_535 }) => ({ fromPort, toPort }));
  const sameProtocol = left.protocol === 'all' || right.protocol === 'all' || left.protocol === right.protocol;
  return sameProtocol && a.fromPort <= b.toPort && b.fromPort <= a.toPort;
}
