import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Size, Stack } from 'aws-cdk-lib/core';
import { KEY_WRITE_ACTIONS, OUTPUT_PUBLISH_ACTIONS } from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requireInput, requirePattern } from '../../validation/input-error';
import { bundledServer, type BundledToolOptions, checkBytes, checkNames, checkOptions } from './bundled-server';
import { OutputOverwrite } from './output-overwrite';
import { OUTPUT_FILE_TYPES, OUTPUTS_VARIABLES as VARIABLES } from '../../contracts/tool';
import type { ToolHost, ToolParts } from './tool-host';

/** The location and the types of the files that an agent can publish. */
export interface OutputsToolOptions extends BundledToolOptions {
  /** The bucket. */
  readonly bucket: IBucket;

  /** The prefix below which this agent, and no other agent, publishes. Ends with a slash, for example `reviews/`. */
  readonly prefix: string;

  /**
   * File name extensions that may be published: csv, diff, gz, json, jsonl, log, md, patch, pdf, png, sarif, svg, txt,
   * xml, yaml, zip. Every file is searched for credentials first, including archives, but not the pixels of images.
   *
   * @default ['csv', 'diff', 'json', 'jsonl', 'log', 'md', 'patch', 'sarif', 'txt', 'xml', 'yaml']
   */
  readonly fileTypes?: string[];

  /**
   * Largest file, at most 100 MiB.
   *
   * @default Size.mebibytes(10)
   */
  readonly maxFileSize?: Size;

  /**
   * Whether an existing object may be replaced.
   *
   * @default OutputOverwrite.NEVER
   */
  readonly overwrite?: OutputOverwrite;
}

const WHERE = 'AgentTool.outputs';
const DEFAULT_FILE_TYPES = ['csv', 'diff', 'json', 'jsonl', 'log', 'md', 'patch', 'sarif', 'txt', 'xml', 'yaml'];
/** The server reads a file into memory; a Runtime session has 8 GB for everything. */
const MAX_FILE = Size.mebibytes(100);

export function checkOutputs(props: OutputsToolOptions): void {
  checkOptions(WHERE, props);
  requirePattern(
    WHERE,
    'prefix',
    props.prefix,
    /^(?=.{2,512}$)([A-Za-z0-9_][A-Za-z0-9_.=-]*\/)+$/,
    "parts that begin with a letter, digit or '_', each followed by a slash",
    "pass for example 'reviews/'",
  );
  const types = props.fileTypes ?? DEFAULT_FILE_TYPES;
  const known = Object.keys(OUTPUT_FILE_TYPES);
  checkNames(WHERE, 'fileTypes', types, new RegExp(`^(${known.join('|')})$`), `some of ${known.join(', ')}`);
  requireInput(types.length > 0, WHERE, {
    input: 'fileTypes',
    value: types,
    allowed: 'at least one file type',
    fix: 'leave it out for the usual ones',
  });
  checkBytes(WHERE, 'maxFileSize', props.maxFileSize ?? Size.mebibytes(10), MAX_FILE.toBytes());
}

export function outputsTool(props: OutputsToolOptions, host: ToolHost): ToolParts {
  const { bucket, prefix, overwrite = OutputOverwrite.NEVER } = props;
  const objects = bucket.arnForObjects(`${prefix}*`);
  const stack = Stack.of(host.scope);
  const statements = [
    new PolicyStatement({
      sid: 'PublishOutputs',
      actions: OUTPUT_PUBLISH_ACTIONS,
      resources: [objects],
      // A write without the header If-None-Match would replace an existing object; S3 checks the header together with
      // the write. Source of this form: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
      conditions: overwrite === OutputOverwrite.NEVER ? { Null: { 's3:if-none-match': 'false' } } : undefined,
    }),
  ];
  if (bucket.encryptionKey) {
    statements.push(
      new PolicyStatement({
        sid: 'EncryptOutputs',
        actions: KEY_WRITE_ACTIONS,
        resources: [bucket.encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` } },
      }),
    );
  }
  const variables = {
    [VARIABLES.bucket]: bucket.bucketName,
    [VARIABLES.prefix]: prefix,
    [VARIABLES.bucketOwner]: bucket.env.account,
    [VARIABLES.fileTypes]: (props.fileTypes ?? DEFAULT_FILE_TYPES).join(','),
    [VARIABLES.maxFileBytes]: String((props.maxFileSize ?? Size.mebibytes(10)).toBytes()),
    [VARIABLES.overwrite]: overwrite.value,
  };
  const server = { name: 'outputs', variables, args: [host.workspaceDirectory], tools: ['publish_file'] };
  return {
    definition: bundledServer(host, server, props),
    executionStatements: statements,
    services: [AgentNetworkService.S3],
    wildcards: new Map([[objects, 'The agent names its files; the prefix is its own.']]),
  };
}
