import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runInProcess as run } from './run-in-process';
import { writeAssembly } from './written-assembly';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-impact-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

function assembly(name: string, description: string): string {
  const Properties = { AgentRuntimeName: 'hand', Description: description };
  return writeAssembly(path.join(work, name), {
    Stack: { resources: { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties } } },
  });
}

const [before, after] = [assembly('before', 'a'), assembly('after', 'b')];

test('impact says what running agents lose, and fails a check only when asked', async () => {
  const { exit, out } = await run('impact', before, after);
  expect(exit).toBe(0);
  expect(out).toMatch(/^Lost:\n {2}Stack#Runtime: The Runtime is updated \(Description\)/);
  expect((await run('impact', before, after, '--exit-code')).exit).toBe(1);
  expect(await run('impact', before, before, '--exit-code')).toMatchObject({ exit: 0, out: 'No resource changes.\n' });
});

test('the JSON form has effects and changes without whole resources', async () => {
  const { out } = await run('impact', before, after, '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({
    format: 'cdk-bedrock-managed-agents/impact/1',
    stacks: [{ stack: 'Stack', status: 'changed', changes: [{ action: 'update', properties: ['Description'] }] }],
    effects: [{ level: 'loses', kind: 'session-storage-wiped' }],
  });
  expect(out).not.toContain('AgentRuntimeName');
});

test.each([
  [['impact', before], /missing required argument 'new cdk.out'/],
  [['impact', before, work], /isn't a cloud assembly.*cdk synth/],
  [['impact', before, after, '--format', 'xml'], /Allowed: text, md, json/],
])('%j is refused', async (args, message) => {
  expect(await run(...args)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(message) });
});
