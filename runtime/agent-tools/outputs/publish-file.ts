import { createHash } from 'node:crypto';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { OUTPUT_FILE_TYPES } from '../../../lib/contracts/tool';
import { Refusal } from '../server/refusal';
import { requireNoSecret } from './require-no-secret';
import { readWorkspaceFile } from './workspace-file';

export interface Destination {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Account of the bucket: S3 refuses the call if another account owns the bucket. */
  readonly bucketOwner: string;
  readonly prefix: string;
}

export interface PublishRules {
  readonly workspace: string;
  readonly fileTypes: readonly string[];
  readonly maxFileBytes: number;
  readonly mayOverwrite: boolean;
}

/** Longest key of an object, in bytes of UTF-8. Source: the Amazon S3 user guide (object-keys.html). */
const MAX_KEY_BYTES = 1024;
const NAME_PART = /^[A-Za-z0-9_][A-Za-z0-9_. ()+=@-]{0,199}$/;

export async function publishFile(
  destination: Destination,
  rules: PublishRules,
  input: { readonly path: string; readonly name?: string; readonly overwrite: boolean },
  signal: AbortSignal,
): Promise<object> {
  if (input.overwrite && !rules.mayOverwrite) {
    throw new Refusal('This agent may not overwrite what it has published. Publish under another name.');
  }
  const name = checkedName(input.name ?? path.posix.normalize(input.path));
  const key = destination.prefix + name;
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new Refusal('The name is too long.');
  const type = checkedType(name, rules.fileTypes);
  // The object's name decides how programs treat it, so the file itself must have the same type.
  if (checkedType(input.path, rules.fileTypes) !== type) throw new Refusal('name must keep the file type of path.');

  const content = await readWorkspaceFile(rules.workspace, input.path, rules.maxFileBytes);
  // Once they are resolved, the search knows the credentials that come from the metadata service.
  await destination.s3.config.credentials();
  requireNoSecret(content, OUTPUT_FILE_TYPES[type].text);
  const sha256 = createHash('sha256').update(content);
  const digest = sha256.copy().digest('hex');
  try {
    const { VersionId } = await destination.s3.send(
      new PutObjectCommand({
        Bucket: destination.bucket,
        Key: key,
        Body: content,
        ContentType: OUTPUT_FILE_TYPES[type].contentType,
        ExpectedBucketOwner: destination.bucketOwner,
        // S3 compares it with the received content and stores it with the object.
        ChecksumSHA256: sha256.digest('base64'),
        Metadata: { sha256: digest },
        ...(input.overwrite ? {} : { IfNoneMatch: '*' }),
      }),
      { abortSignal: signal },
    );
    return { bucket: destination.bucket, key, bytes: content.length, sha256: digest, version_id: VersionId };
  } catch (error) {
    if (error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)) {
      throw new Refusal(
        `'${name}' was published before and stays as it is. ${rules.mayOverwrite ? 'Set overwrite to replace it' : 'Publish under another name'}.`,
      );
    }
    throw error;
  }
}

function checkedName(name: string): string {
  if (!name.split('/').every((part) => NAME_PART.test(part))) {
    throw new Refusal(
      "The name must consist of parts that begin with a letter, digit or '_', separated by single slashes. It cannot leave the agent's prefix.",
    );
  }
  return name;
}

function checkedType(name: string, allowed: readonly string[]): string {
  const type = path.posix.extname(name).slice(1).toLowerCase();
  if (!allowed.includes(type)) {
    throw new Refusal(`Files of type '${type.slice(0, 20)}' are not published. Allowed: ${allowed.join(', ')}.`);
  }
  return type;
}
