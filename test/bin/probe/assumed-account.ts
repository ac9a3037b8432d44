import type { TrailEvent } from '../../../bin/bma/probe/trail-event';
import type { Answer, ProbedAccount, StackResource } from './probed-account';

/** When the turn of the account began and ended, and a moment at which everything has been delivered. */
export const STARTED = Date.parse('2026-11-28T03:00:00Z');
export const ENDED = STARTED + 600_000;
export const LATER = new Date(ENDED + 3_600_000);

const TURNS = 'arn:aws:states:us-east-1:111122223333:stateMachine:Turns';
const AGENT = {
  format: 'cdk-bedrock-managed-agents/agent/1',
  agent: 'reviewer',
  turns: TURNS,
  settlement: `${TURNS}Settlement`,
  evidence: 'evidence',
  bus: 'outcomes',
  triggers: [],
  settlementDeadLetters: 'https://sqs/settlement',
  busDeadLetters: 'https://sqs/bus',
};

/** Role names and ids as CloudFormation makes them. */
export const SESSION_ROLE = 'Agent-ReviewerSessionRole-abc';
const EXECUTION_ROLE = 'arn:aws:iam::111122223333:role/Agent-ExecutionRole-abc';
export const KEY = '11111111-2222-3333-4444-555555555555';
export const ENDPOINT = 'vpce-0ec';
const KEY_ARN = `arn:aws:kms:us-east-1:111122223333:key/${KEY}`;

const RESOURCES: readonly (readonly [logicalId: string, type: string, physicalId: string])[] = [
  ['ReviewerAgentSessionRoleE8A5F799', 'AWS::IAM::Role', SESSION_ROLE],
  ['ReviewerTurnsStepsOpenSessionRole98799823', 'AWS::IAM::Role', 'OpenSessionRole'],
  ['Runtime', 'AWS::BedrockAgentCore::Runtime', 'reviewer-abcdefghij'],
  ['RuntimeLogs', 'AWS::Logs::LogGroup', '/aws/bedrock-agentcore/runtimes/reviewer-abcdefghij-sessions'],
  ['DnsLogs', 'AWS::Logs::LogGroup', '/bma/dns/network-1'],
  ['Key', 'AWS::KMS::Key', KEY],
  ['EcrEndpoint', 'AWS::EC2::VPCEndpoint', ENDPOINT],
  ['Project', 'AWS::BedrockMantle::Project', 'proj_own'],
  ['Alarm', 'AWS::CloudWatch::Alarm', 'blocked-names'],
  ['Guardrail', 'AWS::Bedrock::Guardrail', 'arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1'],
  ['GuardrailVersion', 'AWS::Bedrock::GuardrailVersion', 'gr1|3'],
];

/** The CloudTrail events of an account that behaves as the library assumes. */
export const TRAIL = {
  inference: {
    eventSource: 'bedrock-mantle.amazonaws.com',
    eventName: 'CreateInference',
    userIdentity: {
      type: 'AssumedRole',
      sessionContext: { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${SESSION_ROLE}` } },
    },
    eventCategory: 'Data',
    resources: [{ ARN: 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/proj_own' }],
  },
  assumeRole: {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    userIdentity: { type: 'AWSService', invokedBy: 'bedrock-mantle.amazonaws.com' },
    requestParameters: { roleArn: `arn:aws:iam::111122223333:role/${SESSION_ROLE}` },
  },
  pull: {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'BatchGetImage',
    vpcEndpointId: ENDPOINT,
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: EXECUTION_ROLE } } },
  },
  grant: {
    eventSource: 'kms.amazonaws.com',
    eventName: 'CreateGrant',
    userIdentity: { type: 'AssumedRole', invokedBy: 'bedrock.amazonaws.com' },
    resources: [{ ARN: KEY_ARN }],
  },
  schedule: {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    userIdentity: { type: 'AssumedRole' },
    requestParameters: { encryptionContext: { 'aws:scheduler:schedule:arn': 'arn' } },
    resources: [{ ARN: KEY_ARN }],
  },
  queue: {
    eventSource: 'kms.amazonaws.com',
    eventName: 'GenerateDataKey',
    userIdentity: { type: 'AWSService', invokedBy: 'sqs.amazonaws.com' },
    requestParameters: { encryptionContext: { 'aws:sqs:arn': 'arn' } },
    resources: [{ ARN: KEY_ARN }],
  },
  guardrail: {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    userIdentity: { type: 'AssumedRole', invokedBy: 'bedrock.amazonaws.com' },
    requestParameters: { encryptionContext: { 'aws:bedrock:guardrail-id': 'gr1' } },
    resources: [{ ARN: KEY_ARN }],
  },
} satisfies Record<string, TrailEvent>;

/** Lines of the lifecycle server: busy, idle, a later request, and a stop 900 seconds after the change to idle. */
export const RUNTIME_LOG = lifecycle(
  ['listening', 0],
  ['invocation', 1, 'activate'],
  ['invocation', 2, 'renew_turn_lease'],
  ['invocation', 100, 'release_turn_lease'],
  ['invocation', 500, 'status'],
  ['closed', 1000],
);

export function lifecycle(...lines: readonly (readonly [event: string, second: number, action?: string])[]): string[] {
  return lines.map(([event, second, action]) =>
    JSON.stringify({
      time: new Date(STARTED + second * 1000).toISOString(),
      level: 'info',
      event,
      ...(action && { action, statusCode: 200 }),
    }),
  );
}

export const dns = (name: string, action = 'ALLOW') =>
  JSON.stringify({ query_name: `${name}.`, firewall_rule_action: action });
export const EXPECTED_HOST = 'bedrock-mantle.us-east-1.api.aws';

const POLICY = (Condition: object | undefined) =>
  encodeURIComponent(
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: ['bedrock-mantle:CreateAgentSession'], Resource: '*', Condition }],
    }),
  );
export const openSessionPolicy = (Condition?: object): Answer => ({ PolicyDocument: POLICY(Condition) });

/** The result, evidence and items of a turn. */
export interface Left {
  readonly result: object;
  readonly items: readonly object[];
  readonly manifest: object;
  readonly outcome: string;
}
export const LEFT: Left = {
  result: { outcome: 'Completed', sessionId: 'sess_1' },
  items: [{ type: 'command_execution', exit_code: 0 }, { type: 'message' }],
  manifest: { terminalEvent: { type: 'agent.session.turn.completed', usage: { input_tokens: 10, output_tokens: 2 } } },
  outcome: '{"detail":{}}',
};

/** By log group. */
export type LogGroups = Readonly<Record<string, readonly string[]>>;

const execution = {
  executionArn: `${TURNS.replace('stateMachine', 'execution')}:turn-1`,
  stateMachineArn: TURNS,
  name: 'turn-1',
  status: 'SUCCEEDED',
  startDate: STARTED / 1000,
  stopDate: ENDED / 1000,
};

/** An account that behaves as the library assumes. */
export function assume(account: ProbedAccount): void {
  account.calls.length = 0;
  account.denied.clear();
  account.created.clear();
  Object.assign(account, { dieAfter: Infinity, keeps: false });
  const resources = RESOURCES.map(([logicalId, type, physicalId]): StackResource => ({ logicalId, type, physicalId }));
  account.stacks = {
    Agent: { outputs: { BmaAgent1: JSON.stringify(AGENT) }, resources },
    Other: { outputs: {}, resources: [] },
  };
  account.outputsOf = ({ Outputs }) => Object.fromEntries(Object.keys(Outputs).map((name) => [name, name]));
  let comment: string | undefined;
  account.answers = {
    DescribeVpcEndpointServices: ({ 'ServiceName.1': name }) => ({
      serviceDetailSet: [
        {
          serviceName: name,
          vpcEndpointPolicySupported: true,
          availabilityZoneSet: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
        },
      ],
    }),
    DescribeAvailabilityZones: {
      availabilityZoneInfo: [
        ['us-east-1a', 'use1-az1'],
        ['us-east-1b', 'use1-az2'],
        ['us-east-1c', 'use1-az6'],
      ].map(([zoneName, zoneId]) => ({ zoneName, zoneId })),
    },
    SimulateCustomPolicy: () => ({ EvaluationResults: [] }),
    SimulatePrincipalPolicy: {
      EvaluationResults: [{ EvalActionName: 'logs:CreateLogGroup', EvalDecision: 'implicitDeny' }],
    },
    DescribeRouteTables: {
      routeTableSet: [
        {
          vpcId: 'vpc-1',
          associationSet: [{ subnetId: 'subnet-1' }],
          routeSet: [{ gatewayId: 'local' }, { gatewayId: 'vpce-s3' }],
        },
      ],
    },
    DescribeVpcEndpoints: {
      vpcEndpointSet: [
        {
          vpcEndpointId: 'vpce-mantle',
          policyDocument: JSON.stringify({
            Statement: [{ Effect: 'Allow', Action: ['bedrock-mantle:CreateAgentSession'] }],
          }),
        },
      ],
    },
    'GET runtimes': {
      roleArn: EXECUTION_ROLE,
      networkConfiguration: { networkMode: 'VPC', networkModeConfig: { subnets: ['subnet-1'], securityGroups: [] } },
      lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28800 },
    },
    ListRolePolicies: { PolicyNames: ['One'] },
    GetRolePolicy: openSessionPolicy({ StringEquals: { 'aws:SourceVpce': 'vpce-mantle' } }),
    DescribeTrails: {
      trailList: [
        { Name: 'NoLogs' },
        {
          Name: 'Trail',
          CloudWatchLogsLogGroupArn: 'arn:aws:logs:us-east-1:111122223333:log-group:/aws/cloudtrail/Trail/1:*',
        },
      ],
    },
    GetEventSelectors: {
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: 'resources.type', Equals: ['AWS::BedrockMantle::Project'] }] },
      ],
    },
    DescribeLogStreams: { logStreams: [{ logStreamName: 'one' }] },
    GetMetricData: { MetricDataResults: [{ Id: 'inferences', Values: [] }] },
    DescribeAlarmHistory: {
      AlarmHistoryItems: [
        {
          AlarmName: 'blocked-names',
          HistorySummary: 'Successfully executed action arn:aws:sns:us-east-1:111122223333:topic',
        },
      ],
    },
    'POST guardrail': { action: 'NONE', assessments: [{}] },
    PutFile: { commitId: '0123', blobId: '1', treeId: '2' },
    CreateBranch: {},
    CreatePullRequest: { pullRequest: { pullRequestId: '7' } },
    PostCommentForPullRequest: ({ content }) => {
      comment = content as string;
      return {};
    },
    GetCommentsForPullRequest: () => ({
      commentsForPullRequestData: [
        { comments: [{ content: comment, authorArn: 'arn:aws:sts::111122223333:assumed-role/Operator/me' }] },
      ],
    }),
    DisableKey: {},
    PutEvents: { FailedEntryCount: 0, Entries: [] },
    GetQueueAttributes: { Attributes: { ApproximateNumberOfMessages: '1' } },
    ListExecutions: { executions: [execution] },
    DescribeExecution: { ...execution, input: '{}', output: JSON.stringify(LEFT.result) },
  };
  withTurn(account, {});
  withLogs(account, {});
  withTrail(Object.values(TRAIL));
}

/** Another end of the turn. */
export function withTurn(account: ProbedAccount, change: Partial<Left>): void {
  const { result, items, manifest, outcome } = { ...LEFT, ...change };
  account.answers.DescribeExecution = { ...execution, input: '{}', output: JSON.stringify(result) };
  const files: Record<string, string> = {
    'items.jsonl': items.map((each) => `${JSON.stringify(each)}\n`).join(''),
    'manifest.json': JSON.stringify(manifest),
    'outcome.json': outcome,
  };
  account.answers.GetObject = ({ key }) => ({ text: files[key.split('/').pop()] });
}

let trail: readonly TrailEvent[] = [];
let groups: LogGroups = {};

/** Other messages in log groups. */
export function withLogs(account: ProbedAccount, change: LogGroups): void {
  groups = {
    '/bma/dns/network-1': [dns(EXPECTED_HOST), dns('s3.us-east-1.amazonaws.com')],
    '/aws/bedrock-agentcore/runtimes/reviewer-abcdefghij-sessions': RUNTIME_LOG,
    ...change,
  };
  account.answers.FilterLogEvents = ({ logGroupName, filterPattern = '' }) => {
    const messages = logGroupName.startsWith('/aws/cloudtrail/')
      ? trail.filter((event) => matches(event, filterPattern)).map((event) => JSON.stringify(event))
      : (groups[logGroupName] ?? []);
    return { events: messages.map((message) => ({ message, timestamp: STARTED })) };
  };
}

/** Other events of CloudTrail. */
export function withTrail(events: readonly TrailEvent[]): void {
  trail = events;
}

/** Evaluates the filter patterns of the probes: members must be equal, and an asterisk matches anything. */
function matches(event: any, pattern: string): boolean {
  const conditions = [...pattern.matchAll(/\$\.(\w+) = "([^"]+)"/g)];
  const fits = (value: unknown, text: string) =>
    new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(String(value));
  return conditions.length > 0 && conditions.every(([, name, text]) => fits(event[name], text));
}
