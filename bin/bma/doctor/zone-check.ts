import { DescribeAvailabilityZonesCommand, DescribeVpcEndpointServicesCommand } from '@aws-sdk/client-ec2';
import { AGENTCORE_ZONE_IDS } from '../../../lib/facts/bma-regions';
import { type Check, fail, type Judgement, ok, warn } from './check';
import { ask } from './unanswered';

/**
 * Checks the Availability Zones of the network's endpoint services, by the zone ids that AWS documents for AgentCore.
 */
export const ZONE_CHECK: Check = {
  group: 'account',
  name: 'endpoint services',
  permissions: ['ec2:DescribeVpcEndpointServices', 'ec2:DescribeAvailabilityZones'],
  async run({ region, clients: { ec2 }, subject }) {
    // Without an app, the one service that isn't offered in every Region.
    const names = subject?.endpointServices.length
      ? subject.endpointServices
      : [`com.amazonaws.${region}.bedrock-mantle`];
    const { AvailabilityZones: zones = [] } = await ask(
      'ec2:DescribeAvailabilityZones',
      ec2.send(new DescribeAvailabilityZonesCommand({})),
    );
    const idOf = new Map(zones.map(({ ZoneName, ZoneId }) => [ZoneName!, ZoneId!]));
    // A filter, because an unknown name would be an error.
    const { ServiceDetails: offered = [] } = await ask(
      'ec2:DescribeVpcEndpointServices',
      ec2.send(new DescribeVpcEndpointServicesCommand({ Filters: [{ Name: 'service-name', Values: [...names] }] })),
    );
    const supported = AGENTCORE_ZONE_IDS[region] ?? [];
    const found = names.map((name) => {
      const details = offered.filter(({ ServiceName }) => ServiceName === name);
      const ids = details.flatMap(({ AvailabilityZoneIds, AvailabilityZones = [] }) =>
        AvailabilityZoneIds?.length ? AvailabilityZoneIds : AvailabilityZones.map((zone) => idOf.get(zone) ?? zone),
      );
      const isGateway = details.some(({ ServiceType }) => ServiceType?.some((each) => each.ServiceType === 'Gateway'));
      return {
        name: name.replace(`com.amazonaws.${region}.`, ''),
        isOffered: details.length > 0,
        // A gateway endpoint is in the route tables of a VPC, not in a zone.
        zones: isGateway ? supported : supported.filter((id) => ids.includes(id)),
      };
    });
    const partly = found.filter((each) => each.isOffered && each.zones.length < supported.length);
    const missing = found.filter((each) => !each.isOffered);
    const complete = found.filter((each) => !partly.includes(each) && !missing.includes(each));
    return [
      ...(complete.length > 0
        ? [ok(`${complete.map(({ name }) => name).join(', ')}: in ${supported.join(', ')}`)]
        : []),
      ...partly.map(({ name, zones }) => partial(name, zones, supported)),
      ...missing.map(({ name }) =>
        fail(
          `${name} has no endpoint service in ${region} for this account`,
          'choose another Region (docs/network.md)',
        ),
      ),
    ];
  },
};

function partial(name: string, zones: readonly string[], supported: readonly string[]): Judgement {
  return zones.length === 0
    ? fail(
        `${name} is in none of the zones of AgentCore (${supported.join(', ')})`,
        'choose another Region (docs/network.md)',
      )
    : warn(
        `${name} is in ${zones.join(', ')} only`,
        `place the network there: AgentNetworkZones.ids([${zones.map((id) => `'${id}'`).join(', ')}]) (docs/network.md)`,
      );
}
