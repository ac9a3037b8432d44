import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import type { AgentEgress } from './egress';
import type { AgentNetworkService } from './network-service';
import type { AgentNetworkZones } from './zones';

/** Where agents are placed and what they reach. Many agents may share one. */
export interface IAgentNetwork extends IConstruct {
  /** The VPC. */
  readonly vpc: ec2.IVpc;
  /** Where Runtimes and Lambda handlers are placed. Never public. */
  readonly subnets: ec2.ISubnet[];
  /** In front of every interface endpoint this library makes. Admits nobody but connected clients. */
  readonly endpointSecurityGroup: ec2.ISecurityGroup;
  /** What can be reached in addition to the endpoints. */
  readonly egress: AgentEgress;

  /**
   * Lets the security groups of a client reach the interface endpoints, Amazon S3 and DynamoDB and what the egress
   * allows, all on port 443, and nothing else. The rules belong to the stack of the client.
   *
   * @throws InputError when a group allows all outbound traffic, or the client has no security group
   */
  connect(client: ec2.IConnectable): void;

  /**
   * Makes sure a service is reachable by an endpoint with its own policy. May be called by everything that needs the
   * service: there is one endpoint, and the actions of all calls pass it.
   *
   * @throws InputError when the network was imported without that endpoint
   */
  addService(service: AgentNetworkService): void;

  /**
   * Id of the endpoint of a service, for example for `aws:SourceVpce` in a policy.
   *
   * @throws InputError when the service has no endpoint here
   */
  vpcEndpointId(service: AgentNetworkService): string;
}

/** A policy that replaces the one this library writes for an endpoint. */
export interface AgentEndpointPolicy {
  /** Whose endpoint it is. */
  readonly service: AgentNetworkService;
  /** The whole policy. Actions named by `addService` are not added to it. */
  readonly document: PolicyDocument;
}

/** An endpoint that exists already and is managed elsewhere. */
export interface AgentNetworkEndpoint {
  /** Whose endpoint it is. */
  readonly service: AgentNetworkService;
  /** Its id, `vpce-…`. */
  readonly vpcEndpointId: string;
  /**
   * The security group in front of it (interface endpoints).
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
   * What agents can reach in addition to the endpoints.
   * @default AgentEgress.isolated() - nothing; no internet gateway and no NAT gateway exist
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
   * names below it. Names don't open a connection; they are needed where a service chooses a host itself. The host of the
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
   * Policies that replace the ones of this library, whole, per service. How BMA behaves behind a restrictive
   * `bedrock-mantle` endpoint policy is not documented by AWS; this property changes that policy without opening other endpoints.
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
  /** The VPC. DNS support and DNS hostnames must be on. Its flow logs stay the business of its owner. */
  readonly vpc: ec2.IVpc;

  /**
   * Where agents are placed. Public subnets are refused: an AgentCore network interface has no public address.
   * @default - the isolated subnets; if there are none, the private subnets with egress
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Zone ids of these subnets, if you know them: checked against the zones AgentCore supports. A zone that it does not
   * support fails only at deployment otherwise, because a zone name says nothing about the id.
   * @default - not checked
   */
  readonly zoneIds?: string[];

  /**
   * What the network already lets through: nothing is built for it except the DNS Firewall of an allow-list, which
   * then applies to the whole VPC.
   * @default AgentEgress.isolated() - security groups reach the endpoints only, whatever the routes are
   */
  readonly egress?: AgentEgress;

  /**
   * Endpoints the VPC has. Missing ones of the base set are made. A VPC can have one endpoint with private DNS per
   * service, and one gateway endpoint per service and route table: name here what is there.
   * @default - none
   */
  readonly existingEndpoints?: AgentNetworkEndpoint[];

  /**
   * Group in front of the endpoints made here, and of existing ones that name no other.
   * @default - a new group
   */
  readonly endpointSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Services in addition to the base set, see {@link AgentNetworkProps.services}.
   * @default - none
   */
  readonly services?: AgentNetworkService[];

  /**
   * Policies that replace the ones of this library, see {@link AgentNetworkProps.endpointPolicies}.
   * @default - named actions, for this account (or organization) only
   */
  readonly endpointPolicies?: AgentEndpointPolicy[];

  /**
   * Id of the AWS Organization (`o-…`) whose accounts may use the endpoints made here.
   * @default - this account only
   */
  readonly organizationId?: string;
}

/** A network that exists in full, for example in another app. Nothing is made for it but security group rules. */
export interface AgentNetworkAttributes {
  /** The VPC. */
  readonly vpc: ec2.IVpc;
  /** Where agents are placed; not public. */
  readonly subnets: ec2.ISubnet[];
  /** Group in front of the endpoints. Import it mutable, so that agents can be admitted. */
  readonly endpointSecurityGroup: ec2.ISecurityGroup;
  /** The endpoints. Without egress to the internet at least those of the base set, DynamoDB excepted. */
  readonly endpoints: AgentNetworkEndpoint[];
  /**
   * What the network allows in addition to the endpoints.
   * @default AgentEgress.isolated()
   */
  readonly egress?: AgentEgress;
}
