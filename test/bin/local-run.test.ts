import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runLocally } from '../../bin/local-run';
import { loadScenario } from '../../bin/local-scenario';
import { terminalStyle } from '../../bin/terminal-style';
import { copyOfAssembly } from '../examples/synthesized';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'local-run-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

const root = path.resolve(__dirname, '../..');
const examples = path.join(root, 'examples');

/** One local run of the example; `change` makes something else of what was synthesized. */
async function run(name: string, change: (template: any) => void = () => undefined) {
  const directory = copyOfAssembly('ci-pipeline-agent', path.join(work, name));
  const file = path.join(directory, 'CiPipelineAgent.template.json');
  const template = JSON.parse(fs.readFileSync(file, 'utf8'));
  change(template);
  fs.writeFileSync(file, JSON.stringify(template));
  const lines: string[] = [];
  const completed = await runLocally({
    loaded: loadScenario(examples, 'ci-pipeline-agent'),
    assembly: directory,
    region: 'us-east-1',
    evidence: path.join(work, `${name}-evidence`),
    imagePaths: { '/opt/agent': path.join(root, 'assets', 'image') },
    style: terminalStyle({}, {}),
    print: (line) => lines.push(line),
  });
  return { completed, output: lines.join('\n') };
}

test('a pull-request event becomes a turn: real commands, their exit codes, the answer, and evidence with its hash', async () => {
  const { completed, output } = await run('as-it-is');
  expect(output).toMatch(/node --test refund\.test\.js {2}exit 1/);
  expect(output).toContain('clone_repository');
  expect(output).toContain('its exit code was 1');
  expect(output).toContain('comment beside refund.js line 4');
  expect(output).toMatch(/Managed Agent Turn Completed on the bus/);
  expect(output).toContain('Every slot is released');
  expect(completed).toBe(true);
  const [turn] = fs.readdirSync(path.join(work, 'as-it-is-evidence'));
  const evidence = (file: string) => fs.readFileSync(path.join(work, 'as-it-is-evidence', turn, file), 'utf8');
  const manifest = JSON.parse(evidence('manifest.json'));
  expect(manifest.items.sha256).toBe(createHash('sha256').update(evidence('items.jsonl')).digest('hex'));
  expect(evidence('items.jsonl').trim().split('\n')).toHaveLength(manifest.items.count);
});

test('a function whose policy does not allow its call is refused by the synthesized policies, and the run says so', async () => {
  const { completed, output } = await run('without-grant', (template) => {
    for (const { Type, Properties } of Object.values<any>(template.Resources)) {
      if (Type !== 'AWS::IAM::Policy') continue;
      for (const statement of Properties.PolicyDocument.Statement) {
        if (statement.Sid === 'SessionsThroughOwnEndpoint') {
          statement.Condition.StringEquals['aws:SourceVpce'] = 'vpce-of-somebody-else';
        }
      }
    }
  });
  expect(completed).toBe(false);
  expect(output).toMatch(/Managed Agent Turn Failed/);
  expect(output).toContain('Every slot is released');
});

describe('a scenario that cannot be used names its file and what is wrong', () => {
  const EVENT = JSON.stringify({ source: 's', 'detail-type': 't', time: 'now', resources: [], detail: {} });
  const GOOD = { stacks: ['A'], script: 'script.yaml', events: ['event.json'] };

  function load(scenario: unknown, script = 'rules:\n  - answer: hi\n', event = EVENT): unknown {
    const directory = fs.mkdtempSync(path.join(work, 'examples-'));
    fs.mkdirSync(path.join(directory, 'mine', 'events'), { recursive: true });
    const write = (file: string, text: string) => fs.writeFileSync(path.join(directory, 'mine', file), text);
    write('local-scenario.ts', `exports.scenario = ${JSON.stringify(scenario) ?? 'undefined'};`);
    write('script.yaml', script);
    write('events/event.json', event);
    return loadScenario(directory, 'mine');
  }

  test('a good one is read', () => {
    expect(load(GOOD)).toMatchObject({ example: 'mine', events: [{ label: 'event.json' }] });
  });

  test.each<[string, RegExp, () => unknown]>([
    ['no scenario', /mine\/local-scenario\.ts: it exports no scenario/, () => load(undefined)],
    ['no stacks', /mine\/local-scenario\.ts: stacks is not a list/, () => load({ ...GOOD, stacks: [] })],
    ['no script', /mine\/local-scenario\.ts: script is missing/, () => load({ ...GOOD, script: undefined })],
    ['no events', /mine\/local-scenario\.ts: events is empty/, () => load({ ...GOOD, events: [] })],
    ['a script without rules', /mine\/script\.yaml: .*rules/, () => load(GOOD, 'version: 1\n')],
    ['an unknown step', /mine\/script\.yaml: .*steps/, () => load(GOOD, 'rules:\n  - steps: [{ fly: away }]\n')],
    ['a missing event', /events\/other\.json: ENOENT/, () => load({ ...GOOD, events: ['other.json'] })],
    ['an event that is none', /events\/event\.json: source is missing/, () => load(GOOD, undefined, '{}')],
  ])('%s', (_, message, loading) => {
    expect(loading).toThrow(message);
  });

  test('an unknown example', () => {
    expect(() => loadScenario(examples, 'nothing')).toThrow(
      /no example 'nothing' to run here\. Allowed: .*ci-pipeline-agent/,
    );
  });
});
