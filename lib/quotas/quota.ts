/** A limit of AWS that a template can exceed, which CloudFormation reports only during a deployment. */
export interface Quota {
  readonly what: string;
  readonly limit: number;
  readonly unit: string;
  readonly fix: string;
  /** Page that states it. */
  readonly source: string;
}

/** An error for a value beyond the quota, or none. */
export function beyond(path: string, { what, limit, unit, fix, source }: Quota, value: number): string[] {
  return value > limit
    ? [`${path}: ${what} would have about ${value} of at most ${limit} ${unit}. Fix: ${fix}. Source: ${source}.`]
    : [];
}

const IAM = 'docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';

/**
 * Every quota that is checked. `source` is the page of AWS that states it. The IAM, endpoint policy and SQS values were
 * looked up on 2026-11-28; the others weren't looked up again.
 */
export const QUOTAS = {
  inlinePolicies: {
    what: 'inline policies of the role, together',
    limit: 10_240,
    unit: 'characters without white space',
    fix: 'name fewer resources, or put statements into an iam.ManagedPolicy',
    source: IAM,
  },
  managedPolicy: {
    what: 'managed policy',
    limit: 6_144,
    unit: 'characters without white space',
    fix: 'split it into several managed policies, or name fewer resources',
    source: IAM,
  },
  managedPoliciesOfRole: {
    what: 'managed policies attached to the role',
    limit: 10,
    unit: 'policies (AWS raises it to 20 on request)',
    fix: 'name fewer resources, or divide the work between two agents',
    source: IAM,
  },
  trustPolicy: {
    what: 'trust policy of the role',
    limit: 2_048,
    unit: 'characters without white space (AWS raises it on request)',
    fix: 'let fewer principals assume the role',
    source: IAM,
  },
  keyPolicy: {
    what: 'key policy',
    limit: 32_768,
    unit: 'bytes',
    fix: 'give some of the agents that share this key an AgentKey of their own',
    source: 'docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
  },
  endpointPolicy: {
    what: 'policy of the endpoint',
    limit: 20_480,
    unit: 'characters',
    fix: 'give some of the agents a network of their own',
    source: 'docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html',
  },
  queuePolicy: {
    what: 'policy of the queue',
    limit: 8_192,
    unit: 'bytes',
    fix: 'send fewer rules to one queue',
    source: 'docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html',
  },
  securityGroupRules: {
    what: 'rules of the security group in one direction',
    limit: 60,
    unit: 'rules (AWS raises it on request)',
    fix: 'use a prefix list or fewer peers; where they are agents, give some of them a network of their own',
    source: 'docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html',
  },
  metricFilters: {
    what: 'metric filters of the log group',
    limit: 100,
    unit: 'filters',
    fix: 'make fewer alarms from one log group; of an AgentAuditTrail, each agent and each audit alarm needs one',
    source: 'docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html',
  },
  eventSelectors: {
    what: 'values of all advanced event selectors of the trail',
    limit: 500,
    unit: 'values',
    fix: 'name fewer networkEventSources',
    source: 'docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html',
  },
  firewallDomains: {
    what: 'domains of the DNS Firewall list',
    limit: 1_000,
    unit: 'domains in one request',
    fix: 'allow fewer names, or a wildcard such as *.example.com',
    source: 'docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html',
  },
  tags: {
    what: 'tags of the resource',
    limit: 50,
    unit: 'tags',
    fix: 'add fewer tags to it',
    source: 'docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html',
  },
  parameter: {
    what: 'value of the SSM parameter',
    limit: 4_096,
    unit: 'characters',
    fix: 'shorten the value, or keep it in Amazon S3 and store its address',
    source: 'docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  },
  advancedParameter: {
    what: 'value of the SSM parameter',
    limit: 8_192,
    unit: 'characters',
    fix: 'name fewer resources whose names only the deployment knows: give log groups and alarms literal names',
    source: 'docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  },
  stateMachine: {
    what: 'definition of the state machine',
    limit: 1_048_576,
    unit: 'bytes',
    fix: 'use fewer steps, or move texts to Amazon S3',
    source: 'docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
  },
  eventPattern: {
    what: 'event pattern of the rule',
    limit: 2_048,
    unit: 'characters (AWS raises it on request)',
    fix: 'use several triggers with fewer resources each, or shorter names',
    source: 'docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
  },
  functionVariables: {
    what: 'environment variables of the function, together',
    limit: 4_096,
    unit: 'bytes',
    fix: 'name fewer resources, or shorten the texts',
    source: 'docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
  },
  template: {
    what: 'template of the stack',
    limit: 1_000_000,
    unit: 'bytes',
    fix: 'move some of the constructs to another stack',
    source: 'docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
  endpointsOfService: {
    what: 'endpoints with private DNS for one service in one VPC',
    limit: 1,
    unit: 'endpoint',
    fix: 'pass the AgentNetwork that has it to the other constructs',
    source: 'docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html',
  },
} as const satisfies Record<string, Quota>;

/** Longest names, by resource type and property. A generated name is always short enough. */
export const NAME_LENGTHS: Readonly<Record<string, readonly [property: string, limit: number]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::DynamoDB::Table': ['TableName', 255],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 128],
  'AWS::IAM::Policy': ['PolicyName', 128],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::Logs::LogGroup': ['LogGroupName', 512],
  'AWS::S3::Bucket': ['BucketName', 63],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::SQS::Queue': ['QueueName', 80],
  'AWS::StepFunctions::StateMachine': ['StateMachineName', 80],
};
