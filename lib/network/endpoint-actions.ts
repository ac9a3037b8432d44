import {
  AGENTCORE_CODE_BUCKETS,
  AGENTCORE_STORAGE_BUCKETS,
  CODEARTIFACT_ASSET_BUCKETS,
  IMAGE_LAYER_OBJECTS,
} from '../facts/aws-owned-buckets';
import {
  IMAGE_LOGIN_ACTIONS,
  IMAGE_PULL_ACTIONS,
  LOG_STREAM_ACTIONS,
  MANTLE_ENVIRONMENT_ACTIONS,
  MANTLE_SESSION_ACTIONS,
  RUNTIME_DRIVE_ACTIONS,
} from '../identity/perms';

/**
 * The actions that the endpoint policies allow, one list per service. They limit all traffic from an agent's subnets. A
 * role still needs the permission itself; a role with too broad a permission is limited by them. Action lists that are
 * also granted to roles are in lib/identity/perms.ts. Action names: the service authorization reference of each
 * service, read 2026-11-23; for bedrock-mantle see perms.ts.
 */
export interface EndpointRule {
  readonly actions: readonly string[];
  /** ARNs with `{partition}`, `{region}`, `{account}` and `{codeArtifactAssets}` to be filled in. */
  readonly resources: readonly string[];
  readonly who: EndpointCallers;
}

/** The principals whose requests a rule allows. */
export enum EndpointCallers {
  /** Principals of this account (or organization). */
  OURS,
  /** Principals of this account (or organization), and only for its resources: for ARNs without an account. */
  OURS_TO_OUR_RESOURCES,
  /** AgentCore itself, for its buckets of Runtimes. */
  AGENTCORE,
  /**
   * Any principal: read-only URLs that an AWS service signed for an object in its own bucket, so the signer isn't a
   * principal of this account.
   */
  PRESIGNED_BY_AWS,
}

const ours = (actions: readonly string[], ...resources: string[]): EndpointRule => ({
  actions,
  resources,
  who: EndpointCallers.OURS,
});

/** An ARN of this account and Region. */
const arn = (service: string, resource: string) => `arn:{partition}:${service}:{region}:{account}:${resource}`;

/**
 * The exec server's two actions and the seven session actions. Not `CreateInference` (BMA infers on its own side under
 * the session role) and not bearer tokens.
 *
 * Resource "*": the service authorization reference lists no resource for these actions, and AWS doesn't document what
 * an endpoint policy compares for them. The caller's account limits them.
 */
export const MANTLE_RULES = [ours([...MANTLE_ENVIRONMENT_ACTIONS, ...MANTLE_SESSION_ACTIONS], '*')];

/** One policy for both registry endpoints, as the ECR user guide advises (vpc-endpoints.html). */
export const ECR_RULES = [
  ours(IMAGE_PULL_ACTIONS, arn('ecr', 'repository/*')),
  ours(IMAGE_LOGIN_ACTIONS, '*'), // The login has no resource-level permissions.
];

export const LOGS_RULES = [ours(LOG_STREAM_ACTIONS, arn('logs', 'log-group:*'))];

export const S3_RULES: readonly EndpointRule[] = [
  {
    // Bucket ARNs contain no account, so aws:ResourceAccount limits "every bucket". Deletion isn't included: if an
    // agent deletes objects, add it with AgentNetworkService.S3.withActions(['s3:DeleteObject']).
    actions: [
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ],
    resources: ['arn:{partition}:s3:::*'],
    who: EndpointCallers.OURS_TO_OUR_RESOURCES,
  },
  { actions: ['s3:GetObject'], resources: IMAGE_LAYER_OBJECTS, who: EndpointCallers.PRESIGNED_BY_AWS },
  {
    actions: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
    resources: AGENTCORE_STORAGE_BUCKETS,
    who: EndpointCallers.AGENTCORE,
  },
  { actions: ['s3:GetObject'], resources: AGENTCORE_CODE_BUCKETS, who: EndpointCallers.AGENTCORE },
];

/** The objects that CodeArtifact repositories need through the S3 endpoint: the package files. */
export const CODEARTIFACT_ASSET_RULES: readonly EndpointRule[] = [
  {
    actions: ['s3:GetObject'],
    resources: ['arn:{partition}:s3:::{codeArtifactAssets}/*'],
    who: EndpointCallers.PRESIGNED_BY_AWS,
  },
];

/** The fact for `{codeArtifactAssets}`. */
export const CODEARTIFACT_ASSETS_BY_REGION = CODEARTIFACT_ASSET_BUCKETS;

export const DYNAMODB_RULES = [
  ours(
    [
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    arn('dynamodb', 'table/*'),
  ),
];

export const CODEARTIFACT_API_RULES = [
  ours(
    ['codeartifact:GetAuthorizationToken', 'codeartifact:GetRepositoryEndpoint'],
    arn('codeartifact', 'domain/*'),
    arn('codeartifact', 'repository/*'),
  ),
  // The token is issued through STS; the CodeArtifact user guide names this action in the endpoint policy. It has no
  // resource-level permissions.
  ours(['sts:GetServiceBearerToken'], '*'),
];

export const CODEARTIFACT_REPOSITORIES_RULES = [
  ours(['codeartifact:ReadFromRepository'], arn('codeartifact', 'repository/*'), arn('codeartifact', 'package/*')),
];

/** Only reading; a tool that comments or approves adds its actions with `withActions`. */
export const CODECOMMIT_RULES = [
  ours(
    [
      'codecommit:GetBranch',
      'codecommit:GetCommit',
      'codecommit:GetDifferences',
      'codecommit:GetFile',
      'codecommit:GetFolder',
      'codecommit:GetPullRequest',
      'codecommit:GetRepository',
    ],
    arn('codecommit', '*'),
  ),
];

/** Clone and fetch; add pushing with `withActions(['codecommit:GitPush'])`. */
export const GIT_CODECOMMIT_RULES = [ours(['codecommit:GitPull'], arn('codecommit', '*'))];

export const SECRETS_MANAGER_RULES = [
  ours(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], arn('secretsmanager', 'secret:*')),
];

export const SSM_RULES = [
  ours(['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'], arn('ssm', 'parameter/*')),
];

export const KMS_RULES = [
  ours(['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], arn('kms', 'key/*'), arn('kms', 'alias/*')),
];

export const STS_RULES = [
  ours(['sts:AssumeRole'], 'arn:{partition}:iam::{account}:role/*'),
  ours(['sts:GetCallerIdentity'], '*'), // Has no resource-level form.
];

export const CLOUDWATCH_RULES = [ours(['cloudwatch:PutMetricData'], '*')]; // Has no resource-level form.

export const XRAY_RULES = [ours(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*')]; // No resource-level form.

export const BEDROCK_RUNTIME_RULES = [
  ours(['bedrock:ApplyGuardrail'], arn('bedrock', 'guardrail/*')),
  // A guardrail of the STANDARD tier is authorised on its profile in every Region that it routes to, at the endpoint too:
  // docs.aws.amazon.com/bedrock/latest/userguide/guardrail-profiles-permissions.html.
  ours(['bedrock:ApplyGuardrail'], 'arn:{partition}:bedrock:*:{account}:guardrail-profile/*'),
];

export const BEDROCK_AGENT_RUNTIME_RULES = [ours(['bedrock:Retrieve'], arn('bedrock', 'knowledge-base/*'))];

/** For your own callers inside the VPC; BMA calls the Runtime from AWS's network. */
export const BEDROCK_AGENTCORE_RULES = [ours(RUNTIME_DRIVE_ACTIONS, arn('bedrock-agentcore', 'runtime/*'))];

export const STATES_RULES = [
  ours(
    ['states:DescribeExecution', 'states:StartExecution'],
    arn('states', 'stateMachine:*'),
    arn('states', 'execution:*'),
  ),
];

export const EVENTS_RULES = [ours(['events:PutEvents'], arn('events', 'event-bus/*'))];

export const SQS_RULES = [ours(['sqs:GetQueueUrl', 'sqs:SendMessage'], arn('sqs', '*'))];

export const SNS_RULES = [ours(['sns:Publish'], arn('sns', '*'))];

export const LAMBDA_RULES = [ours(['lambda:InvokeFunction'], arn('lambda', 'function:*'))];
