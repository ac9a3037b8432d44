import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { MAX_ZONES } from './zones';

/**
 * Smallest subnet of EC2. A NAT subnet has one interface. Source:
 * docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
const NAT_SUBNET_MASK = 28;
/** With a /24, every zone has 64 addresses: each endpoint and each Runtime session uses one. */
const VPC_MASKS = { largest: 16, smallest: 24 };

const SLOTS = Array.from({ length: MAX_ZONES }, (_, slot) => slot);

/** Construct id and name of the subnet for agents in a zone. */
export const agentSubnet = (slot: number) => ({ id: `AgentSubnet${slot + 1}`, name: 'Agent' });
/** Construct id and name of the subnet for the NAT gateway in a zone. */
export const natSubnet = (slot: number) => ({ id: `NatSubnet${slot + 1}`, name: 'Nat' });

/**
 * The address range of every subnet that the network may ever have: three zones, each with a NAT gateway. All of them
 * are always computed, even if unused, because the range of a subnet can't change in place: CloudFormation creates the
 * replacement first, and EC2 refuses a range that overlaps another subnet.
 *
 * @param givenRange the given range of the VPC, or undefined if IPAM assigns it
 * @param vpcRange the range of the VPC as a reference
 */
export function subnetRanges(
  scope: IConstruct,
  ipAddresses: ec2.IIpAddresses,
  givenRange: string | undefined,
  vpcRange: string,
): Map<string, string> {
  requireRoom(scope, givenRange);
  const requested = [
    ...SLOTS.map((slot) => ({ ...agentSubnet(slot), slot, subnetType: ec2.SubnetType.PRIVATE_ISOLATED })),
    ...SLOTS.map((slot) => ({
      ...natSubnet(slot),
      slot,
      subnetType: ec2.SubnetType.PUBLIC,
      cidrMask: NAT_SUBNET_MASK,
    })),
  ];
  const { allocatedSubnets } = ipAddresses.allocateSubnetsCidr({
    vpcCidr: vpcRange,
    requestedSubnets: requested.map(({ id, slot, ...configuration }) => ({
      availabilityZone: `zone-${slot + 1}`, // The allocators of aws-cdk-lib only count them.
      subnetConstructId: id,
      configuration,
    })),
  });
  return new Map(requested.map(({ id }, index) => [id, allocatedSubnets[index].cidr]));
}

function requireRoom(scope: IConstruct, range: string | undefined): void {
  if (range === undefined || Token.isUnresolved(range)) {
    return;
  }
  const mask = Number(range.split('/')[1]);
  requireInput(mask >= VPC_MASKS.largest && mask <= VPC_MASKS.smallest, scope, {
    input: 'ipAddresses',
    value: range,
    allowed: `a range from /${VPC_MASKS.largest} to /${VPC_MASKS.smallest}, which has room for three zones with a NAT gateway each`,
    fix: "choose a range of that size, for example ec2.IpAddresses.cidr('10.0.0.0/16')",
  });
}
