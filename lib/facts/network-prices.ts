/** A list price that is due whether or not anything is sent. */
export interface IdlePrice {
  /** What one unit is, as it appears in a breakdown. */
  readonly unit: string;
  /** US dollars per unit and hour, or per unit and month. */
  readonly usd: number;
  readonly per: 'hour' | 'month';
  /** The page where AWS publishes the price. What was read is said at {@link NETWORK_PRICES}. */
  readonly source: string;
}

/** The day the prices below were looked up. */
export const NETWORK_PRICES_AS_OF = '2026-11-23';

/** AWS's own convention for a month of hours (AWS Pricing Calculator). */
export const HOURS_PER_MONTH = 730;

/**
 * Idle prices of what a network is made of, in US dollars without tax or discounts. They are equal in the three BMA
 * Regions. Traffic, flow-log volume, DNS queries and key requests come on top; S3 and DynamoDB gateway endpoints, VPC,
 * subnets, route tables and security groups cost nothing.
 *
 * The price pages named as sources render their figures by script and could not be read; the figures come from several
 * agreeing public pages and repositories that quote them, the price of a key is general knowledge. Compare them with the
 * pages before you budget.
 */
export const NETWORK_PRICES = {
  interfaceEndpoint: {
    unit: 'interface endpoint in one Availability Zone',
    usd: 0.01,
    per: 'hour',
    source: 'aws.amazon.com/privatelink/pricing',
  },
  natGateway: { unit: 'NAT gateway', usd: 0.045, per: 'hour', source: 'aws.amazon.com/vpc/pricing' },
  publicAddress: { unit: 'public IPv4 address', usd: 0.005, per: 'hour', source: 'aws.amazon.com/vpc/pricing' },
  key: { unit: 'customer-managed key', usd: 1, per: 'month', source: 'aws.amazon.com/kms/pricing' },
  firewallDomain: {
    unit: 'domain in a DNS Firewall list',
    usd: 0.0005,
    per: 'month',
    source: 'aws.amazon.com/route53/pricing',
  },
} as const satisfies Record<string, IdlePrice>;
