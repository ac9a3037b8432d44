import { App, Stack } from 'aws-cdk-lib/core';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Template } from 'aws-cdk-lib/assertions';
import { AgentEgress, AgentNetwork, AgentNetworkZones, type AgentNetworkProps } from '../../../lib';

const isolated = AgentEgress.isolated();
const open = (natGateways: number) => AgentEgress.open({ natGateways });
const allowList = AgentEgress.allowList(['example.com']);

/** Every subnet of a network by logical id, with what EC2 cannot change in place. */
function subnetsOf(props: AgentNetworkProps, region = 'us-east-1') {
  const stack = new Stack(new App(), 'S', { env: { account: '111111111111', region } });
  new AgentNetwork(stack, 'Net', props);
  const found = Template.fromStack(stack).findResources('AWS::EC2::Subnet');
  return new Map(
    Object.entries(found).map(([id, { Properties: each }]) => [
      id,
      { range: JSON.stringify(each.CidrBlock), zone: JSON.stringify(each.AvailabilityZoneId ?? each.AvailabilityZone) },
    ]),
  );
}

function span(range: string): [number, number] {
  const [, a, b, c, d, mask] = /^"(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)"$/.exec(range)!.map(Number);
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return [first, first + 2 ** (32 - mask) - 1];
}

const zonesOf = [1, 2, 3].map((count) => AgentNetworkZones.count(count));
const layouts = zonesOf.flatMap((zones, index) =>
  [isolated, allowList, ...Array.from({ length: index + 1 }, (_, nats) => open(nats + 1))].map((egress) => ({
    zones,
    egress,
  })),
);
const named = [['use1-az1'], ['use1-az4'], ['use1-az4', 'use1-az1'], ['use1-az2', 'use1-az4', 'use1-az1']].map(
  (ids) => ({
    zones: AgentNetworkZones.ids(ids),
    egress: open(1),
  }),
);

test.each([
  ['its own range', () => undefined],
  ['a small range', () => ec2.IpAddresses.cidr('10.9.8.0/24')],
  [
    'IPAM',
    () =>
      ec2.IpAddresses.awsIpamAllocation({
        ipv4IpamPoolId: 'ipam-pool-1',
        ipv4NetmaskLength: 16,
        defaultSubnetIpv4NetmaskLength: 18,
      }),
  ],
])('no change of zones or egress moves a subnet, with %s', (_, ipAddresses: () => ec2.IIpAddresses | undefined) => {
  const all = new Map<string, { range: string; zone: string }>();
  for (const layout of [...layouts, ...named]) {
    for (const [id, subnet] of subnetsOf({ ...layout, ipAddresses: ipAddresses() })) {
      expect({ id, ...(all.get(id) ?? subnet) }).toEqual({ id, ...subnet });
      all.set(id, subnet);
    }
  }
  expect(all.size).toBe(6);
  expect(new Set([...all.values()].map(({ range }) => range)).size).toBe(6);
});

test('subnets of three zones with NAT gateways do not overlap, in the largest and the smallest range', () => {
  for (const range of ['10.0.0.0/16', '10.9.8.0/24']) {
    const zones = AgentNetworkZones.count(3);
    const subnets = subnetsOf({ zones, egress: open(3), ipAddresses: ec2.IpAddresses.cidr(range) });
    const spans = [...subnets.values()].map((each) => span(each.range)).sort(([one], [other]) => one - other);
    expect(spans).toHaveLength(6);
    spans.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan(spans[index][1]));
  }
});

test('zones by name keep their ranges when a name is added at the end', () => {
  const two = subnetsOf({ zones: AgentNetworkZones.names(['us-east-1c', 'us-east-1a']) });
  const three = subnetsOf({
    zones: AgentNetworkZones.names(['us-east-1c', 'us-east-1a', 'us-east-1b']),
    egress: open(3),
  });
  for (const [id, subnet] of two) {
    expect(three.get(id)).toEqual(subnet);
  }
});

test.each(['10.0.0.0/28', '10.0.0.0/25', '10.0.0.0/8'])('refuses a range of %s and says which fit', (range) => {
  expect(() => subnetsOf({ ipAddresses: ec2.IpAddresses.cidr(range) })).toThrow(
    `S/Net: ipAddresses '${range}' is not accepted. Allowed: a range from /16 to /24`,
  );
});
