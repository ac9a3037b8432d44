import { COMPUTE_KINDS } from './compute-kinds';

/**
 * The resource types that a trail has to select to record an agent.
 *
 * Source, read 2026-11-23:
 * docs.aws.amazon.com/bedrock/latest/userguide/logging-cloudtrail-mantle.html: the only value that CloudTrail accepts as
 * `resources.type` for bedrock-mantle is the project, whatever other types appear inside delivered events.
 */
export const AGENT_DATA_EVENT_TYPES: Readonly<Record<string, string>> = {
  'Mantle project data events': 'AWS::BedrockMantle::Project',
  ...Object.fromEntries(COMPUTE_KINDS.flatMap(({ dataEvents }) => Object.entries(dataEvents))),
};

/**
 * Services of which a trail can record calls that a VPC endpoint policy denied, if an agent can call them. CloudTrail
 * refuses a trail with an unsupported value, so a service is listed here only if the newest copy of the AWS pages names
 * it. `ecr` was in an older copy and isn't included.
 *
 * Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html and
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-events.html, read 2026-11-23.
 */
export const NETWORK_EVENT_SOURCES: readonly string[] = [
  'bedrock-agentcore.amazonaws.com',
  'dynamodb.amazonaws.com',
  'kms.amazonaws.com',
  'lambda.amazonaws.com',
  's3.amazonaws.com',
  'secretsmanager.amazonaws.com',
  'sns.amazonaws.com',
  'sqs.amazonaws.com',
  'sts.amazonaws.com',
];

/** Services with an endpoint in an agent's network for which CloudTrail records no network activity (same source). */
export const NETWORK_EVENT_SOURCES_UNSUPPORTED: readonly string[] = [
  'bedrock-mantle.amazonaws.com',
  'logs.amazonaws.com',
  'xray.amazonaws.com',
];

/**
 * Trail names: 3 to 128 of ASCII letters, digits and . _ -, begin and end with a letter or digit, no two separators in a
 * row, not shaped like an IP address.
 * Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html, read 2026-11-23.
 */
export const TRAIL_NAME = /^(?=.{3,128}$)(?!\d+\.\d+\.\d+\.\d+$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/;

/**
 * Longest metric filter pattern, in characters.
 * Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html (filterPattern).
 */
export const MAX_FILTER_PATTERN_LENGTH = 1024;
