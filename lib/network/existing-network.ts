import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Annotations } from 'aws-cdk-lib/core';
import { type Construct } from 'constructs';
import { declareImportedVpc } from '../declaration/imported';
import { requireInput } from '../validation/input-error';
import type {
  AgentNetworkAttributes,
  AgentNetworkEndpoint,
  AgentNetworkFromVpcOptions,
  IAgentNetwork,
} from './agent-network-props';
import { AgentNetworkBase } from './agent-network-base';
import { BASE_SERVICES } from './base-services';
import { DnsFirewall } from './dns-firewall';
import { AgentEgress } from './egress';
import { endpointGroup } from './endpoint-group';
import { EndpointSet } from './endpoint-set';
import { NetworkAccess } from './network-access';
import { AgentNetworkService } from './network-service';
import { requireRegion } from './regional-fact';
import { requireSupportedZoneIds } from './zones';

/**
 * Maximum number of subnets of a Runtime. Source: AgentCore control-plane model, VpcConfig.subnets, read 2026-11-23.
 */
const MAX_SUBNETS = 16;

/** Id of the VPC that CDK returns until the context of `Vpc.fromLookup` is known. */
const LOOKUP_STAND_IN = 'vpc-12345';

interface Placement {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly endpointSecurityGroup: ec2.ISecurityGroup;
  readonly egress: AgentEgress;
  readonly endpoints: EndpointSet;
  readonly existing: AgentNetworkEndpoint[];
}

/** A network in a VPC that another stack or the same one defines. */
class ExistingNetwork extends AgentNetworkBase {
  public readonly vpc: ec2.IVpc;
  public readonly subnets: ec2.ISubnet[];
  public readonly endpointSecurityGroup: ec2.ISecurityGroup;
  public readonly egress: AgentEgress;
  protected readonly _endpoints: EndpointSet;
  protected readonly _access: NetworkAccess;

  /** The endpoints are created in the scope of the network. */
  constructor(scope: Construct, id: string, place: (network: Construct) => Placement) {
    super(scope, id);
    requireRegion(this);
    const { vpc, subnets, endpointSecurityGroup, egress, endpoints, existing } = place(this);
    this.vpc = vpc;
    this.subnets = subnets;
    this.endpointSecurityGroup = endpointSecurityGroup;
    this.egress = egress;
    this._endpoints = endpoints;
    this._access = new NetworkAccess(this, groupsOf(endpointSecurityGroup, existing), egress);
    declareImportedVpc(this, vpc);
  }

  /** Adds an error at synthesis if the endpoints leave no address for a session in a subnet with a known range. */
  public requireFreeAddresses(): void {
    const validate = () => {
      const inEach = Math.ceil(this._endpoints.interfaceCount() / this.subnets.length);
      return this.subnets.flatMap((subnet) => {
        const free = addressesOf(subnet) - RESERVED_ADDRESSES;
        return free > inEach
          ? []
          : [
              `subnets '${subnet.node.path}' is not accepted: it has ${free} addresses, the interface ` +
                `endpoints take ${inEach}, and every session takes one. Allowed: subnets with room for sessions, for example /24. ` +
                'Fix: choose larger subnets, or name endpoints that the VPC has in existingEndpoints.',
            ];
      });
    };
    this.node.addValidation({ validate });
  }

  /** Allows only the names of an allow-list to resolve in the VPC. */
  public limitNames(): void {
    const { domains } = this.egress;
    if (domains.length === 0) return;
    new DnsFirewall(this, 'DnsFirewall', {
      vpcId: this.vpc.vpcId,
      domains,
      endpointHostNames: () => this._endpoints.hostNames(),
    });
    Annotations.of(this).addWarningV2(
      'cdk-bedrock-managed-agents:dnsFirewallCoversVpc',
      'The DNS allow-list applies to everything in this VPC, not only to agents: DNS Firewall knows VPCs, not subnets. ' +
        'Acknowledge this warning where the VPC serves agents only.',
    );
  }
}

/** See `AgentNetwork.fromVpc`. */
export function networkFromVpc(scope: Construct, id: string, props: AgentNetworkFromVpcOptions): IAgentNetwork {
  const network = new ExistingNetwork(scope, id, (its) => endpointsInVpc(its, props));
  servicesOf(props).forEach((service) => network.addService(service));
  network.requireFreeAddresses();
  network.limitNames();
  return network;
}

function endpointsInVpc(network: Construct, props: AgentNetworkFromVpcOptions): Placement {
  const { vpc } = props;
  const egress = props.egress ?? AgentEgress.isolated();
  requireInput(egress.natGateways === undefined, network, {
    input: 'egress.natGateways',
    value: egress.natGateways,
    allowed: 'nothing, because the routes of an existing VPC are not changed',
    fix: 'remove it',
  });
  const subnets = selectedSubnets(vpc, props.subnets);
  requirePlacement(network, vpc, subnets);
  requireSupportedZoneIds(network, 'zoneIds', props.zoneIds ?? []);

  const existing = props.existingEndpoints ?? [];
  const unguarded = existing.filter(({ service, securityGroup }) => !service.isGateway && !securityGroup);
  requireInput(unguarded.length === 0 || props.endpointSecurityGroup !== undefined, network, {
    input: 'existingEndpoints',
    value: unguarded.map(({ service }) => service.name),
    allowed: 'interface endpoints whose security group is known, so that agents can be admitted',
    fix: "give each its 'securityGroup', or 'endpointSecurityGroup' for all of them",
  });
  const makesInterfaces = servicesOf(props).some((service) => !service.isGateway && !isNamed(existing, service));
  const withoutNames = makesInterfaces && vpc instanceof ec2.Vpc && !(vpc.dnsHostnamesEnabled && vpc.dnsSupportEnabled);
  requireInput(!withoutNames, network, {
    input: 'vpc',
    value: vpc.node.path,
    allowed: 'a VPC with enableDnsHostnames and enableDnsSupport, which private DNS of endpoints needs',
    fix: 'leave both out when you make the VPC, or name its endpoints in existingEndpoints',
  });
  const endpointSecurityGroup =
    props.endpointSecurityGroup ??
    // A new group only if it is used by an endpoint.
    (makesInterfaces ? undefined : existing.find(({ securityGroup }) => securityGroup)?.securityGroup) ??
    endpointGroup(network, vpc);
  const endpoints = new EndpointSet(network, {
    vpc,
    subnets,
    securityGroup: endpointSecurityGroup,
    organizationId: props.organizationId,
    policies: props.endpointPolicies,
    existing,
    makesMissing: true,
  });
  return { vpc, subnets, endpointSecurityGroup, egress, endpoints, existing };
}

function servicesOf({ services = [] }: AgentNetworkFromVpcOptions): AgentNetworkService[] {
  return [...BASE_SERVICES, ...services];
}

/** See `AgentNetwork.fromAgentNetworkAttributes`. */
export function networkFromAttributes(scope: Construct, id: string, attrs: AgentNetworkAttributes): IAgentNetwork {
  return new ExistingNetwork(scope, id, (network) => namedEndpoints(network, attrs));
}

function namedEndpoints(network: Construct, attrs: AgentNetworkAttributes): Placement {
  const { vpc, subnets, endpointSecurityGroup } = attrs;
  const egress = attrs.egress ?? AgentEgress.isolated();
  requirePlacement(network, vpc, subnets);
  const absent = BASE_SERVICES.filter(
    (service) => service !== AgentNetworkService.DYNAMODB && !isNamed(attrs.endpoints, service),
  );
  requireInput(egress.reachesInternet || absent.length === 0, network, {
    input: 'endpoints',
    value: attrs.endpoints.map(({ service }) => service.name),
    allowed: `without egress to the internet, at least ${BASE_SERVICES.filter(
      (service) => service !== AgentNetworkService.DYNAMODB,
    )
      .map((service) => service.name)
      .join(', ')}`,
    fix: `name the endpoints of ${absent.map((service) => service.name).join(', ')}`,
  });
  const endpoints = new EndpointSet(network, {
    vpc,
    subnets,
    securityGroup: endpointSecurityGroup,
    existing: attrs.endpoints,
    makesMissing: false,
  });
  return { vpc, subnets: [...subnets], endpointSecurityGroup, egress, endpoints, existing: attrs.endpoints };
}

/** Addresses of every subnet that AWS reserves. Source: docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const RESERVED_ADDRESSES = 5;

/** Infinity if the range isn't known. An imported subnet without a range throws. */
function addressesOf(subnet: ec2.ISubnet): number {
  try {
    const mask = /^[\d.]+\/(\d+)$/.exec(subnet.ipv4CidrBlock)?.[1];
    return mask === undefined ? Infinity : 2 ** (32 - Number(mask));
  } catch {
    return Infinity;
  }
}

function selectedSubnets(vpc: ec2.IVpc, selection: ec2.SubnetSelection = {}): ec2.ISubnet[] {
  // Before the context is looked up, Vpc.fromLookup returns a dummy VPC, whose subnets may not match a selection.
  if (Object.keys(selection).length > 0 && vpc.vpcId !== LOOKUP_STAND_IN) {
    return vpc.selectSubnets(selection).subnets;
  }
  return vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
}

function requirePlacement(network: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[]): void {
  requireInput(subnets.length >= 1 && subnets.length <= MAX_SUBNETS, network, {
    input: 'subnets',
    value: subnets.map((subnet) => subnet.subnetId),
    allowed: `1 to ${MAX_SUBNETS} private or isolated subnets, best in two Availability Zones`,
    fix: 'select subnets of the VPC that have no route to an internet gateway',
  });
  const publicIds = new Set(vpc.publicSubnets.map((subnet) => subnet.subnetId));
  const refused = subnets.find((subnet) => vpc.publicSubnets.includes(subnet) || publicIds.has(subnet.subnetId));
  requireInput(refused === undefined, network, {
    input: 'subnets',
    value: refused?.subnetId,
    allowed: 'private or isolated subnets',
    fix: 'select subnets without a route to an internet gateway: a public subnet gives an agent no internet and no isolation',
  });
}

function isNamed(endpoints: AgentNetworkEndpoint[], service: AgentNetworkService): boolean {
  return endpoints.some((each) => each.service.name === service.name && each.service.isGateway === service.isGateway);
}

/** Every security group that must allow an agent. */
function groupsOf(own: ec2.ISecurityGroup, endpoints: AgentNetworkEndpoint[]): ec2.ISecurityGroup[] {
  const others = endpoints.flatMap(({ securityGroup }) => securityGroup ?? []);
  return [...new Set([own, ...others])];
}
