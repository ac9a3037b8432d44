import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { AgentCoreEnvironment, type ITurnStep, TurnStep } from '../../lib';
import { turnExecutionName, type TurnRequest, type TurnSubject } from '../../lib/contracts/turn';
import { readScript } from '../../local';
import { deploy } from './support/scenario-stack';
import { WorkflowCloud } from './support/workflow-cloud';

/*
 * Functions that a user writes around the turn, run by the synthesized machines: what they may do, and what happens when
 * they refuse, break or answer nonsense. What they do is told by the subject of the request.
 */

const STAGING = `
const seen = new Set();
exports.handler = async ({ turn, prompt }) => {
  switch (turn.detail.subject.staging) {
    case 'add': return { accepted: true, prompt: [...prompt, { text: ' Source staged for ' + turn.detail.subject.commit }] };
    case 'join': return { accepted: true, sessionKey: 'incident-1' };
    case 'replace': return { accepted: true, replacesOlderTurns: true };
    case 'close': return { accepted: false, reason: { code: 'superseded' }, replacesOlderTurns: true };
    case 'refuse': return { accepted: false, reason: { code: 'no-changes', message: 'Nothing changed' } };
    case 'break': throw new Error('disk full');
    case 'lie': return { accepted: 'certainly' };
    case 'flaky': if (!seen.has(turn.name)) { seen.add(turn.name); throw Object.assign(new Error('later'), { name: 'TransientStepError' }); }
    default: return { accepted: true };
  }
};`;
const DELIVERY = `
const seen = new Set();
exports.handler = async ({ turn, output, evidence }) => {
  const text = output.map((part) => part.text).join('');
  switch (turn.detail.subject.delivery) {
    case 'receipt': return { delivered: true, receipt: { characters: text.length, manifest: evidence.manifestKey } };
    case 'refuse': return { delivered: false, reason: { code: 'review-invalid' } };
    case 'break': throw new Error('host down');
    case 'nothing': return {};
    case 'flaky': if (!seen.has(turn.name)) { seen.add(turn.name); throw Object.assign(new Error('later'), { name: 'TransientStepError' }); }
    default: return { delivered: true };
  }
};`;

const COMPUTE = `
const asked = new Map();
exports.handler = async ({ turn, sessionId }) => {
  const times = (asked.get(sessionId) ?? 0) + 1;
  asked.set(sessionId, times);
  switch (turn.detail.subject.compute) {
    case 'slow': return times < 3 ? { status: 'starting', waitSeconds: 1 } : { status: 'ready' };
    case 'full': return { status: 'ended', ending: { outcome: 'Failed', reason: { code: 'no-capacity' } } };
    case 'break': throw new Error('quota');
    case undefined: return { status: 'ready' };
    // Any other answer, as JSON.
    default: return JSON.parse(decodeURIComponent(turn.detail.subject.compute));
  }
};`;

const work = mkdtempSync(path.join(tmpdir(), 'turn-steps-'));
let workflow: WorkflowCloud;

function made(scope: Construct, source: string) {
  const directory = mkdtempSync(path.join(work, 'step-'));
  writeFileSync(path.join(directory, 'index.js'), source);
  const code = Code.fromAsset(directory);
  return new LambdaFunction(scope, 'Mine', { code, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });
}

function step(source: string): ITurnStep {
  return { bind: (scope, host) => TurnStep.fromFunction(made(scope, source)).bind(scope, host) };
}

/** Compute that the workflow has to start, as that of a service that only waits for hosts. */
class StartedEnvironment extends AgentCoreEnvironment {
  override bindCompute(scope: Construct) {
    return made(scope, COMPUTE);
  }
}

beforeAll(async () => {
  const script = readScript({
    rules: [
      { when: { contains: 'for ever' }, steps: [{ wait: 120 }], answer: 'never' },
      { answer: 'Answer to: {{input}}' },
    ],
  });
  const deployed = deploy(
    { staging: step(STAGING), delivery: step(DELIVERY) },
    undefined,
    (stack, baseline) => new StartedEnvironment(stack, 'Environment', { baseline }),
  );
  workflow = await WorkflowCloud.withFakeCompute(deployed, { script });
});

afterAll(async () => {
  await workflow?.close();
  rmSync(work, { recursive: true, force: true });
});

let count = 0;
const request = (subject: TurnSubject, more: Partial<TurnRequest> = {}): TurnRequest => ({
  format: 'cdk-bedrock-managed-agents/turn-request/1',
  agentName: 'reviewer',
  deduplicationKey: `event-${++count}`,
  trigger: { type: 'pull-request', id: 'OnPullRequest', source: 'aws.codecommit', time: '2026-11-23T12:00:00Z' },
  subject,
  prompt: [{ text: 'Review.' }],
  ...more,
});

async function turn(subject: TurnSubject, more: Partial<TurnRequest> = {}) {
  const input = request(subject, more);
  const name = turnExecutionName(input.deduplicationKey);
  workflow.cloud.guardrail.screened.length = 0;
  const result = await workflow.run(name, input).result;
  expect(await workflow.slotHolders()).toEqual([]);
  expect(workflow.outcomes(name)).toHaveLength(1);
  return { name, result, screened: workflow.cloud.guardrail.screened.map(({ text }) => text) };
}

test('what staging adds is screened and reaches the agent; facts of the event stand in the outcome, not in the prompt', async () => {
  const subject = { staging: 'add', commit: 'c0ffee1', pullRequestId: '42' };
  const { result, screened } = await turn(subject);
  expect(result).toMatchObject({ outcome: 'Completed', subject });
  expect(result.output[0].text).toBe('Answer to: Review. Source staged for c0ffee1');
  expect(screened.slice(0, 2)).toEqual(['Review.', ' Source staged for c0ffee1']);
  expect(result.output[0].text).not.toContain('42');
});

test('the guardrail judges what others wrote, and the agent reads everything in its order', async () => {
  workflow.cloud.guardrail.judge = (_source, text) => (text.includes('@') ? 'MASKED' : 'NONE');
  const { result, screened } = await turn(
    { staging: 'add', commit: 'c0ffee1' },
    {
      prompt: [
        { text: 'Ignore no rule. Title: ', trusted: true },
        { text: 'mail a@b.c' },
        { text: ' End. ', trusted: true },
      ],
    },
  );
  workflow.cloud.guardrail.judge = () => 'NONE';
  const answer = 'Answer to: Ignore no rule. Title: mail {EMAIL} End.  Source staged for c0ffee1';
  expect(result.output[0].text).toBe(answer);
  expect(screened).toEqual(['mail a@b.c', ' Source staged for c0ffee1', answer]);
});

test('of a prompt without a word of others, the id of the trigger is judged, and its answer', async () => {
  const { result, screened } = await turn({ staging: 'none' }, { prompt: [{ text: 'Review.', trusted: true }] });
  expect(result.outcome).toBe('Completed');
  expect(screened).toEqual(['OnPullRequest', 'Answer to: Review.']);
});

test('a mark of another form refuses the request, so that nothing passes unjudged by accident', async () => {
  const { result } = await turn({ staging: 'none' }, { prompt: [{ text: 'Review.', trusted: 'no' as never }] });
  expect(result).toMatchObject({ outcome: 'Rejected', reason: { code: 'request-invalid' } });
});

describe('a turn that replaces older turns of its conversation', () => {
  const begin = (staging: string, text: string) => {
    const input = request({ staging }, { sessionKey: 'pull request 7', prompt: [{ text }] });
    return workflow.run(turnExecutionName(input.deduplicationKey), input);
  };
  /** A turn whose message is sent. */
  const running = async (text: string) => {
    let mine: ReturnType<typeof begin> | undefined;
    await new Promise<void>((resolve) => {
      workflow.afterTask = (state, execution) => {
        if (state === 'SubmitTurn' && execution.name === mine?.name) resolve();
      };
      mine = begin('replace', text);
    });
    workflow.afterTask = () => undefined;
    return mine!;
  };
  const superseded = { outcome: 'Cancelled', reason: { code: 'superseded' } };
  beforeEach(() => (count += 1));

  test('a new push ends the review that runs and the one that waits, and is reviewed itself', async () => {
    const first = await running('Work for ever: first push.');
    const second = begin('accept', 'second push');
    const third = begin('replace', 'third push');
    expect(await first.result).toMatchObject(superseded);
    expect(await second.result).toMatchObject(superseded);
    expect(await third.result).toMatchObject({ outcome: 'Completed' });
    // The work of the first was stopped in the service, too, and the third came into its session.
    const messages = workflow.service.admin.turns((await third.result).sessionId).map(({ message }) => message);
    expect(messages).toEqual(['Work for ever: first push.', 'third push']);
    expect(await workflow.slotHolders()).toEqual([]);
  });

  test('a close ends the review that runs, and starts none', async () => {
    const first = await running('Work for ever: to be closed.');
    expect(await begin('close', 'closed').result).toMatchObject({
      outcome: 'Rejected',
      reason: { code: 'superseded' },
    });
    expect(await first.result).toMatchObject(superseded);
    expect(workflow.outcomes(first.name)).toHaveLength(1);
  });

  test('turns that begin later, and those of other conversations, are left alone', async () => {
    await begin('close', 'closed').result;
    const { result } = await turn({ staging: 'none' }, { sessionKey: 'pull request 8' });
    expect(result.outcome).toBe('Completed');
    // A record of a turn that began earlier than this one does not end it.
    await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
    expect(await begin('none', 'reopened').result).toMatchObject({ outcome: 'Completed' });
  });
});

test('staging may name the conversation: later turns resume it whatever their request says', async () => {
  const first = await turn({ staging: 'join' });
  const second = await turn({ staging: 'join' }, { sessionKey: 'something-else' });
  expect(second.result.sessionId).toBe(first.result.sessionId);
  expect(second.result.sessionKey).toBe('incident-1');
});

test('staging refuses a turn before anything is screened or opened', async () => {
  const { result, screened, name } = await turn({ staging: 'refuse' });
  expect(result).toMatchObject({ outcome: 'Rejected', reason: { code: 'no-changes', message: 'Nothing changed' } });
  expect(result.sessionId).toBeUndefined();
  expect(screened).toEqual([]);
  expect(JSON.parse(await workflow.text(result.evidence.manifestKey))).toMatchObject({ session: null });
  expect(name).toBe(result.turn.name);
});

test.each(['break', 'lie'])('staging that does not answer as it should fails the turn: %s', async (staging) => {
  const { result, screened } = await turn({ staging });
  expect(result).toMatchObject({ outcome: 'Failed', reason: { code: 'staging-failed' } });
  expect(JSON.stringify(result)).not.toContain('disk full');
  expect(screened).toEqual([]);
});

test('both steps are repeated when they ask for it', async () => {
  const { result } = await turn({ staging: 'flaky', delivery: 'flaky' });
  expect(result).toMatchObject({ outcome: 'Completed' });
});

test('the receipt of a delivery stands in the outcome', async () => {
  const { result } = await turn({ delivery: 'receipt' });
  expect(result).toMatchObject({
    outcome: 'Completed',
    delivery: { characters: 'Answer to: Review.'.length, manifest: result.evidence.manifestKey },
  });
});

test.each([
  ['refuse', 'review-invalid'],
  ['break', 'delivery-failed'],
  ['nothing', 'delivery-failed'],
])('an output that is not delivered is not published: %s', async (delivery, code) => {
  const { result, name } = await turn({ delivery });
  expect(result).toMatchObject({ outcome: 'Failed', reason: { code } });
  expect(JSON.stringify(workflow.outcomes(name))).not.toContain('Answer to');
  const outcome = JSON.parse(await workflow.text(`turns/${name}/outcome.json`));
  expect(outcome.output[0].verdict).toEqual({ action: 'NONE' });
});

test('a blocked output never reaches the delivery', async () => {
  workflow.cloud.guardrail.judge = (source) => (source === 'OUTPUT' ? 'BLOCKED' : 'NONE');
  const { result } = await turn({ delivery: 'receipt' });
  workflow.cloud.guardrail.judge = () => 'NONE';
  expect(result).toMatchObject({ outcome: 'Rejected', reason: { code: 'output-blocked' } });
  expect(result.delivery).toBeUndefined();
});

test('no message is sent before the compute of the session is ready', async () => {
  const states: string[] = [];
  workflow.beforeTask = (state) => states.push(state);
  const { result } = await turn({ compute: 'slow' });
  workflow.beforeTask = () => undefined;
  expect(result).toMatchObject({ outcome: 'Completed' });
  const [open, submit] = [states.indexOf('OpenSession'), states.indexOf('SubmitTurn')];
  expect(states.slice(open + 1, submit)).toEqual(['StartCompute', 'StartCompute', 'StartCompute']);
});

test.each([
  ['full', 'no-capacity'],
  ['break', 'workflow-error'],
])('without compute no message is sent, and the turn says why: %s', async (compute, code) => {
  const states: string[] = [];
  workflow.beforeTask = (state) => states.push(state);
  const { result } = await turn({ compute });
  workflow.beforeTask = () => undefined;
  expect(result).toMatchObject({ outcome: 'Failed', reason: { code } });
  expect(states).toContain('StartCompute');
  expect(states).not.toContain('SubmitTurn');
});

const ENDED = { outcome: 'Failed', reason: { code: 'no-capacity' } };
test.each([
  ['starting without a wait', { status: 'starting' }],
  ['a wait of no time, which would never end', { status: 'starting', waitSeconds: 0 }],
  ['a wait as text', { status: 'starting', waitSeconds: '5' }],
  ['a wait of a day', { status: 'starting', waitSeconds: 86_400 }],
  ['an end without an ending', { status: 'ended' }],
  ['an end as completed', { status: 'ended', ending: { ...ENDED, outcome: 'Completed' } }],
  ['an end as nothing that exists', { status: 'ended', ending: { ...ENDED, outcome: 'Done' } }],
  ['an end whose outcome is no text', { status: 'ended', ending: { ...ENDED, outcome: 1 } }],
  ['an end without a reason', { status: 'ended', ending: { outcome: 'Failed' } }],
  ['an end whose code is no text', { status: 'ended', ending: { ...ENDED, reason: { code: 1 } } }],
  ['another status', { status: 'busy' }],
  ['a status that is no text', { status: 1 }],
  ['nothing', null],
])('an answer of the compute function is checked before it is used: %s', async (_what, answer) => {
  const { result } = await turn({ compute: encodeURIComponent(JSON.stringify(answer)) });
  expect(result).toMatchObject({ outcome: 'Failed', reason: { code: 'compute-answer-invalid' } });
});

test('an ending of the compute function replaces no other member of the outcome event', async () => {
  const ending = { ...ENDED, output: [{ text: 'unscreened' }], agentName: 'other', sessionId: 'other' };
  const { result } = await turn({ compute: encodeURIComponent(JSON.stringify({ status: 'ended', ending })) });
  expect(result).toMatchObject({ ...ENDED, agentName: 'reviewer' });
  expect(result.sessionId).not.toBe('other');
  expect(result.output).toBeUndefined();
});
