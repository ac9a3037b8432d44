import type { Resource } from '../model/assembly';
import { literalOf, textOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import { FALSE } from '../model/guard';
import type { Model } from '../model/model';
import type { Place, Text } from '../model/text';
import { byId, idsOf, isUnread, knownText, type PlaceId } from './place-id';

/** Where a way out of a network ends. `unknown` may be any of them. */
export type Beyond = 'internet' | 'network' | 'appliance' | 'names' | 'unknown';

/** A path that leads out of the subnets of an agent. */
export interface WayOut {
  /** What it leads through: `NAT gateway`, `transit gateway`, `route propagation`. */
  readonly kind: string;
  readonly beyond: Beyond;
  /** Addresses or names that take this way, as written. */
  readonly to: Text;
  /** Id of what it leads through. */
  readonly through?: Text;
  /** The resource that makes the path. */
  readonly resource: Resource;
  readonly place: Place;
  readonly guard: Guard;
  /** `maybe` if it isn't known whether the path is in the table of the subnet, or what it leads to. */
  readonly certainty: 'yes' | 'maybe';
  /** True if the deployment decides the table of the route, so that it may be the one of the subnet. */
  readonly isAnyTable?: boolean;
}

/** A part of the network that isn't in the assembly or can't be read. */
export interface Gap {
  /** What isn't known: `routes of the subnet`. */
  readonly what: string;
  readonly text: Text;
  readonly place: Place;
  readonly guard: Guard;
}

/** By property of a route: kind and end of the way. A `GatewayId` may be several kinds of gateways. */
const TARGETS: readonly (readonly [string, string, Beyond])[] = [
  ['NatGatewayId', 'NAT gateway', 'internet'],
  ['EgressOnlyInternetGatewayId', 'egress-only internet gateway', 'internet'],
  ['CarrierGatewayId', 'carrier gateway', 'internet'],
  ['InstanceId', 'instance', 'appliance'],
  ['NetworkInterfaceId', 'network interface', 'appliance'],
  ['VpcEndpointId', 'endpoint', 'appliance'],
  ['TransitGatewayId', 'transit gateway', 'network'],
  ['VpcPeeringConnectionId', 'peering connection', 'network'],
  ['CoreNetworkArn', 'core network', 'network'],
  ['LocalGatewayId', 'local gateway', 'network'],
  ['OdbNetworkArn', 'ODB network', 'network'],
  ['GatewayId', 'gateway', 'unknown'],
];
const GATEWAYS: Readonly<Record<string, readonly [string, Beyond]>> = {
  'AWS::EC2::InternetGateway': ['internet gateway', 'internet'],
  'AWS::EC2::VPNGateway': ['VPN gateway', 'network'],
  'AWS::EC2::VPCEndpoint': ['endpoint', 'appliance'],
  igw: ['internet gateway', 'internet'],
  vgw: ['VPN gateway', 'network'],
  vpce: ['endpoint', 'appliance'],
};

/** Destinations of a route. Any of them counts: two halves of all addresses are all addresses. */
const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];

/** Resources that add routes to a table automatically. Which routes isn't in the template. */
const PROPAGATIONS: readonly (readonly [string, string, string])[] = [
  ['AWS::EC2::VPNGatewayRoutePropagation', 'RouteTableIds', 'VpnGatewayId'],
  ['AWS::EC2::RouteServerPropagation', 'RouteTableId', 'RouteServerId'],
];

/**
 * Every way out of some subnets by their route tables. A subnet without a table of its own has the main table of its VPC:
 * it has only the local route, unless a route names a table that isn't in the assembly.
 */
export function waysOutOf(model: Model, subnets: readonly PlaceId[]): { ways: WayOut[]; gaps: Gap[] } {
  const ways = new Map<string, WayOut>();
  const gaps: Gap[] = [];
  const add = (found: readonly WayOut[]) => {
    for (const way of found.filter(({ guard }) => guard.possible())) {
      const key = `${way.resource.id} ${way.place.path} ${way.kind}`;
      const same = ways.get(key);
      ways.set(key, same ? merged(same, way) : way);
    }
  };
  for (const subnet of subnets) {
    if (subnet.resource?.type !== 'AWS::EC2::Subnet') {
      gaps.push({ what: 'the routes of the subnet', ...gapAt(subnet) });
      continue;
    }
    let own: Guard = FALSE;
    for (const { resource, id } of model.view(associations).get(subnet.key) ?? []) {
      const associated = resource.guard.and(id.guard);
      own = own.or(associated);
      for (const table of idsOf(model, resource.properties.at('RouteTableId'))) {
        const guard = subnet.guard.and(associated).and(table.guard);
        add(tableWays(model, table.key, guard, 'yes'));
        if (table.resource?.type !== 'AWS::EC2::RouteTable' && guard.possible()) {
          gaps.push({ what: 'the routes of the route table', ...gapAt(table), guard });
        }
      }
    }
    const main = subnet.guard.and(subnet.resource.guard).and(own.not());
    if (main.possible()) {
      for (const vpc of idsOf(model, subnet.resource.properties.at('VpcId'))) {
        if (vpc.resource?.type !== 'AWS::EC2::VPC') {
          gaps.push({ what: 'the main route table of the VPC', ...gapAt(vpc), guard: main.and(vpc.guard) });
        }
      }
      model.view(outsideTables).forEach((key) => add(tableWays(model, key, main, 'maybe')));
    }
    // The deployer may pass the table of this subnet.
    model.view(unreadTables).forEach((key) => {
      add(tableWays(model, key, subnet.guard, 'maybe').map((way) => ({ ...way, isAnyTable: true })));
    });
  }
  return { ways: [...ways.values()], gaps };
}

const gapAt = ({ text, place, guard }: PlaceId) => ({ text, place, guard });

function merged(left: WayOut, right: WayOut): WayOut {
  return {
    ...left,
    guard: left.guard.or(right.guard),
    certainty: left.certainty === 'yes' || right.certainty === 'yes' ? 'yes' : 'maybe',
  };
}

const associations = (model: Model) => byId(model, 'AWS::EC2::SubnetRouteTableAssociation', 'SubnetId');
const routes = (model: Model) => byId(model, 'AWS::EC2::Route', 'RouteTableId');
const vpnRoutes = (model: Model) => byId(model, PROPAGATIONS[0][0], PROPAGATIONS[0][1]);
const serverRoutes = (model: Model) => byId(model, PROPAGATIONS[1][0], PROPAGATIONS[1][1]);

/** Tables that routes name and that aren't in the assembly: each may be the main table of a VPC. */
function outsideTables(model: Model): string[] {
  return routedTables(model).flatMap(({ key, resource, text }) =>
    resource?.type === 'AWS::EC2::RouteTable' || isUnread(text) ? [] : [key],
  );
}

/**
 * Tables of routes whose id can't be read, such as a parameter. What another app exports isn't a table of this app: an
 * app that had got its id could make the route itself.
 */
function unreadTables(model: Model): string[] {
  const isOfAnotherApp = (part: Text[number]): boolean =>
    typeof part !== 'string' &&
    part.kind === 'unreadable' &&
    part.unreadable?.reason === 'outside the assembly' &&
    part.from !== undefined &&
    !model.mayExport(part.from);
  return routedTables(model).flatMap(({ key, text }) => (isUnread(text) && !text.some(isOfAnotherApp) ? [key] : []));
}

const routedTables = (model: Model): PlaceId[] =>
  [routes, vpnRoutes, serverRoutes].flatMap((view) => [...model.view(view).values()].map(([{ id }]) => id));

function tableWays(model: Model, table: string, guard: Guard, certainty: WayOut['certainty']): WayOut[] {
  return [
    ...(model.view(routes).get(table) ?? []).flatMap(({ resource, id }) =>
      routeWays(model, resource, guard.and(resource.guard).and(id.guard), certainty),
    ),
    ...[vpnRoutes, serverRoutes].flatMap((view, at) =>
      (model.view(view).get(table) ?? []).flatMap(({ resource, id }) =>
        idsOf(model, resource.properties.at(PROPAGATIONS[at][2])).map((source): WayOut => ({
          kind: 'route propagation',
          beyond: 'network',
          to: textOf('whatever it announces'),
          through: source.text,
          resource,
          place: id.place,
          guard: guard.and(resource.guard).and(id.guard).and(source.guard),
          certainty,
        })),
      ),
    ),
  ];
}

function routeWays(model: Model, route: Resource, guard: Guard, certainty: WayOut['certainty']): WayOut[] {
  const [to] = DESTINATIONS.flatMap((name) => route.properties.at(name)).flatMap((node) => node.texts());
  return TARGETS.flatMap(([property, kind, beyond]) =>
    idsOf(model, route.properties.at(property))
      .filter(({ text }) => literalOf(text) !== 'local')
      .map((target): WayOut => {
        const [name, end] = endOf(target, kind, beyond);
        return {
          kind: name,
          beyond: end,
          to: to?.value ?? textOf('addresses that are not stated'),
          through: target.text,
          resource: route,
          place: target.place,
          guard: guard.and(target.guard),
          certainty: end === 'unknown' ? 'maybe' : certainty,
        };
      }),
  );
}

function endOf(target: PlaceId, kind: string, beyond: Beyond): readonly [string, Beyond] {
  if (kind === 'gateway') {
    const prefix = literalOf(target.text)?.split('-')[0] ?? '';
    const key = target.resource?.type ?? prefix;
    return Object.hasOwn(GATEWAYS, key) ? GATEWAYS[key] : [kind, 'unknown'];
  }
  const isPrivate =
    kind === 'NAT gateway' && knownText(target.resource?.properties.at('ConnectivityType') ?? []) === 'private';
  return isPrivate ? ['private NAT gateway', 'network'] : [kind, beyond];
}
