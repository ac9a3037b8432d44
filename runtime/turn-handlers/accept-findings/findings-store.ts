import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type FindingsReceipt, stateKey } from '../../../lib/contracts/audit';
import { TransientStepError } from '../turn/failures';
import type { FindingsState } from './baseline';

/** The findings bucket. Every write has a condition, so that two audits of a repository never mix. */
export class FindingsStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** The state of a repository with its version; undefined before its first accepted audit. */
  async state(repository: string): Promise<{ readonly state: FindingsState; readonly etag: string } | undefined> {
    try {
      const { Body, ETag } = await orTransient(
        this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: stateKey(repository) })),
      );
      const state = JSON.parse(await Body!.transformToString()) as FindingsState;
      if (state.format !== 'cdk-bedrock-managed-agents/findings-state/1')
        throw new Error('unknown format of the state');
      return { state, etag: ETag! };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** @returns false when another audit was accepted meanwhile */
  async replaceState(state: FindingsState, etag: string | undefined): Promise<boolean> {
    return await this.put(
      stateKey(state.repository),
      JSON.stringify(state),
      'application/json',
      etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag },
    );
  }

  /** The turn that stored the log of a night, and its receipt. */
  async accepted(key: string): Promise<{ readonly turn?: string; readonly receipt: FindingsReceipt } | undefined> {
    try {
      const { Metadata = {} } = await orTransient(
        this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key })),
      );
      const count = (name: string) => Number(Metadata[name] ?? 0);
      return {
        turn: Metadata['turn'],
        receipt: {
          new: count('new'),
          known: count('known'),
          fixed: count('fixed'),
          ...(count('accepted') > 0 ? { accepted: count('accepted') } : {}),
          ...(count('set-aside') > 0 ? { setAside: count('set-aside') } : {}),
          key,
        },
      };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** @returns false when the night has a log already */
  async storeLog(log: object, turn: string, receipt: FindingsReceipt): Promise<boolean> {
    const { key, setAside, ...counts } = receipt;
    return await this.put(key, JSON.stringify(log), 'application/sarif+json', {
      IfNoneMatch: '*',
      Metadata: {
        turn,
        ...(setAside === undefined ? {} : { 'set-aside': String(setAside) }),
        ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
      },
    });
  }

  private async put(key: string, content: string, contentType: string, more: object): Promise<boolean> {
    const body = new TextEncoder().encode(content);
    try {
      await orTransient(
        this.client.send(
          new PutObjectCommand({
            Bucket: this.bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            // A bucket with a default object lock takes no upload without a checksum.
            ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
            ...more,
          }),
        ),
      );
      return true;
    } catch (error) {
      // 409: another write of the same key is running.
      if ([409, 412].includes(statusOf(error) ?? 0)) return false;
      throw error;
    }
  }
}

/** After the attempts of the S3 client, the state machine retries, so that the findings of a night aren't lost. */
async function orTransient<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if ((statusOf(error) ?? 500) >= 500) throw new TransientStepError(`Amazon S3: ${(error as Error).name}`);
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
