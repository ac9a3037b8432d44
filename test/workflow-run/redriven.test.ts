import { turnExecutionName } from '../../lib/contracts/turn';
import type { StateMachineDefinition } from '../../local/cloud';
import { deploy } from './support/scenario-stack';
import { WorkflowCloud } from './support/workflow-cloud';

/*
 * Somebody redrives a stopped execution whose turn the settlement has ended. Step Functions then continues it with the
 * state that was stopped, and with the input of that state.
 */

let workflow: WorkflowCloud;

beforeAll(async () => {
  const script = { rules: [{ when: {}, steps: [], answer: 'The answer' }] };
  workflow = await WorkflowCloud.withFakeCompute(deploy(), { script }, {}, { waitMs: 5 });
});
afterAll(() => workflow?.close());
afterEach(() => {
  workflow.beforeTask = () => undefined;
});

/** The machine, continued with a state of the turn's work. */
function from(state: string): StateMachineDefinition {
  const { States } = workflow.turns.definition;
  const branch = reachable({ ...States.RunTurn.Branches![0], StartAt: state });
  const RunTurn = { ...States.RunTurn, Branches: [branch] };
  return reachable({ StartAt: 'RunTurn', States: { ...States, RunTurn } });
}

/** Only the states that can follow: the interpreter refuses others. */
function reachable({ StartAt, States }: StateMachineDefinition): StateMachineDefinition {
  const found = new Set([StartAt]);
  for (const name of found) {
    const { Next, Default, Choices = [], Catch = [] } = States[name] as any;
    for (const next of [Next, Default, ...[...Choices, ...Catch].map((each) => each.Next)]) if (next) found.add(next);
  }
  return { StartAt, States: Object.fromEntries([...found].map((name) => [name, States[name]])) };
}

test.each([
  ['AdmitTurn', undefined],
  ['AcquireSlot', undefined],
  ['OpenSession', undefined],
  ['SubmitTurn', 'kept'],
  ['CheckTurn', undefined],
  ['CheckTurn', 'kept'],
])('redriven at %s, with a session that is %p, a settled turn changes nothing', async (state, sessionKey) => {
  const deduplicationKey = `redriven at ${state} ${sessionKey}`;
  const prompt = [{ text: deduplicationKey }];
  const turn = workflow.run(turnExecutionName(deduplicationKey), {
    format: 'cdk-bedrock-managed-agents/turn-request/1',
    agentName: 'reviewer',
    deduplicationKey,
    ...(sessionKey ? { sessionKey: deduplicationKey } : {}),
    trigger: { type: 'direct', id: 'test', source: 'test', time: '2026-11-28T12:00:00Z' },
    prompt,
  });
  workflow.beforeTask = (at, execution) => {
    if (at === state && execution === turn.execution) void workflow.cloud.executions.stop(execution);
  };
  await turn.execution.over;
  await workflow.cloud.quiet();
  workflow.beforeTask = () => undefined;
  expect(turn.execution.status).toBe('ABORTED');
  const published = workflow.outcomes(turn.name).map(({ Detail }) => Detail.outcome);
  expect(published).toHaveLength(1);
  const item = await workflow.item(`turn#${turn.name}`);
  const sessionId = item!['sessionId']?.S;
  const messages = () => (sessionKey && sessionId ? workflow.service.admin.turns(sessionId).length : 0);
  const before = messages();

  const redriven = workflow.run(
    `${turn.name}-redriven`.slice(5),
    {
      turn: JSON.parse(item!['prepared'].S!),
      prompt,
      screened: prompt.map((part) => ({ part, verdict: { action: 'NONE' } })),
      approval: null,
      wait: { admission: null },
      admitted: { answer: { admission: { since: Date.now(), polls: 1, waitSeconds: 1 } } },
      definition: { binding: workflow.binding },
      session: { answer: { sessionId: sessionId ?? 'none' } },
      work: { answer: { check: { polls: 0, idlePolls: 0, waitSeconds: 1, deadlineAt: Date.now() + 60_000 } } },
    },
    from(state),
  );
  await redriven.execution.over;
  await workflow.cloud.quiet();

  expect(redriven.execution.status).toBe('SUCCEEDED');
  expect(redriven.execution.tasks[0]).toBe(state);
  expect(workflow.outcomes(turn.name).map(({ Detail }) => Detail.outcome)).toEqual(published);
  expect(messages()).toBe(before);
  expect(await workflow.slotHolders()).toEqual([]);
});
