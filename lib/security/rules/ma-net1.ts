import { runtimes } from '../model/agents';
import { textAt } from '../model/json';
import { routesOf, routeTablesOf, runtimeSubnets, runtimeVpcs } from '../model/network';
import { declaredEgress } from '../model/declared';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { CheckOptions, Finding, SecurityRule } from './rule';

const LOCATION = 'Properties.NetworkConfiguration';

/** A Runtime has no way to the internet. */
export const MA_NET1: SecurityRule = {
  id: 'MA-NET1',
  family: 'network',
  severity: 'error',
  what: 'The Runtime is in VPC mode, in subnets with no route to an internet or NAT gateway.',
  why: 'Commands in the environment can send whatever the agent can read to any host they can reach.',
  fix: 'Use AgentNetwork in its isolated default, or remove the route and add an interface endpoint for each service the agent needs. Where the way out was chosen, declare it: give AgentEgress.allowList or open a reason, or use Declaration.egress',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(5)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6', 'CC6.7'] },
  check: (index, options) => runtimes(index).flatMap((runtime) => judge(index, runtime, options)),
};

function judge(index: TemplateIndex, runtime: IndexedResource, options: CheckOptions): Finding[] {
  const mode = textAt(runtime.properties, 'NetworkConfiguration', 'NetworkMode');
  if (mode !== 'VPC') {
    return [
      {
        resource: runtime,
        location: LOCATION,
        detail: `the network mode of the Runtime is ${mode ?? 'not set'}, not VPC`,
      },
    ];
  }
  const subnets = runtimeSubnets(runtime);
  if (subnets.length === 0) {
    return [{ resource: runtime, location: LOCATION, detail: 'the Runtime is in VPC mode without subnets' }];
  }
  const unknown = subnets.filter((subnet) => !index.target(subnet));
  const [vpc] = runtimeVpcs(index, runtime);
  const routes = new Set(
    subnets.flatMap((subnet) => routeTablesOf(index, subnet)).flatMap((table) => routesOf(index, table)),
  );
  return [
    ...[...routes].flatMap((route) => {
      const way = wayOut(index, route);
      return way && !isDeclared(index, route, vpc, options)
        ? [
            {
              resource: route,
              location: 'Properties',
              detail: `a subnet of the Runtime ${runtime.logicalId} has a route to ${way}`,
            },
          ]
        : [];
    }),
    ...(unknown.length > 0
      ? [
          {
            resource: runtime,
            location: LOCATION,
            unverified: true,
            detail: 'the subnets of the Runtime are not in this app: their routes cannot be checked here',
          },
        ]
      : []),
  ];
}

/** What a route leads out through, if it does. */
function wayOut(index: TemplateIndex, route: IndexedResource): string | undefined {
  const { properties } = route;
  if (properties.NatGatewayId !== undefined) {
    return 'a NAT gateway';
  }
  if (properties.EgressOnlyInternetGatewayId !== undefined) {
    return 'an egress-only internet gateway';
  }
  if (properties.CarrierGatewayId !== undefined) {
    return 'a carrier gateway';
  }
  const gateway = textAt(properties, 'GatewayId');
  if (gateway === undefined) {
    // A NAT instance, an appliance or another network decides where a default route ends.
    return isDefault(route) ? 'everything through another network' : undefined;
  }
  const target = index.target(gateway);
  const internet = target
    ? target.type === 'AWS::EC2::InternetGateway'
    : gateway.startsWith('igw-') || isDefault(route);
  return internet ? 'an internet gateway' : undefined;
}

/** A NAT gateway for everything is what a declared way to every address needs; other ways out are not. */
function isDeclared(index: TemplateIndex, at: IndexedResource, vpc: unknown, options: CheckOptions): boolean {
  const { NatGatewayId, DestinationCidrBlock: peer } = at.properties;
  return NatGatewayId !== undefined && declaredEgress(index, { at, vpc, peer, port: 443 }, options);
}

function isDefault({ properties }: IndexedResource): boolean {
  return properties.DestinationCidrBlock === '0.0.0.0/0' || properties.DestinationIpv6CidrBlock === '::/0';
}
