/** Texts and evidence in S3. Encryption is the bucket's default, so no key is named here. */
import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { TextPart } from '../../../lib/contracts/turn';
import { repeatable } from './aws-errors';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export class TextStore {
  constructor(
    /** For operations that only one step needs. */
    readonly client: S3Client,
    readonly bucket: string,
  ) {}

  async read(at: { readonly bucket: string; readonly key: string }): Promise<Uint8Array> {
    return await repeatable('S3 GetObject', async () => {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: at.bucket, Key: at.key }));
      if (!Body) throw new Error(`The object ${at.key} has no content`);
      // Inside the try block, because the connection can also break in the middle of the content.
      return await Body.transformToByteArray();
    });
  }

  /** The text of all parts. */
  async text(parts: readonly TextPart[]): Promise<string> {
    const texts = await Promise.all(
      parts.map(async ({ text, s3 }) => text ?? (s3 ? new TextDecoder().decode(await this.read(s3)) : '')),
    );
    return texts.join('');
  }

  /** S3 refuses an object with another hash. */
  async write(key: string, content: string, contentType: string): Promise<StoredObject> {
    const body = new TextEncoder().encode(content);
    const hash = createHash('sha256').update(body).digest();
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      ContentType: contentType,
      ChecksumSHA256: hash.toString('base64'),
    });
    await repeatable('S3 PutObject', () => this.client.send(command));
    return { key, bytes: body.byteLength, sha256: hash.toString('hex') };
  }
}
