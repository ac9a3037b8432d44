import { Deployment, type DeployedResource } from '../../../local/cloud';

type Properties = Record<string, any>;

/** An account as its services hold it, made from a synthesized assembly. A test changes it to make drift. */
export interface AccountState {
  readonly accountId: string;
  readonly region: string;
  readonly stacks: Record<string, { logicalId: string; physicalId: string; type: string }[]>;
  readonly roles: Record<
    string,
    { trust: any; boundary?: string; session: number; inline: Record<string, any>; managed: string[] }
  >;
  readonly managedPolicies: Record<string, any>;
  readonly keys: Record<string, { policy: any; state: string; rotation: boolean }>;
  readonly buckets: Record<string, Properties>;
  readonly queues: Record<string, Properties>;
  readonly topics: Record<string, Properties>;
  readonly subnets: Record<string, Properties>;
  readonly endpoints: Record<string, Properties>;
  readonly routeTables: Record<string, { vpc: string; routes: Properties[]; subnets: string[] }>;
  readonly rules: Record<string, { isEgress: boolean; rule: Properties }[]>;
  readonly trails: Record<string, Properties>;
  readonly guardrails: Record<string, { versions: Record<string, { description?: string; properties: Properties }> }>;
  readonly runtimes: Record<string, { properties: Properties; arn: string }>;
  readonly runtimePolicies: Record<string, any>;
}

const PLACE = { accountId: '111122223333', region: 'us-east-1', partition: 'aws' };

/** The account after the assembly was deployed to it. Every value is a copy. */
export function deployedState(directory: string): AccountState {
  const deployment = new Deployment(directory, PLACE);
  const all = (type: string) => deployment.all(type).map((resource) => ({ ...resource, p: known(resource) }));
  const byRef = <T>(type: string, make: (resource: DeployedResource & { p: Properties }) => T): Record<string, T> =>
    Object.fromEntries(all(type).map((resource) => [resource.ref, make(resource)]));
  const policyOf = (type: string, of: string, id: string) =>
    all(type).find(({ p }) => [p[of]].flat().includes(id))?.p.PolicyDocument;
  const associations = all('AWS::EC2::SubnetRouteTableAssociation');
  const stacks: AccountState['stacks'] = {};
  for (const { stack } of deployment.model.resources) stacks[nameOf(stack.name)] ??= [];
  for (const type of deployment.model.resourceTypes) {
    for (const { stackName, logicalId, ref } of deployment.all(type)) {
      stacks[stackName].push({ logicalId, physicalId: ref, type });
    }
  }
  return structuredClone({
    ...PLACE,
    stacks,
    roles: byRef('AWS::IAM::Role', ({ ref, p }) => ({
      trust: p.AssumeRolePolicyDocument,
      boundary: p.PermissionsBoundary,
      session: p.MaxSessionDuration ?? 3600,
      inline: Object.fromEntries([
        ...(p.Policies ?? []).map((each: Properties) => [each.PolicyName, each.PolicyDocument]),
        ...all('AWS::IAM::Policy')
          .filter((each) => each.p.Roles?.includes(ref))
          .map((each) => [each.p.PolicyName, each.p.PolicyDocument]),
      ]),
      managed: [
        ...(p.ManagedPolicyArns ?? []),
        ...all('AWS::IAM::ManagedPolicy')
          .filter((each) => each.p.Roles?.includes(ref))
          .map(({ arn }) => arn),
      ],
    })),
    managedPolicies: byRef('AWS::IAM::ManagedPolicy', ({ p }) => p.PolicyDocument),
    keys: byRef('AWS::KMS::Key', ({ p }) => ({
      policy: p.KeyPolicy,
      state: 'Enabled',
      rotation: p.EnableKeyRotation ?? false,
    })),
    buckets: byRef('AWS::S3::Bucket', ({ ref, p }) => ({
      policy: policyOf('AWS::S3::BucketPolicy', 'Bucket', ref),
      publicAccess: p.PublicAccessBlockConfiguration,
      encryption: p.BucketEncryption?.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault,
      versioning: p.VersioningConfiguration?.Status,
      lock: p.ObjectLockConfiguration,
    })),
    queues: byRef('AWS::SQS::Queue', ({ ref, p }) => ({
      Policy: policyOf('AWS::SQS::QueuePolicy', 'Queues', ref),
      KmsMasterKeyId: p.KmsMasterKeyId,
      RedrivePolicy: p.RedrivePolicy,
    })),
    topics: byRef('AWS::SNS::Topic', ({ ref, p }) => ({
      Policy: policyOf('AWS::SNS::TopicPolicy', 'Topics', ref),
      KmsMasterKeyId: p.KmsMasterKeyId,
    })),
    subnets: byRef('AWS::EC2::Subnet', ({ p }) => p),
    endpoints: byRef('AWS::EC2::VPCEndpoint', ({ p }) => p),
    routeTables: byRef('AWS::EC2::RouteTable', ({ ref, p }) => ({
      vpc: p.VpcId,
      routes: all('AWS::EC2::Route')
        .filter((each) => each.p.RouteTableId === ref)
        .map((each) => each.p),
      subnets: associations.filter((each) => each.p.RouteTableId === ref).map((each) => each.p.SubnetId),
    })),
    rules: byRef('AWS::EC2::SecurityGroup', ({ ref, p }) => [
      ...rulesOf(p.SecurityGroupIngress, false),
      ...rulesOf(p.SecurityGroupEgress, true),
      ...rulesOf(
        all('AWS::EC2::SecurityGroupIngress')
          .map((each) => each.p)
          .filter((each) => each.GroupId === ref),
        false,
      ),
      ...rulesOf(
        all('AWS::EC2::SecurityGroupEgress')
          .map((each) => each.p)
          .filter((each) => each.GroupId === ref),
        true,
      ),
    ]),
    trails: byRef('AWS::CloudTrail::Trail', ({ p }) => p),
    guardrails: byRef('AWS::Bedrock::Guardrail', ({ ref, p }) => ({
      versions: {
        DRAFT: { properties: p },
        ...Object.fromEntries(
          all('AWS::Bedrock::GuardrailVersion')
            .filter((each) => ref.endsWith(each.p.GuardrailIdentifier))
            .map((each, index) => [String(index + 1), { description: each.p.Description, properties: p }]),
        ),
      },
    })),
    runtimes: byRef('AWS::BedrockAgentCore::Runtime', ({ arn, p }) => ({ properties: p, arn })),
    runtimePolicies: Object.fromEntries(
      all('AWS::BedrockAgentCore::ResourcePolicy').map(({ p }) => [p.ResourceArn, p.Policy]),
    ),
  });
}

const nameOf = (name: readonly unknown[] | undefined): string => String(name?.[0]);

const rulesOf = (rules: Properties[] = [], isEgress: boolean) => rules.map((rule) => ({ isEgress, rule }));

/** The properties that the templates decide. */
function known({ properties }: DeployedResource): Properties {
  return Object.fromEntries(
    Object.keys(properties).flatMap((name) => {
      try {
        return [[name, structuredClone(properties[name])]];
      } catch {
        return [];
      }
    }),
  );
}
