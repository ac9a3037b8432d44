import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { admitAlarms, alarmTopic } from '../audit/alarm-topic';
import { isDevelopment } from '../development/enabled-scopes';
import { logRetention } from '../lifecycle/log-retention';
import { injectedProps } from '../injection/injected-props';
import { AgentKey } from '../encryption/agent-key';
import { AgentNetworkBase } from './agent-network-base';
import type {
  AgentNetworkAttributes,
  AgentNetworkFromVpcOptions,
  AgentNetworkProps,
  IAgentNetwork,
} from './agent-network-props';
import { checkQuotas } from '../quotas/check-quotas';
import { BASE_SERVICES } from './base-services';
import { DnsFirewall } from './dns-firewall';
import { DnsQueryLog } from './dns-query-log';
import { requireDomain } from './domain-name';
import { AgentEgress } from './egress';
import { endpointGroup } from './endpoint-group';
import { EndpointSet } from './endpoint-set';
import { networkFromAttributes, networkFromVpc } from './existing-network';
import { FlowLogs } from './flow-logs';
import { NetworkAccess } from './network-access';
import { requireRegion } from './regional-fact';
import { ZonedVpc } from './zoned-vpc';
import { AgentNetworkZones } from './zones';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * A VPC without a route to the internet: isolated subnets, an endpoint with its own policy for every AWS service an
 * agent needs, and flow logs. Other destinations can be reached only with `egress`, and only the names of the endpoints
 * resolve: DNS Firewall blocks all others, logs them and raises an alarm.
 *
 * Many agents can use one network, including agents of other stacks. Put it into a separate stack: AgentCore keeps
 * network interfaces in its subnets for up to 8 hours after an agent was deleted, and a VPC can't be deleted before.
 */
export class AgentNetwork extends AgentNetworkBase {
  static {
    checkInputsOf(this, 'AgentNetwork');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentNetwork';

  /**
   * Places agents in an existing VPC. Creates missing endpoints, with the same policies as in a new network.
   *
   * @throws InputError when subnets are public or missing, or an endpoint can't be created
   */
  public static fromVpc(scope: Construct, id: string, props: AgentNetworkFromVpcOptions): IAgentNetwork {
    return networkFromVpc(scope, id, props);
  }

  /**
   * Uses an existing network with all endpoints. Creates no endpoint, so that two stacks don't conflict over private
   * DNS. In one app, pass the network itself instead.
   *
   * @throws InputError when subnets are public or missing, or a needed endpoint is missing
   */
  public static fromAgentNetworkAttributes(scope: Construct, id: string, attrs: AgentNetworkAttributes): IAgentNetwork {
    return networkFromAttributes(scope, id, attrs);
  }

  public readonly vpc: ec2.IVpc;
  public readonly subnets: ec2.ISubnet[];
  public readonly endpointSecurityGroup: ec2.ISecurityGroup;
  public readonly egress: AgentEgress;
  /** The log group of the flow logs. */
  public readonly flowLogGroup: logs.ILogGroup;
  /** The key of the flow logs. */
  public readonly encryptionKey: kms.IKey;

  /** The log group of every DNS query of the network, with the action of DNS Firewall. */
  public readonly dnsLogGroup: logs.ILogGroup;
  /** Raised when a name was blocked. Undefined with `AgentEgress.open()`, which doesn't block names. */
  public readonly blockedNamesAlarm?: cloudwatch.Alarm;
  /** Topic that the alarm notifies. Undefined with `AgentEgress.open()`. */
  public readonly alarmTopic?: sns.ITopic;

  /** @internal */
  protected readonly _endpoints: EndpointSet;
  /** @internal */
  protected readonly _access: NetworkAccess;

  constructor(scope: Construct, id: string, props: AgentNetworkProps = {}) {
    super(scope, id);
    props = injectedProps(AgentNetwork.PROPERTY_INJECTION_ID, scope, id, props);
    requireRegion(this);
    checkQuotas(this);
    this.egress = props.egress ?? AgentEgress.isolated();

    const zoned = new ZonedVpc(this, 'Vpc', {
      zones: (props.zones ?? AgentNetworkZones.count(isDevelopment(this) ? 1 : 2))._place(this),
      ipAddresses: props.ipAddresses ?? ec2.IpAddresses.cidr('10.0.0.0/16'),
      egress: this.egress,
    });
    this.vpc = zoned.vpc;
    this.subnets = zoned.agentSubnets;

    this.encryptionKey =
      props.encryptionKey ?? new AgentKey(this, 'Key', { protects: `the flow logs of ${this.node.path}` });
    this.flowLogGroup = new FlowLogs(this, 'FlowLogs', {
      vpc: this.vpc,
      encryptionKey: this.encryptionKey,
      retention: logRetention(this, props.flowLogRetention),
    }).logGroup;

    this.endpointSecurityGroup = endpointGroup(this, this.vpc);
    this._endpoints = new EndpointSet(this, {
      vpc: this.vpc,
      subnets: this.subnets,
      securityGroup: this.endpointSecurityGroup,
      organizationId: props.organizationId,
      policies: props.endpointPolicies,
      makesMissing: true,
    });
    this._access = new NetworkAccess(this, [this.endpointSecurityGroup], this.egress);
    // The route to the NAT gateway belongs to the network.
    this._access.declareEgress(this);
    [...BASE_SERVICES, ...(props.services ?? [])].forEach((service) => this.addService(service));

    const names = [...new Set([...this.egress.domains, ...(props.additionalNames ?? [])])];
    names.forEach((name) => requireDomain(this, 'additionalNames', name));
    const limitsNames = this.egress.mode !== 'open';
    if (limitsNames) {
      new DnsFirewall(this, 'DnsFirewall', {
        vpcId: this.vpc.vpcId,
        domains: names,
        endpointHostNames: () => this._endpoints.hostNames(),
      });
      this.alarmTopic = props.alarmTopic ?? alarmTopic(this, 'AlarmTopic', this.encryptionKey);
      if (props.alarmTopic) admitAlarms(this, props.alarmTopic);
    }
    const queryLog = new DnsQueryLog(this, 'DnsQueryLog', {
      vpcId: this.vpc.vpcId,
      encryptionKey: this.encryptionKey,
      retention: logRetention(this, props.flowLogRetention),
      alarmTopic: this.alarmTopic,
    });
    this.dnsLogGroup = queryLog.logGroup;
    this.blockedNamesAlarm = queryLog.alarm;
  }
}
