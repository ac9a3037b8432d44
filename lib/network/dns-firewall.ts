import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import { Lazy, Names, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface DnsFirewallProps {
  readonly vpcId: string;
  /** Domains of the egress, and additional ones. */
  readonly domains: readonly string[];
  /** Host names of the network's endpoints; asked at synth, because services may be added until then. */
  readonly endpointHostNames: () => string[];
}

/**
 * Answers DNS queries of a VPC for a list of names and blocks all others. The resolver of a VPC answers any name, also in
 * isolated subnets, so every name that is asked for would reach whoever owns the domain.
 *
 * The firewall sees every query that the VPC's resolver gets, also those for endpoints and instances, so these names are
 * part of the list. They are names of this Region only: `*.amazonaws.com` would open the way to buckets of other Regions,
 * which no endpoint policy sees.
 *
 * A VPC fails closed unless told otherwise: queries fail while the firewall does not answer
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
          // Most public names are aliases into a content network whose names nobody can list; who allows a name trusts
          // its owner with where it points.
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: everything.attrId },
      ],
    });
    new resolver.CfnFirewallRuleGroupAssociation(this, 'Association', {
      name,
      firewallRuleGroupId: group.attrId,
      vpcId: props.vpcId,
      priority: 101, // Lowest number AWS leaves to customers: evaluated before any other group of the VPC.
    });
  }

  /** Names that the resolver itself gives to addresses inside a VPC. They never leave it. */
  private instanceNames(): string[] {
    const { region } = Stack.of(this);
    if (Token.isUnresolved(region)) {
      return ['*.ec2.internal', `*.${region}.compute.internal`];
    }
    return [region === 'us-east-1' ? '*.ec2.internal' : `*.${region}.compute.internal`];
  }
}
