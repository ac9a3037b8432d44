/** A default quota of an account, before an increase. */
export interface AccountQuota {
  readonly what: string;
  readonly default: number;
  /** How the quota of one account is read or raised. */
  readonly fix: string;
  readonly source: string;
}

/**
 * Default quotas that the first deployment can reach. Read 2026-11-28 in stored copies of the AWS pages.
 *
 * Sessions and turns of Bedrock Managed Agents aren't here: according to AWS, the figures for the preview "are not a
 * general statement of account-level service quotas"
 * (docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-quotas-limitations.html).
 */
export const ACCOUNT_QUOTAS = {
  vpcs: {
    what: 'VPCs in the Region',
    default: 5,
    fix: 'aws service-quotas get-service-quota --service-code vpc --quota-code L-F678F1CE',
    source: 'docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html',
  },
  interfaceEndpoints: {
    what: 'interface endpoints in one VPC',
    default: 50,
    fix: 'aws service-quotas get-service-quota --service-code vpc --quota-code L-29B6F2EB',
    source: 'docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html',
  },
  runtimes: {
    what: 'AgentCore Runtimes in the Region',
    default: 1000,
    fix: 'see "Amazon Bedrock AgentCore" in the Service Quotas console',
    source: 'docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html',
  },
} as const satisfies Readonly<Record<string, AccountQuota>>;
