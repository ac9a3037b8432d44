import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc, { runs } from '../fast-check';
import { readCommandLine } from '../../local/command-line';
import { BoundedOutput } from '../../local/environment/bounded-output';
import { PathMap } from '../../local/compute/path-map';
import { interpolate } from '../../local/script/interpolate';
import { parseScript, ScriptError } from '../../local/script/parse-script';
import { chooseRule } from '../../local/script/script';

describe('a script', () => {
  test('is read from YAML or JSON alike', () => {
    const yaml = parseScript(
      'version: 1\nrules:\n  - when: { contains: hi }\n    steps:\n      - run: ls\n        id: a\n    answer: "{{steps.a.output}}"\n',
    );
    const json = parseScript(
      '{"rules":[{"when":{"contains":"hi"},"steps":[{"run":"ls","id":"a"}],"answer":"{{steps.a.output}}"}]}',
    );
    expect(yaml).toEqual(json);
  });

  test.each([
    ['rules: []', 'rules: must be a list of at least one rule'],
    ['rules: [{ answer: x, answers: y }]', 'rules[0]: unknown field "answers"; allowed: when, steps, answer, fail'],
    ['rules: [{ steps: [] }]', 'rules[0]: must have exactly one of answer, fail'],
    ['rules: [{ answer: x, steps: [{ run: ls, wait: 1 }] }]', 'rules[0].steps[0]: must have exactly one of run,'],
    ['rules: [{ answer: x, steps: [{ run: 3 }] }]', 'rules[0].steps[0].run: must be a text, not 3'],
    ['rules: [{ answer: x, steps: [{ run: [] }] }]', 'rules[0].steps[0].run: must not be empty'],
    ['rules: [{ answer: x, steps: [{ run: ls, shell: zsh }] }]', 'unknown field "shell"'],
    ['rules: [{ answer: x, steps: [{ wait: -1 }] }]', 'rules[0].steps[0].wait: must be a number of at least 0, not -1'],
    ['rules: [{ answer: x, steps: [{ skills: all }] }]', 'rules[0].steps[0].skills: must be "discover"'],
    ['rules: [{ answer: x, steps: [{ mcp: { server: a } }] }]', 'rules[0].steps[0].mcp.tool: must be a text'],
    ['rules: [{ answer: x, steps: [{ run: a, id: s }, { run: b, id: s }] }]', '"s" is used twice in this rule'],
    ['rules: [{ answer: "{{steps.nope.output}}" }]', 'rules[0].answer: {{steps.nope.output}} names nothing'],
    ['rules: [{ answer: x, when: { matches: "(" } }]', 'rules[0].when.matches: is not a regular expression'],
    ['rules: [{ answer: x, when: { turn: 0 } }]', 'rules[0].when.turn: must be a whole number from 1'],
    ['rules: [{ answer: x, when: { any: true, turn: 1 } }]', 'rules[0].when.any: must be true and stand alone'],
    ['rules: [{ fail: { code: x } }]', 'rules[0].fail.message: must be a text'],
    ['version: 2\nrules: [{ answer: x }]', 'version: must be 1'],
    ['rules: [', 'syntax:'],
    ['- 1', 'top level: must be a mapping'],
  ])('is refused with the place and what is allowed: %s', (source, message) => {
    expect(() => parseScript(source)).toThrow(ScriptError);
    expect(() => parseScript(source)).toThrow(message);
  });

  test('never ends in another error than its own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"rules":[${json}]}`),
        ),
        (source) => {
          try {
            parseScript(source);
          } catch (error) {
            expect(error).toBeInstanceOf(ScriptError);
          }
        },
      ),
      runs(2000),
    );
  });

  test('the first rule whose every condition holds wins', () => {
    const script = parseScript(
      'rules:\n  - { when: { contains: a, turn: 2 }, answer: one }\n  - { when: { matches: "^b" }, answer: two }\n  - { when: { any: true }, answer: three }\n',
    );
    const choose = (message: string, turn: number): string | undefined => chooseRule(script, message, turn)?.answer;
    expect([choose('an a', 2), choose('an a', 1), choose('b', 1), choose('c', 1)]).toEqual([
      'one',
      'three',
      'two',
      'three',
    ]);
  });

  test('text of the message is filled in once and is not filled again', () => {
    const outputs = new Map([['a', { output: '{{input}}' }]]);
    expect(interpolate('{{input}} {{ turn }} {{steps.a.output}} {{steps.a.gone}}', '{{turn}}', 4, outputs)).toBe(
      '{{turn}} 4 {{input}} ',
    );
  });
});

test('an output within the limit is kept as it is, a longer one loses only its middle', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,40}$/)), fc.integer({ min: 2, max: 200 }), (chunks, limit) => {
      const output = new BoundedOutput(limit);
      chunks.forEach((chunk) => output.add(Buffer.from(chunk)));
      const whole = chunks.join('');
      if (whole.length <= limit) return void expect(output.text()).toBe(whole);
      const [head, omitted, tail] = output.text().split(/\n\[… (\d+) bytes omitted …\]\n/);
      expect([whole.startsWith(head), whole.endsWith(tail)]).toEqual([true, true]);
      expect(head.length + Number(omitted) + tail.length).toBe(whole.length);
      expect(head.length + tail.length).toBe(limit);
    }),
  );
});

test('paths of the environment and of this machine translate into each other, the longest prefix first', () => {
  const paths = new PathMap({ '/mnt/agent': '/tmp/m', '/opt': '/image', '/opt/agent': '/src' });
  expect(
    ['/mnt/agent/ws', '/mnt/agentx', '/opt/agent/skills', '/opt/x', '/usr/bin/git'].map((p) => paths.toHost(p)),
  ).toEqual(['/tmp/m/ws', '/mnt/agentx', '/src/skills', '/image/x', '/usr/bin/git']);
  expect(paths.toEnvironment('/tmp/m/ws')).toBe('/mnt/agent/ws');
});

describe('the command line', () => {
  test.each([
    [['--fault', 'nonsense=1'], /--fault nonsense: unknown; known are throttle/],
    [['--fault', 'throttle=2'], /--fault throttle must be a number from 0 to 1/],
    [['--port', 'x'], /--port must be a number from 0 to 65535/],
    [['--account', '12'], /--account must be 12 digits/],
    [['--script', '/no/such/file'], /--script: .* can't be read: ENOENT.*Fix:/],
    [['--script', '/dev/zero'], /--script: .* can't be read: it has more than \d+ bytes/],
    [['--port', '1.5'], /--port must be a whole number/],
    [['--region', 'nowhere'], /--region is "nowhere", which isn't a Region/],
    [['--region', ''], /--region is empty/],
    [['--model', ''], /--model is empty/],
    [['--data-dir', ''], /--data-dir is empty/],
    [['--caller', 'Role'], /--caller has no effect without --template/],
    [['--model-name', 'm'], /--model-name has no effect without --model-endpoint/],
    [['--model-endpoint', 'nope'], /--model-endpoint is "nope"\. Fix: give a URL/],
    [['--image-path', '/opt=/no/such/place'], /--image-path: \/no\/such\/place doesn't exist/],
    [['--codex', '/no/such/file'], /is not an executable file: \/no\/such\/file\. Fix:/],
    [['--image-path', 'x'], /--image-path must be NAME=VALUE/],
    [['--script', 'a', '--model-endpoint', 'b'], /exclude each other/],
    [['--nonsense'], /Unknown option '--nonsense'/],
  ])('%j is refused by name', (argv, message) => {
    expect(() => readCommandLine(argv)).toThrow(message);
  });

  test('flags become options', () => {
    const { options } = readCommandLine([
      '--port',
      '0',
      '--fault',
      'throttle=0.5',
      '--seed',
      '3',
      '--model',
      'm',
      '--idle-timeout',
      '2',
    ]);
    expect(options).toMatchObject({
      port: 0,
      models: ['m'],
      idleTimeoutMs: 2000,
      faults: { rates: { throttle: 0.5 }, seed: 3 },
    });
  });

  test('the program prints where it listens and what to sign with, and stops on SIGTERM', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'bma-main-'));
    try {
      const program = path.join(directory, 'main.cjs');
      const root = path.resolve(__dirname, '../..');
      writeFileSync(
        program,
        `require(${JSON.stringify(path.join(root, 'node_modules/tsx/dist/cjs/index.cjs'))});require(${JSON.stringify(path.join(root, 'local/main.ts'))});`,
      );
      const running = promisify(execFile)(process.execPath, [program, '--port', '0'], { timeout: 120_000 });
      let printed = '';
      running.child.stdout!.on('data', (chunk: string) => {
        printed += chunk;
        if (printed.includes('AWS_SESSION_TOKEN')) running.child.kill('SIGTERM');
      });
      const { stdout } = await running;
      expect(stdout).toMatch(/Managed Agents service at http:\/\/127\.0\.0\.1:\d+ \(us-east-1/);
      expect(stdout).toMatch(/export AWS_ACCESS_KEY_ID=ASIA/);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
