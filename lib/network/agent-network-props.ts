import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import type { AgentEgress } from './egress';
import type { AgentNetworkService } from './network-service';
import type { AgentNetworkZones } from './zones';

/** The network of agents: where they are placed and what they can reach. Many agents can share one. */
export interface IAgentNetwork extends IConstruct {
  /** The VPC. */
  readonly vpc: ec2.IVpc;
  /** Where Runtimes and Lambda handlers are placed. Never public. */
  readonly subnets: ec2.ISubnet[];
  /** Security group of every interface endpoint of this library. Allows only connected clients. */
  readonly endpointSecurityGroup: ec2.ISecurityGroup;
  /** Destinations in addition to the endpoints. */
  readonly egress: AgentEgress;

  /**
   * Allows the security groups of a client to reach only the interface endpoints, Amazon S3, DynamoDB and the
   * destinations of the egress, all on port 443. The rules are in the stack of the client.
   *
   * @throws InputError when a group allows all outbound traffic, or the client has no security group
   */
  connect(client: ec2.IConnectable): void;

  /**
   * Ensures that the network has an endpoint for a service, with its own policy. Every construct that needs the service
   * can call it: there is one endpoint, and its policy allows the actions of all calls.
   *
   * @throws InputError when the network was imported without this endpoint
   */
  addService(service: AgentNetworkService): void;

  /**
   * Id of the endpoint of a service, for example for `aws:SourceVpce` in a policy.
   *
   * @throws InputError when the service has no endpoint here
   */
  vpcEndpointId(service: AgentNetworkService): string;
}

/** A policy that replaces this library's policy of an endpoint. */
export interface AgentEndpointPolicy {
  /** The service of the endpoint. */
  readonly service: AgentNetworkService;
  /** The whole policy. Actions named by `addService` are not added to it. */
  readonly document: PolicyDocument;
}

/** An existing endpoint that is managed elsewhere. */
export interface AgentNetworkEndpoint {
  /** The service of the endpoint. */
  readonly service: AgentNetworkService;
  /** Its id, `vpce-…`. */
  readonly vpcEndpointId: string;
  /**
   * The security group of an interface endpoint.
   * @default - the `endpointSecurityGroup` of the network
   */
  readonly securityGroup?: ec2.ISecurityGroup;
}

/** Properties of an {@link AgentNetwork}. */
export interface AgentNetworkProps {
  /**
   * Availability Zones to span.
   * @default AgentNetworkZones.count(2) - two zones that AgentCore supports, chosen by zone id
   */
  readonly zones?: AgentNetworkZones;

  /**
   * Address range of the VPC.
   * @default ec2.IpAddresses.cidr('10.0.0.0/16')
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * Destinations that agents can reach in addition to the endpoints.
   *
   * @default AgentEgress.isolated() - none; no internet gateway and no NAT gateway exist
   */
  readonly egress?: AgentEgress;

  /**
   * Services in addition to those that every environment needs (`bedrock-mantle`, `ecr.api`, `ecr.dkr`, `logs`, Amazon S3 and
   * DynamoDB). Constructs and tools add theirs with `addService`.
   * @default - none
   */
  readonly services?: AgentNetworkService[];

  /**
   * Names that resolve in addition to those of the endpoints and of the egress: `host.example.com`, or `*.example.com` for all
   * names below it. Names don't open a connection; they are needed if a service chooses a host itself. The host of the
   * WebSocket that the exec server opens is such a name: BMA returns it at registration, and AWS documents no list.
   * @default - none
   */
  readonly additionalNames?: string[];

  /**
   * Topic that the alarm for blocked names notifies.
   * @default - a new topic under the key of the network
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Policies that completely replace those of this library, per service. AWS doesn't document how BMA behaves with a
   * restrictive `bedrock-mantle` endpoint policy; with this property, you can change that policy without changing other
   * endpoints.
   * @default - named actions, for this account (or organization) only
   */
  readonly endpointPolicies?: AgentEndpointPolicy[];

  /**
   * Id of the AWS Organization (`o-…`) whose accounts may use the endpoints.
   * @default - this account only
   */
  readonly organizationId?: string;

  /**
   * Key of the flow logs, the DNS query log and the topic.
   * @default - a new AgentKey
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long flow logs and the DNS query log are kept.
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly flowLogRetention?: logs.RetentionDays;
}

/** Properties of `AgentNetwork.fromVpc`. */
export interface AgentNetworkFromVpcOptions {
  /** The VPC. DNS support and DNS hostnames must be on. This library doesn't add flow logs to it. */
  readonly vpc: ec2.IVpc;

  /**
   * Where agents are placed. Public subnets are refused: an AgentCore network interface has no public address.
   * @default - the isolated subnets; if there are none, the private subnets with egress
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Zone ids of these subnets, if you know them: they are compared with the zones that AgentCore supports. Otherwise,
   * an unsupported zone fails only at deployment, because the id can't be derived from a zone name.
   * @default - not checked
   */
  readonly zoneIds?: string[];

  /**
   * The egress that the network already allows. Only the DNS Firewall of an allow-list is created for it, which then
   * applies to the whole VPC.
   *
   * @default AgentEgress.isolated() - security groups allow only the endpoints, for any routes
   */
  readonly egress?: AgentEgress;

  /**
   * Existing endpoints of the VPC. Missing endpoints of the base set are created. A VPC can have one endpoint with
   * private DNS per service, and one gateway endpoint per service and route table, so list all existing ones.
   * @default - none
   */
  readonly existingEndpoints?: AgentNetworkEndpoint[];

  /**
   * Security group of the new endpoints, and of existing ones without another group.
   * @default - a new group
   */
  readonly endpointSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Services in addition to the base set, see {@link AgentNetworkProps.services}.
   * @default - none
   */
  readonly services?: AgentNetworkService[];

  /**
   * Policies that replace those of this library, see {@link AgentNetworkProps.endpointPolicies}.
   * @default - named actions, for this account (or organization) only
   */
  readonly endpointPolicies?: AgentEndpointPolicy[];

  /**
   * Id of the AWS Organization (`o-…`) whose accounts may use the new endpoints.
   * @default - this account only
   */
  readonly organizationId?: string;
}

/**
 * Attributes of an existing network with all endpoints, for example of another app. Only security group rules are
 * created for it.
 */
export interface AgentNetworkAttributes {
  /** The VPC. */
  readonly vpc: ec2.IVpc;
  /** Where agents are placed; not public. */
  readonly subnets: ec2.ISubnet[];
  /** Security group of the endpoints. Import it as mutable, so that rules for agents can be added. */
  readonly endpointSecurityGroup: ec2.ISecurityGroup;
  /** The endpoints. Without egress to the internet, at least those of the base set except DynamoDB. */
  readonly endpoints: AgentNetworkEndpoint[];
  /**
   * The egress that the network allows in addition to the endpoints.
   * @default AgentEgress.isolated()
   */
  readonly egress?: AgentEgress;
}
