import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Tags } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { requireWholeNumber } from '../validation/input-error';
import type { AgentEgress } from './egress';
import { agentSubnet, natSubnet, subnetRanges } from './subnet-ranges';
import type { ZonePlacement } from './zones';

export interface ZonedVpcProps {
  readonly zones: ZonePlacement[];
  readonly ipAddresses: ec2.IIpAddresses;
  readonly egress: AgentEgress;
}

/**
 * A VPC with subnets in zones chosen by id. `ec2.Vpc` isn't used: it accepts only zone names, which mean different
 * zones in every account (AgentCore then fails at creation). It also looks the names up in the account at synth, so
 * that a stack with a fixed account and Region can't be synthesized without credentials. Its restriction of the default
 * security group is a custom resource with a Lambda function.
 */
export class ZonedVpc extends Construct {
  public readonly vpc: ec2.IVpc;
  /** The subnets of agents: isolated, or with a route to a NAT gateway if the egress includes the internet. */
  public readonly agentSubnets: ec2.ISubnet[];

  constructor(scope: Construct, id: string, props: ZonedVpcProps) {
    super(scope, id);
    const addresses = props.ipAddresses.allocateVpcCidr();
    const resource = new ec2.CfnVPC(this, 'Resource', {
      cidrBlock: addresses.cidrBlock,
      ipv4IpamPoolId: addresses.ipv4IpamPoolId,
      ipv4NetmaskLength: addresses.ipv4NetmaskLength,
      enableDnsSupport: true, // Private DNS of the endpoints needs both.
      enableDnsHostnames: true,
    });
    Tags.of(resource).add('Name', this.node.path);

    const { reachesInternet } = props.egress;
    const natGateways = reachesInternet ? (props.egress.natGateways ?? 1) : 0;
    requireWholeNumber(scope, 'natGateways', natGateways, 0, props.zones.length, 'NAT gateways (one per zone)');

    const agentType = reachesInternet ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED;
    const wanted = [
      ...props.zones.map((zone) => ({ zone, ...agentSubnet(zone.slot), type: agentType })),
      ...props.zones
        .slice(0, natGateways)
        .map((zone) => ({ zone, ...natSubnet(zone.slot), type: ec2.SubnetType.PUBLIC })),
    ];
    const ranges = subnetRanges(scope, props.ipAddresses, addresses.cidrBlock, resource.attrCidrBlock);
    const made = wanted.map((subnet) => {
      const Subnet = subnet.type === ec2.SubnetType.PUBLIC ? ec2.PublicSubnet : ec2.PrivateSubnet;
      const l2 = new Subnet(this, subnet.id, {
        vpcId: resource.ref,
        cidrBlock: ranges.get(subnet.id)!,
        availabilityZone: zoneText(subnet.zone),
        mapPublicIpOnLaunch: false,
      });
      const l1 = l2.node.defaultChild as ec2.CfnSubnet;
      l1.availabilityZone = subnet.zone.zoneName;
      l1.availabilityZoneId = subnet.zone.zoneId;
      // The tags by which Vpc.fromLookup distinguishes the kinds of subnets.
      Tags.of(l1).add('aws-cdk:subnet-name', subnet.name);
      Tags.of(l1).add('aws-cdk:subnet-type', subnet.type);
      return { l1, l2, type: subnet.type };
    });
    const agents = made.filter((subnet) => subnet.type !== ec2.SubnetType.PUBLIC);
    const nats = made.filter((subnet) => subnet.type === ec2.SubnetType.PUBLIC);
    if (reachesInternet) {
      this.routeToInternet(
        resource,
        agents.map(({ l2 }) => l2),
        nats.map(({ l2 }) => l2 as ec2.PublicSubnet),
      );
    }

    const ids = agents.map(({ l2 }) => l2.subnetId);
    const routeTables = agents.map(({ l2 }) => l2.routeTable.routeTableId);
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Ref', {
      vpcId: resource.ref,
      vpcCidrBlock: resource.attrCidrBlock,
      availabilityZones: agents.map(({ l1 }) => l1.attrAvailabilityZone), // The real names, known at deployment.
      ...(reachesInternet
        ? { privateSubnetIds: ids, privateSubnetRouteTableIds: routeTables }
        : { isolatedSubnetIds: ids, isolatedSubnetRouteTableIds: routeTables }),
    });
    this.agentSubnets = reachesInternet ? this.vpc.privateSubnets : this.vpc.isolatedSubnets;
  }

  private routeToInternet(vpc: ec2.CfnVPC, agents: ec2.PrivateSubnet[], nats: ec2.PublicSubnet[]): void {
    const gateway = new ec2.CfnInternetGateway(this, 'InternetGateway');
    const attachment = new ec2.CfnVPCGatewayAttachment(this, 'InternetGatewayAttachment', {
      internetGatewayId: gateway.ref,
      vpcId: vpc.ref,
    });
    const natGatewayIds = nats.map((subnet) => {
      subnet.addDefaultInternetRoute(gateway.ref, attachment);
      return subnet.addNatGateway().ref;
    });
    agents.forEach((subnet, index) => subnet.addDefaultNatRoute(natGatewayIds[index % natGatewayIds.length]));
  }
}

/** ec2.Subnet requires a zone name; the rendered value is set on the resource afterwards. */
function zoneText(zone: ZonePlacement): string {
  return zone.zoneName ?? zone.zoneId ?? '';
}
