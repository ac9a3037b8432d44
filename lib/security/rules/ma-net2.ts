import { runtimes } from '../model/agents';
import { at, listAt } from '../model/json';
import {
  endpointsIn,
  isPrivateInterface,
  routeTablesOf,
  runtimeSubnets,
  runtimeVpcs,
  serviceOf,
} from '../model/network';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

const LOCATION = 'Properties.NetworkConfiguration';
const CONTAINER_SERVICES = ['ecr.api', 'ecr.dkr'];
const SERVICES = ['bedrock-mantle', 'logs'];

/** An isolated Runtime reaches what it needs through endpoints of its own VPC. */
export const MA_NET2: SecurityRule = {
  id: 'MA-NET2',
  family: 'network',
  severity: 'error',
  what: "The Runtime's VPC has a bedrock-mantle interface endpoint with private DNS, and every endpoint the environment needs: ecr.api, ecr.dkr, logs and the S3 gateway.",
  why: 'Without them the environment cannot start, and the quick repair is a NAT gateway, which opens the internet to every command.',
  fix: 'Use AgentNetwork, or add the endpoint with private DNS enabled; the S3 gateway endpoint belongs to the route tables of the subnets',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(3)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6'] },
  check: (index) => runtimes(index).flatMap((runtime) => judge(index, runtime)),
};

function judge(index: TemplateIndex, runtime: IndexedResource): Finding[] {
  const subnets = runtimeSubnets(runtime);
  const vpcs = runtimeVpcs(index, runtime);
  if (subnets.length === 0) {
    return []; // MA-NET1 speaks of it.
  }
  if (vpcs.length === 0) {
    return [
      {
        resource: runtime,
        location: LOCATION,
        unverified: true,
        detail: 'the VPC of the Runtime is not in this app: its endpoints cannot be checked here',
      },
    ];
  }
  const container = at(runtime.properties, 'AgentRuntimeArtifact', 'ContainerConfiguration') !== undefined;
  const needed = [...SERVICES, ...(container ? CONTAINER_SERVICES : [])];
  return vpcs.flatMap((vpc) => {
    const endpoints = endpointsIn(index, vpc);
    const missing = needed.filter((service) => !endpoints.some((endpoint) => serviceOf(endpoint) === service));
    const silent = endpoints.filter(
      (endpoint) => needed.includes(serviceOf(endpoint)) && !isPrivateInterface(endpoint),
    );
    return [
      ...missing.map((service) => ({
        resource: runtime,
        location: LOCATION,
        detail: `the VPC of the Runtime has no ${service} endpoint`,
      })),
      ...silent.map((endpoint) => ({
        resource: endpoint,
        location: 'Properties.PrivateDnsEnabled',
        detail: `the ${serviceOf(endpoint)} endpoint is no interface endpoint with private DNS`,
      })),
      ...(subnets.every((subnet) => reachesS3(index, endpoints, subnet))
        ? []
        : [
            {
              resource: runtime,
              location: LOCATION,
              detail: 'a subnet of the Runtime has no route to S3 through an endpoint',
            },
          ]),
    ];
  });
}

function reachesS3(index: TemplateIndex, endpoints: IndexedResource[], subnet: string): boolean {
  const tables = routeTablesOf(index, subnet);
  return endpoints.some(
    (endpoint) =>
      serviceOf(endpoint) === 's3' &&
      (isPrivateInterface(endpoint) ||
        listAt(endpoint.properties, 'RouteTableIds').some((table) => tables.includes(String(table)))),
  );
}
