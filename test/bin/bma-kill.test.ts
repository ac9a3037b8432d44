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
