/*
 * `bma kill` and `bma release` with the credentials of a role of the synthesized stack, against the local account that runs
 * the kill switch. In a terminal and in a pipe, it is the program as it ships.
 */
import { KillScenario, NOTHING } from '../workflow-run/support/kill-scenario';
import { commitsOf } from '../workflow-run/support/kill-trials';
import { runInEnvironment } from './run-in-process';
import { environmentOf, PROGRAM, run, runInTerminal } from './run-program';

const FAST = ['--stack', 'Reviews', '--interval', '0.1', '--reason', 'leaked prompt'];

let scene: KillScenario;
beforeAll(async () => (scene = await KillScenario.start({ sessions: 4 })));
afterAll(() => scene?.close());
afterEach(() => (scene.beforeTask = () => undefined));
const some = commitsOf();

function environment(role: string): Record<string, string> {
  const { arn } = scene.cloud.policies.roles.find(({ logicalId }) => logicalId.startsWith(role))!;
  return environmentOf(scene.service, arn, scene.cloud.url);
}
const bma = (role: string, ...args: string[]) => runInEnvironment(environment(role), ...args);
const inTerminal = (role: string, ...args: string[]) => runInTerminal(args, environment(role));

test('an agent that accepts turns is listed without a stop', async () => {
  const { out, error } = await bma('Reader', 'agents', '--stack', 'Reviews');
  expect({ out, error }).toEqual({ out: expect.stringMatching(/^reviewer .*\n$/), error: '' });
});

test('in a terminal, kill shows its steps and says what was stopped, left and unproven', async () => {
  await scene.send(...some(2));
  await scene.working(2);
  const { exit, out } = await inTerminal('Stopper', 'kill', 'reviewer', ...FAST);

  expect(out).toMatch(
    /StopTurns[^]*Stopped: reviewer[^]*turns stopped: 2[^]*sessions deleted: 2[^]*not yet stopped or deleted: 0[^]*unproven: Compute/,
  );
  expect(exit).toBe(0);
  expect(await scene.left()).toEqual(NOTHING);
});

test('in a pipe, --json prints the report only, and to kill again is harmless', async () => {
  const args = ['kill', 'reviewer', '--json', ...FAST];
  const { exit, out, error } = await run(process.execPath, [PROGRAM, ...args], environment('Stopper'));

  expect(error).toMatch(/^bma: stopping reviewer \(stack Reviews\)\n(?:\d\d:\d\d:\d\d \w+\n)+$/);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toEqual({
    format: 'cdk-bedrock-managed-agents/kill/1',
    runs: [
      expect.objectContaining({
        agents: ['reviewer'],
        stack: 'Reviews',
        status: 'SUCCEEDED',
        report: expect.objectContaining({ left: 0, stop: expect.objectContaining({ reason: 'leaked prompt' }) }),
      }),
    ],
  });
});

describe('agents says why an agent is stopped', () => {
  test('since when, the first reason and execution, and the newest', async () => {
    const first = scene.cloud.executions.all.find(({ machine }) => machine === scene.engageMachine)!;
    const again = await scene.reportOf(scene.engage('Alarm Burn\u001b[2J'));
    const { exit, out } = await bma('Reader', 'agents', '--stack', 'Reviews');

    expect(exit).toBe(0);
    const [, state, engaged, last] = out.split('\n').map((line) => line.trim());
    expect(state).toMatch(/^stopped: refuses new turns since 2\d{3}-\d\d-\d\dT[\d:.]+Z$/);
    expect(engaged).toMatch(/^engaged at 2\S+Z: leaked prompt \(execution /);
    expect(engaged).toContain(`(execution ${first.arn})`);
    expect(last).toBe(`again at ${again.stop.at}: Alarm Burn [2J (execution ${again.stop.id})`);
    // The refusal of a turn has the reason of the stop that began it, too.
    const turn = scene.startTurn('hello');
    await turn.over;
    expect(turn.output).toMatchObject({ reason: { message: expect.stringContaining('(leaked prompt)') } });
  });

  test('as JSON', async () => {
    const { out } = await bma('Reader', 'agents', '--stack', 'Reviews', '--json');
    expect(JSON.parse(out).agents).toMatchObject([
      {
        agent: 'reviewer',
        status: {
          state: 'stopped',
          since: expect.any(String),
          cause: { at: expect.any(String), reason: 'leaked prompt', execution: expect.stringMatching(/:bma-/) },
          again: { reason: expect.stringContaining('Alarm Burn'), execution: expect.stringMatching(/:engage-1$/) },
        },
      },
    ]);
  });

  test('to who may not read the ledger, that it is not known, with the grant that is missing', async () => {
    const { exit, out } = await bma('Stopper', 'agents', '--stack', 'Reviews');
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^reviewer .*\n {2}not known whether it is stopped: .*dynamodb:GetItem.*Fix: the caller needs workflow\.grants\.readTurns/,
    );
  });

  test('who may read the stop may not read the records of turns, which hold tokens of approvals', () => {
    const { deployment, policies } = scene.cloud;
    const reader = policies.roles.find(({ logicalId }) => logicalId.startsWith('Reader'))!;
    const table = deployment.one('AWS::DynamoDB::Table', 'Ledger');
    const may = (action: string, pk: string) =>
      policies.judge({
        caller: reader.arn,
        action,
        resource: table.arn,
        multiple: { 'dynamodb:LeadingKeys': [pk] },
      }).allowed;
    expect(['stop', 'budget'].map((pk) => may('dynamodb:GetItem', pk))).toEqual([true, true]);
    expect(['turn#turn-1', 'remediation#a', 'slots'].map((pk) => may('dynamodb:GetItem', pk))).not.toContain(true);
    expect(may('dynamodb:UpdateItem', 'stop')).toBe(false);
  });
});

test('who may stop may not release, and is told which grant it takes', async () => {
  const { exit, out, error } = await bma('Stopper', 'release', 'reviewer', ...FAST);

  expect({ exit, out }).toEqual({ exit: 4, out: expect.not.stringContaining('Released') });
  expect(error).toMatch(/states:StartExecution.*Fix: the caller needs killSwitch\.grants\.release/s);
  expect(await scene.left()).toEqual(NOTHING);
});

test('a release that the kill switch refuses is a failure that says why', async () => {
  let hold: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (hold = resolve));
  scene.beforeTask = (state) => (state === 'StopTurns' ? held : undefined);
  const engaging = scene.engage();
  const { exit, error } = await bma('Releaser', 'release', 'reviewer', ...FAST);
  hold();
  await scene.reportOf(engaging);

  expect({ exit, error }).toEqual({
    exit: 6,
    error: expect.stringMatching(/FAILED: StillEngaging: .*still stopping agents/),
  });
});

test('release releases', async () => {
  const { exit, out } = await bma('Releaser', 'release', '--all', ...FAST);

  expect({ exit, out }).toEqual({ exit: 0, out: expect.stringContaining('Released: reviewer.') });
  expect(await scene.left()).toMatchObject({ rolesWithoutDenial: scene.target.roles });
});

test('an agent without a kill switch is said with those that have one, and nobody is stopped', async () => {
  expect(await bma('Stopper', 'kill', 'other', ...FAST)).toEqual({
    exit: 5,
    out: '',
    error: expect.stringMatching(/no kill switch of the agent 'other'.*Kill switches stop: reviewer/),
  });
});

test.each([
  [['kill', 'reviewer'], /--reason/],
  [['kill', '--reason', 'x'], /either the name of an agent or --all/],
  [['kill', 'reviewer', '--all', '--reason', 'x'], /either the name of an agent or --all/],
  [['kill', 'reviewer', '--reason', ' '], /not only spaces/],
])('%j is wrong usage', async (args, says) => {
  expect(await bma('Stopper', ...args)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(says) });
});
