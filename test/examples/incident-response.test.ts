/** The example of an incident, end to end on this machine: real tools and functions, synthesized permissions. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { loadScenario } from '../../bin/local-scenario';
import { ScenarioRun, type EventResult } from '../../bin/scenario-run';
import { assemblyOf } from './synthesized';

const root = path.resolve(__dirname, '../..');
const loaded = loadScenario(path.join(root, 'examples'), 'incident-response');
const results: EventResult[] = [];
let run: ScenarioRun;

beforeAll(async () => {
  run = await ScenarioRun.start({
    loaded,
    assembly: assemblyOf('incident-response'),
    region: 'us-east-1',
    imagePaths: { '/opt/agent': path.join(root, 'assets', 'image') },
  });
  for (const event of loaded.events) results.push(await run.deliver(event));
});
afterAll(async () => {
  await run?.close();
});

const details = () => results.flatMap(({ turns }) => turns.map(({ detail }) => detail));

test('three events are three turns of one conversation about one incident', () => {
  expect(details().map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(3).fill(['Completed', undefined]));
  const [{ sessionKey, sessionId }] = details();
  expect(sessionKey).toMatch(/^incident-/);
  expect(details().map((detail) => [detail.sessionKey, detail.sessionId])).toEqual(
    Array(3).fill([sessionKey, sessionId]),
  );
});

test('the agent read logs, metrics and deployments with its tools, and every call was allowed', () => {
  const calls = results
    .flatMap(({ turns }) => turns.flatMap(({ items }) => items))
    .filter(({ type }) => type === 'mcp_call') as unknown as { name: string; status: string; error?: unknown }[];
  expect(calls.map(({ name }) => name)).toEqual([
    'alarms',
    'metric_data',
    'query_logs',
    'codedeploy_deployments',
    'lambda_aliases',
    'codedeploy_deployments',
    'metric_data',
  ]);
  expect(calls.filter(({ status }) => status !== 'completed')).toEqual([]);
  expect(JSON.stringify(calls)).toContain('payment did not answer within 800 ms');
});

test('the investigation waits for a deployment, then for a timer, and concludes', () => {
  expect(details().map(({ delivery }) => delivery)).toEqual([
    expect.objectContaining({ report: 1, status: 'waiting', opsItem: 'oi-0123456789ab' }),
    expect.objectContaining({ report: 2, status: 'waiting', timer: 'set', opsItem: 'oi-0123456789ab' }),
    expect.objectContaining({ report: 3, status: 'concluded', opsItem: 'oi-0123456789ab' }),
  ]);
});

test('every report is published as JSON that fits its schema, and for people', async () => {
  const { ref: bucket } = run.cloud.deployment.one('AWS::S3::Bucket', 'Reports');
  const folder = `reports/${details()[0].sessionKey!}`;
  expect(await run.cloud.stores.keys(bucket)).toEqual(
    ['01', '02', '03'].flatMap((number) => [`${folder}/${number}.json`, `${folder}/${number}.md`]),
  );
  const schema = JSON.parse(fs.readFileSync(path.join(root, 'docs', 'incident-report.schema.json'), 'utf8')) as object;
  const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(schema);
  for (const number of ['01', '02', '03']) {
    const report = JSON.parse(await run.cloud.stores.text(bucket, `${folder}/${number}.json`));
    expect([validate(report), validate.errors]).toEqual([true, null]);
    const times = report.timeline.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort());
  }
  const markdown = await run.cloud.stores.text(bucket, `${folder}/03.md`);
  expect(markdown).toContain('its roll-back ended the incident.');
  expect(markdown).toContain('Confidence: high');
});

test('what comes after the conclusion opens no session', async () => {
  const recovery = loaded.events[2] as { label: string; event: any };
  const event = structuredClone(recovery.event);
  event.detail.state.timestamp = '2026-11-23T18:00:00.000+0000';
  const { turns } = await run.deliver({ label: 'later', event });
  expect(turns.map(({ detail }) => [detail.outcome, detail.reason?.code, detail.sessionId])).toEqual([
    ['Rejected', 'nothing-to-resume', undefined],
  ]);
});

test('an alarm that is muted starts nothing, and one that flaps starts no turn of its own', async () => {
  const [{ event: alarm }] = loaded.events as readonly { event: any }[];
  const again = (change: (detail: any) => void) => {
    const event = structuredClone(alarm);
    event.detail.state.timestamp = `2026-11-23T18:0${++changes}:00.000+0000`;
    change(event.detail);
    return run.deliver({ label: 'again', event });
  };
  let changes = 0;
  const muted = await again((detail) => {
    detail.muteDetail = { mutedByArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night' };
  });
  expect([muted.deliveries, muted.turns]).toEqual([[], []]);
  const flapping = await again(() => undefined);
  expect(flapping.turns.map(({ detail }) => [detail.outcome, detail.reason?.code, detail.sessionId])).toEqual([
    ['Rejected', 'cooling-down', undefined],
  ]);
});

test('no call was denied', () => {
  expect(run.cloud.policies.denials.map(({ decision }) => decision.reason)).toEqual([]);
});
