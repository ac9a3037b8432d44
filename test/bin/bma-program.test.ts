import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { bma } from '../../bin/bma';
import { COMMANDS } from '../../bin/bma/commands';
import { terminalStyle } from '../../bin/terminal-style';
import { addDirectAgent } from '../fixtures/direct-agent';
import { version } from '../../package.json';

const ROOT = path.resolve(__dirname, '../..');
const app = new App();
addDirectAgent(app, { region: 'us-east-1' });
const { directory } = app.synth();
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-program-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

async function run(args: string[], style = terminalStyle({ isTTY: false }, {})) {
  let [out, error] = ['', ''];
  const exit = await bma(
    args,
    (text) => (out += text),
    (text) => (error += text),
    style,
  );
  return { exit, out, error };
}

/** Runs the program as it ships. */
const ship = (command: string) =>
  new Promise<{ exit: unknown; out: string; error: string }>((resolve) =>
    execFile('bash', ['-c', `set -o pipefail; ${command}`], { cwd: ROOT }, (problem, out, error) =>
      resolve({ exit: problem?.code ?? 0, out, error }),
    ),
  );

test.each([['--version'], ['-V']])('%s prints the version of the package', async (flag) => {
  expect(await run([flag])).toEqual({ exit: 0, out: `${version}\n`, error: '' });
});

test.each([
  ['check', [directory]],
  ['statement', [directory]],
  ['diff-statement', [directory, directory]],
  ['impact', [directory, directory]],
  ['review', [directory, directory]],
  ['cost', [directory]],
  ['new', ['blueprint', 'NightWatch', '--directory', work]],
])('%s --json prints one JSON object that names its format', async (command, args) => {
  const { out, error } = await run([command, ...args, '--json']);
  expect(error).toBe('');
  const { format } = JSON.parse(out) as { format: string };
  expect(format).toMatch(/^cdk-bedrock-managed-agents\/[a-z-]+\/\d+$/);
  expect(fs.readFileSync(path.join(ROOT, 'docs/bma.md'), 'utf8')).toContain(`\`${format}\``);
});

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  'the help of %s and docs/bma.md explain each of its exit codes',
  async (name, { exitCodes }) => {
    const page = fs.readFileSync(path.join(ROOT, 'docs/bma.md'), 'utf8');
    const { out } = await run([name, '--help']);
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    expect(row).toBeDefined();
    for (const [code, means] of Object.entries(exitCodes)) {
      expect(out).toContain(`${code}  ${means}`);
      expect(row).toContain(`${code}: ${means}`);
    }
  },
);

test('colours are for a terminal only, and NO_COLOR turns them off', async () => {
  const terminal = { isTTY: true };
  expect((await run(['statement', directory], terminalStyle(terminal, {}))).out).toContain('\u001b[');
  expect((await run(['statement', directory], terminalStyle(terminal, { NO_COLOR: '1' }))).out).not.toContain('\u001b');
  expect((await run(['statement', directory])).out).not.toContain('\u001b');
});

test('what a command is not given is asked for with its help, on standard error', async () => {
  expect(await run(['cost', '--frob'])).toMatchObject({
    exit: 2,
    out: '',
    error: expect.stringMatching(/^bma: unknown option '--frob'\n\nUsage: bma cost/),
  });
});

test('as it ships, it ends quietly when its reader does, and says the version', async () => {
  expect(await ship('node assets/bma/bma.js --version')).toEqual({ exit: 0, out: `${version}\n`, error: '' });
  const long = `node assets/bma/bma.js statement ${directory} --format html`;
  expect(await ship(`${long} | head -c 1`)).toMatchObject({ out: '<', error: '' });
});
