import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from '../../../local/stand-ins/loopback-server';
import { errorAnswer, type Form, Refusal, xml } from '../wire-formats';
import { READINESS, type Readiness, readyAccount } from './readiness';
import type { AccountState } from './state';

type Input = Record<string, any>;

/**
 * The read operations of IAM, STS, CloudFormation, EC2, KMS, S3, SQS, SNS, CloudTrail, Bedrock and AgentCore on
 * loopback, in the wire formats of real SDK clients. Responses have another order than the templates, as AWS allows.
 */
export class AccountServer {
  /** The resources of the services. Replace it to change the account. */
  public state!: AccountState;
  /** The data that only `bma doctor` reads. */
  public ready = readyAccount();
  /** Operations that were called. */
  public readonly calls: string[] = [];
  /** Operations that are refused, by name. */
  public readonly refused = new Set<string>();
  /** The code by which every call is refused, because of its credentials. */
  public refusedAs?: string;
  /** Operations that are throttled, by name. */
  public readonly throttled = new Set<string>();
  /** Answers of SimulatePrincipalPolicy and Access Analyzer, and whatever else a test adds. */
  public readonly answers = new Map<string, (input: Input) => LoopbackAnswer>();
  private readonly server = new LoopbackServer((request) => this.answer(request));

  public async start(): Promise<this> {
    await this.server.start();
    return this;
  }

  public get url(): string {
    return this.server.url;
  }

  public async close(): Promise<void> {
    await this.server.close();
  }

  private answer(request: LoopbackRequest): LoopbackAnswer {
    const { operation, input, form } = called(request);
    this.calls.push(operation);
    if (this.refusedAs !== undefined) return errorAnswer(form, this.refusedAs, this.refusedAs, 403);
    if (this.refused.has(operation))
      return errorAnswer(form, 'AccessDeniedException', `not authorized: ${operation}`, 403);
    if (this.throttled.has(operation)) return errorAnswer(form, 'ThrottlingException', 'Rate exceeded', 429);
    const own = this.answers.get(operation);
    if (own) return own(input);
    const handler = READINESS[operation] ?? OPERATIONS[operation];
    if (handler === undefined) return errorAnswer(form, 'UnknownOperation', operation);
    const result = handler(this.state, input, this.ready, this.url);
    if (result instanceof Refusal) return errorAnswer(form, result.code, result.message, result.status);
    if (form === 'query')
      return { status: 200, body: `<R><${operation}Result>${xml(result, 'member')}</${operation}Result></R>` };
    if (form === 'ec2') return { status: 200, body: `<R>${xml(result, 'item')}</R>` };
    return { status: 200, body: result };
  }
}

const missing = (code: string) => new Refusal(code, code, 404);

function called({ method, url, headers, body }: LoopbackRequest): { operation: string; input: Input; form: Form } {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { operation: target.split('.').pop()!, input: JSON.parse(body.toString()), form: 'json' };
  }
  if (headers['content-type']?.includes('x-www-form-urlencoded')) {
    const input = Object.fromEntries(new URLSearchParams(body.toString()));
    return { operation: input.Action, input, form: input.Version.startsWith('2016-11') ? 'ec2' : 'query' };
  }
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const query = Object.fromEntries(url.searchParams);
  const service = /\/\d{8}\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];
  if (service === 's3') {
    const what = Object.keys(query).find((name) => name !== 'x-id')!;
    return { operation: `s3 ${what}`, input: { bucket: parts[0] }, form: 's3' };
  }
  const sent = body.length > 0 ? (JSON.parse(body.toString()) as Input) : {};
  return { operation: `${method} ${parts[0]}`, input: { ...query, ...sent, parts }, form: 'json' };
}

/** S3 repeats an element for a list. */
const s3Xml = (root: string, value: Input): string => `<${root}>${xml(value, 'Rule')}</${root}>`;

/** Another order of statements, with lists of one as single values: the same policy. */
function reordered(document: any): any {
  const parsed = typeof document === 'string' ? JSON.parse(document) : document;
  return parsed && { ...parsed, Statement: [parsed.Statement].flat().reverse() };
}
const text = (document: any) => document && JSON.stringify(reordered(document));
const encoded = (document: any) => encodeURIComponent(text(document));

const lower = (name: string) => name[0].toLowerCase() + name.slice(1);
function lowered(value: any): any {
  if (Array.isArray(value)) return value.map(lowered).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [lower(name), lowered(member)]));
}

function values(input: Input, name: string): string[] {
  return Object.keys(input)
    .filter((key) => key.startsWith(`${name}.`))
    .map((key) => input[key]);
}

const EC2_RULE =
  (group: string) =>
  ({ isEgress, rule }: { isEgress: boolean; rule: Input }) => ({
    securityGroupRuleId: 'sgr-1',
    groupId: group,
    isEgress,
    ipProtocol: rule.IpProtocol,
    fromPort: rule.FromPort ?? -1,
    toPort: rule.ToPort ?? -1,
    cidrIpv4: rule.CidrIp,
    cidrIpv6: rule.CidrIpv6,
    prefixListId: rule.SourcePrefixListId ?? rule.DestinationPrefixListId,
    referencedGroupInfo:
      (rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId) === undefined
        ? undefined
        : { groupId: rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId },
  });

/** Page size of CloudFormation. DescribeStackResources has no pages and leaves out the rest. */
const RESOURCES_PER_PAGE = 100;

const endpoint = (state: AccountState) => (id: string) => {
  const {
    VpcId,
    VpcEndpointType,
    ServiceName,
    SubnetIds,
    RouteTableIds,
    SecurityGroupIds,
    PrivateDnsEnabled,
    PolicyDocument,
  } = state.endpoints[id];
  return {
    vpcEndpointId: id,
    vpcEndpointType: VpcEndpointType,
    vpcId: VpcId,
    serviceName: ServiceName,
    state: 'available',
    policyDocument: text(PolicyDocument),
    subnetIdSet: SubnetIds,
    routeTableIdSet: RouteTableIds,
    groupSet: SecurityGroupIds?.map((groupId: string) => ({ groupId, groupName: groupId })),
    privateDnsEnabled: PrivateDnsEnabled ?? false,
  };
};

const GUARDRAIL_PARTS: [string, string, Record<string, string>][] = [
  ['TopicPolicyConfig', 'topicPolicy', { TopicsConfig: 'topics', TopicsTierConfig: 'tier' }],
  ['ContentPolicyConfig', 'contentPolicy', { FiltersConfig: 'filters', ContentFiltersTierConfig: 'tier' }],
  ['WordPolicyConfig', 'wordPolicy', { WordsConfig: 'words', ManagedWordListsConfig: 'managedWordLists' }],
  [
    'SensitiveInformationPolicyConfig',
    'sensitiveInformationPolicy',
    { PiiEntitiesConfig: 'piiEntities', RegexesConfig: 'regexes' },
  ],
  ['ContextualGroundingPolicyConfig', 'contextualGroundingPolicy', { FiltersConfig: 'filters' }],
];

function guardrailParts(properties: Input): Input {
  return Object.fromEntries(
    GUARDRAIL_PARTS.filter(([name]) => properties[name]).map(([name, member, lists]) => [
      member,
      Object.fromEntries(
        Object.entries(lists)
          .filter(([list]) => properties[name][list])
          .map(([list, short]) => [
            short,
            short === 'filters'
              ? // The service returns its default for a setting that the template doesn't have.
                lowered(properties[name][list]).map((each: Input) => ({
                  inputEnabled: true,
                  outputEnabled: true,
                  ...each,
                }))
              : lowered(properties[name][list]),
          ]),
      ),
    ]),
  );
}

const OPERATIONS: Record<string, (state: AccountState, input: Input, ready: Readiness) => any> = {
  DescribeStacks: ({ stacks }, { StackName }, { stackStatus, outputs }) =>
    StackName === undefined || stacks[StackName]
      ? {
          Stacks: (StackName === undefined ? Object.keys(stacks) : [StackName]).map((name) => ({
            StackName: name,
            StackStatus: stackStatus,
            CreationTime: '2026-11-27T00:00:00Z',
            Outputs: outputs[name],
          })),
        }
      : new Refusal('ValidationError', `Stack with id ${StackName} does not exist`),
  ListStackResources: ({ stacks }, { StackName, NextToken = 0 }) => {
    const first = Number(NextToken);
    const end = first + RESOURCES_PER_PAGE;
    return {
      StackResourceSummaries: stacks[StackName].slice(first, end).map(({ logicalId, physicalId, type }) => ({
        LogicalResourceId: logicalId,
        PhysicalResourceId: physicalId,
        ResourceType: type,
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: '2026-11-27T00:00:00Z',
      })),
      NextToken: end < stacks[StackName].length ? end : undefined,
    };
  },
  GetRole: ({ roles }, { RoleName }) =>
    roles[RoleName]
      ? {
          Role: {
            RoleName,
            AssumeRolePolicyDocument: encoded(roles[RoleName].trust),
            MaxSessionDuration: roles[RoleName].session,
            PermissionsBoundary: roles[RoleName].boundary && { PermissionsBoundaryArn: roles[RoleName].boundary },
          },
        }
      : missing('NoSuchEntity'),
  ListRolePolicies: ({ roles }, { RoleName }) => ({
    PolicyNames: Object.keys(roles[RoleName].inline),
    IsTruncated: false,
  }),
  GetRolePolicy: ({ roles }, { RoleName, PolicyName }) => ({
    RoleName,
    PolicyName,
    PolicyDocument: encoded(roles[RoleName].inline[PolicyName]),
  }),
  ListAttachedRolePolicies: ({ roles }, { RoleName }) => ({
    AttachedPolicies: roles[RoleName].managed.map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn })).reverse(),
    IsTruncated: false,
  }),
  GetPolicy: ({ managedPolicies }, { PolicyArn }) =>
    managedPolicies[PolicyArn] ? { Policy: { Arn: PolicyArn, DefaultVersionId: 'v3' } } : missing('NoSuchEntity'),
  GetPolicyVersion: ({ managedPolicies }, { PolicyArn, VersionId }) => ({
    PolicyVersion: { VersionId, Document: encoded(managedPolicies[PolicyArn]) },
  }),
  GetKeyPolicy: ({ keys }, { KeyId }) =>
    keys[KeyId] ? { Policy: text(keys[KeyId].policy) } : new Refusal('NotFoundException', KeyId),
  DescribeKey: ({ keys }, { KeyId }) => ({ KeyMetadata: { KeyId, KeyState: keys[KeyId].state } }),
  GetKeyRotationStatus: ({ keys }, { KeyId }) => ({ KeyRotationEnabled: keys[KeyId].rotation }),
  's3 policy': ({ buckets }, { bucket }) =>
    buckets[bucket] === undefined
      ? missing('NoSuchBucket')
      : buckets[bucket].policy
        ? text(buckets[bucket].policy)
        : missing('NoSuchBucketPolicy'),
  's3 publicAccessBlock': ({ buckets }, { bucket }) =>
    buckets[bucket].publicAccess
      ? s3Xml('PublicAccessBlockConfiguration', buckets[bucket].publicAccess)
      : missing('NoSuchPublicAccessBlockConfiguration'),
  's3 encryption': ({ buckets }, { bucket }) =>
    s3Xml('ServerSideEncryptionConfiguration', {
      Rule: { ApplyServerSideEncryptionByDefault: buckets[bucket].encryption ?? { SSEAlgorithm: 'AES256' } },
    }),
  's3 versioning': ({ buckets }, { bucket }) =>
    s3Xml('VersioningConfiguration', { Status: buckets[bucket].versioning }),
  's3 object-lock': ({ buckets }, { bucket }) =>
    buckets[bucket].lock
      ? s3Xml('ObjectLockConfiguration', buckets[bucket].lock)
      : missing('ObjectLockConfigurationNotFoundError'),
  GetQueueAttributes: ({ queues }, { QueueUrl }) => ({
    Attributes: {
      Policy: text(queues[QueueUrl].Policy),
      KmsMasterKeyId: queues[QueueUrl].KmsMasterKeyId,
      RedrivePolicy: queues[QueueUrl].RedrivePolicy && JSON.stringify(queues[QueueUrl].RedrivePolicy),
    },
  }),
  GetTopicAttributes: ({ topics }, { TopicArn }) => ({
    Attributes: new Map(
      Object.entries({ Policy: text(topics[TopicArn].Policy), KmsMasterKeyId: topics[TopicArn].KmsMasterKeyId }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  }),
  DescribeSubnets: ({ subnets }, input) => ({
    subnetSet: values(input, 'SubnetId').map((id) => ({
      subnetId: id,
      vpcId: subnets[id].VpcId,
      cidrBlock: subnets[id].CidrBlock,
      mapPublicIpOnLaunch: subnets[id].MapPublicIpOnLaunch ?? false,
      availabilityZoneId: subnets[id].AvailabilityZoneId,
    })),
  }),
  DescribeVpcEndpoints: (state, input) => {
    const ids = values(input, 'VpcEndpointId');
    const vpc = input['Filter.1.Value.1'];
    const all = Object.keys(state.endpoints);
    return {
      vpcEndpointSet: (ids.length > 0
        ? ids
        : all.filter((id) => input['Filter.1.Name'] !== 'vpc-id' || state.endpoints[id].VpcId === vpc)
      ).map(endpoint(state)),
    };
  },
  DescribeRouteTables: ({ routeTables }, input) => ({
    routeTableSet: Object.entries(routeTables)
      .filter(([, { vpc }]) => vpc === input['Filter.1.Value.1'])
      .map(([routeTableId, { routes, subnets }]) => ({
        routeTableId,
        routeSet: [
          { destinationCidrBlock: '10.0.0.0/16', gatewayId: 'local', origin: 'CreateRouteTable', state: 'active' },
          ...routes.map((route) =>
            Object.fromEntries(
              Object.entries(route)
                .filter(([name]) => name !== 'RouteTableId')
                .map(([name, value]) => [lower(name), value]),
            ),
          ),
        ],
        associationSet: subnets.map((subnetId) => ({ subnetId, routeTableId, main: false })),
      })),
  }),
  DescribeSecurityGroupRules: ({ rules }, input) => {
    const group = input['Filter.1.Value.1'] as string;
    return { securityGroupRuleSet: rules[group].map(EC2_RULE(group)).reverse() };
  },
  GetTrail: ({ trails }, { Name }) => {
    const trail = trails[Name];
    if (trail === undefined) return new Refusal('TrailNotFoundException', Name);
    return {
      Trail: {
        Name,
        S3BucketName: trail.S3BucketName,
        KmsKeyId: trail.KMSKeyId,
        LogFileValidationEnabled: trail.EnableLogFileValidation,
        IsMultiRegionTrail: trail.IsMultiRegionTrail,
        IncludeGlobalServiceEvents: trail.IncludeGlobalServiceEvents,
        CloudWatchLogsLogGroupArn: trail.CloudWatchLogsLogGroupArn,
      },
    };
  },
  GetTrailStatus: ({ trails }, { Name }) => ({ IsLogging: trails[Name].IsLogging }),
  GetEventSelectors: ({ trails }, { TrailName }) => ({
    AdvancedEventSelectors: [...trails[TrailName].AdvancedEventSelectors].reverse(),
  }),
  'GET guardrails': ({ guardrails }, { parts, guardrailIdentifier, guardrailVersion }, { guardrailStatus: status }) => {
    const id = parts[1] ?? guardrailIdentifier;
    const found = guardrails[id];
    if (found === undefined) return missing('ResourceNotFoundException');
    if (parts[1] === undefined) {
      return {
        guardrails: Object.entries(found.versions).map(([version, { description }]) => ({
          id,
          arn: id,
          version,
          description,
          name: 'x',
          status: 'READY',
        })),
      };
    }
    const { properties } = found.versions[guardrailVersion];
    return {
      guardrailArn: id,
      version: guardrailVersion,
      status,
      kmsKeyArn: properties.KmsKeyArn,
      ...guardrailParts(properties),
    };
  },
  'GET runtimes': ({ runtimes }, { parts }, { runtimeStatus: status }) => {
    const found = runtimes[parts[1]];
    if (found === undefined) return missing('ResourceNotFoundException');
    const { EnvironmentVariables, ...others } = found.properties;
    return {
      agentRuntimeArn: found.arn,
      status,
      lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28800 },
      ...lowered(others),
      environmentVariables: EnvironmentVariables,
    };
  },
  'GET resourcepolicy': ({ runtimePolicies }, { parts }) =>
    runtimePolicies[parts[1]] ? { policy: text(runtimePolicies[parts[1]]) } : missing('ResourceNotFoundException'),
};
