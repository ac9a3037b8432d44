import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { bma } from '../../bin/bma';
import { COMMANDS } from '../../bin/bma/commands';
import { terminalStyle } from '../../bin/terminal-style';
import { runInEnvironment } from './run-in-process';
import { runInTerminal } from './run-program';
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

/** Commands that read an assembly, with their arguments. */
const READING: [command: string, args: string[]][] = [
  ['check', [directory]],
  ['statement', [directory]],
  ['diff-statement', [directory, directory]],
  ['impact', [directory, directory]],
  ['review', [directory, directory]],
  ['cost', [directory]],
];

test.each([...READING, ['new', ['blueprint', 'NightWatch', '--directory', work]]])(
  '%s --json prints one JSON object that names its format',
  async (command, args) => {
    const { out, error } = await run([command, ...args, '--json']);
    expect(error).toBe('');
    const { format } = JSON.parse(out) as { format: string };
    expect(format).toMatch(/^cdk-bedrock-managed-agents\/[a-z-]+\/\d+$/);
    expect(fs.readFileSync(path.join(ROOT, 'docs/bma.md'), 'utf8')).toContain(`\`${format}\``);
  },
);

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  'the help of %s and docs/bma.md explain each of its exit codes',
  async (name, { exitCodes }) => {
    const page = fs.readFileSync(path.join(ROOT, 'docs/bma.md'), 'utf8');
    const { out } = await run([name, '--help']);
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    expect(row).toBeDefined();
    for (const [code, means] of Object.entries(exitCodes)) {
      expect(out.replace(/\s+/g, ' ')).toContain(` ${code} ${means}`); // The help wraps long lines.
      expect(row).toContain(`${code}: ${means}`);
    }
  },
);

test('help of an unknown command names every command', async () => {
  const { exit, out, error } = await run(['help', 'frob']);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(error).toMatch(/^bma: There is no command 'frob'. Commands: doctor, .* Fix: .*\n$/);
  for (const { name } of COMMANDS) expect(error).toContain(name);
});

test('help of a command is what --help prints, and help alone is the help of bma', async () => {
  expect(await run(['help', 'check'])).toEqual(await run(['check', '--help']));
  expect(await run(['help'])).toEqual(await run(['--help']));
});

test.each(COMMANDS.map(({ name }) => [name]))(
  '%s answers a wrong option with its usage, and prints JSON',
  async (name) => {
    expect(await run([name, '--frob'])).toMatchObject({
      exit: 2,
      out: '',
      error: expect.stringMatching(
        new RegExp(
          `^bma: unknown option '--frob'\n(?:\\(Did you mean .*\\)\n)?Usage: bma ${name} .*\nFix: bma ${name} --help explains it\\.\n$`,
        ),
      ),
    });
    expect((await run([name, '--help'])).out).toMatch(/^ {2}--json /m);
  },
);

describe('without credentials', () => {
  const before = { ...process.env };
  beforeAll(() => {
    const none = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' };
    process.env = { PATH: before.PATH, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1', ...none };
  });
  afterAll(() => (process.env = before));

  test.each([
    ['agents', []],
    ['run', ['reviewer', '--prompt', 'x']],
    ['turns', ['reviewer']],
    ['tail', ['reviewer']],
    ['show', ['turn']],
    ['approve', ['--url', 'https://abc.lambda-url.us-east-1.on.aws/', '--turn', 'turn']],
    ['cancel', ['turn']],
    ['replay', ['reviewer']],
    ['kill', ['reviewer', '--reason', 'x']],
    ['release', ['reviewer', '--reason', 'x']],
    ['verify', [directory]],
  ])('%s says what to do, and nothing on standard output', async (command, args) => {
    expect(await run([command, ...args])).toEqual({
      exit: 3,
      out: '',
      error: expect.stringMatching(/^bma: .*credentials.*\n$/),
    });
  });
});

test('colours are for a terminal only, and NO_COLOR turns them off', async () => {
  const terminal = { isTTY: true };
  expect((await run(['statement', directory], terminalStyle(terminal, {}))).out).toContain('\u001b[');
  expect((await run(['statement', directory], terminalStyle(terminal, { NO_COLOR: '1' }))).out).not.toContain('\u001b');
  expect((await run(['statement', directory])).out).not.toContain('\u001b');
});

test('as it ships, it ends quietly when its reader does, and says the version', async () => {
  expect(await ship('node assets/bma/bma.js --version')).toEqual({ exit: 0, out: `${version}\n`, error: '' });
  const long = `node assets/bma/bma.js statement ${directory} --format html`;
  expect(await ship(`${long} | head -c 1`)).toMatchObject({ out: '<', error: '' });
});

test('as it ships, a finding is its exit code although nobody reads the report, and a full disk is no finding', async () => {
  // MA-ID9 requires a boundary of every role when one is given.
  const check = `node assets/bma/bma.js check ${directory} --permissions-boundary arn:aws:iam::111122223333:policy/boundary`;
  expect(await ship(`${check} | true`)).toEqual({ exit: 1, out: '', error: '' });
  expect(await ship(`${check} > /dev/full`)).toEqual({
    exit: 2,
    out: '',
    error:
      "bma: Standard output can't be written: ENOSPC: no space left on device, write. Fix: free space, or redirect it.\n",
  });
});

const LONG = path.join(work, 'a'.repeat(5_000));

test.each([
  // Node's recursive mkdir never returns below /proc.
  ['new', ['blueprint', 'NightWatch', '--directory', '/proc/nowhere/below']],
  ['new', ['blueprint', 'NightWatch', '--directory', LONG]],
  ['statement', [directory, '--out', '/proc/nowhere/below']],
  ['statement', [directory, '--out', LONG]],
  ['check', [directory, '--output', '/proc/nowhere']],
  ['check', [directory, '--output', LONG]],
  // A device without an end.
  ['check', ['/dev/zero']],
  ['check', [LONG]],
  ['diff-statement', [directory, '/dev/zero']],
  ['run', ['reviewer', '--prompt-file', '/dev/zero']],
  ['run', ['reviewer', '--prompt-file', LONG]],
  ['verify', [directory, '--region', 'us-east-1', '--cases', '/dev/zero']],
  ['probe', ['--compare', '/dev/zero']],
  ['probe', ['--compare', LONG]],
])('%s, row %#: a place that cannot be read or written is wrong usage', async (name, args) => {
  expect(await run([name, ...args])).toEqual({
    exit: 2,
    out: '',
    error: expect.stringMatching(/^bma: .*(can't be (read|written)|can be written).* Fix: .*\n$/),
  });
});

test.each([
  ['kill', ['reviewer', '--reson', 'leak'], /unknown option '--reson'\n\(Did you mean --reason\?\)/],
  ['kill', ['--all'], /--reason is missing\. Fix: add --reason <text>/],
  ['kill', ['--reason', 'leak'], /No agent is named\. Fix: give either the name of an agent or --all/],
  ['kill', ['reviewer', '--all', '--reason', 'leak'], /An agent is named, and --all is given\. Fix:/],
  ['statement', [directory, '--out', work, '--json'], /--out and --json contradict/],
  ['statement', [directory, '--out', work, '--format', 'md'], /--out and --format contradict/],
  ['probe', ['--list', '--policy'], /--list and --policy contradict/],
  ['probe', ['--compare', 'report.json', '--clean-up'], /--compare and --clean-up contradict/],
  ['verify', [directory, '--not-granted', 's3:GetObject'], /--not-granted needs --access-analyzer/],
])('%s %j: an option that would be ignored or is missing is said', async (name, args, problem) => {
  expect(await run([name, ...args])).toEqual({ exit: 2, out: '', error: expect.stringMatching(problem) });
});

describe('what is there, but is nothing to judge, is said, and never taken for an app without agents', () => {
  const place = (name: string, manifest?: string) => {
    const made = path.join(work, name);
    fs.mkdirSync(made);
    if (manifest !== undefined) fs.writeFileSync(path.join(made, 'manifest.json'), manifest);
    return made;
  };
  const empty = place('empty');
  const foreign = place('foreign', '{"name":"my-web-app"}');
  const noStack = place('no-stack', '{"version":"40.0.0"}');

  test.each([
    ['statement', [empty]],
    ['statement', [foreign]],
    ['statement', [noStack]],
    ['diff-statement', [empty, directory]],
    ['diff-statement', [directory, empty]],
    ['diff-statement', [directory, foreign]],
    ['impact', [directory, foreign]],
    ['review', [empty, directory]],
    ['review', [foreign, directory]],
    ['cost', [foreign]],
    ['cost', [noStack]],
    ['verify', [foreign, '--region', 'us-east-1']],
    ['verify', [noStack, '--region', 'us-east-1']],
  ])('%s %j', async (name, args) => {
    expect(await run([name, ...args])).toEqual({
      exit: 2,
      out: '',
      error: expect.stringMatching(/^bma: [^\n]*[a-z]\.\n$/),
    });
  });
});

describe('as it ships', () => {
  const broken = path.join(work, 'broken');
  beforeAll(() => {
    fs.mkdirSync(broken);
    fs.writeFileSync(path.join(broken, 'manifest.json'), '{');
  });

  test.each(READING)(
    '%s says the same in a terminal as in a pipe, and a directory that is broken in one line',
    async (name, args) => {
      const piped = await run([name, ...args]);
      const terminal = await runInTerminal([name, ...args], { PATH: process.env.PATH ?? '' });
      expect(terminal.exit).toBe(piped.exit);
      const plain = terminal.out.replace(/\u001b\[\d+m/g, '').replace(/\r\n/g, '\n');
      expect(plain).toBe(piped.out + piped.error);
      const failed = await run([name, ...args.map(() => broken)]);
      expect(failed).toEqual({ exit: 2, out: '', error: expect.stringMatching(/^bma: .*broken.*\n$/) });
    },
  );
});

test('an endpoint that is no URL is wrong usage, not a bug', async () => {
  const environment = {
    AWS_ENDPOINT_URL: 'junk',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'sesame-open',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
  };
  expect(await runInEnvironment(environment, 'agents')).toEqual({
    exit: 2,
    out: '',
    error: expect.stringMatching(/^bma: The endpoint of AWS in AWS_ENDPOINT_URL.* is no URL\. Fix: correct it/),
  });
});
