/**
 * Every IAM action this library grants or denies, in one reviewable file.
 *
 * Sources (read 2026-11-23):
 * - bedrock-mantle: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html
 *   (the service authorization reference lists no agent-session actions yet, so IAM linters may warn on them)
 * - bedrock-agentcore: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html
 * - others: the service authorization reference of each service
 */

/* ---------------------------------------------------------------- session role */

/** Model calls of a turn. Always granted together with the `bedrock-mantle:Model` condition. */
export const INFERENCE_ACTIONS = ['bedrock-mantle:CreateInference'];

/** Calls of the session role to the execution environment. A stop with a qualifier is authorized on the endpoint. */
export const RUNTIME_DRIVE_ACTIONS = ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'];

/* ---------------------------------------------------------------- execution role */

/** Permissions of the exec server in the environment to register with BMA and connect to it. */
export const MANTLE_ENVIRONMENT_ACTIONS = ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'];

/** Pull of the one image repository. */
export const IMAGE_PULL_ACTIONS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** Registry login. Has no resource-level form (see RESOURCELESS_ACTIONS). */
export const IMAGE_LOGIN_ACTIONS = ['ecr:GetAuthorizationToken'];

/**
 * Pushing the image to its repository, by the CodeBuild project that builds it.
 * Source: docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
 */
export const IMAGE_PUSH_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/** Reading the bundled sources of the image from the asset bucket. */
export const IMAGE_SOURCE_ACTIONS = ['s3:GetObject'];

/** Starting and following the build of the image, by the function that a deployment calls. */
export const IMAGE_BUILD_ACTIONS = ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'];

/** Finding the digest of the image that was built. */
export const IMAGE_DIGEST_ACTIONS = ['ecr:DescribeImages'];

/** Writing to the one log group that the construct creates (so neither CreateLogGroup nor DescribeLogGroups is needed). */
export const LOG_STREAM_ACTIONS = ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'];

/* ---------------------------------------------------------------- client (caller) role */

/** Creating a session and submitting messages to it. */
export const SESSION_START_ACTIONS = ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'];

/** Following sessions, their live events and their items. */
export const SESSION_READ_ACTIONS = [
  'bedrock-mantle:GetAgentSession',
  'bedrock-mantle:ListAgentSessions',
  'bedrock-mantle:ListAgentSessionEvents',
  'bedrock-mantle:ListAgentSessionItems',
];

/**
 * Cancelling a turn and deleting a session. A cancel is an input event, and IAM cannot distinguish it from a message:
 * a principal that may cancel may also submit to an existing session (but not create one).
 */
export const SESSION_CANCEL_ACTIONS = ['bedrock-mantle:CreateAgentSessionEvent', 'bedrock-mantle:DeleteAgentSession'];

/** The seven session actions in the endpoint policy of the bedrock-mantle endpoint. */
export const MANTLE_SESSION_ACTIONS = [
  ...new Set([...SESSION_START_ACTIONS, ...SESSION_READ_ACTIONS, ...SESSION_CANCEL_ACTIONS]),
];

/** Passing the session role to BMA. Granted on exactly one role, with `iam:PassedToService`. */
export const PASS_ROLE_ACTIONS = ['iam:PassRole'];

/* ---------------------------------------------------------------- triggers */

/** Writing to the one log group of a function, which the construct creates. */
export const FUNCTION_LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Calls of Lambda to a function's queue, with the role of the function. */
export const QUEUE_CONSUME_ACTIONS = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

/** Reading a dead-letter queue, and deleting messages from it. */
export const DEAD_LETTER_ACTIONS = [...QUEUE_CONSUME_ACTIONS, 'sqs:ChangeMessageVisibility'];
export const QUEUE_COUNT_ACTIONS = ['sqs:GetQueueAttributes'];

/** Sending messages to one queue. */
export const QUEUE_SEND_ACTIONS = ['sqs:SendMessage'];

/** Starting executions of one state machine. */
export const START_EXECUTION_ACTIONS = ['states:StartExecution'];

/** Storing the parts of a large prompt. */
export const PROMPT_STORE_ACTIONS = ['s3:PutObject'];

/** Reading the one secret for a webhook's signatures. */
export const SECRET_READ_ACTIONS = ['secretsmanager:GetSecretValue'];

/** Putting events on one bus. */
export const PUT_EVENTS_ACTIONS = ['events:PutEvents'];

/** Allows another principal to use a key, independent of the key policy. Denied to all but AWS services. */
export const KEY_GRANT_ACTIONS = ['kms:CreateGrant'];

/** Uses of a customer-managed key through one service; always granted with `kms:ViaService`. */
export const KEY_READ_ACTIONS = ['kms:Decrypt'];
export const KEY_READ_WRITE_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];
/** Writing objects with single uploads; a multipart upload decrypts, too: docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export const KEY_WRITE_ACTIONS = ['kms:GenerateDataKey'];

/** Denied to roles of agents on the key of trail and evidence. A denial is meant to cover everything. */
export const EVIDENCE_KEY_DENIED_ACTIONS = ['kms:*'];

/**
 * Sending the decision to an approval step of the turn workflow, by its function. Has no resource-level form (see
 * RESOURCELESS_ACTIONS).
 */
export const APPROVAL_ACTIONS = ['states:SendTaskSuccess'];

/** Reading the published session definition. */
export const DEFINITION_PARAMETER_ACTIONS = ['ssm:GetParameter'];
export const DEFINITION_FILE_ACTIONS = ['s3:GetObject'];

/* ---------------------------------------------------------------- guardrail */

/**
 * Applying a guardrail to a text: on the guardrail and, with a guardrail profile, on the profile in each destination.
 */
export const GUARDRAIL_APPLY_ACTIONS = ['bedrock:ApplyGuardrail'];

/* ---------------------------------------------------------------- turn workflow */

/**
 * Calls of each function of the workflow to BMA. Always granted with `aws:SourceVpce`: only through the agent's
 * endpoint.
 */
export const TURN_SESSION_ACTIONS = {
  /**
   * Creating or resuming a session; finding the session of an ambiguous create; cancelling an unfinished turn; deleting
   * a replaced session.
   */
  open: [
    'bedrock-mantle:CreateAgentSession',
    'bedrock-mantle:CreateAgentSessionEvent',
    'bedrock-mantle:DeleteAgentSession',
    'bedrock-mantle:GetAgentSession',
    'bedrock-mantle:ListAgentSessionItems',
    'bedrock-mantle:ListAgentSessions',
  ],
  submit: [
    'bedrock-mantle:CreateAgentSessionEvent',
    'bedrock-mantle:GetAgentSession',
    'bedrock-mantle:ListAgentSessionItems',
  ],
  check: [
    'bedrock-mantle:GetAgentSession',
    'bedrock-mantle:ListAgentSessionEvents',
    'bedrock-mantle:ListAgentSessionItems',
  ],
  cancel: ['bedrock-mantle:CreateAgentSessionEvent', 'bedrock-mantle:GetAgentSession'],
  collect: ['bedrock-mantle:ListAgentSessionItems'],
  close: ['bedrock-mantle:DeleteAgentSession'],
};

/** The ledger: single items, and the index of sessions to delete. */
export const LEDGER_READ_ACTIONS = ['dynamodb:GetItem'];
export const LEDGER_CHANGE_ACTIONS = ['dynamodb:UpdateItem'];
export const LEDGER_REMOVE_ACTIONS = ['dynamodb:DeleteItem'];
export const LEDGER_INDEX_ACTIONS = ['dynamodb:Query'];

/** The key of the ledger, through DynamoDB. Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
export const LEDGER_KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** Prompts, masked texts, output and evidence of turns, each below its own prefix. */
export const EVIDENCE_READ_ACTIONS = ['s3:GetObject'];
export const EVIDENCE_WRITE_ACTIONS = ['s3:PutObject'];

/** Calls of the state machine in addition to the ledger, the guardrail and the evidence. */
export const FUNCTION_INVOKE_ACTIONS = ['lambda:InvokeFunction'];
export const TOPIC_PUBLISH_ACTIONS = ['sns:Publish'];

/** Reading, stopping and starting turns, for callers. */
export const EXECUTION_READ_ACTIONS = ['states:DescribeExecution', 'states:GetExecutionHistory'];
export const EXECUTION_STOP_ACTIONS = ['states:StopExecution'];
/** Finding an agent by the output of its stack. */
export const STACK_READ_ACTIONS = ['cloudformation:DescribeStacks'];
/** Running an execution as a job of another state machine (`startExecution.sync:2`). */
export const EXECUTION_JOB_ACTIONS = ['states:DescribeExecution', 'states:StopExecution'];
export const JOB_RULE_ACTIONS = ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'];
export const EXECUTION_LIST_ACTIONS = ['states:DescribeStateMachine', 'states:ListExecutions'];

/**
 * Calling a function by its URL. Since October 2025, both are needed
 * (docs.aws.amazon.com/lambda/latest/dg/urls-auth.html); the second only through the URL.
 */
export const FUNCTION_URL_ACTIONS = ['lambda:InvokeFunctionUrl'];

/** The network interfaces of a function in a VPC. Lambda checks them when it creates the function. */
export const FUNCTION_NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Vended log delivery and tracing of a state machine. */
export const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];
export const TRACE_ACTIONS = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/* ---------------------------------------------------------------- kill switch and budget */

/** Ending sessions of a stopped agent, through its own endpoint. */
export const END_SESSIONS_ACTIONS = [
  'bedrock-mantle:CreateAgentSessionEvent',
  'bedrock-mantle:DeleteAgentSession',
  'bedrock-mantle:ListAgentSessions',
];

/** Recording the stop of an agent in its ledger, and reverting it. */
export const STOP_MARK_ACTIONS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'];

/** Counting the cost of turns, in the table of a budget. */
export const BUDGET_TABLE_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];

/** Disabling triggers, so that events wait in their queues. */
export const MAPPING_SWITCH_ACTIONS = ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'];

/** Attaching one policy, which denies everything, to named roles. Always granted together with `iam:PolicyARN`. */
export const DENY_ATTACH_ACTIONS = ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'];

/** Finding running executions of a state machine. */
export const EXECUTION_FIND_ACTIONS = ['states:ListExecutions'];

/* ---------------------------------------------------------------- agent tools (granted to the execution role) */

/** Logs Insights on named log groups. */
export const LOG_QUERY_ACTIONS = ['logs:GetQueryResults', 'logs:StartQuery'];

/** Stopping a query, so that it scans no more data. Has no resource-level form (see RESOURCELESS_ACTIONS). */
export const LOG_QUERY_STOP_ACTIONS = ['logs:StopQuery'];

/** Reading metrics. Metrics have no ARN (see RESOURCELESS_ACTIONS). */
export const METRIC_READ_ACTIONS = ['cloudwatch:GetMetricData'];

/** Reading named alarms. */
export const ALARM_READ_ACTIONS = ['cloudwatch:DescribeAlarmHistory', 'cloudwatch:DescribeAlarms'];

/** Reading deployments of named resources. None of these returns a template, a parameter or a task definition. */
export const DEPLOYMENT_READ_ACTIONS = {
  codeDeploy: ['codedeploy:BatchGetDeployments', 'codedeploy:ListDeployments'],
  stacks: ['cloudformation:DescribeStackEvents'],
  services: ['ecs:DescribeServices', 'ecs:ListServiceDeployments'],
  aliases: ['lambda:ListAliases'],
  /** Also returns the environment variables of the function, so it is granted only if versions are configured. */
  versions: ['lambda:ListVersionsByFunction'],
  /** Has no resource-level form (see RESOURCELESS_ACTIONS). */
  changeEvents: ['cloudtrail:LookupEvents'],
};

/** Finding passages in one knowledge base. */
export const KNOWLEDGE_BASE_READ_ACTIONS = ['bedrock:Retrieve'];

/** Publishing below one prefix. Without overwriting, always granted together with the `s3:if-none-match` condition. */
export const OUTPUT_PUBLISH_ACTIONS = ['s3:PutObject'];

/** Git over HTTPS from named CodeCommit repositories: clone and fetch. */
export const SOURCE_PULL_ACTIONS = ['codecommit:GitPull'];

/** Reading git bundles by their key, and staged files below one prefix. */
export const SOURCE_READ_ACTIONS = ['s3:GetObject'];

/** Listing staged files; always granted together with the `s3:prefix` condition. */
export const STAGED_LIST_ACTIONS = ['s3:ListBucket'];

/** A token for package managers, on the domain. It allows no more than the role: see REGISTRY_READ_ACTIONS. */
export const REGISTRY_TOKEN_ACTIONS = ['codeartifact:GetAuthorizationToken'];

/** Reading the address and the packages of one CodeArtifact repository. */
export const REGISTRY_READ_ACTIONS = ['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'];

/** STS creates the tokens of CodeArtifact. Always granted with `sts:AWSServiceName`; no resource-level form. */
export const SERVICE_TOKEN_ACTIONS = ['sts:GetServiceBearerToken'];

/** Calling the tools of one AgentCore Gateway, for the session role. */
export const GATEWAY_INVOKE_ACTIONS = ['bedrock-agentcore:InvokeGateway'];

/* ---------------------------------------------------------------- security auditor */

/** Storing findings, and the state of each repository for the next comparison. */
export const FINDINGS_READ_ACTIONS = ['s3:GetObject'];
export const FINDINGS_WRITE_ACTIONS = ['s3:PutObject'];
export const FINDINGS_LIST_ACTIONS = ['s3:ListBucket'];

/** Importing findings with the product ARN of the account. */
export const SECURITY_HUB_IMPORT_ACTIONS = ['securityhub:BatchImportFindings'];

/* ---------------------------------------------------------------- incident responder */

/** Reading the states of named alarms. */
export const ALARM_STATE_ACTIONS = ['cloudwatch:DescribeAlarms'];

/**
 * Creating an OpsItem with a tag. Creating has no resource-level permissions (see RESOURCELESS_ACTIONS); tagging and
 * changing do.
 */
export const OPS_ITEM_CREATE_ACTIONS = ['ssm:CreateOpsItem'];
export const OPS_ITEM_TAG_ACTIONS = ['ssm:AddTagsToResource'];
export const OPS_ITEM_UPDATE_ACTIONS = ['ssm:UpdateOpsItem'];

/** Starting named runbooks of Systems Manager Automation. */
export const RUNBOOK_START_ACTIONS = ['ssm:StartAutomationExecution'];

/** Setting timers in one schedule group. */
export const SCHEDULE_CREATE_ACTIONS = ['scheduler:CreateSchedule'];

/**
 * Using the key of a schedule's payload, by the creator of the schedule; always with the encryption context of the
 * schedule, which DescribeKey doesn't have. Source: docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
 */
export const SCHEDULE_KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];
export const KEY_DESCRIBE_ACTIONS = ['kms:DescribeKey'];

/* ---------------------------------------------------------------- reviewer of pull requests (its two functions) */

/** Reading pull requests and their changes of one CodeCommit repository. */
export const CODECOMMIT_STAGING_ACTIONS = [
  'codecommit:GetBlob',
  'codecommit:GetDifferences',
  'codecommit:GetPullRequest',
];

/** Posting reviews: reading existing comments, adding comments, changing own comments. No approval, no merge. */
export const CODECOMMIT_REVIEW_ACTIONS = [
  'codecommit:GetCommentsForPullRequest',
  'codecommit:GetPullRequest',
  'codecommit:PostCommentForPullRequest',
  'codecommit:UpdateComment',
];

/** Approving a pull request and revoking the approval, if the reviewer has a gate. */
export const CODECOMMIT_GATE_ACTIONS = ['codecommit:UpdatePullRequestApprovalState'];

/** The staged files of a turn, below their prefix. */
export const MATERIAL_WRITE_ACTIONS = ['s3:PutObject'];
export const MATERIAL_READ_ACTIONS = ['s3:GetObject'];

/* ---------------------------------------------------------------- denials */

/** API keys: this library signs with SigV4, and denies bearer tokens on every role that it creates or extends. */
export const BEARER_TOKEN_ACTIONS = ['bedrock-mantle:CallWithBearerToken', 'bedrock:CallWithBearerToken'];

/** Denied to the execution role, under which untrusted commands run, even if a later grant allows it. */
export const EXECUTION_ROLE_DENIED_ACTIONS = [
  'bedrock-mantle:CreateAgentSession',
  'bedrock-mantle:CreateAgentSessionEvent',
  'bedrock-mantle:CreateInference',
  'iam:PassRole',
];

/* ---------------------------------------------------------------- the wildcard table */

const VPC_FUNCTION =
  "Lambda checks this form when it makes a function in a VPC, a narrower one is not documented; denied to the function's own code";
const LOG_DELIVERY = 'log delivery has no resource-level form (Step Functions developer guide, cw-logs.html)';

/**
 * The only actions for which `Resource: "*"` is rendered, each with the reason. According to the service authorization
 * reference, none of them requires a resource type.
 */
export const RESOURCELESS_ACTIONS: Readonly<Record<string, string>> = {
  'ecr:GetAuthorizationToken': 'returns a registry login; the pull itself is limited to one repository',
  'cloudtrail:LookupEvents': 'the event history belongs to the account and Region as a whole',
  'cloudwatch:DescribeAlarms':
    'composite alarms are shown only to roles that may see every alarm; granted only where one is named',
  'cloudwatch:GetMetricData': 'metrics have no ARN; the one resource type (dataset) is optional',
  'logs:StopQuery': 'ends a query by its unguessable id and reads nothing',
  'ssm:CreateOpsItem': 'the OpsItem does not exist yet; limited by the tag that it must be made with',
  'sts:GetServiceBearerToken': 'has no resource type; limited to CodeArtifact by the sts:AWSServiceName condition',
  'states:SendTaskSuccess': 'authorised by the unguessable task token, not by a state machine ARN',
  'ec2:AssignPrivateIpAddresses': VPC_FUNCTION,
  'ec2:CreateNetworkInterface': VPC_FUNCTION,
  'ec2:DeleteNetworkInterface': VPC_FUNCTION,
  'ec2:DescribeNetworkInterfaces': VPC_FUNCTION,
  'ec2:DescribeSubnets': VPC_FUNCTION,
  'ec2:UnassignPrivateIpAddresses': VPC_FUNCTION,
  'logs:CreateLogDelivery': LOG_DELIVERY,
  'logs:DeleteLogDelivery': LOG_DELIVERY,
  'logs:DescribeLogGroups': LOG_DELIVERY,
  'logs:DescribeResourcePolicies': LOG_DELIVERY,
  'logs:GetLogDelivery': LOG_DELIVERY,
  'logs:ListLogDeliveries': LOG_DELIVERY,
  'logs:PutResourcePolicy': LOG_DELIVERY,
  'logs:UpdateLogDelivery': LOG_DELIVERY,
  'xray:GetSamplingRules': 'tracing has no resource-level form',
  'xray:GetSamplingTargets': 'tracing has no resource-level form',
  'xray:PutTelemetryRecords': 'tracing has no resource-level form',
  'xray:PutTraceSegments': 'tracing has no resource-level form',
};
