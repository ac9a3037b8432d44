/** MCP server `outputs`: publishes files of the workspace below the agent's own prefix of one bucket. */
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/v4';
import { OUTPUT_FILE_TYPES, OUTPUTS_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { clientOptions } from '../server/aws';
import { serve, tool } from '../server/tool-server';
import { publishFile } from './publish-file';
import { SettingError } from '../server/settings';

/** Largest object of a single PutObject. Source: the Amazon S3 user guide (upload-objects.html). */
const FIVE_GB = 5 * 1024 ** 3;

void serve('outputs', (settings) => {
  const workspace = process.argv[2];
  if (!workspace?.startsWith('/')) throw new SettingError('the first argument', 'the absolute path of the workspace');
  const fileTypes = settings.list(VARIABLES.fileTypes);
  if (!fileTypes.every((type) => Object.hasOwn(OUTPUT_FILE_TYPES, type))) {
    throw new SettingError(VARIABLES.fileTypes, `of ${Object.keys(OUTPUT_FILE_TYPES).join(', ')}`);
  }
  const prefix = process.env[VARIABLES.prefix] ?? '';
  if (prefix !== '' && !prefix.endsWith('/')) throw new SettingError(VARIABLES.prefix, 'empty or end in a slash');
  const mayOverwrite = settings.oneOf(VARIABLES.overwrite, ['never', 'when-asked']) === 'when-asked';
  const maxFileBytes = settings.wholeNumber(VARIABLES.maxFileBytes, 1, FIVE_GB);
  const destination = {
    s3: new S3Client({
      ...clientOptions,
      // One request per file whose checksum is computed here anyway.
      requestChecksumCalculation: 'WHEN_REQUIRED',
    }),
    bucket: settings.text(VARIABLES.bucket),
    bucketOwner: settings.text(VARIABLES.bucketOwner),
    prefix,
  };
  return [
    tool({
      name: 'publish_file',
      description: `Publishes one file of the workspace, at most ${maxFileBytes} bytes, one of: ${fileTypes.join(', ')}. Answers with where it is and its SHA-256. Files that hold credentials are refused.`,
      input: z.strictObject({
        path: z.string().min(1).max(1024).describe('File, relative to the workspace'),
        name: z
          .string()
          .min(1)
          .max(512)
          .optional()
          .describe('Name to publish it under, may hold slashes. Default: path'),
        overwrite: z
          .boolean()
          .default(false)
          .describe(
            mayOverwrite ? 'Whether to replace what was published under this name' : 'Not permitted for this agent',
          ),
      }),
      annotations: { readOnlyHint: false, destructiveHint: mayOverwrite, idempotentHint: false, openWorldHint: false },
      run: (input, signal) =>
        publishFile(destination, { workspace, fileTypes, maxFileBytes, mayOverwrite }, input, signal),
    }),
  ];
});
