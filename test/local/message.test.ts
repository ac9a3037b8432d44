/*
 * `bma-local --message`: one turn of a blueprint that a reader wrote, from the templates that `cdk synth` made, with the real
 * lifecycle server and the real codex exec server.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentModel, AgentTool } from '../../lib';
import { AgentBlueprint, type AgentBlueprintProps } from '../../lib/blueprint';
import { readScript } from '../../local';
import { runMessage, type MessageOptions } from '../../local/message/run-message';

class ChangelogWriter extends AgentBlueprint {
  constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
    super(scope, id, props);
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Write the changelog. Your final answer is plain text.',
      tools: [
        AgentTool.stdio({
          serverLabel: 'tickets',
          command: '/usr/bin/env',
          args: ['node', '/opt/tools/mcp-server.js'],
          allowedTools: ['echo'],
        }),
      ],
    });
  }
}

const SCRIPT = readScript({
  rules: [
    { when: { contains: 'break' }, fail: { code: 'context_length_exceeded', message: 'too long\u001b[2J' } },
    {
      steps: [
        { run: 'echo "- {{input}}" > CHANGELOG.md; cat CHANGELOG.md; exit 3', id: 'file' },
        { mcp: { server: 'tickets', tool: 'echo', arguments: { text: 'BUG-7' } }, id: 'found' },
      ],
      answer: 'Exit {{steps.file.exit_code}}, {{steps.found.text}}\u001b[2J',
    },
  ],
});

const work = mkdtempSync(path.join(tmpdir(), 'message-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: path.join(work, name) });
  add(new Stack(app, 'Changelog', { env: { region: 'us-east-1' } }));
  return app.synth().directory;
}

let one: string;
beforeAll(
  () => (one = synthesized('one', (stack) => void new ChangelogWriter(stack, 'Writer', { agentName: 'writer' }))),
);

async function run(template: string, text: string, more: Partial<MessageOptions> = {}) {
  const lines: string[] = [];
  const service = { template, script: SCRIPT, imagePaths: { '/opt/tools': path.join(__dirname, 'fixtures') } };
  const completed = await runMessage({ service, text, print: (line) => void lines.push(line), ...more });
  return { completed, lines };
}

test('the turn runs real commands and tools, and its answer is printed without control sequences', async () => {
  const { completed, lines } = await run(one, 'Fixed a bug');

  expect(completed).toBe(true);
  expect(lines[0]).toBe('Agent writer, openai.gpt-5.6-luna');
  expect(lines.find((line) => line.startsWith('  $'))).toMatch(/CHANGELOG\.md.*exit 3$/);
  expect(lines).toContain('  tool tickets.echo  completed');
  expect(lines.at(-2)).toBe('    Exit 3, echo: BUG-7 [2J');
  expect(lines.at(-1)).toBe('Turn completed');
});

test('a session that the service refuses is reported', async () => {
  const { completed, lines } = await run(one, 'Fixed a bug', { service: { template: one, models: ['other'] } });
  expect(completed).toBe(false);
  expect(lines.at(-1)).toMatch(/^Turn not run: createSession was answered with 400.*the model was refused$/);
});

test('a turn that fails says why', async () => {
  const { completed, lines } = await run(one, 'break');
  expect(completed).toBe(false);
  expect(lines.at(-1)).toBe('Turn failed: context_length_exceeded: too long [2J');
});

test('the policies of the template decide: an agent that may not call its model runs no turn', async () => {
  const template = path.join(work, 'denied');
  cpSync(one, template, { recursive: true });
  const file = path.join(template, 'Changelog.template.json');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll('bedrock-mantle:CreateInference', 'bedrock-mantle:Nothing'),
  );
  const { completed, lines } = await run(template, 'Fixed a bug');
  expect(completed).toBe(false);
  expect(lines.at(-1)).toMatch(/^Turn failed: .*bedrock-mantle:CreateInference/);
});

describe('a template that cannot be used is an error with its fix', () => {
  test.each<[string, () => string, Partial<MessageOptions>, RegExp]>([
    ['an agent of another name', () => one, { agent: 'reader' }, /--agent is "reader".*Fix: give one of: writer\./],
    [
      'no agent',
      () => synthesized('none', () => undefined),
      {},
      /--template has no agent\. Fix: give the cdk\.out directory/,
    ],
    [
      'several agents, and none is named',
      () =>
        synthesized('two', (stack) => {
          new ChangelogWriter(stack, 'Writer', { agentName: 'writer' });
          new ChangelogWriter(stack, 'Other', { agentName: 'other' });
        }),
      {},
      /several agents\. Fix: add --agent with one of: .*(writer|other), (writer|other)\./,
    ],
    [
      'one template without its assets',
      () => {
        const alone = path.join(mkdtempSync(path.join(work, 'alone-')), 'Changelog.template.json');
        cpSync(path.join(one, 'Changelog.template.json'), alone);
        return alone;
      },
      {},
      /lacks the session definition .*Fix: give the whole cdk\.out directory/,
    ],
    ['no directory', () => path.join(work, 'gone'), {}, /gone can't be read: .*Fix: give a template or a cdk\.out/],
  ])('%s', async (_what, template, more, says) => {
    await expect(run(template(), 'Fixed a bug', more)).rejects.toThrow(says);
  });
});
