/**
 * The contract between the tools of an agent (lib/) and their MCP servers in the image (runtime/agent-tools): the path
 * of each server, and the variables that set its scope. The scope is set at synth and never by tool input.
 *
 * Pure data without imports, so that runtime/ may bundle it. Lists are separated by commas, which none of the names
 * below may contain.
 */

/** The directory of the servers in the image. */
export const TOOL_DIRECTORY = '/opt/agent/mcp';

/** Variables of every server. */
export const SERVER_VARIABLES = {
  deadlineSeconds: 'BMA_TOOL_DEADLINE_SECONDS',
} as const;

/** Variables of the `cloudwatch` server. */
export const CLOUDWATCH_VARIABLES = {
  logGroups: 'BMA_LOG_GROUPS',
  metricNamespaces: 'BMA_METRIC_NAMESPACES',
  alarms: 'BMA_ALARMS',
  maxTimeRangeSeconds: 'BMA_MAX_TIME_RANGE_SECONDS',
  maxScannedBytes: 'BMA_MAX_SCANNED_BYTES',
  maxResults: 'BMA_MAX_RESULTS',
} as const;

/** Variables of the `deployments` server. */
export const DEPLOYMENTS_VARIABLES = {
  /** `application/group` each. */
  deploymentGroups: 'BMA_DEPLOYMENT_GROUPS',
  stacks: 'BMA_STACKS',
  /** `cluster/service` each. */
  services: 'BMA_ECS_SERVICES',
  functions: 'BMA_FUNCTIONS',
  versionedFunctions: 'BMA_VERSIONED_FUNCTIONS',
  /** Event sources of CloudTrail, for example `lambda.amazonaws.com`. */
  eventSources: 'BMA_EVENT_SOURCES',
  maxTimeRangeSeconds: 'BMA_MAX_TIME_RANGE_SECONDS',
} as const;

/** Variables of the `knowledge-base` server. */
export const KNOWLEDGE_BASE_VARIABLES = {
  knowledgeBaseId: 'BMA_KNOWLEDGE_BASE_ID',
  maxResults: 'BMA_MAX_RESULTS',
} as const;

/** Variables of the `outputs` server, whose one argument is the workspace. */
export const OUTPUTS_VARIABLES = {
  bucket: 'BMA_OUTPUT_BUCKET',
  /** Empty, or ends with a slash. */
  prefix: 'BMA_OUTPUT_PREFIX',
  bucketOwner: 'BMA_OUTPUT_BUCKET_OWNER',
  /** File name extensions without the dot. */
  fileTypes: 'BMA_OUTPUT_FILE_TYPES',
  maxFileBytes: 'BMA_OUTPUT_MAX_FILE_BYTES',
  /** `never`, or `when-asked`. */
  overwrite: 'BMA_OUTPUT_OVERWRITE',
} as const;

/** Variables of the `source` server, whose one argument is the workspace. */
export const SOURCE_VARIABLES = {
  /** `code-commit/NAME`, `bundle/NAME/ACCOUNT/BUCKET/KEY`, or `github/OWNER/NAME` each. */
  repositories: 'BMA_SOURCE_REPOSITORIES',
  stagedBucket: 'BMA_SOURCE_STAGED_BUCKET',
  /** Ends in a slash. */
  stagedPrefix: 'BMA_SOURCE_STAGED_PREFIX',
  stagedBucketOwner: 'BMA_SOURCE_STAGED_BUCKET_OWNER',
  /** `code-artifact/DOMAIN/OWNER/REPOSITORY/FORMAT` each. */
  registries: 'BMA_SOURCE_REGISTRIES',
  maxBytes: 'BMA_SOURCE_MAX_BYTES',
  /** Base URL instead of CodeCommit's, for local runs: https, or http on loopback. The construct does not set it. */
  codeCommitUrl: 'AWS_ENDPOINT_URL_GIT_CODECOMMIT',
  /**
   * Base URL instead of https://github.com, for local runs: https, or http on loopback. The construct does not set it.
   */
  gitHubUrl: 'BMA_SOURCE_GITHUB_URL',
} as const;

/** Name of the gzip-compressed tar archive that a staging function may write: the source of a change. */
export const STAGED_ARCHIVE = 'source.tar.gz';

/**
 * The directory in which the `source` server stores staged files: the object `<prefix><turn>/diff.patch` becomes the
 * file `staged/<turn>/diff.patch` of the workspace, and the archive is unpacked next to it.
 */
export const STAGED_WORKSPACE = {
  directory: 'staged',
  archive: STAGED_ARCHIVE,
  /** Directory that the archive is unpacked into. */
  unpacked: 'source',
} as const;

/** Directory of the workspace with the configuration of package managers. */
export const REGISTRY_DIRECTORY = '.registries';

/** File types of `outputs`, and how they are stored. Text must be UTF-8. */
export const OUTPUT_FILE_TYPES: Readonly<Record<string, { readonly contentType: string; readonly text: boolean }>> = {
  csv: { contentType: 'text/csv; charset=utf-8', text: true },
  diff: { contentType: 'text/x-diff; charset=utf-8', text: true },
  gz: { contentType: 'application/gzip', text: false },
  json: { contentType: 'application/json', text: true },
  jsonl: { contentType: 'application/x-ndjson', text: true },
  log: { contentType: 'text/plain; charset=utf-8', text: true },
  md: { contentType: 'text/markdown; charset=utf-8', text: true },
  patch: { contentType: 'text/x-diff; charset=utf-8', text: true },
  pdf: { contentType: 'application/pdf', text: false },
  png: { contentType: 'image/png', text: false },
  sarif: { contentType: 'application/sarif+json', text: true },
  svg: { contentType: 'image/svg+xml', text: true },
  txt: { contentType: 'text/plain; charset=utf-8', text: true },
  xml: { contentType: 'application/xml', text: true },
  yaml: { contentType: 'application/yaml', text: true },
  zip: { contentType: 'application/zip', text: false },
};
