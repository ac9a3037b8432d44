import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { runInProcess as run } from './run-in-process';
import { addDirectAgent } from '../fixtures/direct-agent';
import { writeAssembly } from './written-assembly';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** An assembly of one hand-written agent. */
function assembly(name: string, actions: string[]): string {
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: {
      Policies: [
        { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: 'arn:aws:s3:::data/*' }] } },
      ],
    },
  };
  const runtime = {
    Type: 'AWS::BedrockAgentCore::Runtime',
    Properties: { AgentRuntimeName: 'Hand', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  };
  return writeAssembly(path.join(work, name), {
    Stack: { account: 'unknown-account', resources: { Role: role, Runtime: runtime } },
  });
}

const before = assembly('before', ['s3:GetObject']);
const after = assembly('after', ['s3:GetObject', 's3:PutObject']);

test('statement shows what an agent of any assembly may do', async () => {
  const { exit, out } = await run('statement', before);
  expect(exit).toBe(0);
  expect(out).toMatch(/Agent +Hand/);
  expect(out).toMatch(/may +s3:GetObject on s3 data\/\*/);
});

test.each([
  ['json', /^\{\n {2}"format": "cdk-bedrock-managed-agents\/security-statement\/1"/],
  ['md', /^# What this agent can reach and do/],
  ['html', /^<!doctype html>/],
])('statement --format %s prints that', async (format, expected) => {
  expect((await run('statement', before, '--format', format)).out).toMatch(expected);
});

test('statement --out writes the three files and names the page', async () => {
  const out = path.join(work, 'out');
  expect(await run('statement', before, '--out', out)).toMatchObject({
    exit: 0,
    out: `${path.join(out, 'Hand.html')}\n`,
  });
  expect(fs.readdirSync(out).sort()).toEqual(['Hand.html', 'Hand.json', 'Hand.md']);
});

test('statement --out leaves what else is in the directory', async () => {
  const out = path.join(work, 'mine');
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, 'README.md'), 'mine');
  await run('statement', before, '--out', out);
  expect(fs.readFileSync(path.join(out, 'README.md'), 'utf8')).toBe('mine');
});

test('statement of an assembly says what synth wrote', async () => {
  const app = new App();
  addDirectAgent(app, { region: 'us-east-1' });
  const { directory } = app.synth();
  const { out } = await run('statement', directory, '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({ agent: { name: expect.stringMatching(/^CiPipelineAgent_Reviewer/) } });
});

test('diff-statement says what the change lets the agent also do', async () => {
  const { exit, out } = await run('diff-statement', before, after);
  expect(exit).toBe(0);
  expect(out).toMatch(/\*\*The agent can now\*\*\n\n- ⚠️ `s3:PutObject` on/);
});

test.each([
  ['no difference', before, before, 0],
  ['a difference', before, after, 1],
])('diff-statement --exit-code with %s exits with %3$s', async (_, one, other, exit) => {
  expect((await run('diff-statement', one, other, '--exit-code')).exit).toBe(exit);
});

test('diff-statement takes statements, directories of them and assemblies alike', async () => {
  const out = path.join(work, 'statements');
  await run('statement', after, '--out', out);
  for (const place of [out, path.join(out, 'Hand.json')]) {
    expect(await run('diff-statement', after, place, '--exit-code')).toMatchObject({ exit: 0 });
    expect((await run('diff-statement', before, place, '--exit-code', '--format', 'text')).out).toMatch(
      /\+ s3:PutObject/,
    );
  }
});

test('diff-statement --format json is for programs', async () => {
  const diff = JSON.parse((await run('diff-statement', before, after, '--format', 'json')).out) as { wider: boolean };
  expect(diff.wider).toBe(true);
});

test.each([
  [['--help'], 0, /^Usage: bma <command>/],
  [['statement', '--help'], 0, /^Usage: bma statement/],
  [['diff-statement', '-h'], 0, /^Usage: bma diff-statement/],
])('%j explains the program', async (args, exit, expected) => {
  expect(await run(...args)).toMatchObject({ exit, out: expect.stringMatching(expected), error: '' });
});

test.each([
  [[], /^Usage/],
  [['frobnicate'], /^bma: unknown command 'frobnicate'\n[^]*statement[^]*approve/],
  [['constructor'], /unknown command 'constructor'/],
  [['statement'], /^bma: missing required argument 'cdk.out'\nUsage: bma statement/],
  [['statement', before, after], /^bma: too many arguments for 'statement'/],
  [['statement', before, '--format', 'pdf'], /--format is 'pdf'. Allowed: text, json, md, html/],
  [['statement', before, '--agent', 'Nobody'], /no agent 'Nobody'. Agents: Hand/],
  [['statement', work], /isn't a cloud assembly: it has no manifest.json/],
  [['statement', before, '--frob'], /'--frob'/],
  [['diff-statement', before], /missing required argument 'new'/],
  [['diff-statement', before, after, '--json', '--format', 'md'], /--json and --format md contradict/],
  [['diff-statement', before, path.join(work, 'nowhere')], /does not exist/],
  [['diff-statement', before, path.join(before, 'manifest.json')], /isn't a security statement of this version/],
  [['diff-statement', before, __filename], /can't be read as JSON/],
  // A file is no directory.
  [
    ['statement', before, '--out', __filename],
    /--out is '.*bma\.test\.ts', where no statement can be written: .*Fix: name/,
  ],
])('%j is refused with what is wrong', async (args, expected) => {
  expect(await run(...args)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(expected) });
});
