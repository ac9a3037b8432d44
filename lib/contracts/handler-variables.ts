/**
 * The environment variables of the Lambda functions: a construct sets them, the function's handler reads them, and
 * lib/, runtime/ and readers of templates use the names in this file. None contains a secret. The variables of the MCP
 * servers of the image are in `tool.ts`.
 */

/** Functions of a turn workflow, and steps that a blueprint adds to it. */
export const TURN_VARIABLES = {
  agentName: 'BMA_AGENT_NAME',
  /** Table of the records of turns, sessions and slots, and its index of sessions by the time of their deletion. */
  ledgerTable: 'BMA_LEDGER_TABLE',
  ledgerIndex: 'BMA_LEDGER_INDEX',
  evidenceBucket: 'BMA_EVIDENCE_BUCKET',
  guardrailArn: 'BMA_GUARDRAIL_ARN',
  guardrailVersion: 'BMA_GUARDRAIL_VERSION',
  /** The longest deadline that a request may ask for. */
  deadlineSeconds: 'BMA_DEADLINE_SECONDS',
  /** How long the record of a turn is kept. */
  recordSeconds: 'BMA_RECORD_SECONDS',
  sessionRetentionSeconds: 'BMA_SESSION_RETENTION_SECONDS',
  /** Number of concurrent turns. */
  maxConcurrency: 'BMA_MAX_CONCURRENCY',
  /** How long a turn waits for a free slot. */
  slotSeconds: 'BMA_SLOT_SECONDS',
  /** Which turns need an approval. */
  approval: 'BMA_APPROVAL',
  /** The kind of decisions that the approve function records. Absent: decisions about turns. */
  approvalRecords: 'BMA_APPROVAL_RECORDS',
  /** How long the result of an ambiguous create, submit or cancel is searched. */
  settleSeconds: 'BMA_SETTLE_SECONDS',
  /** How long one poll of a turn reads its live events. */
  listenSeconds: 'BMA_LISTEN_SECONDS',
} as const;

/** Functions of the kill switch. */
export const KILL_VARIABLES = {
  sessionRoleArn: 'BMA_SESSION_ROLE_ARN',
  engageMachineArn: 'BMA_ENGAGE_MACHINE_ARN',
} as const;

/** Function of a budget. */
export const BUDGET_VARIABLES = {
  /** `BudgetSettings` as JSON. */
  settings: 'BMA_BUDGET',
} as const;

/** Starter of a trigger: values that are known only at deployment. */
export const STARTER_VARIABLES = {
  stateMachineArn: 'BMA_STATE_MACHINE_ARN',
  agentName: TURN_VARIABLES.agentName,
  /** JSON list of the texts that replace `{ binding: N }`. */
  bindings: 'BMA_BINDINGS',
  /** Bucket of prompts that are too large for the request. Absent when no event can make the prompt that large. */
  promptBucket: 'BMA_PROMPT_BUCKET',
} as const;

/** Webhook handler. */
export const WEBHOOK_VARIABLES = {
  secretArn: 'BMA_WEBHOOK_SECRET_ARN',
  eventBusName: 'BMA_EVENT_BUS_NAME',
  deadLetterQueueUrl: 'BMA_DEAD_LETTER_QUEUE_URL',
  replayWindowSeconds: 'BMA_REPLAY_WINDOW_SECONDS',
  maxBodyBytes: 'BMA_MAX_BODY_BYTES',
  /** JSON list of `WebhookSubscription`. Absent if the triggers aren't known. */
  subscriptions: 'BMA_SUBSCRIPTIONS',
} as const;

/** Staging, delivery and notes of the reviewer of pull requests. */
export const REVIEW_VARIABLES = {
  agentName: TURN_VARIABLES.agentName,
  /** Bucket of the staged material. */
  materialBucket: 'BMA_MATERIAL_BUCKET',
  /** JSON list of the repositories that may be reviewed: names on CodeCommit, `owner/name` on GitHub. */
  repositories: 'BMA_REPOSITORIES',
  /** Staging: `skip`, `read-only-review` or `run`. */
  forks: 'BMA_FORKS',
  /** Staging: the largest change, in files and in bytes of its lines. */
  maxChangedFiles: 'BMA_MAX_CHANGED_FILES',
  maxChangeBytes: 'BMA_MAX_CHANGE_BYTES',
  /** Staging: JSON of `ReviewPolicyDocument`. */
  policy: 'BMA_REVIEW_POLICY',
  /** GitHub: the secret with the token or the key of the app. */
  credentialsSecretArn: 'BMA_CREDENTIALS_SECRET_ARN',
  /** Delivery and notes: JSON of `GateSetting`. Absent: no gate. */
  gate: 'BMA_REVIEW_GATE',
  /** Notes: the first word of a comment that requests a review. Absent: none. */
  command: 'BMA_REVIEW_COMMAND',
  /** Delivery to CodeCommit: name of its own role, by which it recognizes its own comments. */
  ownRoleName: 'BMA_OWN_ROLE_NAME',
} as const;

/** Staging of an incident. */
export const STAGE_INCIDENT_VARIABLES = {
  ledgerTable: TURN_VARIABLES.ledgerTable,
  serviceName: 'BMA_SERVICE_NAME',
  /** JSON list of the names of the service's alarms. */
  alarms: 'BMA_ALARMS',
  /** Maximum number of turns of one incident. */
  maxTurns: 'BMA_MAX_TURNS',
  /** After this many seconds, an incident ends in any state. */
  windowSeconds: 'BMA_INCIDENT_WINDOW_SECONDS',
  /** A change of an alarm to the same state within this many seconds starts no turn. */
  coolDownSeconds: 'BMA_COOL_DOWN_SECONDS',
  /** An alarm that goes off within this many seconds after the conclusion opens the same incident again. */
  reopenSeconds: 'BMA_REOPEN_SECONDS',
  /** JSON of `QuietHoursSetting`. Absent: none. */
  quietHours: 'BMA_QUIET_HOURS',
  /** Topic for messages about alarms that start no turn. Absent: none. */
  topicArn: 'BMA_TOPIC_ARN',
} as const;

/** Delivery of an incident report. */
export const PUBLISH_REPORT_VARIABLES = {
  ledgerTable: TURN_VARIABLES.ledgerTable,
  evidenceBucket: TURN_VARIABLES.evidenceBucket,
  serviceName: STAGE_INCIDENT_VARIABLES.serviceName,
  reportBucket: 'BMA_REPORT_BUCKET',
  /** The events that a report may wait for, separated by commas. */
  waits: 'BMA_WAITS',
  topicArn: 'BMA_TOPIC_ARN',
  /** JSON of `OpsItemSetting`. Absent: no OpsItems. */
  opsItem: 'BMA_OPS_ITEM',
  /** JSON of `TimerSetting`. Absent: no timers. */
  timer: 'BMA_TIMER',
  /** JSON list of the runbooks that a report may propose. Absent: none. */
  runbooks: 'BMA_RUNBOOKS',
} as const;

/** Delivery of findings, and the summary of an audit. */
export const AUDIT_VARIABLES = {
  agentName: TURN_VARIABLES.agentName,
  evidenceBucket: TURN_VARIABLES.evidenceBucket,
  findingsBucket: 'BMA_FINDINGS_BUCKET',
  /** Summary: `new-findings` are imported to Security Hub, or `none`. */
  securityHub: 'BMA_SECURITY_HUB',
  /** Summary: the Region in the ARNs of findings. */
  partition: 'BMA_PARTITION',
  account: 'BMA_ACCOUNT',
} as const;

/** Local runs and tests: never set by a construct. */
export const LOCAL_VARIABLES = {
  /** The Managed Agents service. The client accepts only https, or http to this machine. */
  managedAgentsEndpoint: 'BMA_MANAGED_AGENTS_ENDPOINT',
  /** `true`: the bucket name is in the path, as local stores need it. */
  s3PathStyle: 'BMA_S3_PATH_STYLE',
  /** The GitHub API: http to this machine. */
  gitHubApiUrl: 'BMA_GITHUB_API_URL',
} as const;
