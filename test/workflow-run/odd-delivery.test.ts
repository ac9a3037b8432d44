import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ITurnStep, TurnStep } from '../../lib';
import { turnExecutionName } from '../../lib/contracts/turn';
import { deploy } from './support/scenario-stack';
import { WorkflowCloud } from './support/workflow-cloud';

/*
 * A delivery function whose result is too large for the state of an execution, or has another form than the contract
 * says. The outcome must be published, and the slot must be free afterwards, or as many such turns as there are slots
 * end the work of the agent.
 */

const DELIVERY = `exports.handler = async ({ turn }) => {
  const { bytes, as } = turn.detail.subject;
  const text = 'r'.repeat(Number(bytes));
  return as === 'reason' ? { delivered: false, reason: { code: text } }
    : as === 'number' ? { delivered: false, reason: { code: 5 } }
    : as === 'receipt' ? { delivered: true, receipt: { text } }
    : { delivered: true, [as]: text };
};`;

const work = mkdtempSync(path.join(tmpdir(), 'odd-delivery-'));
let workflow: WorkflowCloud;

beforeAll(async () => {
  const script = {
    rules: [
      { when: { contains: 'say nothing' }, steps: [], answer: '' },
      { when: {}, steps: [], answer: 'The answer' },
    ],
  };
  writeFileSync(path.join(work, 'index.js'), DELIVERY);
  const delivery: ITurnStep = {
    bind: (scope, host) => {
      const code = Code.fromAsset(work);
      const mine = new LambdaFunction(scope, 'Mine', { code, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });
      return TurnStep.fromFunction(mine).bind(scope, host);
    },
  };
  workflow = await WorkflowCloud.withFakeCompute(deploy({ delivery }), { script }, {}, { waitMs: 5 });
});

afterAll(async () => {
  await workflow?.close();
  rmSync(work, { recursive: true, force: true });
});
afterEach(() => {
  workflow.beforeTask = () => undefined;
});

let count = 0;
function start(as: string, bytes: number, text = 'Review.') {
  const deduplicationKey = `event-${++count}`;
  return workflow.run(turnExecutionName(deduplicationKey), {
    format: 'cdk-bedrock-managed-agents/turn-request/1',
    agentName: 'reviewer',
    deduplicationKey,
    trigger: { type: 'direct', id: 'test', source: 'test', time: '2026-11-28T12:00:00Z' },
    subject: { as, bytes: String(bytes) },
    prompt: [{ text }],
  });
}

function settlementOf(name: string) {
  return workflow.cloud.executions.all.find(
    ({ machine, input }) => machine === workflow.settlement && (input as any).detail.name === name,
  );
}

const TOO_LARGE: readonly (readonly [string, number])[] = [
  ['receipt', 100_000],
  ['reason', 100_000],
  ['receipt', 262_000],
  ['other', 262_120],
  ['other', 300_000],
];

/** What the agent's bus got for a turn whose delivery failed. */
function expectFailedDelivery(name: string) {
  const published = workflow.outcomes(name).map(({ Detail }) => Detail);
  expect(published.map(({ outcome, reason }) => [outcome, reason?.code])).toEqual([['Failed', 'delivery-failed']]);
  expect(published[0].reason?.message).toMatch(/is not published/);
  expect(JSON.stringify(published)).not.toMatch(/The answer\b(?! of the)|rrr/);
}

test.each(TOO_LARGE)('%s of %d bytes: the turn fails, publishes no output, and frees its slot', async (as, bytes) => {
  const { name, execution } = start(as, bytes);
  await execution.over;
  await workflow.cloud.quiet();

  expect(execution.status).toBe('SUCCEEDED');
  expect(settlementOf(name)).toBeUndefined();
  expectFailedDelivery(name);
  expect(await workflow.slotHolders()).toEqual([]);
});

test.each(TOO_LARGE)('%s of %d bytes: the same when the turn is stopped while its delivery runs', async (as, bytes) => {
  const turn = start(as, bytes);
  let isStopped = false;
  workflow.beforeTask = (state, execution) => {
    if (state !== 'DeliverOutput' || execution.name !== turn.name || isStopped) return;
    isStopped = true;
    void workflow.cloud.executions.stop(execution);
  };
  await turn.execution.over;
  await workflow.cloud.quiet();

  expect(turn.execution.status).toBe('ABORTED');
  expect(settlementOf(turn.name)).toMatchObject({ status: 'SUCCEEDED' });
  expectFailedDelivery(turn.name);
  expect(await workflow.slotHolders()).toEqual([]);
});

test('what a delivery answers beside its members is not kept', async () => {
  const { result } = start('other', 200_000);
  expect(await result).toMatchObject({ outcome: 'Completed', output: [{ text: 'The answer' }] });
});

test.each(['PublishOutcome', 'ReleaseSlot'])(
  'an execution that fails at %s after the delivery keeps its outcome, and is not delivered again',
  async (failing) => {
    const turn = start('receipt', 10);
    workflow.beforeTask = (state, execution) => {
      if (state === failing && execution.name === turn.name) throw new Error('injected');
      if (state === 'MarkSettled' && execution.name === turn.name) throw new Error('injected');
    };
    await turn.execution.over;
    await workflow.cloud.quiet();

    expect(turn.execution.status).toBe('FAILED');
    expect(settlementOf(turn.name)).toMatchObject({ status: 'SUCCEEDED' });
    const tasks = [...turn.execution.tasks, ...settlementOf(turn.name)!.tasks];
    expect(tasks.filter((state) => state === 'DeliverOutput')).toHaveLength(1);
    for (const { Detail } of workflow.outcomes(turn.name)) {
      expect(Detail).toMatchObject({
        outcome: 'Completed',
        output: [{ text: 'The answer' }],
        delivery: { text: 'rrrrrrrrrr' },
      });
    }
    expect(workflow.outcomes(turn.name)).toHaveLength(failing === 'ReleaseSlot' ? 2 : 1);
    expect(await workflow.slotHolders()).toEqual([]);
  },
);

test('a slot that cannot be released does not keep the settlement from publishing, and fails it', async () => {
  const turn = start('receipt', 10);
  workflow.beforeTask = (state, execution) => {
    if (state === 'CheckTurn' && execution.name === turn.name) void workflow.cloud.executions.stop(execution);
    if (state === 'ReleaseSlot') throw new Error('injected');
  };
  await turn.execution.over;
  await workflow.cloud.quiet();

  expect(workflow.outcomes(turn.name)).toHaveLength(1);
  const settlement = settlementOf(turn.name)!;
  expect(settlement).toMatchObject({ status: 'FAILED' });
  // Started again, as the alarm says.
  workflow.beforeTask = () => undefined;
  await workflow.cloud.executions.start(workflow.settlement.arn, `${settlement.name}-again`, settlement.input).over;
  expect(workflow.outcomes(turn.name)).toHaveLength(1);
  expect(await workflow.slotHolders()).toEqual([]);
});

test('a refusal whose code is no text is a delivery that failed', async () => {
  const { result } = start('number', 0);
  expect(await result).toMatchObject({ outcome: 'Failed', reason: { code: 'delivery-failed' } });
});

test('a turn without an answer is not completed: nothing was delivered', async () => {
  const turn = start('receipt', 10, 'say nothing');
  expect(await turn.result).toMatchObject({ outcome: 'Failed', reason: { code: 'no-final-answer' } });
  expect(turn.execution.tasks).not.toContain('DeliverOutput');
});
