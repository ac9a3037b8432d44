/** Events that can occur between the steps of a kill switch. */
import { eventually } from '../../local/support/service';
import { FunctionLoss } from './function-loss';
import { endless, type KillScenario, NOTHING } from './kill-scenario';

/** Tasks of the state machine that engages. */
export const ENGAGE_TASKS = [
  'RecordStop',
  'DisableTriggers',
  'RefuseTurns',
  'DenyRoles',
  'StopTurns',
  'CancelTurnsOfAgent',
  'CountCancelled',
  'CheckSettlements',
  'DeleteSessionsOfAgent',
  'CountDeleted',
  'ConfirmStop',
] as const;
/** Tasks of the state machine that releases. */
export const RELEASE_TASKS = ['CheckRelease', 'AllowRoles', 'AcceptTurns', 'EnableTriggers'] as const;

/** Releases, and waits until all pending turns have run. */
export async function releaseAll(scene: KillScenario): Promise<void> {
  await scene.reportOf(scene.release());
  await eventually(async () => (await scene.left()).polled === 1);
  await scene.cloud.quiet();
}

/** Tasks that don't call AWS: they count, or they end sessions in the Managed Agents service. */
const WITHOUT_CALLS: ReadonlySet<string> = new Set([
  'CancelTurnsOfAgent',
  'CountCancelled',
  'DeleteSessionsOfAgent',
  'CountDeleted',
]);

/** The execution is stopped when a task was done, during which its function was lost; then it is engaged again. */
export async function interruptedIn(scene: KillScenario, task: string, commits: readonly string[]): Promise<void> {
  await scene.send(...commits);
  await scene.working(commits.length);
  const loss = new FunctionLoss(scene.cloud);
  scene.beforeTask = (now, execution) => {
    if (execution.machine === scene.engageMachine && now === task && loss.count === 0) loss.plan(scene.controlArn, 1);
  };
  const first = scene.engage();
  scene.afterTask = (now, execution) => {
    if (execution !== first || now !== task) return;
    scene.beforeTask = () => undefined;
    loss.cancel(scene.controlArn);
    void scene.cloud.executions.stop(first);
  };
  await first.over;
  expect(first.status).toBe('ABORTED');
  expect(loss.count).toBe(WITHOUT_CALLS.has(task) ? 0 : 1);
  await scene.stop();

  expect(await scene.left()).toEqual(NOTHING);
  expect(commits.map((commit) => scene.turnsOf(commit).length)).toEqual(commits.map(() => 1));
}

/** It is engaged while it is being released, before or after a task of the release. */
export async function engagedDuring(scene: KillScenario, task: string, place: 'before' | 'after'): Promise<void> {
  await scene.stop();
  let engaging: Promise<unknown> | undefined;
  const race = (now: string, { machine }: { machine: unknown }) => {
    if (machine === scene.releaseMachine && now === task) engaging ??= scene.stop();
  };
  if (place === 'before') scene.beforeTask = race;
  else scene.afterTask = race;
  const releasing = scene.release();
  await releasing.over;
  await engaging;
  await scene.cloud.quiet();

  // To engage after the last task of a release is to engage after the release.
  if (task !== 'EnableTriggers' || place === 'before') {
    expect(['EngagedAgain', 'StillEngaging']).toContain(releasing.error?.name);
  }
  expect(await scene.left()).toEqual(NOTHING);
  const refused = scene.startTurn('Work.');
  await refused.over;
  expect(refused.output).toMatchObject({ outcome: 'Cancelled', reason: { code: 'agent-stopped' } });
}

/** Tasks of a turn, in the order of a turn that nothing disturbs. */
export const TURN_TASKS = [
  'PrepareTurn',
  'RegisterTurn',
  'JudgeInput',
  'AdmitTurn',
  'AcquireSlot',
  'PublishStarted',
  'ReadDefinition',
  'OpenSession',
  'SubmitTurn',
  'CheckTurn',
  'ReadStop',
  'RecordEnding',
  'CollectEvidence',
  'JudgeOutput',
  'RecordOutcome',
  'PublishOutcome',
  'MarkSettled',
  'CloseSession',
  'ReleaseSlot',
] as const;

/**
 * One turn stands before each of its tasks while everything is denied, and goes on before its execution is stopped.
 *
 * @returns the end of each turn by the task, and the tasks at which none stood
 */
export async function struckAt(scene: KillScenario, tasks: readonly string[], commits: readonly string[]) {
  const held = new Set<string>();
  let deny: () => void = () => undefined;
  const denied = new Promise<void>((resolve) => (deny = resolve));
  const turns = () => commits.flatMap((commit) => scene.turnsOf(commit));
  scene.beforeTask = async (now, { machine, input }) => {
    if (machine === scene.engageMachine && now === 'StopTurns') await Promise.all(turns().map(({ over }) => over));
    if (machine !== scene.turns) return;
    const task = tasks[commits.findIndex((commit) => JSON.stringify(input).includes(commit))];
    if (task !== now || held.has(now)) return;
    held.add(now);
    await denied;
  };
  scene.afterTask = (now, { machine }) => {
    if (machine === scene.engageMachine && now === 'DenyRoles') deny();
  };
  await scene.send(...commits);
  await eventually(() => Promise.resolve(held.size === tasks.length));
  await scene.stop();
  expect(await scene.left()).toEqual(NOTHING);
  return Object.fromEntries(
    tasks.map((task, index) => {
      const [{ output, status }] = scene.turnsOf(commits[index]);
      const { outcome, reason } = (output ?? {}) as { outcome?: string; reason?: { code: string } };
      return [task, [outcome ?? status, reason?.code].filter((each) => each !== undefined).join(' ')];
    }),
  );
}

/** Sends some of the events before each task that engages it, and the rest afterwards. @returns how many of them waited */
export async function eventsWhileEngaging(scene: KillScenario, commits: readonly string[]): Promise<number> {
  const unsent = [...commits];
  const each = Math.ceil(commits.length / ENGAGE_TASKS.length);
  scene.beforeTask = async (_state, { machine }) => {
    if (machine === scene.engageMachine) await scene.send(...unsent.splice(0, each));
  };
  await scene.stop();
  await scene.send(...unsent);
  await scene.cloud.quiet();
  expect(await scene.left()).toEqual(NOTHING);
  await releaseAll(scene);

  const ends = commits.map((commit) =>
    scene.turnsOf(commit).map(({ status, output }) => (output as { outcome?: string } | undefined)?.outcome ?? status),
  );
  // One turn each: it ran after the release, or before the stop, or it was stopped. None was refused or lost.
  expect(
    ends.filter(([end, ...more]) => more.length > 0 || !['Completed', 'ABORTED', 'Cancelled'].includes(end)),
  ).toEqual([]);
  const refused = commits
    .flatMap((commit) => scene.turnsOf(commit))
    .filter(({ output }) => JSON.stringify(output ?? '').includes('agent-stopped'));
  expect(refused).toEqual([]);
  expect(scene.cloud.queues.deadLetters()).toEqual([]);
  return ends.filter(([end]) => end === 'Completed').length;
}

/** Calls are throttled, fail and stay without an answer, and functions are lost, from now on. */
export function injectAll(scene: KillScenario, rate: number, random: () => number): void {
  scene.injectFaults(rate, random);
  const loss = new FunctionLoss(scene.cloud);
  const fault = () => {
    if (random() < rate) throw Object.assign(new Error('injected'), { name: 'Lambda.ServiceException' });
  };
  scene.beforeTask = (_state, { machine }) => {
    if (machine === scene.turns) return;
    // Only in tasks of its own: the tasks of many settlements would leave the function no time to answer on a slow machine.
    const isOwn = machine === scene.engageMachine || machine === scene.releaseMachine;
    if (isOwn && random() < rate) loss.plan(scene.controlArn, random() < 0.5 ? 1 : 2);
    fault();
  };
  scene.afterTask = (_state, { machine }) => {
    if (machine === scene.engageMachine || machine === scene.releaseMachine) fault();
  };
}

/** The same numbers in every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Commits that were not sent yet. */
export function commitsOf(): (count: number, of?: (index: number) => string) => string[] {
  let next = 0;
  return (count, of = endless) => Array.from({ length: count }, () => of(next++));
}
