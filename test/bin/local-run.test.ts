import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { readCloudAssembly } from '../../bin/cloud-assembly';
import { runLocally } from '../../bin/local-run';
import { readLocalScenario } from '../../bin/local-scenario';
import { terminalStyle } from '../../bin/terminal-style';
import { addCiPipelineAgent } from '../../examples/ci-pipeline-agent';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'local-run-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

const root = path.resolve(__dirname, '../..');

/** One local run of the example under the policies it synthesizes, by the given role. */
async function run(caller: string) {
  const app = new App({ outdir: path.join(work, caller) });
  addCiPipelineAgent(app, { account: '111122223333', region: 'us-east-1' });
  const { directory } = app.synth();
  const lines: string[] = [];
  const completed = await runLocally({
    stack: readCloudAssembly(directory).find(({ name }) => name === 'CiPipelineAgent')!,
    assembly: directory,
    caller,
    scenario: readLocalScenario(path.join(root, 'examples/ci-pipeline-agent/local-scenario.yaml')),
    evidence: path.join(work, 'evidence'),
    imagePaths: { '/opt/agent': path.join(root, 'assets', 'image') },
    style: terminalStyle({}, {}),
    print: (line) => lines.push(line),
  });
  return { completed, output: lines.join('\n') };
}

test('the pipeline role runs a turn: real commands, their exit codes, the answer, and evidence with its hash', async () => {
  const { completed, output } = await run('PipelineRole');
  expect(completed).toBe(true);
  expect(output).toMatch(/node refund\.test\.js {2}exit 1/);
  expect(output).toContain('2 !== 3');
  expect(output).toMatch(/Shown by: `node refund\.test\.js`, exit code 1/);
  const items = fs.readFileSync(path.join(work, 'evidence', 'items.jsonl'), 'utf8');
  const manifest = JSON.parse(fs.readFileSync(path.join(work, 'evidence', 'manifest.json'), 'utf8'));
  expect(manifest.sha256).toBe(createHash('sha256').update(items).digest('hex'));
  expect(items.trim().split('\n')).toHaveLength(manifest.items);
}, 60_000);

test('a role without the grant is refused by the synthesized policies', async () => {
  await expect(run('ReviewerEnvironmentExecutionRole')).rejects.toThrow(/createSession was answered with 403/);
}, 60_000);

describe('a scenario that cannot be used names its file and what is wrong', () => {
  test.each([
    ['no message', 'rules:\n  - answer: hi\n', /message is missing/],
    ['no rules', 'message: go\n', /rules/],
    ['an unknown step', 'message: go\nrules:\n  - steps: [{ fly: away }]\n', /steps/],
  ])('%s', (name, text, message) => {
    const file = path.join(work, `${name}.yaml`);
    fs.writeFileSync(file, text);
    expect(() => readLocalScenario(file)).toThrow(message);
    expect(() => readLocalScenario(file)).toThrow(file);
  });
});
