/*
 * What somebody else wrote, or a service got wrong, must neither break the commands of an account nor steer the terminal: stack
 * outputs (anybody who deploys a stack can write them), messages of AWS, pages of a proxy, and values that are set and empty.
 */
import { runInProcess as run } from './run-in-process';
import type { AgentRecord } from '../../lib/contracts/agent-record';
import type { KillSwitchRecord } from '../../lib/contracts/kill-switch-record';
import { type LoopbackAnswer, type LoopbackRequest, LoopbackServer } from '../../local/stand-ins/loopback-server';

const machine = (name: string) => `arn:aws:states:us-east-1:111122223333:stateMachine:${name}`;
const AGENT: AgentRecord = {
  format: 'cdk-bedrock-managed-agents/agent/1',
  agent: 'reviewer',
  turns: machine('turns'),
  settlement: machine('settlement'),
  evidence: 'evidence',
  bus: 'bus',
  triggers: [{ id: 'Merges', events: 'https://queue/events', deadLetters: 'https://queue/dead' }],
  settlementDeadLetters: 'https://queue/settlement',
  busDeadLetters: 'https://queue/bus',
};
const KILL_SWITCH: KillSwitchRecord = {
  format: 'cdk-bedrock-managed-agents/kill-switch/1',
  agents: ['reviewer'],
  engage: machine('engage'),
  release: machine('release'),
};
const REPORT = {
  stop: {},
  agents: ['reviewer'],
  turnsStopped: 0,
  sessionsCancelled: 0,
  sessionsDeleted: 0,
  left: 0,
  unproven: [],
};

/** Every form that a record can have and that isn't one: each member left out, and of another type. */
const brokenFormsOf = (record: object): unknown[] => [
  ...Object.keys(record).flatMap((key) => [null, 7, '', [null], {}].map((value) => ({ ...record, [key]: value }))),
  ...Object.keys(record).map((key) => ({ ...record, [key]: undefined })),
  ...[null, 7, 'text', [], {}],
];

type Stacks = Readonly<Record<string, readonly [key: string, value: string][]>>;
let stacks: Stacks;
let started: string[];
let output: string;
let failure: LoopbackAnswer | undefined;
/** Every answer of Step Functions, when it isn't that of a working service. */
let executionAnswer: LoopbackAnswer | undefined;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const xml = (text: string): LoopbackAnswer => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: text });

const NO_SUCH_KEY: LoopbackAnswer = { ...xml('<Error><Code>NoSuchKey</Code></Error>'), status: 404 };

function describeStacks(body: string): LoopbackAnswer {
  const name = new URLSearchParams(body).get('StackName');
  const members = Object.entries(stacks)
    .filter(([stack]) => name === null || name === stack)
    .map(([stack, outputs]) => {
      const texts = outputs.map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
      );
      return `<member><StackName>${stack}</StackName><Outputs>${texts.join('')}</Outputs></member>`;
    });
  return xml(
    `<DescribeStacksResponse><DescribeStacksResult><Stacks>${members.join('')}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
}

const server = new LoopbackServer(({ headers, body }: LoopbackRequest): LoopbackAnswer => {
  if (failure !== undefined) return failure;
  const text = body.toString('utf8');
  const operation = String(headers['x-amz-target'] ?? new URLSearchParams(text).get('Action'))
    .split('.')
    .at(-1);
  if (operation === 'DescribeStacks') return describeStacks(text);
  if (headers['x-amz-target'] === undefined) return NO_SUCH_KEY;
  if (executionAnswer !== undefined) return executionAnswer;
  if (operation === 'GetExecutionHistory') return { status: 200, body: { events: [] } };
  if (operation === 'StartExecution') {
    const { stateMachineArn } = JSON.parse(text) as { stateMachineArn: string };
    started.push(stateMachineArn);
    return { status: 200, body: { executionArn: 'arn:execution', startDate: 1 } };
  }
  if (operation === 'ListExecutions') return { status: 200, body: { executions: [EXECUTION] } };
  return { status: 200, body: { ...EXECUTION, output } };
});

const before = { ...process.env };
beforeAll(async () => {
  await server.start();
  process.env = {
    PATH: before.PATH,
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
  };
});
beforeEach(() => {
  stacks = { One: [['BmaAgentA', JSON.stringify(AGENT)]] };
  [started, output, failure, executionAnswer] = [[], JSON.stringify(REPORT), undefined, undefined];
});
afterAll(async () => {
  process.env = before;
  await server.close();
});

const KILL = ['--reason', 'leak', '--interval', '0.1'];
const killSwitch = (more: Partial<KillSwitchRecord> = {}): [string, string] => [
  'BmaKillSwitchA',
  JSON.stringify({ ...KILL_SWITCH, ...more }),
];

test('an output that is no agent is named, and the agents beside it are listed', async () => {
  const broken = [
    ...brokenFormsOf(AGENT),
    ...brokenFormsOf(AGENT.triggers[0]).map((each) => ({ ...AGENT, triggers: [each] })),
  ];
  const outputs = [...broken.map((each) => JSON.stringify(each)), '{', ''];
  stacks = { ...stacks, Odd: outputs.map((value, index) => [`BmaAgent${index}`, value]) };
  const { exit, out, error } = await run('agents', '--json');
  expect(exit).toBe(0);
  expect((JSON.parse(out) as { agents: { stack: string }[] }).agents.map(({ stack }) => stack)).toEqual(['One']);
  expect(error.match(/Odd\/BmaAgent\d+ can't be read/g)).toHaveLength(outputs.length);
});

test('kill --all stops what it can read, names each output that it can not, and does not say done', async () => {
  const outputs = [...brokenFormsOf(KILL_SWITCH).map((each) => JSON.stringify(each)), '{'];
  stacks = { Odd: outputs.map((value, index) => [`BmaKillSwitch${index}`, value]), Two: [killSwitch()] };
  const { exit, out, error } = await run('kill', '--all', ...KILL);
  expect(started).toEqual([KILL_SWITCH.engage]);
  expect(out).toMatch(/^Stopped: reviewer/);
  expect(error.match(/The output Odd\/BmaKillSwitch\d+ can't be read/g)).toHaveLength(outputs.length);
  expect(exit).toBe(5);
});

test('of agents of one name in two stacks none is stopped by chance, and all switches of one agent are engaged', async () => {
  stacks = { One: [killSwitch()], Two: [killSwitch({ engage: machine('other') })] };
  const twice = await run('kill', 'reviewer', ...KILL);
  expect(twice).toEqual({
    exit: 2,
    out: '',
    error: expect.stringMatching(/in several stacks: One, Two. Fix: add --stack/),
  });
  expect(started).toEqual([]);

  stacks = { One: [killSwitch(), ['BmaKillSwitchB', JSON.stringify({ ...KILL_SWITCH, engage: machine('other') })]] };
  expect(await run('kill', 'reviewer', ...KILL)).toMatchObject({ exit: 0 });
  expect(started.sort()).toEqual([machine('engage'), machine('other')]);
});

test.each(['nonsense', 'null', '{}', '[]', '"text"', '{"agents":["reviewer"]}'])(
  'an execution that ends with %s is not taken for a stop',
  async (text) => {
    [stacks, output] = [{ One: [killSwitch()] }, text];
    expect(await run('kill', 'reviewer', ...KILL)).toEqual({
      exit: 6,
      out: '',
      error: expect.stringMatching(
        /^bma: stopping reviewer \(stack One\)\nbma: arn:execution ended as UNKNOWN: its output is not the report of a kill switch/,
      ),
    });
  },
);

const EXECUTION = { executionArn: 'arn:execution', name: 'turn-1', status: 'SUCCEEDED', startDate: 1, stopDate: 2 };

describe.each(['nonsense', 'null', '7', '"text"', '[]', '{}', '{"outcome":"Fine"}'])(
  'of an execution that ends with %s',
  (text) => {
    const unknown = 'Unknown: the output of the execution is not the result of a turn';
    beforeEach(() => {
      [output] = [text];
    });

    test.each([
      ['show', ['turn-1'], 1],
      ['run', ['reviewer', '--prompt', 'x', '--follow', '--interval', '0.1'], 1],
      ['turns', ['reviewer'], 0],
    ])('%s says that its outcome is unknown', async (command, args, exit) => {
      const said = await run(command, ...args);
      expect(said).toEqual({ exit, out: expect.stringContaining(unknown), error: '' });
    });

    test('cancel says that it is over', async () => {
      expect(await run('cancel', 'turn-1')).toMatchObject({ exit: 7, error: expect.stringContaining('Unknown at') });
    });
  },
);

test.each([
  ['show', ['turn-1']],
  ['cancel', ['turn-1']],
  ['run', ['reviewer', '--prompt', 'x', '--follow', '--interval', '0.1']],
])('%s does not take an answer without its members for a running turn', async (command, args) => {
  executionAnswer = { status: 200, body: {} };
  expect(await run(command, ...args)).toEqual({
    exit: 9,
    out: '',
    error: expect.stringMatching(/^bma: The response to DescribeExecution .* Fix: .*\n$/),
  });
});

test.each([
  ['an option', ['kill', '--all', '--reason', 'x', '--stack', ''], /--stack is empty/],
  ['a Region', ['agents', '--region', ''], /--region is empty/],
  ['an argument', ['turns', ''], /argument agent is empty/],
  [
    'a Region that can be none',
    ['agents', '--region', 'us-east-1.evil.example'],
    /--region is 'us-east-1.evil.example'/,
  ],
])('%s that is empty or impossible is refused before anything is called', async (_what, args, says) => {
  stacks = { One: [killSwitch()] };
  expect(await run(...args)).toEqual({ exit: 2, out: '', error: expect.stringMatching(says) });
  expect(started).toEqual([]);
});

test.each([
  [['turns', 'reviewer', '--stack', 'No\u001b[2J', '--limit', '\u001b[2J']],
  [['turns', 'nobody\u001b]0;x\u0007']],
  [['agents', '--region', '\u001b[2J']],
  [['agents', '--\u001b[2J']],
  [['\u001b[2J']],
])('what was typed does not steer the terminal when it is quoted: %j', async (args) => {
  const { exit, error } = await run(...args);
  expect(exit).not.toBe(0);
  expect(error).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test.each([
  ['a page of a proxy', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>\u001b[31mBad</html>' }],
  ['a page that says that all is well', xml('\u001b[2J<html>password=hunter2</html>')],
  ['nothing', { status: 503 }],
])('%s instead of an answer is said in a sentence', async (_what, answer) => {
  failure = answer;
  const { exit, out, error } = await run('agents');
  expect({ exit, out }).toEqual({ exit: 9, out: '' });
  expect(error).toMatch(/^bma: .*HTTP \d{3}.*Fix: .*AWS_ENDPOINT_URL.*\n$/);
  expect(error).not.toMatch(/hunter2|\$response|Unknown|\u001b/);
});
