import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { TransientStepError } from '../turn/failures';

/** The bucket of reports. An existing object isn't changed: a report is written once. */
export class ReportObjects {
  constructor(
    private readonly client: S3Client,
    readonly bucket: string,
  ) {}

  /** @returns whether the object is new */
  async put(key: string, content: string, contentType: string): Promise<boolean> {
    const body = new TextEncoder().encode(content);
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          IfNoneMatch: '*',
          ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
        }),
      );
      return true;
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === 412) return false;
      // Another write of the same key is running: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
      if ($metadata?.httpStatusCode === 409) throw new TransientStepError(name);
      throw error;
    }
  }
}
