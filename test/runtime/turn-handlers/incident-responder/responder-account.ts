/** An account on this machine for the two functions of an incident responder: real bundles, real SDK clients. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { incidentLedgerKey } from '../../../../lib/contracts/incident';
import type { DeliverTurnAnswer, PreparedTurn, StageTurnAnswer } from '../../../../lib/contracts/step';
import { FunctionHost } from '../../../../local/cloud/function-host';
import { LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import type { IncidentRecord } from '../../../../runtime/turn-handlers/incident/incident-record';
import { RecordedAws } from '../../../../local/stand-ins/recorded-aws';

const HANDLERS = path.resolve(__dirname, '../../../../assets/handlers');
const TABLE = 'ledger';

/** The part of S3 that reports need: a conditional write doesn't overwrite an existing object. */
class Objects {
  readonly stored = new Map<string, string>();
  writes = 0;
  readonly server = new LoopbackServer(({ method, url, headers, body }) => {
    const key = url.pathname;
    const isWrite = method === 'PUT';
    const refused = isWrite && headers['if-none-match'] === '*' && this.stored.has(key);
    if (isWrite) this.writes++;
    if (isWrite && !refused) this.stored.set(key, body.toString());
    return {
      status: refused ? 412 : 200,
      headers: { 'content-type': 'application/xml' },
      body: refused ? '<Error><Code>PreconditionFailed</Code></Error>' : (this.stored.get(key) ?? ''),
    };
  });
}

export class ResponderAccount {
  static async start(variables: Record<string, string> = {}): Promise<ResponderAccount> {
    const dynamo = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
    const objects = new Objects();
    await objects.server.start();
    const aws = await new RecordedAws().start();
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'TESTACCESSKEYID00001',
      AWS_SECRET_ACCESS_KEY: 'secret-of-this-test',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_S3: objects.server.url,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
      BMA_S3_PATH_STYLE: 'true',
      BMA_LEDGER_TABLE: TABLE,
      BMA_EVIDENCE_BUCKET: 'evidence',
      BMA_SERVICE_NAME: 'checkout',
      BMA_ALARMS: JSON.stringify(['CheckoutErrors', 'CheckoutThrottles']),
      BMA_MAX_TURNS: '4',
      BMA_INCIDENT_WINDOW_SECONDS: '86400',
      BMA_COOL_DOWN_SECONDS: '0',
      BMA_REOPEN_SECONDS: '0',
      BMA_REPORT_BUCKET: 'reports',
      BMA_WAITS: 'alarm,timer',
      BMA_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:on-call',
      BMA_OPS_ITEM: JSON.stringify({ severity: '2', category: 'Availability', tag: 'responder' }),
      BMA_TIMER: JSON.stringify({
        group: 'timers',
        roleArn: 'arn:aws:iam::111122223333:role/timers',
        eventBusArn: 'arn:aws:events:us-east-1:111122223333:event-bus/turns',
        deadLetterArn: 'arn:aws:sqs:us-east-1:111122223333:dead',
        keyArn: 'arn:aws:kms:us-east-1:111122223333:key/k',
        afterMinutes: 20,
        most: 1,
      }),
      ...variables,
    };
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB,
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    });
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const host = (name: string) => new FunctionHost({ directory: HANDLERS, handler: `${name}.handler`, environment });
    return new ResponderAccount(aws, objects, client, dynamo, host('stage-incident'), host('publish-report'));
  }

  private constructor(
    readonly aws: RecordedAws,
    private readonly s3: Objects,
    private readonly dynamo: DynamoDBClient,
    private readonly dynalite: Server,
    private readonly staging: FunctionHost,
    private readonly delivery: FunctionHost,
  ) {}

  /** Resets the account. */
  async reset(): Promise<void> {
    this.s3.stored.clear();
    await this.dynamo.send(new DeleteItemCommand({ TableName: TABLE, Key: KEY }));
  }

  stage(turn: PreparedTurn, prompt = 'The event.'): Promise<StageTurnAnswer> {
    return this.staging.invoke({ turn, prompt: [{ text: prompt }] }) as Promise<StageTurnAnswer>;
  }

  deliver(turn: PreparedTurn, answer: unknown): Promise<DeliverTurnAnswer> {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return this.delivery.invoke({
      turn,
      output: [{ text }],
      evidence: { bucket: 'evidence', manifestKey: `turns/${turn.name}/manifest.json`, manifestSha256: 'a'.repeat(64) },
    }) as Promise<DeliverTurnAnswer>;
  }

  /** Objects of the report bucket by key. */
  get reports(): Record<string, string> {
    return Object.fromEntries([...this.s3.stored].map(([key, body]) => [key.replace('/reports/', ''), body]));
  }

  get writes(): number {
    return this.s3.writes;
  }

  async record(): Promise<IncidentRecord> {
    const { Item } = await this.dynamo.send(new GetItemCommand({ TableName: TABLE, Key: KEY }));
    return JSON.parse(Item!.incidentJson.S!) as IncidentRecord;
  }

  async changeRecord(change: (record: IncidentRecord) => IncidentRecord): Promise<void> {
    await this.dynamo.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: KEY,
        UpdateExpression: 'SET incidentJson = :record',
        ExpressionAttributeValues: { ':record': { S: JSON.stringify(change(await this.record())) } },
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.staging.crash(), this.delivery.crash()]);
    await this.aws.stop();
    await new Promise((resolve) => this.dynalite.close(resolve));
    await this.s3.server.close();
  }
}

const KEY = { pk: { S: incidentLedgerKey('checkout') } };
