import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runInProcess as run } from './run-in-process';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-impact-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

function assembly(name: string, description: string): string {
  const directory = path.join(work, name);
  fs.mkdirSync(directory);
  const Properties = { AgentRuntimeName: 'hand', Description: description };
  const artifacts = {
    Stack: {
      type: 'aws:cloudformation:stack',
      environment: 'aws://111111111111/us-east-1',
      properties: { templateFile: 'Stack.template.json' },
    },
  };
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
  fs.writeFileSync(
    path.join(directory, 'Stack.template.json'),
    JSON.stringify({ Resources: { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties } } }),
  );
  return directory;
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
