/**
 * The permissions of each operation: its actions, their resources, and the condition keys of the request. One table per
 * service. An operation that isn't in a table is refused, and so is one with an unknown resource.
 *
 * Actions, resource types and condition keys: the Service Authorization Reference (analysis/facts/actions.txt has its
 * actions); additional permissions of an operation have their source next to them.
 */
import type { Fields } from './aws-error';
import type { Account } from './permissions';

/** The action and the resource of a call. */
export interface Call {
  readonly action: string;
  /** ARN, or `*` for an action without a resource. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly multiple?: Readonly<Record<string, readonly string[]>>;
  /** Key that the request itself names, instead of that of the resource. */
  readonly key?: string;
  /** The operation, if the use of a key differs between operations with the same action. */
  readonly operation?: string;
}

export type CallsOf = (input: Fields, account: Account) => readonly Call[];
type Table = Readonly<Record<string, CallsOf>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const one =
  (action: string, resource: (input: Fields, account: Account) => string): CallsOf =>
  (input, account) => [{ action, resource: resource(input, account) }];
const none = (action: string): CallsOf => one(action, () => '*');

const item =
  (action: string): CallsOf =>
  ({ TableName, IndexName, Key, Item }, account) => {
    const arn = account.named('dynamodb', 'table/', text(TableName));
    return [
      {
        action: `dynamodb:${action}`,
        resource: typeof IndexName === 'string' ? `${arn}/index/${IndexName}` : arn,
        ...account.leadingKeys(text(TableName), Key ?? Item),
      },
    ];
  };
const DYNAMODB: Table = Object.fromEntries(
  ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((action) => [action, item(action)]),
);

const object =
  (action: string, operation?: string): CallsOf =>
  ({ Bucket, Key, VersionId, IfNoneMatch, ACL, ServerSideEncryption, SSEKMSKeyId }, { place }) => [
    {
      action: action === 's3:GetObject' && VersionId !== undefined ? 's3:GetObjectVersion' : action,
      resource: `arn:${place.partition}:s3:::${text(Bucket)}/${text(Key)}`,
      context: defined({
        's3:if-none-match': IfNoneMatch,
        's3:versionid': VersionId,
        's3:x-amz-acl': ACL,
        's3:x-amz-server-side-encryption': ServerSideEncryption,
        's3:x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId,
        's3:TlsVersion': '1.3',
      }),
      operation,
      ...(typeof SSEKMSKeyId === 'string' && action === 's3:PutObject' && { key: SSEKMSKeyId }),
    },
  ];
/** Permissions of multipart uploads: docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
const S3: Table = {
  GetObject: object('s3:GetObject'),
  HeadObject: object('s3:GetObject'),
  PutObject: object('s3:PutObject'),
  DeleteObject: object('s3:DeleteObject'),
  CreateMultipartUpload: object('s3:PutObject', 'multipart'),
  UploadPart: object('s3:PutObject', 'multipart'),
  CompleteMultipartUpload: object('s3:PutObject', 'multipart'),
  AbortMultipartUpload: object('s3:AbortMultipartUpload'),
  ListObjectsV2: ({ Bucket, Prefix }, { place }) => [
    {
      action: 's3:ListBucket',
      resource: `arn:${place.partition}:s3:::${text(Bucket)}`,
      context: defined({ 's3:prefix': Prefix, 's3:TlsVersion': '1.3' }),
    },
  ],
};

const queue = (action: string): CallsOf =>
  one(`sqs:${action}`, ({ QueueUrl }, account) => account.arn('sqs', text(QueueUrl).split('/').at(-1)!));
const SQS: Table = Object.fromEntries(
  ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'].map((action) => [
    action,
    queue(action),
  ]),
);

const SNS: Table = { Publish: one('sns:Publish', ({ TopicArn }) => text(TopicArn)) };

const EVENTS: Table = {
  PutEvents: ({ Entries }, account) =>
    (list(Entries) as Fields[]).map(({ EventBusName = 'default', Source, DetailType }) => ({
      action: 'events:PutEvents',
      resource: account.named('events', 'event-bus/', text(EventBusName)),
      context: defined({ 'events:source': Source, 'events:detail-type': DetailType }),
    })),
};

/**
 * The schedule, the role that it gets, and the key of its payload under the context of the schedule. Source:
 * docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html; its samples show that the uses of the key have
 * no `kms:ViaService` (they have no condition on it).
 */
const createSchedule: CallsOf = ({ GroupName = 'default', Name, KmsKeyArn, Target }, account) => {
  const schedule = account.arn('scheduler', `schedule/${text(GroupName)}/${text(Name)}`);
  const { RoleArn } = (Target ?? {}) as { RoleArn?: unknown };
  const context = { 'kms:EncryptionContext:aws:scheduler:schedule:arn': schedule };
  return [
    { action: 'scheduler:CreateSchedule', resource: schedule },
    {
      action: 'iam:PassRole',
      resource: text(RoleArn),
      context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
    },
    ...(typeof KmsKeyArn === 'string'
      ? [
          { action: 'kms:DescribeKey', resource: KmsKeyArn },
          { action: 'kms:GenerateDataKey', resource: KmsKeyArn, context },
          { action: 'kms:Decrypt', resource: KmsKeyArn, context },
        ]
      : []),
  ];
};
const SCHEDULER: Table = { CreateSchedule: createSchedule };

const STATES: Table = {
  StartExecution: one('states:StartExecution', ({ stateMachineArn, StateMachineArn }) =>
    text(stateMachineArn ?? StateMachineArn),
  ),
  ListExecutions: one('states:ListExecutions', ({ stateMachineArn }) => text(stateMachineArn)),
  ...Object.fromEntries(
    ['DescribeExecution', 'GetExecutionHistory', 'StopExecution'].map((action) => [
      action,
      one(`states:${action}`, ({ executionArn }) => text(executionArn)),
    ]),
  ),
  SendTaskSuccess: none('states:SendTaskSuccess'),
  SendTaskFailure: none('states:SendTaskFailure'),
};

const functionArn = ({ FunctionName }: Fields, account: Account) =>
  account.named('lambda', 'function:', text(FunctionName));
const LAMBDA: Table = {
  Invoke: one('lambda:InvokeFunction', functionArn),
  ListAliases: one('lambda:ListAliases', functionArn),
  ListVersionsByFunction: one('lambda:ListVersionsByFunction', functionArn),
};

const mapping = ({ UUID }: Fields, account: Account) => account.named('lambda', 'event-source-mapping:', text(UUID));
const EVENT_SOURCE_MAPPINGS: Table = {
  GetEventSourceMapping: one('lambda:GetEventSourceMapping', mapping),
  UpdateEventSourceMapping: one('lambda:UpdateEventSourceMapping', mapping),
};

const rolePolicy =
  (action: string): CallsOf =>
  ({ RoleName, PolicyArn }, { place }) => [
    {
      action,
      resource: `arn:${place.partition}:iam::${place.accountId}:role/${text(RoleName)}`,
      context: { 'iam:PolicyARN': text(PolicyArn) },
    },
  ];
const IAM: Table = {
  AttachRolePolicy: rolePolicy('iam:AttachRolePolicy'),
  DetachRolePolicy: rolePolicy('iam:DetachRolePolicy'),
};

/**
 * The document, the execution, and the passed role. Source:
 * docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
 */
const startAutomation: CallsOf = ({ DocumentName, Parameters = {} }, account) => {
  const { partition, region } = account.place;
  const name = text(DocumentName);
  // ARNs of AWS's documents have no account.
  const document = /^AWS[A-Za-z]*-/.test(name)
    ? `arn:${partition}:ssm:${region}::document/${name}`
    : account.named('ssm', 'document/', name);
  const { AutomationAssumeRole: roles = [] } = Parameters as { AutomationAssumeRole?: readonly string[] };
  return [
    { action: 'ssm:StartAutomationExecution', resource: document },
    { action: 'ssm:StartAutomationExecution', resource: account.arn('ssm', 'automation-execution/new') },
    ...roles.map((role) => ({
      action: 'iam:PassRole',
      resource: role,
      context: { 'iam:PassedToService': 'ssm.amazonaws.com' },
    })),
  ];
};
/**
 * Creating an OpsItem with tags also needs the permission to tag. Source:
 * docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-getting-started-user-permissions.html
 */
const createOpsItem: CallsOf = ({ Tags }, account) => {
  const tags = list(Tags) as { Key: string; Value: string }[];
  const asked = {
    context: Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
    multiple: { 'aws:TagKeys': tags.map(({ Key }) => Key) },
  };
  return [
    { action: 'ssm:CreateOpsItem', resource: '*', ...asked },
    ...(tags.length > 0
      ? [{ action: 'ssm:AddTagsToResource', resource: account.arn('ssm', 'opsitem/new'), ...asked }]
      : []),
  ];
};
const SSM: Table = {
  GetParameter: one('ssm:GetParameter', ({ Name }, account) =>
    account.named('ssm', 'parameter/', text(Name).replace(/^\//, '')),
  ),
  StartAutomationExecution: startAutomation,
  CreateOpsItem: createOpsItem,
  UpdateOpsItem: (input, account) => [
    {
      action: 'ssm:UpdateOpsItem',
      resource: account.arn('ssm', `opsitem/${text(input.OpsItemId)}`),
      context: account.tagsOf(text(input.OpsItemId)),
    },
  ],
};

const SECRETS_MANAGER: Table = {
  GetSecretValue: one('secretsmanager:GetSecretValue', ({ SecretId }, account) =>
    account.named('secretsmanager', 'secret:', text(SecretId)),
  ),
};

/** On the guardrail and, with a profile, on the profile in each Region. Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrail-profiles-permissions.html */
const applyGuardrail: CallsOf = ({ GuardrailIdentifier }, account) => {
  const guardrail = account.named('bedrock', 'guardrail/', text(GuardrailIdentifier));
  return [guardrail, ...account.profilesOf(guardrail)].map((resource) => ({
    action: 'bedrock:ApplyGuardrail',
    resource,
  }));
};
const BEDROCK: Table = {
  ApplyGuardrail: applyGuardrail,
  Retrieve: one('bedrock:Retrieve', ({ KnowledgeBaseId }, account) =>
    account.named('bedrock', 'knowledge-base/', text(KnowledgeBaseId)),
  ),
};

const CLOUDWATCH: Table = {
  DescribeAlarms: ({ AlarmNames }, account) => alarms('cloudwatch:DescribeAlarms', AlarmNames, account),
  DescribeAlarmHistory: ({ AlarmName }, account) => alarms('cloudwatch:DescribeAlarmHistory', AlarmName, account),
  GetMetricData: none('cloudwatch:GetMetricData'),
};
/** All alarms of the account if none is named. */
function alarms(action: string, names: unknown, account: Account): Call[] {
  const named = list(names).map((name) => account.arn('cloudwatch', `alarm:${text(name)}`));
  return (named.length > 0 ? named : [account.arn('cloudwatch', 'alarm:*')]).map((resource) => ({ action, resource }));
}

const logGroups = ({ logGroupName, logGroupNames, logGroupIdentifiers }: Fields, account: Account) =>
  [...list(logGroupName), ...list(logGroupNames), ...list(logGroupIdentifiers)].map((name) =>
    account.named('logs', 'log-group:', text(name)).replace(/:\*$/, ''),
  );
const LOGS: Table = {
  StartQuery: (input, account) =>
    logGroups(input, account).map((resource) => ({ action: 'logs:StartQuery', resource })),
  GetQueryResults: ({ queryId }, account) =>
    account.logGroupsOf(text(queryId)).map((resource) => ({ action: 'logs:GetQueryResults', resource })),
  StopQuery: none('logs:StopQuery'),
};

const repository =
  (action: string): CallsOf =>
  ({ repositoryName, pullRequestId, commentId }, account) => [
    {
      action: `codecommit:${action}`,
      resource: account.arn(
        'codecommit',
        text(repositoryName ?? account.repositoryOf(text(pullRequestId ?? commentId))),
      ),
    },
  ];
const CODECOMMIT: Table = Object.fromEntries(
  [
    'GetPullRequest',
    'GetDifferences',
    'GetBlob',
    'GetCommentsForPullRequest',
    'PostCommentForPullRequest',
    'UpdateComment',
    'GitPull',
  ].map((action) => [action, repository(action)]),
);

const deploymentGroup = (account: Account, application: unknown, group: unknown) =>
  account.arn('codedeploy', `deploymentgroup:${text(application)}/${text(group)}`);
const CODEDEPLOY: Table = {
  ListDeployments: one('codedeploy:ListDeployments', ({ applicationName, deploymentGroupName }, account) =>
    deploymentGroup(account, applicationName, deploymentGroupName),
  ),
  BatchGetDeployments: ({ deploymentIds }, account) =>
    account.deploymentGroupsOf(list(deploymentIds).map(text)).map(([application, group]) => ({
      action: 'codedeploy:BatchGetDeployments',
      resource: deploymentGroup(account, application, group),
    })),
};

const CLOUDFORMATION: Table = {
  // Without a name, also ListStacks. Source:
  // docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
  DescribeStacks: ({ StackName }, account) => {
    if (StackName === undefined) {
      return [
        { action: 'cloudformation:DescribeStacks', resource: '*' },
        { action: 'cloudformation:ListStacks', resource: '*' },
      ];
    }
    const name = text(StackName);
    const resource = name.startsWith('arn:') ? name : account.arn('cloudformation', `stack/${name}/*`);
    return [{ action: 'cloudformation:DescribeStacks', resource }];
  },
  DescribeStackEvents: one('cloudformation:DescribeStackEvents', ({ StackName }, account) => {
    const name = text(StackName);
    return name.startsWith('arn:') ? name : account.arn('cloudformation', `stack/${name}/*`);
  }),
};

const ECS: Table = {
  DescribeServices: ({ cluster, services }, account) =>
    list(services).map((service) => ({
      action: 'ecs:DescribeServices',
      resource: account.named('ecs', `service/${clusterName(cluster)}/`, text(service)),
      context: { 'ecs:cluster': account.named('ecs', 'cluster/', clusterName(cluster)) },
    })),
  ListServiceDeployments: ({ cluster, service }, account) => [
    {
      action: 'ecs:ListServiceDeployments',
      resource: account.named('ecs', `service/${clusterName(cluster)}/`, text(service)),
      context: { 'ecs:cluster': account.named('ecs', 'cluster/', clusterName(cluster)) },
    },
  ],
};
const clusterName = (cluster: unknown) => text(cluster ?? 'default').replace(/^arn:.*:cluster\//, '');

/**
 * STS creates the tokens of CodeArtifact. Source: docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html
 */
const CODEARTIFACT: Table = {
  GetAuthorizationToken: ({ domain }, account) => [
    { action: 'codeartifact:GetAuthorizationToken', resource: account.arn('codeartifact', `domain/${text(domain)}`) },
    {
      action: 'sts:GetServiceBearerToken',
      resource: '*',
      context: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' },
    },
  ],
  GetRepositoryEndpoint: one('codeartifact:GetRepositoryEndpoint', ({ domain, repository: name }, account) =>
    account.arn('codeartifact', `repository/${text(domain)}/${text(name)}`),
  ),
};

const CLOUDTRAIL: Table = { LookupEvents: none('cloudtrail:LookupEvents') };
/**
 * The product of the account itself has the name `default`. Source:
 * docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
const SECURITYHUB: Table = {
  BatchImportFindings: ({ Findings }, account) => {
    const products = new Set((list(Findings) as { ProductArn: string }[]).map(({ ProductArn }) => ProductArn));
    return [...products].map((product) => ({
      action: 'securityhub:BatchImportFindings',
      resource: product,
      context: { 'securityhub:TargetAccount': account.place.accountId },
    }));
  },
};

const TABLES: Readonly<Record<string, Table>> = {
  bedrock: BEDROCK,
  cloudformation: CLOUDFORMATION,
  cloudtrail: CLOUDTRAIL,
  cloudwatch: CLOUDWATCH,
  codeartifact: CODEARTIFACT,
  codecommit: CODECOMMIT,
  codedeploy: CODEDEPLOY,
  dynamodb: DYNAMODB,
  ecs: ECS,
  events: EVENTS,
  iam: IAM,
  lambda: { ...LAMBDA, ...EVENT_SOURCE_MAPPINGS },
  logs: LOGS,
  s3: S3,
  scheduler: SCHEDULER,
  secretsmanager: SECRETS_MANAGER,
  securityhub: SECURITYHUB,
  sns: SNS,
  sqs: SQS,
  ssm: SSM,
  states: STATES,
};

/** The permissions that an operation (`dynamodb:GetItem`) needs; undefined if it isn't known. */
export function callsOf(name: string): CallsOf | undefined {
  const [service, operation] = name.split(':');
  const table = Object.hasOwn(TABLES, service) ? TABLES[service] : undefined;
  return table !== undefined && Object.hasOwn(table, operation) ? table[operation] : undefined;
}

/** Every known operation, for the documentation. */
export const KNOWN_OPERATIONS: readonly string[] = Object.entries(TABLES).flatMap(([service, table]) =>
  Object.keys(table).map((operation) => `${service}:${operation}`),
);

function defined(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
}
