import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';

/** Resources without their own cost. */
const FREE = [
  /^AWS::(IAM|CDK|Organizations|CertificateManager)::/,
  /^AWS::CloudFormation::(Stack|WaitCondition|WaitConditionHandle|CustomResource|Macro|ModuleVersion)$/,
  /^Custom::/,
  /^AWS::(S3::BucketPolicy|SNS::Topic(Inline)?Policy|SQS::Queue(Inline)?Policy|Events::EventBusPolicy)$/,
  /^AWS::(SecretsManager|Logs)::ResourcePolicy$/,
  /^AWS::EC2::(VPC|Subnet|RouteTable|Route|SubnetRouteTableAssociation|InternetGateway|VPCGatewayAttachment)$/,
  /^AWS::EC2::(SecurityGroup|SecurityGroupEgress|SecurityGroupIngress|NetworkAcl|NetworkAclEntry)$/,
  /^AWS::EC2::(SubnetNetworkAclAssociation|PrefixList|VPCCidrBlock|DHCPOptions|VPCDHCPOptionsAssociation)$/,
  /^AWS::Route53Resolver::(Firewall(RuleGroup|Config)|ResolverQueryLoggingConfig(Association)?)$/,
  /^AWS::KMS::Alias$/,
  /^AWS::Logs::(LogStream|SubscriptionFilter|DeliverySource|DeliveryDestination|Delivery|QueryDefinition)$/,
  /^AWS::Bedrock::GuardrailVersion$/,
  /^AWS::BedrockMantle::Project$/,
  /^AWS::Lambda::(Permission|Version|Alias|EventInvokeConfig|LayerVersion|CodeSigningConfig)$/,
  /^AWS::StepFunctions::(StateMachineVersion|StateMachineAlias)$/,
  /^AWS::Scheduler::ScheduleGroup$/,
  /^AWS::Budgets::Budget$/,
];

/**
 * Resources that are charged only by use. The use by a turn is in the cost of the turn; the rest is traffic or is
 * listed as not priced.
 */
const BY_USE = [
  /^AWS::S3::Bucket$/,
  /^AWS::Logs::LogGroup$/,
  /^AWS::CloudTrail::Trail$/,
  /^AWS::SNS::(Topic|Subscription)$/,
  /^AWS::SQS::Queue$/,
  /^AWS::Lambda::(Function|Url|EventSourceMapping)$/,
  /^AWS::StepFunctions::StateMachine$/,
  /^AWS::Events::(EventBus|Rule)$/,
  /^AWS::Bedrock::Guardrail$/,
  /^AWS::EC2::FlowLog$/,
  /^AWS::ECR::Repository$/,
  // Charged by the minute of a build. A fleet of reserved capacity is another type.
  /^AWS::CodeBuild::Project$/,
];

/** Compute is charged to its turns; its aliases and its policy cost nothing. */
const COMPUTE: ReadonlySet<string> = new Set(
  COMPUTE_KINDS.flatMap(({ type, endpoints, driven }) => [
    type,
    ...(driven ? [driven.policy.type] : []),
    ...endpoints.map(([name]) => name),
  ]),
);

/** Whether the resource costs nothing when it is idle. */
export function costsNothingIdle(type: string): boolean {
  return COMPUTE.has(type) || [...FREE, ...BY_USE].some((pattern) => pattern.test(type));
}
