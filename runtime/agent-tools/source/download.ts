import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { tooLarge } from './workspace';

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Account of the bucket: S3 refuses the call if another account owns the bucket. */
  readonly bucketOwner: string;
}

/** Writes an object to a new file, up to a maximum size. Returns the number of bytes. */
export async function download(
  s3: S3Client,
  object: StoredObject,
  file: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<number> {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: object.bucket, Key: object.key, ExpectedBucketOwner: object.bucketOwner }),
    { abortSignal: signal },
  );
  let bytes = 0;
  await pipeline(
    Body as Readable,
    async function* (parts: AsyncIterable<Buffer>) {
      for await (const part of parts) {
        bytes += part.length;
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        yield part;
      }
    },
    createWriteStream(file, { flags: 'wx' }),
    { signal },
  );
  return bytes;
}
