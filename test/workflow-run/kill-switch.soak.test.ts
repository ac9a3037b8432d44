import { KillScenario, NOTHING, quick } from './support/kill-scenario';
import {
  commitsOf,
  ENGAGE_TASKS,
  engagedDuring,
  eventsWhileEngaging,
  injectAll,
  interruptedIn,
  numbers,
  RELEASE_TASKS,
  releaseAll,
} from './support/kill-trials';

/* Takes minutes: run with `npm run test:soak`. */

let scene: KillScenario;
const SESSIONS = 50;
beforeAll(async () => (scene = await KillScenario.start({ sessions: SESSIONS })));
afterAll(() => scene?.close());
afterEach(() => {
  scene.beforeTask = () => undefined;
  scene.afterTask = () => undefined;
});
const some = commitsOf();

test('50 sessions: 0 are left, 0 are started again, and 50 events that waited run once', async () => {
  const before = some(SESSIONS);
  await scene.send(...before);
  await scene.working(SESSIONS);
  const started = Date.now();
  const report = await scene.stop();
  console.info(
    `stopped ${report.turnsStopped} turns, deleted ${report.sessionsDeleted} sessions in ${Date.now() - started} ms`,
  );
  expect(report).toMatchObject({ turnsStopped: SESSIONS, sessionsDeleted: SESSIONS, left: 0 });
  expect(await scene.left()).toEqual(NOTHING);

  const meanwhile = some(SESSIONS, quick);
  await scene.send(...before, ...meanwhile);
  await scene.cloud.quiet();
  expect(await scene.left()).toEqual(NOTHING);
  await releaseAll(scene);
  expect(before.map((commit) => scene.turnsOf(commit).length)).toEqual(before.map(() => 1));
  expect(meanwhile.map((commit) => scene.turnsOf(commit).map(({ output }) => (output as any).outcome))).toEqual(
    meanwhile.map(() => ['Completed']),
  );
});

test('60 events while it is engaged', async () => {
  await eventsWhileEngaging(scene, some(60, quick));
});

test.each(ENGAGE_TASKS)('interrupted in %s, and engaged again, it comes to the same end', async (task) => {
  await interruptedIn(scene, task, some(5));
  await releaseAll(scene);
});

test.each(RELEASE_TASKS.flatMap((task) => [[task, 'before'] as const, [task, 'after'] as const]))(
  'engaged while it is being released, %s %s, it stays engaged',
  async (task, place) => {
    await engagedDuring(scene, task, place);
    await releaseAll(scene);
  },
);

test('50 sessions under faults of every call', async () => {
  injectAll(scene, 0.1, numbers(11));
  const before = some(SESSIONS);
  await scene.send(...before);
  await scene.working(SESSIONS);
  for (const kind of ['throttle', 'server-error', 'unavailable', 'conflict'] as const)
    scene.service.faults.plan(kind, 10);
  scene.ledger.plan('throttled', 3);
  await scene.stop();
  expect(await scene.left()).toEqual(NOTHING);
  await releaseAll(scene);
});
