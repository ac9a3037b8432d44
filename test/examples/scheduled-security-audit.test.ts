/**
 * The example, deployed on this machine: the synthesized schedule, state machines, functions and policies, sessions with
 * the real exec server, and the real source tool against git.
 */
import '@microsoft/jest-sarif';
import * as path from 'node:path';
import { loadScenario } from '../../bin/local-scenario';
import { ScenarioRun, type EventResult } from '../../bin/scenario-run';
import { CodeCommitGit } from '../../local/stand-ins/code-commit-git';
import { assemblyOf } from './synthesized';

const root = path.resolve(__dirname, '../..');
const assembly = assemblyOf('scheduled-security-audit');
const open: ScenarioRun[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((run) => run.close()));
});

const loaded = loadScenario(path.join(root, 'examples'), 'scheduled-security-audit');

async function start(scenario = loaded) {
  const imagePaths = { '/opt/agent': path.join(root, 'assets', 'image') };
  const run = await ScenarioRun.start({ loaded: scenario, assembly, region: 'us-east-1', imagePaths });
  open.push(run);
  const bucket = run.cloud.deployment.one('AWS::S3::Bucket', 'Findings').ref;
  return {
    run,
    keys: () => run.cloud.stores.keys(bucket),
    stored: async (key: string) => JSON.parse(await run.cloud.stores.text(bucket, key)),
    summaries: () => run.cloud.events.filter(({ DetailType }) => DetailType === 'Managed Agent Audit Completed'),
  };
}

const outcomes = ({ turns }: EventResult) =>
  Object.fromEntries(turns.map(({ detail }) => [detail.subject!.repository, detail.reason?.code ?? detail.outcome]));
const findings = (log: any) =>
  log.runs[0].results.map(({ ruleId, baselineState, locations }: any) => {
    const { artifactLocation, region } = locations[0].physicalLocation;
    return `${baselineState} ${ruleId} ${artifactLocation.uri}:${region.startLine}`;
  });

test('two nights: what is found is new, then known where its lines moved, or fixed; a repeated night does nothing', async () => {
  const { run, keys, stored, summaries } = await start();
  const first = await run.deliver(loaded.events[0]);
  expect(outcomes(first)).toEqual({
    'payments-service': 'Completed',
    'web-shop': 'Completed',
    'legacy-billing': 'Completed',
  });
  const second = await run.deliver(loaded.events[1]);
  expect(await keys()).toEqual([
    'audits/2026-11-23T020000Z.json',
    'audits/2026-11-24T020000Z.json',
    ...['legacy-billing', 'payments-service', 'web-shop'].flatMap((name) => [
      `findings/${name}/2026-11-23T020000Z.sarif`,
      `findings/${name}/2026-11-24T020000Z.sarif`,
    ]),
    ...['legacy-billing', 'payments-service', 'web-shop'].map((name) => `state/${name}.json`),
  ]);
  const logs = await Promise.all(
    ['2026-11-23', '2026-11-24'].map((day) => stored(`findings/payments-service/${day}T020000Z.sarif`)),
  );
  logs.forEach((log) => expect(log).toBeValidSarifLog());
  expect(logs.map(findings)).toEqual([
    ['new CWE-89 orders.js:4', 'new CWE-22 orders.js:5'],
    ['unchanged CWE-22 orders.js:6', 'absent CWE-89 orders.js:4'],
  ]);
  expect(findings(await stored('findings/legacy-billing/2026-11-24T020000Z.sarif'))).toEqual([
    'unchanged CWE-916 invoice.php:3',
  ]);

  // Each repository has a session of its own, which is deleted when its turn is over.
  const sessions = [...first.turns, ...second.turns].map(({ detail }) => detail.sessionId);
  expect(new Set(sessions).size).toBe(6);
  expect(summaries().map(({ Detail }) => Detail.totals)).toEqual([
    { repositories: 3, failed: 0, new: 3, known: 0, fixed: 0 },
    { repositories: 3, failed: 0, new: 0, known: 2, fixed: 1 },
  ]);
  expect(await stored('audits/2026-11-24T020000Z.json')).toEqual(summaries()[1].Detail);

  const again = await run.deliver(loaded.events[1]);
  expect(again.turns).toEqual([]);
  expect(again.executions.map(({ status, tasks }) => [status, tasks])).toEqual([['SUCCEEDED', ['ClaimNight']]]);
  expect(summaries()).toHaveLength(2);
  expect(run.cloud.policies.denials).toEqual([]);
});

test('a night with three bad findings keeps the good ones, mends two and reports the third', async () => {
  const at = (uri: string, text: string) => ({
    ruleId: 'CWE-916',
    level: 'error',
    message: { text: 'MD5 of a password can be guessed.' },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 3, snippet: { text } } } }],
  });
  const good = Array.from({ length: 40 }, (_, index) => at(`pages/${index}.php`, `md5($p${index})`));
  const bad = [at('über uns/#1 100%.php', 'md5($a)'), at('long.php', 'x'.repeat(501)), at('/etc/passwd', 'md5($b)')];
  const driver = { name: 'security-audit', rules: [] };
  const answer = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver }, results: [...good, ...bad] }] });
  const isLegacy = ({ when }: (typeof loaded.script.rules)[number]) => when.contains?.includes('legacy-billing');
  const rules = loaded.script.rules.map((rule) => (isLegacy(rule) ? { ...rule, steps: [], answer } : rule));
  const { run, stored, summaries } = await start({ ...loaded, script: { ...loaded.script, rules } });
  const result = await run.deliver(loaded.events[0]);
  expect(outcomes(result)['legacy-billing']).toBe('Completed');
  const log = await stored('findings/legacy-billing/2026-11-23T020000Z.sarif');
  expect(log).toBeValidSarifLog();
  const uris = log.runs[0].results.map((each: any) => each.locations[0].physicalLocation.artifactLocation.uri);
  expect(uris).toHaveLength(42);
  expect(uris).toEqual(expect.arrayContaining(['%C3%BCber%20uns/%231%20100%25.php', 'long.php']));
  const [{ message }] = log.runs[0].invocations[0].toolExecutionNotifications;
  expect(message.text).toMatch(/^Set aside: \/runs\/0\/results\/42/);
  expect(summaries()[0].Detail).toMatchObject({ totals: { failed: 0, new: 44, setAside: 1 } });
});

test('a repository that does not exist ends its own turn and no other; nothing of it is stored', async () => {
  const { run, keys, summaries } = await start();
  const role = run.cloud.deployment.one('AWS::IAM::Role', 'ExecutionRole');
  const empty = await CodeCommitGit.start({
    region: 'us-east-1',
    ...run.cloud.credentialsFor(role.arn),
    repositories: {},
  });
  run.cloud.onClose(() => empty.close());
  run.cloud.endpoint('GIT_CODECOMMIT', empty.url);
  const result = await run.deliver(loaded.events[0]);
  expect(outcomes(result)).toEqual({
    'payments-service': 'repository-unavailable',
    'web-shop': 'repository-unavailable',
    'legacy-billing': 'Completed',
  });
  expect((await keys()).filter((key) => !key.startsWith('audits/'))).toEqual([
    'findings/legacy-billing/2026-11-23T020000Z.sarif',
    'state/legacy-billing.json',
  ]);
  expect(summaries()[0].Detail).toMatchObject({
    totals: { repositories: 3, failed: 2, new: 1 },
    repositories: expect.arrayContaining([
      {
        repository: 'web-shop',
        outcome: 'Failed',
        reason: expect.objectContaining({ code: 'repository-unavailable' }),
      },
    ]),
  });
});
