/** What turns cost, counted in a real table (dynalite) with the SDK's client; topic and state machine are a loopback server. */
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import dynalite from 'dynalite';
import type { BudgetSettings } from '../../../../lib/contracts/budget';
import { turnEventType } from '../../../../lib/contracts/turn';
import { LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import { Spending } from '../../../../runtime/turn-handlers/watch-budget/spending';
import { turnCost } from '../../../../runtime/turn-handlers/watch-budget/turn-cost';
import { watchBudget } from '../../../../runtime/turn-handlers/watch-budget/watch-budget';

type TurnEvent = Parameters<typeof watchBudget>[0];

const WORKFLOW = {
  agentName: 'reviewer',
  ledgerTable: 'ledger',
  prices: { input: 1, cachedInput: 0.1, output: 10 },
  maxTurnUsd: 2,
};
const settings: BudgetSettings = {
  name: 'Budget of reviewer',
  table: 'spending',
  workflows: [WORKFLOW],
  limitsUsd: { hour: 10, day: 25, month: 100 },
  steps: [
    { percent: 80, topicArn: 'arn:aws:sns:us-east-1:111122223333:people' },
    { percent: 100, refuse: true },
    { percent: 120, engageMachineArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:Engage' },
  ],
};

let tables: ReturnType<typeof dynalite>;
let dynamo: DynamoDBClient;
let clients: { topics: SNSClient; states: SFNClient };
let told: string[];
let engaged: number;
let failing: boolean;
let topicDown: boolean;
let table = 0;
let spending: Spending;
let now: Date;

/** Amazon SNS and Step Functions. */
const services = new LoopbackServer(({ headers, body }) => {
  const isTopic = headers['x-amz-target'] === undefined;
  const refuses = failing || (isTopic && topicDown);
  const status = refuses ? 400 : 200;
  if (!isTopic) {
    if (!refuses) engaged += 1;
    return { status, body: refuses ? { __type: 'AccessDeniedException' } : { executionArn: 'a', startDate: 1 } };
  }
  if (!refuses) told.push(new URLSearchParams(body.toString()).get('Message') ?? body.toString());
  const answer = '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>';
  return {
    status,
    body: refuses ? '<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>' : answer,
  };
});

beforeAll(async () => {
  tables = dynalite({ createTableMs: 0 });
  await Promise.all([services.start(), new Promise<void>((done) => tables.listen(0, '127.0.0.1', done))]);
  const common = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  dynamo = new DynamoDBClient({ ...common, endpoint: `http://127.0.0.1:${(tables.address() as AddressInfo).port}` });
  clients = {
    topics: new SNSClient({ ...common, endpoint: services.url, maxAttempts: 1 }),
    states: new SFNClient({ ...common, endpoint: services.url, maxAttempts: 1 }),
  };
});
afterAll(async () => {
  dynamo.destroy();
  await Promise.all([services.close(), new Promise((done) => tables.close(done))]);
});
beforeEach(async () => {
  jest.spyOn(console, 'log').mockImplementation();
  [told, engaged, failing, topicDown] = [[], 0, false, false];
  now = new Date('2026-11-28T03:10:00Z');
  table += 1;
  const create = async (TableName: string, ...keys: string[]) => {
    await dynamo.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    let status: string | undefined;
    while (status !== 'ACTIVE') {
      status = (await dynamo.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
    }
  };
  await create(`spending${table}`, 'pk', 'sk');
  await create(`ledger${table}`, 'pk');
  spending = new Spending(dynamo, `spending${table}`);
});

const parts = () => ({
  settings: { ...settings, workflows: [{ ...WORKFLOW, ledgerTable: `ledger${table}` }] },
  spending,
  dynamo,
  ...clients,
  now: () => now,
});

function event(subject: 'Started' | 'Completed' | 'Approval Requested', name: string): TurnEvent {
  const detail = {
    agentName: 'reviewer',
    turn: { name },
    ...(subject === 'Completed' ? { outcome: 'Completed' } : {}),
  };
  return { 'detail-type': turnEventType(subject), detail } as unknown as TurnEvent;
}

/** Writes the record of a turn that used so many US dollars, or whose stream was not reported. */
async function record(name: string, usd: number | undefined): Promise<void> {
  const terminal = JSON.stringify({ type: 'x', usage: { input_tokens: (usd ?? 0) * 1e6, output_tokens: 0 } });
  await dynamo.send(
    new PutItemCommand({
      TableName: `ledger${table}`,
      Item: {
        pk: { S: `turn#${name}` },
        state: { S: 'submitted' },
        ...(usd === undefined ? {} : { terminal: { S: terminal } }),
      },
    }),
  );
}

async function refusal(): Promise<string | undefined> {
  const { Item } = await dynamo.send(
    new GetItemCommand({ TableName: `ledger${table}`, Key: { pk: { S: 'budget' } }, ConsistentRead: true }),
  );
  return Item?.['until']?.S;
}

describe('the cost of one turn', () => {
  const sent = (usage: unknown) => ({ state: 'submitted' as const, terminal: JSON.stringify({ type: 'x', usage }) });

  test.each([
    ['reported', sent({ input_tokens: 1e6, output_tokens: 1e5 }), 2, 'reported'],
    [
      'cached input',
      sent({ input_tokens: 1e6, input_tokens_details: { cached_tokens: 1e6 }, output_tokens: 0 }),
      0.1,
      'reported',
    ],
    [
      'more cached than input',
      sent({ input_tokens: 10, input_tokens_details: { cached_tokens: 99 }, output_tokens: 0 }),
      1e-6,
      'reported',
    ],
    ['not reported', { state: 'submitted' as const }, 2, 'maximum'],
    ['a usage of another form', sent({ input_tokens: '7', output_tokens: 1 }), 2, 'maximum'],
    ['a negative usage', sent({ input_tokens: -7, output_tokens: 1 }), 2, 'maximum'],
    ['a null usage', sent(null), 2, 'maximum'],
    ['perhaps sent', { state: 'submitting' as const }, 2, 'maximum'],
    ['never sent', { state: 'registered' as const }, 0, 'nothing-sent'],
    ['no record', {}, 0, 'nothing-sent'],
    [
      'asked again, reported once',
      { ...sent({ input_tokens: 1e6, output_tokens: 0 }), requestState: 'submitted' as const },
      3,
      'maximum',
    ],
  ])('%s', (_, turn, usd, basis) => {
    const cost = turnCost(turn, WORKFLOW);
    expect(cost.basis).toBe(basis);
    expect(cost.usd).toBeCloseTo(usd, 6);
  });
});

test('a turn counts with its maximum until it is over, then with what it cost, however often events come', async () => {
  for (let i = 0; i < 3; i += 1) await watchBudget(event('Started', 'a'), parts());
  expect((await spending.spent(now)).hour).toEqual({ reported: 0, maximum: 0, running: 2 });
  await record('a', 0.5);
  for (let i = 0; i < 3; i += 1) await watchBudget(event('Completed', 'a'), parts());
  expect((await spending.spent(now)).hour).toEqual({ reported: 0.5, maximum: 0, running: 0 });
  // A start that comes late counts nothing.
  await watchBudget(event('Started', 'a'), parts());
  expect((await spending.spent(now)).month).toEqual({ reported: 0.5, maximum: 0, running: 0 });
});

test('an end that comes before its start, or without one, is counted once', async () => {
  await record('a', 1);
  await watchBudget(event('Completed', 'a'), parts());
  await watchBudget(event('Started', 'a'), parts());
  await watchBudget(event('Approval Requested', 'b'), parts());
  expect((await spending.spent(now)).hour).toEqual({ reported: 1, maximum: 0, running: 0 });
});

test('a turn belongs to the hour in which it started', async () => {
  await watchBudget(event('Started', 'a'), parts());
  now = new Date('2026-11-28T04:01:00Z');
  await record('a', 1);
  await watchBudget(event('Completed', 'a'), parts());
  const { hour, day } = await spending.spent(now);
  expect([hour.reported, day.reported]).toEqual([0, 1]);
  expect((await spending.spent(new Date('2026-11-28T03:59:00Z'))).hour).toEqual({
    reported: 1,
    maximum: 0,
    running: 0,
  });
});

test('an event that waited in the queue counts in the hour in which it was sent', async () => {
  const started = { ...event('Started', 'a'), time: '2026-11-28T03:10:00Z' };
  now = new Date('2026-11-28T05:30:00Z');
  await watchBudget(started, parts());
  expect((await spending.spent(now)).hour.running).toBe(0);
  expect((await spending.spent(now)).day.running).toBe(2);
  expect((await spending.spent(new Date('2026-11-28T03:59:00Z'))).hour.running).toBe(2);
});

test.each([['2026-11-28T04:01:00Z'], ['2026-11-29T00:01:00Z']])(
  'a start that is counted after the end, at %s, leaves no turn that runs for ever',
  async (later) => {
    await record('a', 1);
    now = new Date('2026-11-28T03:59:59Z');
    await watchBudget({ ...event('Completed', 'a'), time: '2026-11-28T03:59:58Z' }, parts());
    // Its first attempt failed, so it comes back from the queue.
    now = new Date(later);
    await watchBudget({ ...event('Started', 'a'), time: '2026-11-28T03:58:00Z' }, parts());
    expect((await spending.spent(now)).month).toEqual({ reported: 1, maximum: 0, running: 0 });
  },
);

test.each([['not a time'], [undefined], ['2027-01-01T00:00:00Z']])(
  'an event of the time %p counts now',
  async (time) => {
    await watchBudget({ ...event('Started', 'a'), time }, parts());
    expect((await spending.spent(now)).hour.running).toBe(2);
  },
);

test.each([1, 0.5])(
  'a loop ends before 1.2 of its limit when a share of %p of its streams is reported',
  async (reported) => {
    // Four at a time, each starts the next; a turn costs at most the maximum.
    let paid = 0;
    let started = 0;
    const running: string[] = [];
    const admit = async () => {
      const until = await refusal();
      if (until !== undefined && Date.parse(until) > now.getTime()) return;
      const name = `turn-${(started += 1)}`;
      running.push(name);
      await watchBudget(event('Started', name), parts());
    };
    for (let i = 0; i < 4; i += 1) await admit();
    while (running.length > 0 && started < 200) {
      const name = running.shift()!;
      const cost = 0.4;
      paid += cost;
      await record(name, started % 2 === 0 || reported === 1 ? cost : undefined);
      await watchBudget(event('Completed', name), parts());
      now = new Date(now.getTime() + 1_000);
      await admit();
      const { hour } = await spending.spent(now);
      expect(hour.reported + hour.maximum + hour.running).toBeGreaterThanOrEqual(0.95 * paid);
    }
    expect(started).toBeLessThan(200);
    expect(paid).toBeLessThan(1.2 * 10);
    expect(await refusal()).toBe('2026-11-28T04:00:00.000Z');
  },
);

test('each step is taken once in each period, and its message says the shares', async () => {
  for (const [name, usd] of [
    ['a', 5],
    ['b', 4],
    ['c', 4],
  ] as const) {
    await record(name, usd);
    await watchBudget(event('Completed', name), parts());
  }
  expect(told).toHaveLength(1);
  expect(told[0]).toBe(
    'Budget of reviewer: $9.00 of $10.00 in this hour. Reported by the service: $9.00. Turns whose usage was not reported, as ' +
      'a maximum: $0.00. Turns that still run, as a maximum: $0.00. Tokens at list prices, without compute.',
  );
  expect(engaged).toBe(1);
  now = new Date('2026-11-28T04:00:00Z');
  await record('d', 9);
  await watchBudget(event('Completed', 'd'), parts());
  // The hour again, and for the first time the day: 22 of 25.
  expect(told).toHaveLength(3);
});

test('a step that failed is taken with the next event', async () => {
  failing = true;
  await record('a', 9);
  await expect(watchBudget(event('Completed', 'a'), parts())).rejects.toThrow();
  expect(told).toEqual([]);
  failing = false;
  await watchBudget(event('Completed', 'a'), parts());
  expect(told).toHaveLength(1);
  expect((await spending.spent(now)).hour.reported).toBe(9);
});

test('two watchers at the same time send one message', async () => {
  await record('a', 8.5);
  await record('b', 0);
  let isNested = false;
  const topics = {
    send: async (command: { input: { Message: string } }) => {
      told.push(command.input.Message);
      if (isNested) return;
      isNested = true;
      // The other one counts its event while the message of the first is on its way.
      await watchBudget(event('Completed', 'b'), { ...parts(), topics: topics as never });
    },
  };
  await watchBudget(event('Completed', 'a'), { ...parts(), topics: topics as never });
  expect(told.filter((message) => message.includes('this hour'))).toHaveLength(1);
});

test('a step of a watcher that was lost is taken when its event comes back', async () => {
  await spending.claim('hour#2026-11-28T03#0', now);
  await record('a', 8.5);
  await watchBudget(event('Completed', 'a'), parts());
  expect(told).toEqual([]);
  now = new Date(now.getTime() + 6 * 60_000);
  await watchBudget(event('Completed', 'a'), parts());
  expect(told).toEqual([expect.stringContaining('this hour')]);
});

test('a topic that takes no message keeps nobody from refusing turns and stopping agents', async () => {
  topicDown = true;
  await record('a', 13);
  await expect(watchBudget(event('Completed', 'a'), parts())).rejects.toThrow();
  expect([await refusal(), engaged]).toEqual(['2026-11-28T04:00:00.000Z', 1]);
  // The event comes again from the queue: the message is made up for, and nothing is done twice.
  topicDown = false;
  await watchBudget(event('Completed', 'a'), parts());
  expect([told.length, engaged]).toEqual([1, 1]);
});

test('however many turns an hour has, none is left out', async () => {
  // As many bytes as 6,500 turns with usual names. A DynamoDB item has at most 400 KB.
  const turns = Array.from({ length: 350 }, (_, index) => `${index}-${'n'.repeat(1_600)}`);
  for (const turn of turns) await spending.settle(turn, { usd: 0.01, basis: 'reported' }, now);
  for (const turn of turns.slice(-3)) await spending.reserve(turn, 2, now);
  const { hour, day, month } = await spending.spent(now);
  for (const { reported, running } of [hour, day, month]) {
    expect(reported).toBeCloseTo(3.5, 6);
    expect(running).toBe(0);
  }
});

test('a turn that an earlier version has counted as running ends there', async () => {
  await dynamo.send(
    new PutItemCommand({
      TableName: `spending${table}`,
      Item: { pk: { S: 'turn#a' }, sk: { S: '-' }, hour: { S: '2026-11-28T03' } },
    }),
  );
  const item = { pk: { S: '2026-11' }, sk: { S: '2026-11-28T03' }, running: { N: '2000000' }, 'r#a': { N: '2000000' } };
  await dynamo.send(new PutItemCommand({ TableName: `spending${table}`, Item: item }));
  await spending.settle('a', { usd: 0.5, basis: 'reported' }, now);
  expect((await spending.spent(now)).hour).toEqual({ reported: 0.5, maximum: 0, running: 0 });
});

test('a refusal of a month is not shortened by one of an hour', async () => {
  await record('a', 101);
  await watchBudget(event('Completed', 'a'), parts());
  expect(await refusal()).toBe('2026-12-01T00:00:00.000Z');
});

test('an agent that the budget does not watch is an error, so that its events are kept', async () => {
  const foreign = event('Started', 'a');
  (foreign.detail as { agentName: string }).agentName = 'other';
  await expect(watchBudget(foreign, parts())).rejects.toThrow(/does not watch the agent other/);
});
