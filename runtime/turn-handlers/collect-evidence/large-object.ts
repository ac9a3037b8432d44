/** One S3 object from content that arrives in parts. */
import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { repeatable } from '../turn/aws-errors';
import type { StoredObject, TextStore } from '../turn/text-store';

/** S3 accepts parts of at least 5 MiB, except the last, and at most 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

/**
 * S3 refuses every part with another hash, and creates the object only after all parts. The bucket's lifecycle removes
 * the parts of an incomplete upload.
 */
export async function writeLarge(
  { client, bucket }: Pick<TextStore, 'client' | 'bucket'>,
  key: string,
  content: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<StoredObject> {
  const target: Target = { Bucket: bucket, Key: key, ContentType: contentType };
  const whole = createHash('sha256');
  let bytes = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let upload: PartUpload | undefined;
  for await (const piece of content) {
    whole.update(piece);
    bytes += piece.byteLength;
    pending.push(piece);
    pendingBytes += piece.byteLength;
    if (pendingBytes < PART_BYTES) continue;
    upload ??= await PartUpload.begin(client, target);
    await upload.part(Buffer.concat(pending));
    [pending, pendingBytes] = [[], 0];
  }
  const rest = Buffer.concat(pending);
  if (!upload) {
    const command = new PutObjectCommand({ ...target, Body: rest, ChecksumSHA256: checksum(rest) });
    await repeatable('S3 PutObject', () => client.send(command));
  } else {
    if (rest.byteLength > 0) await upload.part(rest);
    await upload.complete();
  }
  return { key, bytes, sha256: whole.digest('hex') };
}

class PartUpload {
  static async begin(client: S3Client, target: Target): Promise<PartUpload> {
    const command = new CreateMultipartUploadCommand({
      ...target,
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
    });
    const { UploadId } = await repeatable('S3 CreateMultipartUpload', () => client.send(command));
    return new PartUpload(client, { Bucket: target.Bucket, Key: target.Key, UploadId });
  }

  readonly #parts: { readonly PartNumber: number; readonly ETag?: string; readonly ChecksumSHA256: string }[] = [];

  private constructor(
    private readonly client: S3Client,
    private readonly upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
  ) {}

  async part(body: Uint8Array): Promise<void> {
    const PartNumber = this.#parts.length + 1;
    const ChecksumSHA256 = checksum(body);
    const command = new UploadPartCommand({ ...this.upload, PartNumber, Body: body, ChecksumSHA256 });
    const { ETag } = await repeatable('S3 UploadPart', () => this.client.send(command));
    this.#parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }

  async complete(): Promise<void> {
    const command = new CompleteMultipartUploadCommand({ ...this.upload, MultipartUpload: { Parts: this.#parts } });
    await repeatable('S3 CompleteMultipartUpload', () => this.client.send(command));
  }
}

function checksum(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}
