import * as path from 'node:path';
import { loadScenario } from '../../bin/local-scenario';
import { type EventResult, ScenarioRun } from '../../bin/scenario-run';
import { readStartOptions, startHelp } from '../../bin/start-options';
import { type FakeModel, startFakeModel } from '../local/support/fake-model';
import { assemblyOf } from './synthesized';

/* An example whose agent is the real harness with a model: here a scripted one, which calls a tool of the agent. */

const root = path.resolve(__dirname, '../..');
const assembly = assemblyOf('custom-blueprint');
let model: FakeModel;
let run: ScenarioRun;
let result: EventResult;

beforeAll(async () => {
  model = await startFakeModel(() => ({
    name: 'clone_repository',
    namespace: 'mcp__source',
    arguments: { name: 'payments-service' },
  }));
  const { modelEndpoint } = readStartOptions(['custom-blueprint', '--model-endpoint', model.baseUrl]);
  const loaded = loadScenario(path.join(root, 'examples'), 'custom-blueprint');
  const imagePaths = { '/opt/agent': path.join(root, 'assets', 'image') };
  run = await ScenarioRun.start({ loaded, assembly, region: 'us-east-1', imagePaths, modelEndpoint });
  result = await run.deliver(loaded.events[0]);
});

afterAll(async () => {
  await run?.close();
  await model?.close();
});

test('the turn completes with the answer of the model, and its tool call is made with the execution role', () => {
  expect(result.turns.map(({ outcome }) => outcome)).toEqual(['Completed']);
  const [{ items }] = result.turns;
  expect(items).toMatchObject([
    { type: 'message' },
    { type: 'mcp_call', server_label: 'source', name: 'clone_repository', status: 'completed' },
    { type: 'message', content: [{ text: 'all done' }] },
  ]);
  const { policies } = run.cloud;
  const read = [...policies.decisions.values()].filter(
    ({ caller, action }) => /ExecutionRole/.test(caller) && action === 's3:GetObject',
  );
  expect(read.map(({ resource }) => resource)).toEqual([expect.stringMatching(/payments-service\.bundle$/)]);
  expect(policies.denials).toEqual([]);
});

test('npm start --help names every example and flag', () => {
  expect(readStartOptions(['--help'])).toMatchObject({ help: true });
  expect(readStartOptions([])).toMatchObject({ help: false });
  const help = startHelp(['custom-blueprint', 'incident-response'], 'incident-response');
  expect(help).toMatch(/^Usage: npm start -- \[example\] \[flags\]\n/);
  expect(help).toContain('Examples: custom-blueprint, incident-response (default)\n');
  for (const flag of ['--model-endpoint', '--model-name', '--model-key-variable', '--help']) {
    expect(help).toContain(`\n  ${flag} `);
  }
});

test.each([
  [['a', 'b'], /a b are 2 examples/],
  [['--model-endpoint', 'localhost'], /--model-endpoint is 'localhost'\. Allowed: the base URL/],
  [['--model-name', 'm'], /--model-name is of no use without an endpoint/],
])('npm start refuses %j', (argv, message) => {
  expect(() => readStartOptions(argv)).toThrow(message);
});
