/** The tables and buckets of the deployment, in a DynamoDB-compatible and an S3-compatible server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import dynalite from 'dynalite';
import S3rver from 's3rver';
import { DUMMY_ACCOUNT } from 's3rver/lib/models/account';
import type { Credentials } from '../auth/principals';
import type { Deployment } from './deployment';

export class Stores {
  /** Creates every table and bucket, and publishes the file assets. */
  public static async start(deployment: Deployment, credentials: Credentials): Promise<Stores> {
    // The SDK warns about old versions of Node once per process, which would interrupt a transcript.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const database = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
    const directory = mkdtempSync(path.join(tmpdir(), 'bma-s3-'));
    const files = deployment.assets.filter(({ packaging }) => packaging === 'file');
    const buckets = new Set([
      ...deployment.all('AWS::S3::Bucket').map(({ ref }) => ref),
      ...files.map(({ bucket }) => bucket),
    ]);
    const objects = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [...buckets].map((name) => ({ name })),
    });
    const { port } = await objects.run();
    const close = async () => {
      await new Promise((resolve) => database.close(resolve));
      await objects.close();
      rmSync(directory, { recursive: true, force: true });
    };
    const stores = new Stores(
      `http://127.0.0.1:${(database.address() as AddressInfo).port}`,
      `http://127.0.0.1:${port}`,
      deployment.place.region,
      credentials,
      close,
    );
    for (const { ref, properties } of deployment.all('AWS::DynamoDB::Table')) await stores.makeTable(ref, properties);
    for (const { bucket, key, path: file } of files) {
      await stores.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(file) }));
    }
    return stores;
  }

  /** Allows a key to sign requests to the buckets. */
  public static admit({ accessKeyId, secretAccessKey }: Credentials): void {
    DUMMY_ACCOUNT.createKeyPair(accessKeyId, secretAccessKey);
  }

  public readonly dynamo: DynamoDBClient;
  public readonly s3: S3Client;

  private constructor(
    public readonly dynamoUrl: string,
    public readonly s3Url: string,
    region: string,
    credentials: Credentials,
    public readonly close: () => Promise<void>,
  ) {
    Stores.admit(credentials);
    this.dynamo = new DynamoDBClient({ region, credentials, endpoint: dynamoUrl });
    this.s3 = new S3Client({ region, credentials, endpoint: s3Url, forcePathStyle: true });
  }

  /** An object as text. */
  public async text(bucket: string, key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body!.transformToString();
  }

  /** Keys of a bucket below a prefix, in order. */
  public async keys(bucket: string, prefix = ''): Promise<string[]> {
    const { Contents } = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** An item of a table with the partition key `pk`. */
  public async item(table: string, pk: string): Promise<Record<string, AttributeValue> | undefined> {
    const { Item } = await this.dynamo.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }));
    return Item;
  }

  private async makeTable(name: string, properties: Readonly<Record<string, unknown>>): Promise<void> {
    const { AttributeDefinitions, KeySchema, BillingMode, ProvisionedThroughput } = properties;
    const { GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties;
    await this.dynamo.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions,
        KeySchema,
        BillingMode,
        ProvisionedThroughput,
        GlobalSecondaryIndexes,
        LocalSecondaryIndexes,
      } as CreateTableCommandInput),
    );
  }
}
