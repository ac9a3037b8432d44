import { readPolicy } from '../policy/read-policy';
import type { Text } from '../model/text';
import type { Resource } from '../model/assembly';
import type { Endpoint as ReadEndpoint } from '../network/endpoints';
import type { Flow as ReadFlow, Peer } from '../network/group-rules';
import { networkCalls } from '../network/network-calls';
import { networkOf, type Network } from '../network/network';
import { tieEffect } from '../network/ties';
import type { WayOut } from '../network/ways-out';
import { type App, distinctBy, sorted, sortedBy, whenOf } from './app';
import { conditionsOf } from './permissions';
import { principalTexts } from './roles';
import type { Endpoint, Flow, NameReach, NetworkReach, Unknown } from './statement';

/** The reach of an agent's network, and its unknown parts. */
export interface NetworkReading {
  readonly network: NetworkReach;
  readonly vpcs: readonly Resource[];
  readonly unknown: readonly Unknown[];
}

export function readNetwork(app: App, runtime: Resource): NetworkReading {
  const found = networkOf(app.model, runtime);
  const modes = new Set(found.modes.map(({ mode }) => mode));
  const mode = modes.size === 1 && modes.has('VPC') ? 'VPC' : modes.has('PUBLIC') ? 'PUBLIC' : 'unknown';
  const vpcs = found.vpcs.flatMap(({ resource }) => (resource?.type === 'AWS::EC2::VPC' ? [resource] : []));
  const names = found.names.map(({ vpc, resolution }): NameReach => {
    const limited = vpc.guard.implies(resolution.limited);
    return {
      vpc: app.text(vpc.text).replace(/^\$\{(.*)\}$/, '$1'),
      resolves: limited ? sorted(resolution.allowed.map((name) => app.text(name))) : ['*'],
      ...(limited ? {} : { because: resolution.because }),
      forwardedTo: sorted(resolution.forwarded.map((way) => wayText(app, way))),
    };
  });
  const filtered = names.length > 0 && names.every(({ resolves }) => !resolves.includes('*'));
  const filter = filtered
    ? `, names limited by DNS Firewall to ${sorted(names.flatMap(({ resolves }) => resolves)).join(', ')} (addresses are not limited)`
    : '';
  return {
    network: {
      mode,
      subnets: sorted(found.subnets.map(({ resource, text }) => (resource ? app.nameOf(resource) : app.text(text)))),
      internet: sorted([
        ...found.modes
          .filter((each) => each.mode === 'PUBLIC')
          .map((each) => withCase('public mode: the Runtime reaches any address', whenOf(each.guard).when)),
        ...found.ties.flatMap(({ resource, kind }) => {
          const effect = tieEffect(kind);
          return effect === undefined ? [] : [`${resource.type} ${app.nameOf(resource)} ${effect}`];
        }),
        ...networkCalls(app.model).map(({ action, maker, of, guard }) =>
          withCase(`${app.nameOf(maker)} calls ${action} on ${app.nameOf(of)}`, whenOf(guard.and(maker.guard)).when),
        ),
        ...found.ways.map((way) => `${wayText(app, way)}${way.beyond === 'internet' ? filter : ''}`),
      ]),
      ...(names.length > 0 ? { names: sortedBy(names, ({ vpc }) => vpc) } : {}),
      flows: distinctBy(
        found.flows.map((flow) => flowOf(app, flow, found.connections)),
        (flow) => JSON.stringify(flow),
      ),
      endpoints: distinctBy(
        found.endpoints.map((endpoint) => endpointOf(app, endpoint)),
        (endpoint) => JSON.stringify(endpoint),
      ),
    },
    vpcs,
    unknown: unknownOf(app, found),
  };
}

function unknownOf(app: App, { modes, gaps, vpcs, subnets }: Network): Unknown[] {
  const stated = modes.filter(({ mode }) => mode === 'none' || mode === 'unknown');
  return [
    ...stated.map(({ mode, guard }) => ({
      where: 'network',
      what: withCase(
        mode === 'none' ? 'network mode not stated' : 'network mode, which can’t be read',
        whenOf(guard).when,
      ),
    })),
    ...gaps.map(({ what, text, guard }) => ({
      where: 'network',
      what: withCase(`${what}${gapText(app, text)}`, whenOf(guard).when),
    })),
    ...(subnets.length > 0 && vpcs.length === 0
      ? [{ where: 'network', what: 'the endpoints and the names of a VPC that is not in the app' }]
      : []),
  ];
}

/** The subject of a gap, by name if it is in the app. */
function gapText(app: App, text: Text): string {
  const shown = app.text(text);
  return shown === '' ? '' : ` ${shown}${app.target(text) ? '' : ', which is not in the app'}`;
}

function wayText(app: App, { kind, through, to, guard, certainty }: WayOut): string {
  const doubt = certainty === 'maybe' ? ' (may be a way out)' : '';
  return withCase(`${kind}${through ? ` ${app.text(through)}` : ''} to ${app.text(to)}${doubt}`, whenOf(guard).when);
}

function withCase(text: string, when: string | undefined): string {
  return when === undefined ? text : `${text}, when ${when}`;
}

function flowOf(app: App, flow: ReadFlow, connections: Network['connections']): Flow {
  const { direction, protocol, fromPort, toPort, peer, guard } = flow;
  const reaches = connections
    .filter((each) => each.flow === flow && !/^AWS::(?:EC2::VPCEndpoint|EFS::MountTarget)$/.test(each.to.type))
    .map(({ to }) => app.nameOf(to));
  const ports =
    fromPort === undefined
      ? 'all'
      : toPort === undefined || toPort === fromPort
        ? `${fromPort}`
        : `${fromPort}-${toPort}`;
  return {
    direction,
    peer: peerText(app, peer),
    protocol: protocol === 'all' ? 'all protocols' : protocol,
    ports,
    ...(reaches.length > 0 ? { reaches: sorted([...new Set(reaches)]) } : {}),
    ...whenOf(guard),
  };
}

function peerText(app: App, peer: Peer): string {
  switch (peer.kind) {
    case 'addresses':
      return app.text(peer.cidr);
    case 'prefix list':
      return peer.cidrs.length > 0 ? peer.cidrs.map((cidr) => app.text(cidr)).join(' or ') : app.text(peer.id.text);
    case 'group':
      return app.text(peer.id.text);
    default:
      return 'a peer that can’t be read';
  }
}

function endpointOf(app: App, { resource, service, serviceName, type, owner, policies }: ReadEndpoint): Endpoint {
  const statements = policies.flatMap((policy) => readPolicy(policy, resource, (text) => app.model.canonical(text)));
  const permissions = statements.flatMap((statement) => {
    const { effect, actions, resources } = statement;
    const conditions = conditionsOf(app, statement.conditions);
    return selectionTexts(app, actions).flatMap((action) =>
      selectionTexts(app, resources).flatMap((on) =>
        principalTexts(app, statement).map((principal) => ({
          effect: effect === 'Deny' ? ('deny' as const) : ('allow' as const),
          principal,
          action,
          resource: on,
          conditions,
        })),
      ),
    );
  });
  return {
    service: service ?? app.text(serviceName),
    type,
    ...(owner === 'AWS' ? {} : { owner }),
    ownPolicy: policies.length > 0,
    permissions: distinctBy(permissions, (each) => JSON.stringify(each)),
  };
}

function selectionTexts(app: App, { except, patterns }: ReturnType<typeof readPolicy>[number]['actions']): string[] {
  const texts = patterns.map(({ value, written }) => app.text(written ?? value));
  return except ? [`everything but ${sorted(texts).join(', ')}`] : texts;
}
