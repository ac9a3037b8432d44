/*
 * Granted actions that no run on this machine uses, and why they are granted all the same. A row that fits nothing is an
 * error, and so is one for an action that a run does use.
 */

export interface Mark {
  /** Actions, as they are granted. */
  readonly actions: readonly string[];
  /** Roles, by a pattern of their kind: the logical id without hash and name of the agent. */
  readonly roles: RegExp;
  /** A part of the text of the statement's condition on the page. @default every statement */
  readonly on?: string;
}

/** Done by a service of AWS with the role, or for it. */
export interface PerformedByAws extends Mark {
  readonly by: string;
  readonly source: string;
}

/** Used when something goes wrong, or by a setting that no example has; a test shows it. */
export interface OnAnotherPath extends Mark {
  readonly when: string;
  readonly test: string;
}

const DOCS = 'docs.aws.amazon.com';
const LOG_WRITES = ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'];
const LOG_KEY = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'];

export const PERFORMED_BY_AWS: readonly PerformedByAws[] = [
  {
    actions: [...LOG_WRITES, ...LOG_KEY],
    roles: /^NetworkFlowLogsRole$/,
    by: 'VPC Flow Logs',
    source: `${DOCS}/vpc/latest/userguide/flow-logs-iam-role.html`,
  },
  {
    actions: [...LOG_WRITES, ...LOG_KEY],
    roles: /^(?:Audit|Trail)DeliveryRole$/,
    by: 'AWS CloudTrail',
    source: `${DOCS}/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html`,
  },
  {
    actions: [...LOG_WRITES, ...LOG_KEY],
    roles: /^CheckoutRole$/,
    by: 'AWS Lambda, for a function of the example that no scenario calls',
    source: `${DOCS}/lambda/latest/dg/permissions-source-function-arn.html`,
  },
  {
    actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetAuthorizationToken'],
    roles: /ExecutionRole$/,
    by: 'AgentCore Runtime, when it pulls the image',
    source: `${DOCS}/bedrock-agentcore/latest/devguide/runtime-permissions.html`,
  },
  {
    actions: LOG_WRITES,
    roles: /ExecutionRole$/,
    by: 'AgentCore Runtime, for the output of the container',
    source: `${DOCS}/bedrock-agentcore/latest/devguide/runtime-permissions.html`,
  },
  {
    actions: LOG_KEY,
    roles: /ExecutionRole$/,
    on: 'logs',
    by: 'CloudWatch Logs, for the writes of AgentCore Runtime',
    source: `${DOCS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html`,
  },
  {
    actions: [
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    roles: /./,
    on: 'dynamodb',
    by: 'Amazon DynamoDB, for the keys of the table; which operation uses which is not documented',
    source: `${DOCS}/amazondynamodb/latest/developerguide/encryption.usagenotes.html`,
  },
  {
    actions: ['states:StopExecution'],
    roles: /AuditAuditsRole$/,
    by: 'Step Functions, when the execution that waits for a job is stopped',
    source: `${DOCS}/step-functions/latest/dg/connect-stepfunctions.html`,
  },
  {
    actions: ['codeartifact:ReadFromRepository'],
    roles: /ExecutionRole$/,
    by: 'AWS CodeArtifact, when a package manager reads packages with the token',
    source: `${DOCS}/codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html`,
  },
];

const TELLS_OF_A_BUDGET = {
  roles: /^BudgetWatchRole$/,
  when: 'a share of a limit is reached',
  test: 'test/runtime/turn-handlers/watch-budget/watch-budget.test.ts',
};

export const ON_ANOTHER_PATH: readonly OnAnotherPath[] = [
  { ...TELLS_OF_A_BUDGET, actions: ['sns:Publish'] },
  { ...TELLS_OF_A_BUDGET, actions: ['kms:Decrypt', 'kms:GenerateDataKey'], on: 'sns' },
  {
    actions: ['cloudwatch:DescribeAlarmHistory', 'logs:StopQuery'],
    roles: /ExecutionRole$/,
    when: 'the agent asks for the history of an alarm, or gives up a query',
    test: 'test/runtime/agent-tools/cloudwatch.test.ts',
  },
  {
    actions: ['codeartifact:GetAuthorizationToken', 'codeartifact:GetRepositoryEndpoint', 'sts:GetServiceBearerToken'],
    roles: /ExecutionRole$/,
    when: 'the agent installs packages',
    test: 'test/runtime/agent-tools/source-staged.test.ts',
  },
  {
    actions: ['s3:PutObject', 'kms:GenerateDataKey'],
    roles: /StepsPrepareTurnRole$/,
    when: 'staging made the prompt too large for a state',
    test: 'test/workflow-run/turn-steps.test.ts',
  },
  {
    actions: ['bedrock-mantle:CreateAgentSessionEvent', 'bedrock-mantle:DeleteAgentSession'],
    roles: /StepsOpenSessionRole$/,
    when: 'a resumed session still works on something, or is replaced',
    test: 'test/runtime/turn-handlers/workflow/ends.test.ts',
  },
  {
    actions: ['bedrock-mantle:CreateAgentSessionEvent'],
    roles: /StepsCancelTurnRole$/,
    when: 'the turn still runs when it is cancelled',
    test: 'test/workflow-run/turn-outcomes.test.ts',
  },
  {
    actions: ['kms:Decrypt'],
    roles: /StepsCollectEvidenceRole$/,
    on: 's3',
    when: 'evidence is written in parts',
    test: 'test/runtime/turn-handlers/evidence-memory.soak.test.ts',
  },
  {
    actions: ['bedrock-mantle:DeleteAgentSession', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    roles: /Steps(?:CloseSession|ExpireSessions)Role$/,
    when: 'the session is kept, not kept, or over',
    test: 'test/workflow-run/turn-outcomes.test.ts',
  },
  {
    actions: ['s3:GetObject', 'kms:Decrypt', 's3:ListBucket'],
    roles: /TurnsDelivery\w+Role$/,
    when: 'the output was too large for a state, or a file is not there yet',
    test: 'test/workflow-run/turn-steps.test.ts',
  },
  {
    actions: ['s3:GetObject', 'kms:Decrypt', 'bedrock:ApplyGuardrail'],
    roles: /TurnsSettlementMachineRole$/,
    when: 'the output of a stopped turn is screened by reference',
    test: 'test/workflow-run/turn-outcomes.test.ts',
  },
  {
    actions: ['codecommit:PostCommentForPullRequest', 'codecommit:UpdateComment'],
    roles: /NotesHandlerRole$/,
    when: 'a review did not come about',
    test: 'test/runtime/turn-handlers/pull-request/outcome-notes.test.ts',
  },
];
