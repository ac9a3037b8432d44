import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { declare } from '../declaration/write';
import { egressRecord, type EgressNetwork } from '../declaration/records';
import { DYNAMODB_PREFIX_LIST_IDS, S3_PREFIX_LIST_IDS } from '../facts/managed-prefix-lists';
import { requireInput } from '../validation/input-error';
import type { AgentEgress } from './egress';
import { regionalFact } from './regional-fact';

const HTTPS = ec2.Port.tcp(443);

/** Allows security groups to reach the endpoints, S3, DynamoDB, and the destinations of the egress. */
export class NetworkAccess {
  private readonly done = new WeakSet<ec2.ISecurityGroup>();

  constructor(
    private readonly scope: EgressNetwork,
    private readonly endpointGroups: ec2.ISecurityGroup[],
    private readonly egress: AgentEgress,
  ) {}

  public open(client: ec2.IConnectable): void {
    const groups = client.connections.securityGroups;
    requireInput(groups.length > 0, this.scope, {
      input: 'client',
      value: 'a client without a security group',
      allowed: 'something with at least one security group',
      fix: 'create it with a security group of its own',
    });
    groups.forEach((group) => this.requireNarrow(group));
    for (const endpointGroup of this.endpointGroups) {
      // Two separate rule resources, never a rule inside the client's group: that group may be retained (AgentCore
      // keeps its interfaces for hours), and a retained rule would keep the endpoint group from being deleted. CDK puts
      // both into the client's stack, so the stack of the network never depends on it.
      client.connections.allowTo(endpointGroup, HTTPS, 'HTTPS from agents to the endpoints of their network');
    }
    groups.filter((group) => !this.done.has(group)).forEach((group) => this.openGroup(group));
  }

  /** Declares egress that has a reason, for what is in a scope. */
  public declareEgress(scope: IConstruct): void {
    const { reason, reachesInternet } = this.egress;
    if (reachesInternet && reason !== undefined) {
      declare(scope, egressRecord(this.scope, ec2.Peer.anyIpv4(), 443, { reason: reasonText(this.egress, reason) }));
    }
  }

  private openGroup(group: ec2.ISecurityGroup): void {
    this.done.add(group);
    for (const list of [ManagedPrefixList.s3(group), ManagedPrefixList.dynamoDb(group)]) {
      group.addEgressRule(list, HTTPS, `HTTPS to ${list.serviceName} through its gateway endpoint`);
    }
    if (this.egress.reachesInternet) {
      // A security group filters addresses, not names. With an allow-list, DNS Firewall filters names; in open mode,
      // all addresses are intended. Both allow only HTTPS.
      group.addEgressRule(ec2.Peer.anyIpv4(), HTTPS, `HTTPS to the internet (egress: ${this.egress.mode})`);
      this.declareEgress(group);
    }
  }

  private requireNarrow(group: ec2.ISecurityGroup): void {
    const all = group.allowAllOutbound || ('allowAllIpv6Outbound' in group && group.allowAllIpv6Outbound === true);
    requireInput(!all, group, {
      input: 'allowAllOutbound',
      value: true,
      allowed: 'a security group whose outbound traffic is named rule by rule',
      fix: 'create (or import) the group with allowAllOutbound: false; connect() adds the rules it needs',
    });
  }
}

/** The names of an allow-list are part of the decision. */
function reasonText({ domains }: AgentEgress, reason: string): string {
  return domains.length > 0 ? `${reason} (only these names resolve: ${domains.join(', ')})` : reason;
}

/**
 * The AWS-managed prefix list behind a gateway endpoint, as the target of a security group rule.
 *
 * Unlike `ec2.Peer.prefixList` its rule is part of the group itself: that saves a resource per rule, and a group with
 * its own rule gets neither EC2's default rule "allow all outbound" nor CDK's placeholder rule.
 */
class ManagedPrefixList implements ec2.IPeer {
  public static s3(scope: IConstruct): ManagedPrefixList {
    return new ManagedPrefixList('Amazon S3', regionalFact(scope, 'S3PrefixList', S3_PREFIX_LIST_IDS));
  }

  public static dynamoDb(scope: IConstruct): ManagedPrefixList {
    return new ManagedPrefixList('DynamoDB', regionalFact(scope, 'DynamoDbPrefixList', DYNAMODB_PREFIX_LIST_IDS));
  }

  public readonly canInlineRule = true;
  public readonly uniqueId: string;
  public readonly connections: ec2.Connections = new ec2.Connections({ peer: this });

  private constructor(
    public readonly serviceName: string,
    private readonly prefixListId: string,
  ) {
    this.uniqueId = `prefix list of ${serviceName}`;
  }

  public toIngressRuleConfig() {
    return { sourcePrefixListId: this.prefixListId };
  }

  public toEgressRuleConfig() {
    return { destinationPrefixListId: this.prefixListId };
  }
}
