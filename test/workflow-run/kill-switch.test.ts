import type { Execution } from '../../local/cloud';
import { KillScenario, NOTHING, quick } from './support/kill-scenario';
import {
  commitsOf,
  engagedDuring,
  eventsWhileEngaging,
  injectAll,
  interruptedIn,
  numbers,
  releaseAll,
  struckAt,
  TURN_TASKS,
} from './support/kill-trials';

/*
 * The kill switch as it is synthesized, on the local account: its state machines, its functions, its permissions. Every
 * interruption, and 50 sessions: kill-switch.soak.test.ts.
 */

let scene: KillScenario;
beforeAll(async () => (scene = await KillScenario.start({ sessions: 20 })));
afterAll(() => scene?.close());
afterEach(() => {
  scene.beforeTask = () => undefined;
  scene.afterTask = () => undefined;
});
const some = commitsOf();

test('everything is stopped, events wait and run once after the release, and nothing is started again', async () => {
  const before = some(3);
  await scene.send(...before);
  await scene.working(3);
  const report = await scene.stop();

  expect(await scene.left()).toEqual(NOTHING);
  expect(report).toMatchObject({
    agents: ['reviewer'],
    stop: { reason: 'test' },
    turnsStopped: 3,
    sessionsDeleted: 3,
    left: 0,
  });
  expect(report.unproven.join()).toMatch(/id that the service does not provide/);
  const ended = scene.cloud.outcomes().map(({ Detail }) => Detail);
  expect(ended).toEqual(
    before.map(() =>
      expect.objectContaining({
        outcome: 'Cancelled',
        reason: { code: 'stopped', message: expect.stringMatching(/^The agent was stopped at \S+: test\. /) },
        evidence: expect.anything(),
      }),
    ),
  );

  const meanwhile = some(4, quick);
  await scene.send(...before, ...meanwhile);
  const refused = scene.startTurn('Work.');
  await refused.over;
  await scene.cloud.quiet();
  expect(refused.output).toMatchObject({
    outcome: 'Cancelled',
    reason: { code: 'agent-stopped', message: expect.stringContaining('test') },
  });
  expect(meanwhile.flatMap((commit) => scene.turnsOf(commit))).toEqual([]);
  expect(await scene.left()).toEqual(NOTHING);

  await releaseAll(scene);
  expect(meanwhile.map((commit) => scene.turnsOf(commit).map(({ output }) => (output as any).outcome))).toEqual(
    meanwhile.map(() => ['Completed']),
  );
  expect(before.map((commit) => scene.turnsOf(commit).length)).toEqual(before.map(() => 1));
  expect(scene.cloud.queues.deadLetters()).toEqual([]);
});

test('events that come while it is engaged wait, or their turn was stopped: none is refused and none is lost', async () => {
  expect(await eventsWhileEngaging(scene, some(15, quick))).toBeGreaterThan(5);
});

test('wherever a turn is struck, it ends as stopped or as what it was before, and never as failed', async () => {
  const ends = await struckAt(scene, TURN_TASKS, some(TURN_TASKS.length, quick));
  const admission = TURN_TASKS.indexOf('AdmitTurn');
  const ended = TURN_TASKS.indexOf('RecordEnding');
  expect(ends).toEqual(
    Object.fromEntries(
      TURN_TASKS.map((task, index) => [
        task,
        index <= admission ? 'Cancelled agent-stopped' : index < ended ? 'Cancelled stopped' : 'Completed',
      ]),
    ),
  );
  await releaseAll(scene);
});

test('until new turns are refused, an answer counts, and a failure is taken for one of the stop', async () => {
  const turns: Execution[] = [];
  scene.beforeTask = async (state, execution) => {
    if (state === 'DisableTriggers' && turns.length === 0)
      turns.push(scene.startTurn('Work.'), scene.startTurn('Fail.'));
    if (state === 'RefuseTurns') await Promise.all(turns.map(({ over }) => over));
    if (state === 'OpenSession' && execution === turns[1]) throw new Error('denied');
  };
  await scene.stop();
  expect(turns.map(({ output }) => (output as any).outcome)).toEqual(['Completed', 'Cancelled']);
  await releaseAll(scene);
});

test.each(['DisableTriggers', 'DenyRoles', 'StopTurns', 'DeleteSessionsOfAgent'])(
  'interrupted in %s, and engaged again, it comes to the same end',
  async (task) => {
    await interruptedIn(scene, task, some(1));
    await releaseAll(scene);
  },
);

test('to engage twice, also at once, is harmless', async () => {
  await scene.send(...some(2));
  await scene.working(2);
  await Promise.all([scene.engage('first'), scene.engage('second')].map((each) => scene.reportOf(each)));
  await scene.stop();

  expect(await scene.left()).toEqual(NOTHING);
  await releaseAll(scene);
});

test('a release while it is being engaged is refused, and says why', async () => {
  let hold: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (hold = resolve));
  scene.beforeTask = (state) => (state === 'StopTurns' ? held : undefined);
  const engaging = scene.engage();
  const refused = scene.release();
  await refused.over;

  expect(refused).toMatchObject({ status: 'FAILED', error: { name: 'StillEngaging' } });
  expect(refused.error!.message).toContain(`${engaging.arn} is still stopping agents. Wait for its end`);
  hold();
  await scene.reportOf(engaging);
  expect(await scene.left()).toEqual(NOTHING);
  await releaseAll(scene);
});

test.each([
  ['AllowRoles', 'before'],
  ['AcceptTurns', 'after'],
  ['EnableTriggers', 'before'],
] as const)('engaged while it is being released, %s %s, it stays engaged', async (task, place) => {
  await engagedDuring(scene, task, place);
  await releaseAll(scene);
});

test('an alarm engages it, with its name as the reason', async () => {
  await scene.send(...some(1));
  await scene.working(1);
  expect(await scene.cloud.alarm('Burn')).toEqual([]);
  await scene.cloud.quiet();

  expect(await scene.left()).toEqual(NOTHING);
  const engaged = scene.cloud.executions.all.filter(({ machine }) => machine === scene.engageMachine).at(-1);
  expect(engaged?.output).toMatchObject({ stop: { reason: expect.stringMatching(/^Alarm .*Burn/) } });
  await releaseAll(scene);
});

test('its roles were denied nothing, and used every permission that they have', () => {
  const { policies } = scene.cloud;
  const others = policies.denials.filter(({ decision }) => !/\(KillSwitchDenyEverything/.test(decision.reason));
  expect(others.map(({ decision }) => decision.reason)).toEqual([]);

  const unused = scene.account
    .all('AWS::IAM::Role')
    .filter(({ id }) => id.startsWith('KillSwitch'))
    .flatMap(({ id }) => {
      const { arn } = policies.role(id)!;
      const used = new Set(
        [...policies.decisions.values()].filter(({ caller }) => caller === arn).map(({ action }) => action),
      );
      return (
        scene.account
          .identityPolicies(id)
          .flatMap(({ policy }) => policy.Statement)
          .filter(({ Effect }) => Effect === 'Allow')
          .flatMap(({ Action }) => [Action].flat() as string[])
          // Of the key of a table, what DynamoDB is documented to need: more than it uses here.
          .filter((action) => !used.has(action) && !action.startsWith('kms:'))
          .map((action) => `${id} ${action}`)
      );
    });
  expect(unused).toEqual([]);
});

test('throttled, broken and unanswered calls delay it and change nothing', async () => {
  injectAll(scene, 0.08, numbers(3));
  scene.service.faults.plan('throttle', 2);
  scene.service.faults.plan('server-error', 2);
  const [slow, waits] = [some(3), some(2, quick)];
  await scene.send(...slow);
  await scene.working(3);
  scene.ledger.plan('throttled', 2);
  await scene.stop();
  expect(await scene.left()).toEqual(NOTHING);

  await scene.send(...waits);
  await releaseAll(scene);
  expect(waits.map((commit) => scene.turnsOf(commit).map(({ output }) => (output as any).outcome))).toEqual(
    waits.map(() => ['Completed']),
  );
});
