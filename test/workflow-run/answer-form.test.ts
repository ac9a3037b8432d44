import { FinalAnswer } from '../../lib';
import { turnExecutionName, type TurnRequest } from '../../lib/contracts/turn';
import { readScript } from '../../local';
import { deploy } from './support/scenario-stack';
import { WorkflowCloud } from './support/workflow-cloud';

/*
 * A workflow that takes one JSON document as the final answer, run by the synthesized machine: what happens to an answer with
 * prose in it, and that an agent is asked again once and never twice.
 */

const AGAIN = 'Answer once more with the JSON document';
const PROSE = 'I looked at everything. It is fine, as far as I can tell.';
const DOCUMENT = '{"format":"review/1","summary":"fine","findings":[]}';

let workflow: WorkflowCloud;

beforeAll(async () => {
  workflow = await WorkflowCloud.withFakeCompute(deploy({ finalAnswer: FinalAnswer.jsonDocument() }), {
    script: readScript({
      rules: [
        { when: { contains: AGAIN, turn: 2 }, answer: DOCUMENT },
        { when: { contains: AGAIN }, answer: `Sorry. ${PROSE}` },
        { when: { contains: 'bare' }, answer: DOCUMENT },
        { when: { contains: 'fenced' }, answer: `Here it is:\n\n\`\`\`json\n${DOCUMENT}\n\`\`\`\n\nAnything else?` },
        { when: { contains: 'two' }, answer: `\`\`\`json\n${DOCUMENT}\n\`\`\`\nor\n\`\`\`json\n{}\n\`\`\`` },
        { answer: PROSE },
      ],
    }),
  });
});

afterAll(() => workflow?.close());

beforeEach(() => {
  workflow.beforeTask = workflow.afterTask = () => undefined;
  workflow.cloud.guardrail.screened.length = 0;
});

function request(text: string, more: Partial<TurnRequest> = {}): TurnRequest {
  return {
    format: 'cdk-bedrock-managed-agents/turn-request/1',
    agentName: 'reviewer',
    deduplicationKey: `${expect.getState().currentTestName} ${text}`,
    // Kept after the turn, so that the session can be read.
    sessionKey: `${expect.getState().currentTestName} ${text}`,
    trigger: { type: 'event', id: 'OnEvent', source: 'example', time: '2026-11-28T12:00:00Z' },
    prompt: [{ text }],
    ...more,
  };
}

async function turn(text: string, more: Partial<TurnRequest> = {}) {
  const input = request(text, more);
  const name = turnExecutionName(input.deduplicationKey);
  const result = await workflow.run(name, input).result;
  expect(await workflow.slotHolders()).toEqual([]);
  return { name, result, messages: workflow.service.admin.turns(result.sessionId).map(({ message }) => message) };
}

const answerOf = (result: { output: { text: string }[] }) => result.output.map(({ text }) => text).join('');

test.each(['bare', 'fenced'])('an answer that holds one document is taken as it is: %s', async (text) => {
  const { result, messages } = await turn(text);
  expect(result.outcome).toBe('Completed');
  expect(answerOf(result)).toContain(DOCUMENT);
  expect(messages).toEqual([text]);
});

test.each(['prose', 'two'])(
  'an answer without one document is asked for again, in the same session: %s',
  async (text) => {
    const { result, messages, name } = await turn(text);
    expect(result.outcome).toBe('Completed');
    expect(answerOf(result)).toBe(DOCUMENT);
    expect(messages).toEqual([text, expect.stringContaining(AGAIN)]);

    // The evidence holds both turns of the service, in their order; only the second answer was screened and published.
    const manifest = JSON.parse(await workflow.text(result.evidence.manifestKey));
    const items = (await workflow.text(manifest.items.key))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(items.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(manifest.items).toMatchObject({ count: 4, complete: true });
    expect(manifest.answerRequest.turnId).toBe(items[2].turn_id);
    expect(manifest.session.turnId).toBe(items[0].turn_id);
    expect(workflow.outcomes(name)).toHaveLength(1);
    expect(workflow.cloud.guardrail.screened.map(({ text: screened }) => screened)).toEqual([text, DOCUMENT]);
  },
);

test('an agent is never asked a third time', async () => {
  const key = { sessionKey: 'one conversation' };
  await turn('bare', key);
  const { result, messages } = await turn('prose', key);
  expect(messages).toEqual(['bare', 'prose', expect.stringContaining(AGAIN)]);
  expect(answerOf(result)).toContain('Sorry.');
});

test('a step that fails before or after it asked again does not ask twice', async () => {
  const failed = new Set<string>();
  const failOnce = (when: string) => (state: string) => {
    if (state !== 'AskAgain' || failed.has(when)) return;
    failed.add(when);
    throw Object.assign(new Error('injected'), { name: 'Lambda.ServiceException' });
  };
  workflow.beforeTask = failOnce('before');
  workflow.afterTask = failOnce('after');
  const { result, messages } = await turn('prose');
  expect(failed.size).toBe(2);
  expect(messages).toHaveLength(2);
  expect(answerOf(result)).toBe(DOCUMENT);
});

test('a turn that was stopped meanwhile sends no second message', async () => {
  workflow.beforeTask = (state, execution) => {
    if (state !== 'AskAgain') return;
    void workflow.cloud.executions.stop(execution);
    throw Object.assign(new Error('stopped'), { name: 'Lambda.ServiceException' });
  };
  const input = request('prose');
  const name = turnExecutionName(input.deduplicationKey);
  await workflow.run(name, input).result.catch(() => undefined);
  await workflow.settled(name);
  const [{ Detail }] = workflow.outcomes(name);
  expect(Detail.outcome).toBe('Cancelled');
  // As a function that was slower than the settlement.
  const record = await workflow.item(`turn#${name}`);
  const payload = {
    turn: JSON.parse(record!['prepared'].S!) as unknown,
    sessionId: Detail.sessionId as string,
    prompt: [],
    message: 'answer-request',
  };
  expect(await workflow.invoke('SubmitTurnFunction', payload)).toMatchObject({ status: 'ended' });
  expect(workflow.service.admin.turns(Detail.sessionId).map(({ message }) => message)).toEqual(['prose']);
});

test('a turn with no time left is not asked again: whoever takes the answer refuses it', async () => {
  const { messages, result } = await turn('prose', { deadlineSeconds: 20 });
  expect(messages).toEqual(['prose']);
  expect(answerOf(result)).toBe(PROSE);
});
