/*
 * The commands of `bma` that work in an account, as they ship: each in a process of its own, with the credentials of a role
 * of the synthesized stack, against the local account that runs its workflow. IAM and KMS are simulated from the templates.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { AwsError } from '../../local/cloud/aws-error';
import { OperatedAccount } from './operated-account';

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

test('without --stack every stack is asked for, which is another permission', async () => {
  expect(await account.bma('Operator', 'agents')).toMatchObject({
    exit: 4,
    out: '',
    error: expect.stringMatching(/cloudformation:ListStacks.*Fix: .*--stack/s),
  });
});

test('a turn is started, followed to its outcome, and listed', async () => {
  const run = await account.bma(
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
  const pipe = await account.bma('Operator', ...args);
  expect(pipe).toMatchObject({ exit: 0, error: '' });
  expect(pipe.out).toMatch(/^turn-[0-9a-f]{64} {2}Completed\n\nAnswer to: Hello \[2J\n/);

  const terminal = await account.inTerminal('Operator', ...args);
  expect(terminal.exit).toBe(0);
  expect(terminal.out).toMatch(/\d\d:\d\d:\d\d PrepareTurn\r?\n.*\d\d:\d\d:\d\d SubmitTurn\r?\n/s);
  expect(terminal.out).toContain('\u001b[32mCompleted');
  expect(terminal.out).not.toContain('\u001b[2J');
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
  const { exit, out, error } = await account.bma('Operator', ...args);
  expect({ exit, error }).toEqual({ exit: 0, error: '' });
  const { turn } = JSON.parse(out);
  const keys = await account.workflow.cloud.keys(account.workflow.bucket, `prompts/${turn}/`);
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
    error: expect.stringContaining('over already: Cancelled'),
  });
});

test('an agent, a turn and a stack that do not exist are said, with what there is', async () => {
  expect(await account.bma('Operator', 'turns', 'auditor', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringMatching(/no agent 'auditor'. Agents: reviewer. Fix: /),
  });
  expect(await account.bma('Operator', 'cancel', 'turn-1', ...READ)).toMatchObject({
    exit: 5,
    error: expect.stringContaining('No turn turn-1 of reviewer'),
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
  const bma = path.resolve(__dirname, '../../assets/bma/bma.js');
  expect(await account.run(process.execPath, [bma, 'agents'], nobody)).toMatchObject({
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
  [['run', 'reviewer', '--prompt-file', '/nowhere'], /cannot be read/],
  [['run', 'reviewer', '--prompt', 'x', '--interval', '0'], /--interval is '0'. Allowed: 0.1 to/],
  [['turns', 'reviewer', '--status', 'odd'], /--status is 'odd'. Allowed: running/],
  [['turns', 'reviewer', '--limit', '0'], /--limit is '0'/],
])('%j is wrong usage', async (args, message) => {
  expect(await account.bma('Operator', ...args)).toMatchObject({
    exit: 2,
    out: '',
    error: expect.stringMatching(message),
  });
});
