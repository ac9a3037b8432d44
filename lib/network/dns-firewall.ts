import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import { Lazy, Names, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface DnsFirewallProps {
  readonly vpcId: string;
  /** Domains of the egress, and additional ones. */
  readonly domains: readonly string[];
  /** Host names of the network's endpoints; read at synth, because services may be added until then. */
  readonly endpointHostNames: () => string[];
}

/**
 * Answers DNS queries of a VPC for a list of names and blocks all others. The resolver of a VPC resolves any name, even
 * in isolated subnets, so every queried name would be sent to the owner of the domain. The firewall filters every query
 * to the VPC's resolver, including those for endpoints and instances, so these names are in the list. The list has only
 * names of this Region: `*.amazonaws.com` would include buckets of other Regions, to which no endpoint policy applies.
 * By default, a VPC fails closed: queries fail while the firewall doesn't respond
 * (docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-configuration.html).
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, id: string, props: DnsFirewallProps) {
    super(scope, id);
    const name = Names.uniqueResourceName(this, { separator: '-', maxLength: 50 });
    const allowed = new resolver.CfnFirewallDomainList(this, 'Allowed', {
      name: `${name}-allowed`,
      domains: Lazy.list({
        produce: () => [...new Set([...props.domains, ...props.endpointHostNames(), ...this.instanceNames()])],
      }),
    });
    const everything = new resolver.CfnFirewallDomainList(this, 'Everything', { name: `${name}-all`, domains: ['*'] });
    const group = new resolver.CfnFirewallRuleGroup(this, 'Rules', {
      name,
      firewallRules: [
        {
          priority: 100,
          action: 'ALLOW',
          firewallDomainListId: allowed.attrId,
          // Most public names are aliases of names in a content delivery network, which can't be listed. If you allow a
          // name, you trust its owner with its aliases.
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: everything.attrId },
      ],
    });
    new resolver.CfnFirewallRuleGroupAssociation(this, 'Association', {
      name,
      firewallRuleGroupId: group.attrId,
      vpcId: props.vpcId,
      priority: 101, // Lowest priority number for customers: evaluated before any other group of the VPC.
    });
  }

  /** Names of the resolver for addresses inside a VPC. Queries for them stay in the VPC. */
  private instanceNames(): string[] {
    const { region } = Stack.of(this);
    if (Token.isUnresolved(region)) {
      return ['*.ec2.internal', `*.${region}.compute.internal`];
    }
    return [region === 'us-east-1' ? '*.ec2.internal' : `*.${region}.compute.internal`];
  }
}
