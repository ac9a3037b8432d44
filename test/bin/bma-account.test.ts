/*
 * The commands of `bma` that work in an account, with the credentials of a role of the synthesized stack, against the local
 * account that runs its workflow. IAM and KMS are simulated from the templates. What depends on the process (pipes,
 * terminals, signals, files, missing credentials) runs the program as it ships.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { BUDGET_KEY, type BudgetRefusal } from '../../lib/contracts/budget';
import { type RecordedStop, STOP_KEY } from '../../lib/contracts/kill-switch';
import { TURN_REQUEST_FORMAT } from '../../lib/contracts/turn';
import { AwsError } from '../../local/cloud/aws-error';
import { LoopbackServer } from '../../local/stand-ins/loopback-server';
import { OperatedAccount } from './operated-account';
import { runInEnvironment } from './run-in-process';
import { PROGRAM, run } from './run-program';

let account: OperatedAccount;
beforeAll(async () => (account = await OperatedAccount.start()));
afterAll(() => account?.close());

const FAST = ['--interval', '0.1'];
const READ = ['--stack', 'Reviews'];

/** An operation of a service that answers otherwise, until the end of the test. */
function replace(target: string, operation: (input: Readonly<Record<string, unknown>>) => unknown): void {
  const { operations } = account.workflow.cloud;
  const original = operations.get(target)!;
  operations.set(target, operation);
  restore.push(() => operations.set(target, original));
}
const restore: (() => unknown)[] = [];
afterEach(() => restore.splice(0).forEach((each) => each()));

test('agents are found by the outputs of their stacks, over several pages', async () => {
  const { exit, out, error } = await account.bma('Operator', 'agents', ...READ, '--json');
  expect({ exit, error }).toEqual({ exit: 0, error: '' });
  expect(JSON.parse(out)).toEqual({
    format: 'cdk-bedrock-managed-agents/agents/1',
    agents: [
      expect.objectContaining({
        agent: 'reviewer',
        stack: 'Reviews',
        turns: account.workflow.turns.arn,
        settlement: account.workflow.settlement.arn,
        evidence: account.workflow.bucket,
        triggers: [expect.objectContaining({ id: 'Nightly' })],
      }),
    ],
  });
});

describe('agents says whether an agent accepts turns', () => {
  /** An item as the function of a budget or of a kill switch writes it, until the end of the test. */
  async function record(pk: string, item: object): Promise<void> {
    const { table, cloud } = account.workflow;
    const texts = Object.entries(item).map(([name, text]) => [name, { S: text as string }]);
    await cloud.stores.dynamo.send(
      new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, ...(Object.fromEntries(texts) as object) } }),
    );
    restore.push(() => cloud.stores.dynamo.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: pk } } })));
  }
  const refusal = (until: string): BudgetRefusal => ({ until, reason: '100% of 20 USD a day\u001b[2J' });
  const stop = {
    id: 'arn:aws:states:us-east-1:111122223333:execution:Kill:b',
    at: '2026-11-29T02:00:00.000Z',
    reason: 'again',
    firstId: 'arn:aws:states:us-east-1:111122223333:execution:Kill:a',
    firstAt: '2026-11-29T01:00:00.000Z',
    firstReason: 'leaked prompt',
  } satisfies RecordedStop;
  const lines = async () => {
    const { exit, out, error } = await account.bma('Reader', 'agents', ...READ);
    expect({ exit, error }).toEqual({ exit: 0, error: '' });
    return out.trimEnd().split('\n').slice(1);
  };
  const status = async () => {
    const { out } = await account.bma('Reader', 'agents', '--json', ...READ);
    return JSON.parse(out).agents[0].status as object;
  };

  test('a budget refuses turns until a time', async () => {
    await record(BUDGET_KEY, refusal('2999-01-01T00:00:00.000Z'));
    expect(await lines()).toEqual(['  refuses new turns until 2999-01-01T00:00:00.000Z: 100% of 20 USD a day [2J']);
    expect(await status()).toEqual({ state: 'refusing', ...refusal('2999-01-01T00:00:00.000Z') });
  });

  test.each(['2026-01-01T00:00:00.000Z', 'soon', ''])(
    'a budget that refused until %j refuses no more',
    async (until) => {
      await record(BUDGET_KEY, refusal(until));
      expect(await lines()).toEqual([]);
      expect(await status()).toEqual({ state: 'accepting' });
    },
  );

  test('a stop that is only recorded refuses no turns yet, and a budget beside it is not the cause', async () => {
    await record(STOP_KEY, stop);
    await record(BUDGET_KEY, refusal('2999-01-01T00:00:00.000Z'));
    expect(await lines()).toEqual([
      '  is being stopped: the stop is recorded, but new turns are not refused yet',
      `  engaged at ${stop.firstAt}: leaked prompt (execution ${stop.firstId})`,
      `  again at ${stop.at}: again (execution ${stop.id})`,
    ]);
    expect(await status()).toEqual({
      state: 'stopping',
      cause: { at: stop.firstAt, reason: stop.firstReason, execution: stop.firstId },
      again: { at: stop.at, reason: stop.reason, execution: stop.id },
    });
  });
});

test('without --stack every stack is asked for, which is another permission', async () => {
  expect(await account.bma('Operator', 'agents')).toMatchObject({
    exit: 4,
    out: '',
    error: expect.stringMatching(/cloudformation:ListStacks.*Fix: .*--stack/s),
  });
  // The role has every grant of the workflow: only the stack is missing.
  expect(await account.bma('Operator', 'turns', 'reviewer')).toMatchObject({
    exit: 4,
    error: expect.stringMatching(/Fix: add --stack with the stack of the agent/),
  });
});

test('a turn is started, followed to its outcome, and listed', async () => {
  const run = await account.bmaProcess(
    'Operator',
    'run',
    'reviewer',
    '--prompt',
    'Hello',
    '--follow',
    '--json',
    ...FAST,
    ...READ,
  );
  expect(run).toMatchObject({ exit: 0, error: '' });
  const ended = JSON.parse(run.out);
  expect(ended).toMatchObject({
    format: 'cdk-bedrock-managed-agents/run/1',
    isNew: true,
    state: 'Completed',
    result: { outcome: 'Completed', trigger: { type: 'direct', id: 'bma' } },
  });

  const { out } = await account.bma('Reader', 'turns', 'reviewer', '--status', 'completed', '--json', ...READ);
  expect(JSON.parse(out).turns).toContainEqual(expect.objectContaining({ turn: ended.turn, state: 'Completed' }));
  const running = await account.bma('Reader', 'turns', 'reviewer', '--status', 'running', ...READ);
  expect(running).toEqual({ exit: 0, out: '', error: '' });
});

test('in a pipe there is no progress and no colour, in a terminal there are both, and nothing steers it', async () => {
  const args = ['run', 'reviewer', '--prompt', 'Hello', '--follow', ...FAST, ...READ];
  const pipe = await account.bmaProcess('Operator', ...args);
  expect(pipe).toMatchObject({ exit: 0, error: '' });
  expect(pipe.out).toMatch(/^turn-[0-9a-f]{64} {2}Completed\n\nAnswer to: Hello \[2J\n/);

  const terminal = await account.inTerminal('Operator', ...args);
  expect(terminal.exit).toBe(0);
  expect(terminal.out).toMatch(/\d\d:\d\d:\d\d PrepareTurn\r?\n.*\d\d:\d\d:\d\d SubmitTurn\r?\n/s);
  expect(terminal.out).toContain('\u001b[32mCompleted');
  expect(terminal.out).not.toContain('\u001b[2J');
});

test('bma probe reads what a turn of the workflow left, as far as the caller may', async () => {
  // Whose credentials these are needs no permission; the local account has no STS.
  const sts = new LoopbackServer(() => ({
    status: 200,
    body: `<R><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:sts::111122223333:assumed-role/Reader/me</Arn></GetCallerIdentityResult></R>`,
  }));
  await sts.start();
  restore.push(() => sts.close());
  await account.bma('Operator', 'run', 'reviewer', '--prompt', 'Hello', '--follow', ...FAST, ...READ);
  const ids = ['put-object-json', 'source-vpce', 'simulator-mantle'];
  const asked = ids.flatMap((id) => ['--only', id]);
  const args = ['probe', '--agent', 'reviewer', '--yes', '--json', ...asked, ...FAST, ...READ];
  const env = { AWS_ENDPOINT_URL_STS: sts.url, XDG_STATE_HOME: fs.mkdtempSync(path.join(os.tmpdir(), 'bma-probe-')) };
  const probe = (role: string) => runInEnvironment({ ...account.environment(role), ...env }, ...args);
  const { exit, out, error } = await probe('Reader');
  expect({ exit, error }).toEqual({ exit: 0, error: '' });
  const { results } = JSON.parse(out) as { results: { id: string; answer: string | null; says: string }[] };
  expect(Object.fromEntries(results.map(({ id, answer }) => [id, answer]))).toEqual({
    'put-object-json': 'json',
    'source-vpce': null,
    'simulator-mantle': null,
  });
  expect(results.find(({ id }) => id === 'source-vpce')!.says).toMatch(/AccessDenied/);
  expect(await probe('Stranger')).toMatchObject({
    exit: 4,
    out: '',
    error: expect.stringMatching(/bma probe --policy/),
  });
});

test('the same key again is the same turn', async () => {
  const args = ['run', 'reviewer', '--prompt', 'Hello', '--key', 'once', ...READ];
  const first = await account.bma('Operator', ...args);
  const second = await account.bma('Operator', ...args, '--follow', '--json', ...FAST);
  const [turn] = first.out.split(' ');
  expect(first).toMatchObject({ exit: 0, out: `${turn} started\n` });
  expect(JSON.parse(second.out)).toMatchObject({ turn, isNew: false, state: 'Completed' });
});

test('a large prompt from a file arrives whole', async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'bma-run-')), 'prompt.txt');
  fs.writeFileSync(file, `long ${'🙂 text '.repeat(12_000)}`);
  const args = ['run', 'reviewer', '--prompt-file', file, '--follow', '--json', ...FAST, ...READ];
  const { exit, out, error } = await account.bmaProcess('Operator', ...args);
  expect({ exit, error }).toEqual({ exit: 0, error: '' });
  const { turn } = JSON.parse(out);
  const keys = await account.workflow.cloud.stores.keys(account.workflow.bucket, `prompts/${turn}/`);
  const parts = await Promise.all(keys.map((key) => account.workflow.text(key)));
  expect(parts.join('')).toBe(fs.readFileSync(file, 'utf8'));
  fs.rmSync(path.dirname(file), { recursive: true });
});

test('a turn that fails ends the command with 1 and the reason', async () => {
  const args = ['run', 'reviewer', '--prompt', 'fail', '--follow', ...FAST, ...READ];
  expect(await account.bma('Operator', ...args)).toMatchObject({ exit: 1, out: expect.stringContaining('Failed: ') });
});

test('a running turn is cancelled, and its settlement publishes that', async () => {
  const { out } = await account.bma('Operator', 'run', 'reviewer', '--prompt', 'for ever', ...READ);
  const [turn] = out.split(' ');
  expect(await account.bma('Reader', 'show', turn, ...READ)).toMatchObject({
    exit: 0,
    out: expect.stringContaining('Running\nEvidence is collected when the turn ends.'),
    error: '',
  });
  expect(await account.bma('Reader', 'cancel', turn, ...READ)).toMatchObject({
    exit: 4,
    error: expect.stringContaining('workflow.grants.stopTurns'),
  });
  expect(await account.bma('Operator', 'cancel', turn, ...READ)).toMatchObject({
    exit: 0,
    out: expect.stringContaining(`${turn} is stopped`),
  });
  await account.workflow.settled(turn);
  expect(account.workflow.outcomes(turn)).toMatchObject([{ Detail: { outcome: 'Cancelled' } }]);
  expect(await account.bma('Operator', 'cancel', turn, ...READ)).toMatchObject({
    exit: 7,
    error: expect.stringContaining('has already ended: Cancelled'),
  });
  const shown = await account.bma('Reader', 'show', turn, ...READ);
  expect(shown).toMatchObject({ exit: 0, error: '' });
  expect(shown.out).toMatch(/Cancelled: stopped \(The execution was stopped\) \(published by the settlement\)/);
  expect(shown.out).toMatch(/matches {2}turns\/turn-\w+\/manifest\.json {2}\(hash of outcome\.json/);
});

test('tail tells the turns that start while it runs, state by state, and how they end', async () => {
  await endedTurn();
  const tail = account.bmaUntil('Reader', /"ended"/, 'tail', 'reviewer', '--json', ...FAST, ...READ);
  // It has looked for the first time when it has listed executions.
  await new Promise<void>((resolve) => {
    const list = account.workflow.cloud.operations.get('AWSStepFunctions.ListExecutions')!;
    replace('AWSStepFunctions.ListExecutions', (input) => {
      resolve();
      return list(input);
    });
  });
  const turn = account.workflow.run('turn-tailed', request('Hello'));
  await turn.result;
  const events = (await tail)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.every(({ format }) => format === 'cdk-bedrock-managed-agents/tail/1')).toBe(true);
  const told = events.filter((event) => event.turn === 'turn-tailed').map(({ kind, state }) => `${kind} ${state}`);
  expect([told[0], told.at(-1)]).toEqual(['started Running', 'ended Completed']);
  expect(told.filter((each) => each === 'state SubmitTurn')).toHaveLength(1);
  expect(await account.bma('Reader', 'tail', 'reviewer', '--for', '0', ...READ)).toEqual({
    exit: 0,
    out: '',
    error: '',
  });
  // Turns that had ended before are not told.
  expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
});

const request = (text: string) => ({
  format: TURN_REQUEST_FORMAT,
  agentName: 'reviewer',
  deduplicationKey: text,
  trigger: { type: 'event', id: 'OnEvent', source: 'example', time: '2026-11-28T12:00:00Z' },
  prompt: [{ text }],
});

/** A turn that has ended, with evidence. */
async function endedTurn(): Promise<string> {
  const { out } = await account.bma(
    'Operator',
    'run',
    'reviewer',
    '--prompt',
    'Hello',
    '--follow',
    '--json',
    ...FAST,
    ...READ,
  );
  return JSON.parse(out).turn;
}

test('a turn is shown with its transcript, and its evidence matches until somebody changes it', async () => {
  const turn = await endedTurn();
  const { bucket, cloud } = account.workflow;
  const shown = await account.bma('Reader', 'show', turn, ...READ);
  expect(shown).toMatchObject({ exit: 0, error: '' });
  expect(shown.out).toMatch(/you\n {4}Hello\n.*Answer to: Hello \[2J\nCompleted\n/s);
  expect(shown.out).toContain(`matches  turns/${turn}/manifest.json  (hash of the output of the execution)`);
  expect(shown.out).toContain(`matches  turns/${turn}/items.jsonl  (hash of manifest.json)`);
  expect(shown.out).not.toContain('\u001b');

  const { out } = await account.bma('Reader', 'show', turn, '--json', ...READ);
  expect(JSON.parse(out)).toMatchObject({
    format: 'cdk-bedrock-managed-agents/show/1',
    state: 'Completed',
    items: expect.arrayContaining([expect.objectContaining({ role: 'assistant' })]),
  });

  const items = await cloud.stores.text(bucket, `turns/${turn}/items.jsonl`);
  const change = (key: string, Body: string) =>
    cloud.stores.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `turns/${turn}/${key}`, Body }));
  await change('items.jsonl', items.replace('Answer', 'Anwser'));
  const tampered = await account.bma('Reader', 'show', turn, ...READ);
  expect(tampered).toMatchObject({ exit: 1, out: expect.stringContaining(`differs  turns/${turn}/items.jsonl`) });
  expect(tampered.out).toContain(`matches  turns/${turn}/manifest.json`);

  // Who changes the manifest to fit is found out by the execution, which is not in the bucket.
  const manifest = await cloud.stores.text(bucket, `turns/${turn}/manifest.json`);
  await change('manifest.json', manifest.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`));
  expect(await account.bma('Reader', 'show', turn, ...READ)).toMatchObject({
    exit: 1,
    out: expect.stringContaining(`differs  turns/${turn}/manifest.json`),
  });

  await cloud.stores.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `turns/${turn}/manifest.json` }));
  expect(await account.bma('Reader', 'show', turn, ...READ)).toMatchObject({
    exit: 1,
    out: expect.stringContaining(`missing  turns/${turn}/manifest.json`),
  });
});

/** Events that came to nothing, in the dead-letter queue of the trigger. */
async function deadLetters() {
  const { queues } = account.workflow.cloud;
  const { out } = await account.bma('Operator', 'agents', '--json', ...READ);
  const { deadLetters: url } = JSON.parse(out).agents[0].triggers[0];
  const event = (id: string) => ({
    version: '0',
    id,
    'detail-type': 'Scheduled Turn',
    source: 'cdk-bedrock-managed-agents.schedule',
    time: `2026-11-28T0${id.slice(-1)}:00:00Z`,
    resources: ['arn:aws:scheduler:us-east-1:111122223333:schedule/nightly/nightly'],
    detail: {},
  });
  const send = (id: string) => queues.send(url, JSON.stringify(event(id)));
  return { url, send, waiting: () => queues.waiting(url).length };
}

test('dead letters are listed, and sent again when they are chosen: once, and deleted after that', async () => {
  const { send, waiting } = await deadLetters();
  const ids = ['event-1', 'event-2', 'event-3'].map(send);
  const turns = () =>
    account.workflow.cloud.executions.all.filter((each) => each.machine === account.workflow.turns).length;
  const before = turns();

  const listed = await account.bma('Operator', 'replay', 'reviewer', '--json', ...READ);
  expect(listed).toMatchObject({ exit: 0, error: '' });
  expect(JSON.parse(listed.out)).toMatchObject({
    format: 'cdk-bedrock-managed-agents/replay/1',
    messages: ids.map((messageId, index) => ({
      messageId,
      status: 'listed',
      event: { type: 'Scheduled Turn', id: `event-${index + 1}` },
    })),
  });
  const dry = await account.bma('Operator', 'replay', 'reviewer', '--all', ...READ);
  expect(dry).toMatchObject({ exit: 0, out: expect.stringContaining('Nothing was sent. Add --yes') });
  expect([waiting(), turns()]).toEqual([3, before]);

  const one = await account.bma('Operator', 'replay', 'reviewer', '--message', ids[1], '--yes', '--json', ...READ);
  expect(
    JSON.parse(one.out)
      .messages.map(({ status }: { status: string }) => status)
      .sort(),
  ).toEqual(['listed', 'listed', 'sent']);
  await account.workflow.cloud.quiet();
  expect([waiting(), turns()]).toEqual([2, before + 1]);

  // It was sent and could not be deleted: it stays, and sending it once more starts nothing.
  replace('AmazonSQS.DeleteMessage', () => {
    throw new AwsError('InternalError', 'try again', 500);
  });
  expect(await account.bma('Operator', 'replay', 'reviewer', '--all', '--yes', ...READ)).toMatchObject({
    exit: 1,
    out: expect.stringContaining('not sent'),
  });
  restore.splice(0).forEach((each) => each());
  expect(waiting()).toBe(2);
  expect(await account.bma('Operator', 'replay', 'reviewer', '--all', '--yes', ...READ)).toMatchObject({ exit: 0 });
  await account.workflow.cloud.quiet();
  expect([waiting(), turns()]).toEqual([0, before + 3]);
});

test('a dead letter of the settlement starts it again, once', async () => {
  const { url } = await deadLetters();
  const { queues, executions } = account.workflow.cloud;
  const queue = account.workflow.cloud.deployment
    .all('AWS::SQS::Queue')
    .find(({ logicalId }) => /SettlementDeadLetters/.test(logicalId))!;
  expect(queue.ref).not.toBe(url);
  queues.send(
    queue.ref,
    JSON.stringify({ id: 'stop-1', 'detail-type': 'Step Functions Execution Status Change', detail: {} }),
  );
  const replayed = () => executions.all.filter(({ name }) => name.startsWith('replay-'));
  const name = queue.ref.split('/').at(-1)!;
  expect(await account.bma('Operator', 'replay', name, '--all', '--yes', ...READ)).toMatchObject({ exit: 0 });
  expect(replayed().map(({ machine }) => machine)).toEqual([account.workflow.settlement]);
});

test('an event that waits in no queue, a queue that is none and a role that may not are refused', async () => {
  expect(await account.bma('Operator', 'replay', 'reviewer', '--message', 'none', '--yes', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringContaining('No message none was found. Fix: '),
  });
  expect(await account.bma('Operator', 'replay', 'elsewhere', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringContaining("no agent and no dead-letter queue 'elsewhere'"),
  });
  expect(await account.bma('Reader', 'replay', 'reviewer', ...READ)).toMatchObject({
    exit: 4,
    error: expect.stringContaining('workflow.grants.replayEvents'),
  });
});

test('an agent, a turn and a stack that do not exist are said, with what there is', async () => {
  expect(await account.bma('Operator', 'turns', 'auditor', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringMatching(/no agent 'auditor'. Agents: reviewer. Fix: /),
  });
  expect(await account.bma('Operator', 'cancel', 'turn-1', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringContaining('reviewer has no turn turn-1'),
  });
  replace(
    'cloudformation:DescribeStacks',
    () => '<DescribeStacksResponse><DescribeStacksResult/></DescribeStacksResponse>',
  );
  expect(await account.bma('Operator', 'run', 'reviewer', '--prompt', 'x', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringMatching(/No stack of this account and Region has an agent.*Fix: /),
  });
});

test('who may not is told which grant is missing', async () => {
  expect(await account.bma('Stranger', 'turns', 'reviewer', ...READ)).toMatchObject({
    exit: 4,
    error: expect.stringContaining('workflow.grants.readTurns'),
  });
  expect(await account.bma('Reader', 'run', 'reviewer', '--prompt', 'x', ...READ)).toMatchObject({
    exit: 4,
    error: expect.stringContaining('workflow.grants.startTurns'),
  });
  const nobody = account.environment('Reader');
  delete nobody.AWS_ACCESS_KEY_ID;
  expect(await run(process.execPath, [PROGRAM, 'agents'], nobody)).toMatchObject({
    exit: 3,
    error: expect.stringContaining('aws sso login'),
  });
});

test('throttling ends a single call with 9, and only slows down who follows a turn', async () => {
  const throttled = () => {
    throw new AwsError('ThrottlingException', 'Rate exceeded');
  };
  replace('AWSStepFunctions.ListExecutions', throttled);
  expect(await account.bma('Operator', 'turns', 'reviewer', ...READ)).toMatchObject({
    exit: 9,
    error: expect.stringContaining('Fix: repeat the command in a minute'),
  });

  const describe = account.workflow.cloud.operations.get('AWSStepFunctions.DescribeExecution')!;
  let calls = 0;
  replace('AWSStepFunctions.DescribeExecution', (input) => (++calls < 4 ? throttled() : describe(input)));
  const args = ['run', 'reviewer', '--prompt', 'Hello', '--follow', ...FAST, ...READ];
  expect(await account.bma('Operator', ...args)).toMatchObject({ exit: 0, error: '' });
});

test.each([
  [['run', 'reviewer'], /either --prompt or --prompt-file/],
  [['run', 'reviewer', '--prompt', ' '], /prompt is empty/],
  [['run', 'reviewer', '--prompt-file', '/nowhere'], /can't be read/],
  [['run', 'reviewer', '--prompt', 'x', '--interval', '0'], /--interval is '0'. Allowed: 0.1 to/],
  [['turns', 'reviewer', '--status', 'odd'], /--status is 'odd'. Allowed: running/],
  [['turns', 'reviewer', '--limit', '0'], /--limit is '0'/],
  [['replay', 'reviewer', '--yes'], /--yes needs --all/],
  [['replay', 'reviewer', '--all', '--message', 'x'], /--message and --all contradict each other/],
])('%j is wrong usage', async (args, message) => {
  expect(await account.bma('Operator', ...args)).toMatchObject({
    exit: 2,
    out: '',
    error: expect.stringMatching(message),
  });
});
