/** What surrounds the workflow, on this machine: tables, buckets, functions, a guardrail and buses that record. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import dynalite from 'dynalite';
import S3rver from 's3rver';
import { DUMMY_ACCOUNT } from 's3rver/lib/models/account';
import type { LocalService } from '../../../local';
import { REGION } from '../../iam/synthesized-account';
import { FunctionHost } from './function-host';
import type { Deployed } from './scenario-stack';
import { statesEndpoint } from './states-endpoint';

export interface BusEvent {
  readonly DetailType: string;
  readonly Source: string;
  readonly Detail: Record<string, any>;
}

const HANDLERS = path.resolve(__dirname, '../../../assets/handlers');

/** One per test file: the bundles read their environment when they are loaded. */
export class LocalCloud {
  static async start(
    deployed: Deployed,
    service: LocalService,
    variables: Record<string, string> = {},
  ): Promise<LocalCloud> {
    const dynamo = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
    const directory = mkdtempSync(path.join(tmpdir(), 'bma-s3-'));
    DUMMY_ACCOUNT.createKeyPair(service.credentials.accessKeyId, service.credentials.secretAccessKey);
    const { bucket, definitionFile } = deployed;
    const s3server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [{ name: bucket }, { name: definitionFile.bucket }],
    });
    const { port } = await s3server.run();
    const states = await statesEndpoint({
      startExecution: (name, input) => cloud.startExecution(name, input),
      sendTaskSuccess: (token, output) => {
        const answer = cloud.tokens.get(token);
        cloud.tokens.delete(token);
        answer?.(output);
        return answer !== undefined;
      },
    });
    const environment = {
      AWS_ENDPOINT_URL_SFN: states.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: service.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: service.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: service.credentials.sessionToken,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      S3_PATH_STYLE: 'true',
      MANAGED_AGENTS_ENDPOINT: service.url,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    Object.assign(process.env, environment);
    const host = new FunctionHost(
      Object.assign(
        environment,
        ...Object.values(deployed.functions).map((each) => each.environment),
        { LISTEN_SECONDS: '2', SETTLE_SECONDS: '1' },
        variables,
      ) as Record<string, string>,
    );
    const cloud: LocalCloud = new LocalCloud(deployed, host, async () => {
      await host.crash();
      await new Promise((resolve) => states.server.close(resolve));
      await new Promise((resolve) => dynamo.close(resolve));
      await s3server.close();
      rmSync(directory, { recursive: true, force: true });
    });
    const table = deployed.table.properties;
    await cloud.dynamo.send(
      new CreateTableCommand({
        TableName: deployed.table.name,
        AttributeDefinitions: table.AttributeDefinitions,
        KeySchema: table.KeySchema,
        BillingMode: table.BillingMode,
        GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
      }),
    );
    await cloud.s3.send(
      new PutObjectCommand({ Bucket: definitionFile.bucket, Key: definitionFile.key, Body: definitionFile.bytes }),
    );
    return cloud;
  }

  readonly events: BusEvent[] = [];
  /** Tasks that threw, retried or not. */
  readonly failures: { readonly state: string; readonly error: Error }[] = [];
  readonly screened: { readonly source: string; readonly text: string }[] = [];
  /** Task tokens that wait, as Step Functions keeps them. */
  readonly tokens = new Map<string, (output: unknown) => void>();
  readonly dynamo = new DynamoDBClient({});
  readonly s3 = new S3Client({ forcePathStyle: true });
  /** What the guardrail finds in a text. */
  guardrail: (source: string, text: string) => 'NONE' | 'BLOCKED' | 'MASKED' = () => 'NONE';
  /** Starts an execution, or says that the name is taken. */
  startExecution: (name: string, input: unknown) => boolean = () => false;
  /** Called before every task, and after it was done; throw to inject a fault. */
  beforeTask: (state: string) => void = () => undefined;
  afterTask: (state: string) => void = () => undefined;

  private constructor(
    readonly deployed: Deployed,
    readonly host: FunctionHost,
    readonly close: () => Promise<void>,
  ) {}

  /** Invokes the real bundle of a function. What it throws comes back as Step Functions would name it. */
  invoke(name: string, payload: unknown): Promise<unknown> {
    return this.host.invoke(path.join(HANDLERS, name), payload);
  }

  /** One task of a state machine: the call that its resource names. */
  async task(state: string, resource: string, parameters: any): Promise<unknown> {
    try {
      this.beforeTask(state);
      const result = await this.call(resource, parameters);
      this.afterTask(state);
      return result;
    } catch (error) {
      this.failures.push({ state, error: error as Error });
      throw error;
    }
  }

  private async call(resource: string, parameters: any): Promise<unknown> {
    const service = resource.split(':states:::')[1];
    switch (service) {
      case 'lambda:invoke': {
        const name = Object.entries(this.deployed.functions).find(
          ([, each]) => each.arn === parameters.FunctionName,
        )![0];
        return { Payload: await this.invoke(name, parameters.Payload), StatusCode: 200 };
      }
      case 'dynamodb:updateItem':
        return await named('DynamoDB', this.dynamo.send(new UpdateItemCommand(attributes(parameters))));
      case 'dynamodb:getItem': {
        const { Item } = await this.dynamo.send(new GetItemCommand(parameters));
        return { Item };
      }
      case 'aws-sdk:dynamodb:updateItem.waitForTaskToken': {
        const token = parameters.ExpressionAttributeValues[':token'].S as string;
        const answered = new Promise((resolve) => this.tokens.set(token, resolve));
        await this.dynamo.send(new UpdateItemCommand(parameters));
        return await answered;
      }
      case 'aws-sdk:s3:getObject': {
        const { Body } = await this.s3.send(new GetObjectCommand(parameters));
        return { Body: await Body!.transformToString() };
      }
      case 'aws-sdk:s3:putObject': {
        const { Bucket, Key, Body, ContentType } = parameters;
        await this.s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(Body), ContentType }));
        return {};
      }
      case 'aws-sdk:ssm:getParameter':
        return { Parameter: { Value: this.deployed.binding } };
      case 'aws-sdk:bedrockruntime:applyGuardrail':
        return this.applyGuardrail(parameters.Source, parameters.Content[0].Text.Text);
      case 'events:putEvents':
        this.events.push(...copy(parameters.Entries));
        return { FailedEntryCount: 0 };
      default:
        throw new Error(`no stand-in for ${resource}`);
    }
  }

  private applyGuardrail(source: string, text: string): unknown {
    this.screened.push({ source, text });
    const found = this.guardrail(source, text);
    if (found === 'NONE') return { Action: 'NONE', Assessments: [{}], Outputs: [] };
    return {
      Action: 'GUARDRAIL_INTERVENED',
      Outputs: [{ Text: found === 'MASKED' ? text.replace(/\S+@\S+/g, '{EMAIL}') : 'This was stopped.' }],
      Assessments: [
        found === 'MASKED'
          ? { SensitiveInformationPolicy: { PiiEntities: [{ Type: 'EMAIL', Match: 'a@b.c', Action: 'ANONYMIZED' }] } }
          : { ContentPolicy: { Filters: [{ Type: 'PROMPT_ATTACK', Confidence: 'HIGH', Action: 'BLOCKED' }] } },
      ],
    };
  }

  outcomes(turn?: string): BusEvent[] {
    return this.events.filter(
      ({ DetailType, Detail }) =>
        Detail.outcome !== undefined &&
        DetailType === `Managed Agent Turn ${Detail.outcome}` &&
        (turn === undefined || Detail.turn.name === turn),
    );
  }

  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.deployed.bucket, Key: key }));
    return await Body!.transformToString();
  }

  async keys(prefix: string): Promise<string[]> {
    const { Contents } = await this.s3.send(new ListObjectsV2Command({ Bucket: this.deployed.bucket, Prefix: prefix }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  async item(pk: string): Promise<Record<string, AttributeValue> | undefined> {
    const { Item } = await this.dynamo.send(
      new GetItemCommand({ TableName: this.deployed.table.name, Key: { pk: { S: pk } } }),
    );
    return Item;
  }

  async slotHolders(): Promise<string[]> {
    return (await this.item('slots'))?.holders?.SS ?? [];
  }
}

const copy = (value: any) => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

/** The SDK for JavaScript takes booleans and lists as Step Functions hands them over. */
const attributes = (parameters: any) => copy(parameters);

/** Step Functions puts the service in front of the error. */
async function named(service: string, call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    (error as Error).name = `${service}.${(error as Error).name}`;
    throw error;
  }
}
