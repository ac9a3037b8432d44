import {
  DescribeAvailabilityZonesCommand,
  DescribeVpcEndpointServicesCommand,
  type ServiceDetail,
} from '@aws-sdk/client-ec2';
import { AGENTCORE_ZONE_IDS } from '../../../../lib/facts/bma-regions';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';

/** Default number of zones of a network. */
const DEFAULT_ZONES = 2;

export const codeDeployEndpointPolicy = probe({
  id: 'codedeploy-endpoint-policy',
  question: 'Do interface endpoints of codedeploy support policies?',
  default: 'The deployments tool gives the endpoint a policy that allows its two actions.',
  where: ['lib/agent/tools/deployments-tool.ts'],
  needs: [],
  looksAt: [],
  permissions: [{ actions: ['ec2:DescribeVpcEndpointServices'] }],
  usd: 0,
  minutes: 1,
  answers: {
    yes: { means: 'EC2 reports that the endpoint service supports policies.' },
    no: {
      means: "EC2 reports that the endpoint service doesn't support policies.",
      change: 'create the endpoint of codedeploy without a policy, because its deployment fails with one',
    },
  },
  async run(context) {
    const { VpcEndpointPolicySupported: supported } = await endpointService(context, 'codedeploy');
    if (supported === undefined) throw new NoAnswer('EC2 does not report whether the service supports policies');
    return {
      answer: supported ? 'yes' : 'no',
      evidence: [`VpcEndpointPolicySupported: ${supported}`],
      confidence: 'certain',
    };
  },
});

export const mantleEndpointZones = probe({
  id: 'mantle-endpoint-zones',
  question: 'In which Availability Zones is the endpoint service of bedrock-mantle?',
  default: 'A network spans the first two zones that AgentCore supports in the Region.',
  where: ['lib/network/zones.ts', 'docs/network.md'],
  needs: [],
  looksAt: [],
  permissions: [{ actions: ['ec2:DescribeAvailabilityZones', 'ec2:DescribeVpcEndpointServices'] }],
  usd: 0,
  minutes: 1,
  answers: {
    'all-defaults': { means: 'The endpoint service is available in each zone that a network uses by default.' },
    'not-all-defaults': {
      means:
        'The endpoint service is not available in a zone that a network uses by default: such a network cannot be deployed.',
      change: 'put the zones that have both services first in AGENTCORE_ZONE_IDS (lib/facts/bma-regions.ts)',
    },
  },
  async run(context) {
    const { AvailabilityZones: names = [] } = await endpointService(context, 'bedrock-mantle');
    const { AvailabilityZones: zones = [] } = await context.clients.ec2.send(new DescribeAvailabilityZonesCommand({}));
    const ids = zones
      .filter(({ ZoneName }) => names.includes(ZoneName ?? ''))
      .map(({ ZoneId }) => ZoneId!)
      .sort();
    if (ids.length === 0) throw new NoAnswer('EC2 returned no zone of the endpoint service');
    const defaults = (AGENTCORE_ZONE_IDS[context.options.region] ?? []).slice(0, DEFAULT_ZONES);
    if (defaults.length === 0) throw new NoAnswer(`AgentCore's zones of ${context.options.region} are not known`);
    const answer = defaults.every((zone) => ids.includes(zone)) ? 'all-defaults' : 'not-all-defaults';
    return {
      answer,
      evidence: [`endpoint service: ${ids.join(', ')}`, `default of a network: ${defaults.join(', ')}`],
      confidence: 'certain',
    };
  },
});

async function endpointService({ clients, options }: ProbeContext, name: string): Promise<ServiceDetail> {
  const service = `com.amazonaws.${options.region}.${name}`;
  const { ServiceDetails: [detail] = [] } = await clients.ec2.send(
    new DescribeVpcEndpointServicesCommand({ ServiceNames: [service] }),
  );
  if (detail === undefined) throw new NoAnswer(`${options.region} has no endpoint service ${name}`);
  return detail;
}
