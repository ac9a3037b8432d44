/*
 * `bma approve` as it ships, against the approve function as it ships: the signature is verified, the ledger is a
 * DynamoDB stand-in, and a task token waits as it would in Step Functions.
 */
import { execFile } from 'node:child_process';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { PrincipalRegistry, type Credentials } from '../../local/auth/principals';
import { FunctionHost } from '../../local/cloud/function-host';
import { type Behaviour, failure, RecordedAws } from '../../local/stand-ins/recorded-aws';
import { functionUrl } from './function-url';

const ROOT = path.resolve(__dirname, '../..');
const REGION = 'eu-west-1';
const ALICE = 'arn:aws:sts::111122223333:assumed-role/Approver/alice';
const BOB = 'arn:aws:sts::111122223333:assumed-role/Approver/bob';
const MALLORY = 'arn:aws:sts::111122223333:assumed-role/Developer/mallory';
const NOBODY = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' };

const principals = new PrincipalRegistry('approve');
const tokens = new Map<string, unknown>();
const closing: (() => unknown)[] = [];
let dynamo: DynamoDBClient;
let url: string;

beforeAll(async () => {
  const table = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => table.listen(0, '127.0.0.1', resolve));
  const sendTaskSuccess: Behaviour = ({ input }) => {
    const { taskToken, output } = input as { taskToken: string; output: string };
    if (!tokens.has(taskToken) || tokens.get(taskToken) !== undefined) return failure('TaskTimedOut');
    tokens.set(taskToken, JSON.parse(output));
    return {};
  };
  const states = await new RecordedAws().start();
  states.answers({ SendTaskSuccess: sendTaskSuccess });
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'function',
    AWS_SECRET_ACCESS_KEY: 'function',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(table.address() as AddressInfo).port}`,
    AWS_ENDPOINT_URL_SFN: states.url,
    BMA_LEDGER_TABLE: 'Ledger',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  dynamo = new DynamoDBClient({
    region: REGION,
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await dynamo.send(
    new CreateTableCommand({
      TableName: 'Ledger',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const host = new FunctionHost({
    directory: path.join(ROOT, 'assets/handlers'),
    handler: 'approve-turn.handler',
    environment,
  });
  const approve = await functionUrl({
    principals,
    region: REGION,
    mayInvoke: (arn) => arn.includes('/Approver/'),
    invoke: (event) => host.invoke(event),
  });
  url = approve.url;
  const stop = (server: Server) => () => new Promise((resolve) => server.close(resolve));
  closing.push(
    stop(approve.server),
    () => states.stop(),
    stop(table),
    () => host.crash(),
    () => dynamo.destroy(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
});

let count = 0;
/** A turn that waits for a person. */
async function waiting(): Promise<string> {
  const turn = `turn-${++count}`;
  tokens.set(`token-of-${turn}`, undefined);
  await dynamo.send(
    new PutItemCommand({
      TableName: 'Ledger',
      Item: { pk: { S: `turn#${turn}` }, approvalToken: { S: `token-of-${turn}` } },
    }),
  );
  return turn;
}

const signedBy = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> => ({
  ...NOBODY,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {}),
});

/** Runs the program in a process of its own, with this environment only. */
function approve(as: string | Record<string, string>, ...args: string[]) {
  const env = typeof as === 'string' ? signedBy(principals.temporary(as)) : as;
  return new Promise<{ exit: unknown; out: string; error: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(ROOT, 'assets/bma/bma.js'), 'approve', '--region', REGION, '--url', url, ...args],
      { env },
      (problem, out, error) => resolve({ exit: problem?.code ?? 0, out, error }),
    );
  });
}

test('an approval reaches the waiting turn, and says who and what was recorded', async () => {
  const turn = await waiting();
  const result = await approve(ALICE, '--turn', turn, '--comment', 'looked at it');

  expect(result).toMatchObject({
    exit: 0,
    out: expect.stringMatching(new RegExp(`^Turn ${turn}: approved by ${ALICE} at \\d{4}-.*Z \\(“looked at it”\\)\n$`)),
    error: '',
  });
  expect(tokens.get(`token-of-${turn}`)).toMatchObject({ decision: 'approved', by: ALICE, comment: 'looked at it' });
  const { Item } = await dynamo.send(
    new GetItemCommand({ TableName: 'Ledger', Key: { pk: { S: `turn#${turn}` } }, ConsistentRead: true }),
  );
  expect(Item?.approvalToken).toBeUndefined();
});

test('--deny denies', async () => {
  const turn = await waiting();
  expect(await approve(BOB, '--turn', turn, '--deny')).toMatchObject({
    exit: 0,
    out: expect.stringContaining(`denied by ${BOB}`),
  });
  expect(tokens.get(`token-of-${turn}`)).toMatchObject({ decision: 'denied', by: BOB });
});

test('the first answer stands, and the second approver learns whose it was', async () => {
  const turn = await waiting();
  await approve(ALICE, '--turn', turn, '--comment', 'fine\u001b[2J');
  const second = await approve(BOB, '--turn', turn, '--deny');

  expect(second).toMatchObject({ exit: 6, out: '', error: expect.stringContaining(`approved by ${ALICE}`) });
  expect(second.error).not.toContain('\u001b');
  expect(tokens.get(`token-of-${turn}`)).toMatchObject({ decision: 'approved' });
});

test('a turn whose time to answer is over stays unapproved', async () => {
  const turn = await waiting();
  tokens.delete(`token-of-${turn}`);
  expect(await approve(ALICE, '--turn', turn)).toMatchObject({
    exit: 7,
    error: expect.stringContaining('is no longer pending'),
  });
});

test('a turn that does not exist is not found', async () => {
  expect(await approve(ALICE, '--turn', 'turn-of-another-agent')).toMatchObject({
    exit: 5,
    error: expect.stringContaining('No turn turn-of-another-agent is pending'),
  });
});

test.each<[string, () => Record<string, string>]>([
  ['without permission', () => signedBy(principals.temporary(MALLORY))],
  ['with the wrong secret', () => signedBy({ ...principals.temporary(ALICE), secretAccessKey: 'wrong' })],
  ['with an expired token', () => signedBy(principals.temporary(ALICE, Date.now() - 1000))],
])('a caller %s changes nothing', async (_who, environment) => {
  const turn = await waiting();
  const result = await approve(environment(), '--turn', turn);

  expect(result).toMatchObject({ exit: 4, out: '', error: expect.stringContaining('grants.approveTurns') });
  expect(tokens.get(`token-of-${turn}`)).toBeUndefined();
});

test('without credentials nothing is sent, and it says how to get some', async () => {
  expect(await approve(NOBODY, '--turn', await waiting())).toMatchObject({
    exit: 3,
    error: expect.stringContaining('aws sso login'),
  });
});

test('a URL that does not answer is unclear', async () => {
  expect(await approve(ALICE, '--turn', 'turn-1', '--url', 'http://127.0.0.1:1/')).toMatchObject({
    exit: 8,
    error: expect.stringContaining('ECONNREFUSED'),
  });
});

test.each([
  ['no turn', [], /--turn is missing\. Fix: add --turn <name>/],
  ['no name of a turn', ['--turn', 'a b'], /--turn is 'a b'/],
  ['a long comment', ['--turn', 'turn-1', '--comment', 'x'.repeat(501)], /501 characters. Allowed: 500/],
  ['an unencrypted URL', ['--turn', 'turn-1', '--url', 'http://example.com/'], /--url is 'http:\/\/example.com\/'/],
])('%s is wrong usage', async (_what, args, message) => {
  expect(await approve(ALICE, ...args)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(message) });
});
