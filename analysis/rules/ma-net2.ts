import type { Agent } from '../model/agents';
import { FALSE, type Guard } from '../model/guard';
import type { Endpoint } from '../network/endpoints';
import { networkOf, type Network } from '../network/network';
import { byId, idsOf, type PlaceId } from '../network/place-id';
import type { Model } from '../model/model';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

const SERVICES = ['bedrock-mantle', 'logs'];
const CONTAINER_SERVICES = ['ecr.api', 'ecr.dkr'];

/** An isolated Runtime reaches what it needs through endpoints of its own VPC. */
export const MA_NET2 = rule({
  id: 'MA-NET2',
  family: 'network',
  severity: 'error',
  subject: 'VPC of a Runtime',
  what: "The Runtime's VPC has a bedrock-mantle interface endpoint with private DNS, and every endpoint the environment needs: ecr.api, ecr.dkr, logs and the S3 gateway.",
  why: 'Without them the environment can’t start, and the usual quick fix is a NAT gateway, which opens the internet to every command.',
  fix: 'Use AgentNetwork, or add the endpoint with private DNS enabled; the S3 gateway endpoint belongs to the route tables of the subnets',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(3)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6'] },
  *check(context) {
    for (const agent of context.agents) {
      const { runtime } = agent;
      const network = networkOf(context.model, runtime);
      for (const vpc of network.vpcs) {
        // The endpoints of a VPC outside of the assembly can't be read. MA-NET1 notes this.
        if (vpc.resource?.type === 'AWS::EC2::VPC') {
          yield* judge(context, agent, network, vpc);
        }
      }
    }
  },
});

function* judge({ model }: RuleContext, { runtime, kind }: Agent, network: Network, vpc: PlaceId): Iterable<Finding> {
  const deployed = runtime.guard.and(vpc.guard).and(vpc.resource!.guard);
  const isContainer = runtime.properties.at(...kind.image).length > 0;
  const at = placeAt(runtime, kind.subnets[0]);
  for (const service of [...SERVICES, ...(isContainer ? CONTAINER_SERVICES : [])]) {
    const endpoints = network.endpoints.filter((endpoint) => endpoint.service === service);
    const missing = deployed.and(anyOf(endpoints, ({ guard }) => guard).not());
    yield { at, subject: service, when: missing, says: `The VPC of the Runtime has no ${service} endpoint` };
    for (const endpoint of endpoints) {
      const silent = deployed.and(endpoint.guard).and(isPrivate(endpoint).not());
      const says = `The ${service} endpoint isn't an interface endpoint with private DNS`;
      yield { at: endpoint.resource, when: silent, says };
    }
  }
  const s3 = network.endpoints.filter(({ service }) => service === 's3');
  for (const subnet of network.subnets) {
    const reached = anyOf(s3, (endpoint) =>
      endpoint.guard.and(isPrivate(endpoint).or(serves(model, endpoint, subnet))),
    );
    const missing = deployed.and(subnet.guard).and(reached.not());
    if (subnet.resource?.type === 'AWS::EC2::Subnet') {
      yield {
        at,
        subject: 's3',
        when: missing,
        says: 'A subnet of the Runtime has no route to S3 through an endpoint',
      };
    }
  }
}

function anyOf<T>(all: readonly T[], guardOf: (each: T) => Guard): Guard {
  return all.reduce<Guard>((any, each) => any.or(guardOf(each)), FALSE);
}

function isPrivate({ type, privateNames }: Endpoint): Guard {
  return type === 'Interface' ? privateNames : FALSE;
}

/** When a gateway endpoint is in a route table of a subnet. */
function serves(model: Model, { resource }: Endpoint, subnet: PlaceId): Guard {
  const tables = (model.view(associations).get(subnet.key) ?? []).flatMap(({ resource: association, id }) =>
    idsOf(model, association.properties.at('RouteTableId')).map(({ key, guard }) => ({
      key,
      guard: guard.and(id.guard).and(association.guard),
    })),
  );
  return anyOf(idsOf(model, resource.properties.at('RouteTableIds')), (table) =>
    anyOf(
      tables.filter(({ key }) => key === table.key),
      ({ guard }) => guard.and(table.guard),
    ),
  );
}

const associations = (model: Model) => byId(model, 'AWS::EC2::SubnetRouteTableAssociation', 'SubnetId');
