/**
 * Regions where Amazon Bedrock Managed Agents, powered by OpenAI, is offered (public preview).
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-quotas-limitations.html,
 * read 2026-11-23.
 */
export const BMA_REGIONS: readonly string[] = ['us-east-1', 'us-east-2', 'us-west-2'];

/**
 * Availability Zone ids in which an AgentCore Runtime in VPC mode can place its network interfaces.
 * With a subnet in another zone, the creation fails. Zone names map to different ids in every account.
 *
 * Source: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html, read 2026-11-23 (BMA Regions only).
 */
export const AGENTCORE_ZONE_IDS: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['use1-az1', 'use1-az2', 'use1-az4'],
  'us-east-2': ['use2-az1', 'use2-az2', 'use2-az3'],
  'us-west-2': ['usw2-az1', 'usw2-az2', 'usw2-az3'],
};
