import * as path from 'node:path';
import { loadScenario } from '../../bin/local-scenario';
import { ScenarioRun, type EventResult } from '../../bin/scenario-run';
import { postedComments } from '../../examples/ci-pipeline-agent/local-scenario';
import type { CloudEvent } from '../../local/cloud';
import { assemblyOf } from './synthesized';

/* The example from the event to the posted review: synthesized stacks, real bundles, tool, git, exec server, CodeCommit on loopback. */

const root = path.resolve(__dirname, '../..');
const assembly = assemblyOf('ci-pipeline-agent');
const loaded = loadScenario(path.join(root, 'examples'), 'ci-pipeline-agent');
const results: EventResult[] = [];
const posted: string[][] = [];
let run: ScenarioRun;

beforeAll(async () => {
  const imagePaths = { '/opt/agent': path.join(root, 'assets', 'image') };
  run = await ScenarioRun.start({ loaded, assembly, region: 'us-east-1', imagePaths });
  for (const event of loaded.events) {
    results.push(await run.deliver(event));
    posted.push(postedComments().map(({ content }) => content));
  }
});
afterAll(async () => {
  await run?.close();
});

test('both events become completed turns of one conversation', () => {
  const turns = results.flatMap((result) => result.turns);
  expect(turns.map(({ outcome, detail }) => [outcome, detail.reason])).toEqual([
    ['Completed', undefined],
    ['Completed', undefined],
  ]);
  expect(new Set(turns.map(({ detail }) => detail.sessionId)).size).toBe(1);
  expect(turns[0].detail.subject).toMatchObject({ repository: 'payments-service', pullRequestId: '42' });
});

test('the first event posts one review: findings beside their lines, a summary with what the tests said', () => {
  const comments = postedComments();
  expect(posted[0]).toHaveLength(3);
  expect(comments.slice(0, 2).map(({ location }) => [location?.filePath, location?.filePosition])).toEqual([
    ['refund.js', 4],
    ['refund.test.js', 7],
  ]);
  const [inline, , summary] = posted[0];
  expect(inline).toContain('```\nexports.refund = (cents, rate) => Math.round(cents * rate);\n```');
  expect(summary).toContain('its exit code was 1');
  expect(summary).toContain('**Findings: 2** (1 high, 1 low)');
});

test('an event about an older commit that comes late starts no review, and changes none', async () => {
  const before = postedComments().map(({ content }) => content);
  const [{ event }] = loaded.events as readonly { event: CloudEvent }[];
  const stale = { ...structuredClone(event), time: '2026-11-23T11:59:59Z' };
  const { turns } = await run.deliver({ label: 'stale', event: stale });
  expect(turns.map(({ detail }) => [detail.outcome, detail.reason?.code, detail.sessionId])).toEqual([
    ['Rejected', 'superseded', undefined],
  ]);
  expect(postedComments().map(({ content }) => content)).toEqual(before);
});

test('the second event brings it up to date and repeats nothing', () => {
  expect(posted[1]).toHaveLength(3);
  const [inline, other] = posted[1];
  expect(inline).toContain('**Resolved** at');
  // What it said stays.
  expect(inline).toContain('exports.refund = (cents, rate) => Math.round(cents * rate);');
  expect(other).toBe(posted[0][1]);
  const summary = posted[1][2];
  expect(summary).toContain('its exit code was 0');
  expect(summary).toMatch(/### Resolved since earlier reviews\n\n- high in `refund\.js` line 4/);
  expect(results[1].turns[0].detail.delivery).toEqual({
    commentId: postedComments()[2].commentId,
    findings: 1,
    inline: 0,
    updated: true,
    changed: 1,
  });
});

test('everything passed the guardrail, and no slot is left taken', async () => {
  expect(results[0].screened.map(({ source }) => source)).toEqual(expect.arrayContaining(['INPUT', 'OUTPUT']));
  expect(await run.cloud.slotHolders()).toEqual([]);
  expect(results.flatMap(({ deadLetters }) => deadLetters)).toEqual([]);
});

test('an event about a commit that is not the newest any more ends as rejected: nothing is opened or posted', async () => {
  const [, updated] = loadScenario(path.join(root, 'examples'), 'ci-pipeline-agent').events;
  const { label, event } = updated as { label: string; event: CloudEvent };
  const detail = { ...event.detail, sourceCommit: '0123456789abcdef0123456789abcdef01234567' };
  const late = { label, event: { ...event, detail } };
  const { turns } = await run.deliver(late);
  expect(turns.map(({ detail }) => [detail.outcome, detail.reason?.code, detail.sessionId])).toEqual([
    ['Rejected', 'superseded', undefined],
  ]);
  expect(postedComments().map(({ content }) => content)).toEqual(posted[1]);
});

test('no call was denied', () => {
  expect(run.cloud.policies.denials.map(({ decision }) => decision.reason)).toEqual([]);
});
