/** The bundle of the delivery of a security audit, with the real S3 client, on s3rver. */
import '@microsoft/jest-sarif';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../../lib/contracts/step';
import { FindingsBucket } from './findings-bucket';
import { PATH, result, type Sample, sarif, SQL } from './sarif-samples';

const s3 = new FindingsBucket();
let client: S3Client;
let handler: (payload: DeliverTurnPayload) => Promise<DeliverTurnAnswer>;

beforeAll(async () => {
  await s3.start('findings', 'evidence');
  const endpoint = { endpoint: s3.url, forcePathStyle: true, region: 'us-east-1' };
  client = new S3Client({ ...endpoint, credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } });
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    AWS_ENDPOINT_URL_S3: s3.url,
    BMA_S3_PATH_STYLE: 'true',
    BMA_EVIDENCE_BUCKET: 'evidence',
    BMA_FINDINGS_BUCKET: 'findings',
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  handler = require(path.resolve('assets/handlers/accept-findings.js')).handler;
  jest.spyOn(console, 'log').mockImplementation();
});
afterAll(() => s3.stop());
afterEach(() => {
  s3.intervene = undefined;
  s3.writes.length = 0;
});

let number = 0;
const NIGHTS = ['2026-11-01T03:00:00Z', '2026-11-02T03:00:00Z', '2026-11-03T03:00:00Z', '2026-11-04T03:00:00Z'];

function delivery(repository: string, night: string, answer: unknown, turn = `turn-${repository}-${night}`): any {
  return {
    turn: { name: turn, detail: { agentName: 'auditor', subject: { repository, night } } },
    output: [{ text: typeof answer === 'string' ? answer : JSON.stringify(answer) }],
    evidence: { bucket: 'evidence', manifestKey: 'manifest.json', manifestSha256: '0' },
  };
}
const newRepository = () => `repository-${(number += 1)}`;
const audit = (repository: string, night: number, ...samples: Sample[]) =>
  handler(delivery(repository, NIGHTS[night], sarif(...samples)));

async function object(key: string): Promise<any> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'findings', Key: key }));
  return JSON.parse(await Body!.transformToString());
}
const keyOf = (repository: string, night: number) =>
  `findings/${repository}/${NIGHTS[night].replaceAll(':', '')}.sarif`;
const statesOf = (log: any) =>
  Object.fromEntries(log.runs[0].results.map((each: any) => [each.ruleId, each.baselineState]));

describe('from night to night', () => {
  test('a finding is new, then known wherever its lines moved, then fixed, and new when it comes back', async () => {
    const repository = newRepository();
    const receipts = [
      await audit(repository, 0, SQL, PATH),
      await audit(repository, 1, { ...SQL, line: 99, message: 'Said in other words' }, PATH),
      await audit(repository, 2, SQL),
      await audit(repository, 3, SQL, PATH),
    ];
    const key = (night: number) => keyOf(repository, night);
    expect(receipts).toEqual([
      { delivered: true, receipt: { new: 2, known: 0, fixed: 0, key: key(0) } },
      { delivered: true, receipt: { new: 0, known: 2, fixed: 0, key: key(1) } },
      { delivered: true, receipt: { new: 0, known: 1, fixed: 1, key: key(2) } },
      { delivered: true, receipt: { new: 1, known: 1, fixed: 0, key: key(3) } },
    ]);
    const logs = await Promise.all([0, 1, 2, 3].map((night) => object(key(night))));
    expect(logs.map(statesOf)).toEqual([
      { 'CWE-89': 'new', 'CWE-22': 'new' },
      { 'CWE-89': 'unchanged', 'CWE-22': 'unchanged' },
      { 'CWE-89': 'unchanged', 'CWE-22': 'absent' },
      { 'CWE-89': 'unchanged', 'CWE-22': 'new' },
    ]);
    // Valid in the eyes of the schema's authors, with everything that was added.
    logs.forEach((log) => expect(log).toBeValidSarifLog());
    const [sql, traversal] = logs[3].runs[0].results;
    expect(sql.provenance.firstDetectionTimeUtc).toBe(NIGHTS[0]);
    expect(traversal.provenance.firstDetectionTimeUtc).toBe(NIGHTS[3]);
    expect(sql.partialFingerprints).toEqual({ 'bmaFinding/v1': expect.stringMatching(/^[0-9a-f]{32}:1$/) });
  });

  test('repositories do not share findings, and a name with an owner has a folder of its own', async () => {
    const [one, two] = [newRepository(), `owner/${newRepository()}`];
    await audit(one, 0, SQL);
    expect(await audit(two, 0, SQL)).toMatchObject({ receipt: { new: 1, key: keyOf(two, 0) } });
    expect(await audit(two, 1, SQL)).toMatchObject({ receipt: { known: 1 } });
  });

  test('equal findings in one file are counted, not merged', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL, { ...SQL, line: 80 }, { ...SQL, path: './src//orders.ts', line: 90 });
    expect(await audit(repository, 1, SQL)).toMatchObject({ receipt: { new: 0, known: 1, fixed: 2 } });
  });

  test('without a quotation, the message identifies the finding, not its numbers', async () => {
    const repository = newRepository();
    await audit(repository, 0, { message: 'Cipher in line 12 is weak' });
    expect(await audit(repository, 1, { message: 'cipher in  line 31 is weak' })).toMatchObject({
      receipt: { known: 1 },
    });
    expect(await audit(repository, 2, { message: 'Hash is weak', line: 50 })).toMatchObject({
      receipt: { new: 1, fixed: 1 },
    });
  });

  test('an audit without findings fixes all; one that failed leaves them as they were', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL, PATH);
    expect(await handler(delivery(repository, NIGHTS[1], { failure: 'repository-unavailable' }))).toMatchObject({
      delivered: false,
      reason: { code: 'repository-unavailable' },
    });
    expect(await audit(repository, 2)).toMatchObject({ receipt: { new: 0, known: 0, fixed: 2 } });
  });
});

describe('exactly once', () => {
  test('a repeated delivery writes nothing and has the same receipt, also after a later night', async () => {
    const repository = newRepository();
    const first = delivery(repository, NIGHTS[0], sarif(SQL));
    const receipt = await handler(first);
    await audit(repository, 1, PATH);
    s3.writes.length = 0;
    expect(await handler(first)).toEqual(receipt);
    expect(s3.writes).toEqual([]);
  });

  test('a delivery that was interrupted between state and log is completed, with the same receipt', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL, PATH);
    const second = delivery(repository, NIGHTS[1], sarif(SQL));
    const outage = {
      method: 'PUT',
      ends: '.sarif',
      act: () => {
        s3.intervene = outage;
        return Promise.resolve(503);
      },
    };
    s3.intervene = outage;
    // An error of this name is what the state machine retries.
    await expect(handler(second)).rejects.toMatchObject({ name: 'TransientStepError' });
    s3.intervene = undefined;
    expect(await handler(second)).toMatchObject({ receipt: { new: 0, known: 1, fixed: 1 } });
    expect(statesOf(await object(keyOf(repository, 1)))).toEqual({ 'CWE-89': 'unchanged', 'CWE-22': 'absent' });
  });

  test('two audits of a repository at the same time never build on the same state', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL);
    // The later night is accepted while the earlier one is about to replace the state: the earlier one is told so.
    s3.intervene = {
      method: 'PUT',
      ends: `${repository}.json`,
      act: async () => void (await audit(repository, 2, PATH)),
    };
    expect(await audit(repository, 1, SQL, PATH)).toMatchObject({
      delivered: false,
      reason: { code: 'audit-superseded' },
    });
    // The other way round, the later one starts again from the new state.
    s3.intervene = {
      method: 'PUT',
      ends: `${repository}-b.json`,
      act: async () => void (await audit(`${repository}-b`, 0, SQL)),
    };
    expect(await audit(`${repository}-b`, 1, SQL, PATH)).toMatchObject({ receipt: { new: 1, known: 1, fixed: 0 } });
    expect(s3.writes.filter(({ status }) => status === 412)).toHaveLength(2);
  });

  test('a night belongs to one turn', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL);
    const answer = await handler(delivery(repository, NIGHTS[0], sarif(), 'turn-of-somebody-else'));
    expect(answer).toMatchObject({ delivered: false, reason: { code: 'night-taken' } });
  });

  test('every write is conditional and carries the checksum that a locked bucket asks for', async () => {
    await audit(newRepository(), 0, SQL);
    expect(s3.writes.map(({ headers }) => headers['if-none-match'] ?? headers['if-match'])).toEqual(['*', '*']);
    s3.writes.forEach(({ headers }) => expect(headers['x-amz-checksum-sha256']).toMatch(/^[A-Za-z0-9+/]{43}=$/));
  });
});

describe('what is not accepted', () => {
  const changed = (change: (log: any) => void, ...samples: Sample[]) => {
    const log = sarif(...(samples.length > 0 ? samples : [SQL]));
    change(log);
    return log;
  };
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const cases: [string, unknown, string, RegExp][] = [
    ['an answer that is no JSON', 'I found two problems.', 'answer-not-json', /JSON/],
    ['a truncated log', JSON.stringify(sarif(SQL)).slice(0, -20), 'answer-not-json', /JSON/],
    ['another version', changed((log) => (log.version = '2.0.0')), 'sarif-invalid', /^\/version: enum$/],
    ['a list', [], 'sarif-invalid', /type/],
    ['no runs', { version: '2.1.0' }, 'sarif-invalid', /required runs/],
    ['two runs', changed((log) => log.runs.push(log.runs[0])), 'sarif-invalid', /one run is expected, not 2/],
    ['no results at all', changed((log) => delete log.runs[0].results), 'sarif-invalid', /required results/],
    ['no tool', changed((log) => delete log.runs[0].tool), 'sarif-invalid', /^\/runs\/0: required tool$/],
    ['an unknown level', changed((log) => (log.runs[0].results[0].level = 'fatal')), 'sarif-invalid', /level: enum/],
    ['no place', changed((log) => delete log.runs[0].results[0].locations), 'sarif-invalid', /locations: a path/],
    ['no rule', changed((log) => delete log.runs[0].results[0].ruleId), 'sarif-invalid', /ruleId/],
    ['an absolute path', sarif({ path: '/etc/passwd' }), 'sarif-invalid', /uri: a relative path/],
    ['an address', sarif({ path: 'file:///workspace/a.ts' }), 'sarif-invalid', /uri: a relative path/],
    ['a drive', sarif({ path: 'C:/a.ts' }), 'sarif-invalid', /uri: a relative path/],
    ['a path that climbs', sarif({ path: 'src/../../a.ts' }), 'sarif-invalid', /uri: a relative path/],
    [
      'a path that climbs in disguise',
      sarif({ path: 'src/%2e%2e/%2E%2e/a.ts' }),
      'sarif-invalid',
      /uri: a relative path/,
    ],
    [
      'a credential in a name',
      changed((log) => (log.runs[0].results[0].properties = { [token]: 1 })),
      'sarif-invalid',
      /properties\/\*: looks like a GitHub token/,
    ],
  ];
  test.each(cases)('%s', async (_name, answer, code, message) => {
    const repository = newRepository();
    const refused = await handler(delivery(repository, NIGHTS[0], answer));
    expect(refused).toEqual({ delivered: false, reason: { code, message: expect.stringMatching(message) } });
    expect(JSON.stringify(refused)).not.toContain(token);
    expect(s3.writes).toEqual([]);
  });

  test.each([
    [{}],
    [{ repository: '../state', night: NIGHTS[0] }],
    [{ repository: 'a/b/c', night: NIGHTS[0] }],
    [{ repository: 'a', night: 'x' }],
  ])('a turn whose subject is %j', async (subject) => {
    const payload = delivery('a', NIGHTS[0], sarif());
    payload.turn.detail.subject = subject;
    expect(await handler(payload)).toMatchObject({ reason: { code: 'audit-subject-missing' } });
  });

  test('what is refused can be answered again the same night', async () => {
    const repository = newRepository();
    await handler(delivery(repository, NIGHTS[0], sarif({ path: '/etc/passwd' })));
    expect(await audit(repository, 0, SQL)).toMatchObject({ delivered: true });
  });

  test('at the limits, a log is accepted', async () => {
    const samples = [{ snippet: 'x'.repeat(500), message: 'm'.repeat(2000) }, ...Array<Sample>(999).fill(PATH)];
    expect(await audit(newRepository(), 0, ...samples)).toMatchObject({ receipt: { new: 1000 } });
  });

  test('an output that travels in parts is read from the evidence bucket', async () => {
    const repository = newRepository();
    const text = JSON.stringify(sarif(SQL, PATH));
    await client.send(
      new PutObjectCommand({ Bucket: 'evidence', Key: 'turns/t/output/000.txt', Body: text.slice(0, 300) }),
    );
    const payload = delivery(repository, NIGHTS[0], '');
    payload.output = [{ s3: { bucket: 'evidence', key: 'turns/t/output/000.txt' } }, { text: text.slice(300) }];
    expect(await handler(payload)).toMatchObject({ receipt: { new: 2 } });
  });
});

describe('a bad line costs no other finding', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const GOOD = Array.from({ length: 40 }, (_, index): Sample => ({ ...SQL, path: `src/orders-${index}.ts` }));
  const storedOf = async (repository: string) => {
    const log = await object(keyOf(repository, 0));
    expect(log).toBeValidSarifLog();
    const [{ results, invocations = [] }] = log.runs;
    const reports = invocations.flatMap((each: any) =>
      each.toolExecutionNotifications.map(({ message }: any) => message.text),
    );
    return { results, reports };
  };

  test.each<[string, Sample, (stored: any) => void]>([
    [
      'a space and umlauts in a path',
      { path: 'src/über uns.ts' },
      ({ uri }) => expect(uri).toBe('src/%C3%BCber%20uns.ts'),
    ],
    ['a number sign in a path', { path: 'src/C#/a.cs' }, ({ uri }) => expect(uri).toBe('src/C%23/a.cs')],
    ['a percent sign in a path', { path: 'src/100%.ts' }, ({ uri }) => expect(uri).toBe('src/100%25.ts')],
    ['a question mark in a path', { path: 'src/[id]?.ts' }, ({ uri }) => expect(uri).toBe('src/%5Bid%5D%3F.ts')],
    ['an encoded path', { path: 'src/a%20b.ts' }, ({ uri }) => expect(uri).toBe('src/a%20b.ts')],
    ['a line of 501 characters', { snippet: 'x'.repeat(501) }, ({ snippet }) => expect(snippet).toBe('x'.repeat(500))],
    ['a message of 2,001 characters', { message: 'z'.repeat(2001) }, ({ text }) => expect(text).toHaveLength(2000)],
    [
      'the public example key',
      { snippet: 'key = "AKIAIOSFODNN7EXAMPLE"' },
      ({ snippet }) => expect(snippet).toMatch(/^key = .*removed/),
    ],
    [
      'a credential',
      { snippet: `const t = '${token}'`, message: `The token ${token} is in the code` },
      ({ snippet, text }) => {
        expect(`${snippet} ${text}`).not.toContain(token);
        expect(text).toMatch(/^The token \[removed: .*\] is in the code$/);
      },
    ],
  ])('%s is mended', async (_, sample, check) => {
    const repository = newRepository();
    expect(await audit(repository, 0, sample, ...GOOD)).toMatchObject({ receipt: { new: 41 } });
    const { results, reports } = await storedOf(repository);
    const { artifactLocation, region } = results[0].locations[0].physicalLocation;
    check({ uri: artifactLocation.uri, snippet: region.snippet?.text, text: results[0].message.text });
    expect(reports).toEqual([]);
  });

  test.each<[string, (log: any) => void, RegExp]>([
    [
      'an absolute path',
      (log) => (log.runs[0].results[7] = result({ path: '/etc/passwd' })),
      /^Set aside: \/runs\/0\/results\/7.*uri: a relative path/,
    ],
    ['a path that climbs', (log) => (log.runs[0].results[7] = result({ path: '../a.ts' })), /results\/7.*uri/],
    ['an unknown level', (log) => (log.runs[0].results[7].level = 'fatal'), /results\/7\/level: enum/],
    ['no place', (log) => delete log.runs[0].results[7].locations, /results\/7\/locations/],
    ['a result that is none', (log) => (log.runs[0].results[7] = 'CWE-89'), /results\/7: type/],
    ['a code flow', (log) => (log.runs[0].results[7].codeFlows = []), /results\/7: additionalProperties/],
    [
      'a credential in a name',
      (log) => (log.runs[0].results[7].properties = { [token]: 1 }),
      /results\/7.*GitHub token/,
    ],
  ])('a result with %s is set aside and reported', async (_, change, report) => {
    const repository = newRepository();
    const log = sarif(...GOOD);
    change(log);
    expect(await handler(delivery(repository, NIGHTS[0], log))).toMatchObject({ receipt: { new: 39, setAside: 1 } });
    const { results, reports } = await storedOf(repository);
    expect(results).toHaveLength(39);
    expect(reports).toEqual([expect.stringMatching(report)]);
    expect(JSON.stringify(reports)).not.toContain(token);
    // Again, after the function was lost: the same receipt.
    expect(await handler(delivery(repository, NIGHTS[0], log))).toMatchObject({ receipt: { new: 39, setAside: 1 } });
  });

  test('more than the limits is set aside; the members around the results are, too', async () => {
    const repository = newRepository();
    const log = sarif(...Array<Sample>(1001).fill(PATH));
    log.runs[0].artifacts = [{}];
    log.runs[0].tool.driver.rules.push({ id: 'x', help: { text: 'z'.repeat(10), markdown: 1 } });
    expect(await handler(delivery(repository, NIGHTS[0], log))).toMatchObject({ receipt: { new: 1000, setAside: 3 } });
    const many = newRepository();
    const { receipt } = (await audit(many, 0, ...Array<Sample>(300).fill({ snippet: 'y'.repeat(450) }))) as any;
    expect(receipt).toMatchObject({ new: 222, setAside: 78 });
  });

  test('what was set aside is not reported as fixed', async () => {
    const repository = newRepository();
    await audit(repository, 0, SQL, PATH);
    const answer = await audit(repository, 1, { ...SQL, path: '/workspace/src/orders.ts' }, { message: 'Another one' });
    expect(answer).toMatchObject({ receipt: { new: 1, known: 1, fixed: 1, setAside: 1 } });
    expect(await audit(repository, 2, SQL)).toMatchObject({ receipt: { new: 0, known: 1, fixed: 1 } });
  });
});

describe('a finding keeps its identity', () => {
  const LONG: Sample = { ...SQL, snippet: `const found = await ${SQL.snippet};` };
  const UNQUOTED: Sample = {
    ruleId: 'CWE-327',
    path: 'src/a.ts',
    line: 12,
    message: 'The cipher DES is weak and must be replaced',
  };
  test.each<[string, Sample, Sample]>([
    ['reworded', SQL, { ...SQL, message: 'Something else entirely' }],
    ['reworded, without a quotation', UNQUOTED, { ...UNQUOTED, message: 'DES was broken long ago' }],
    [
      'reworded and moved, without a quotation',
      UNQUOTED,
      { ...UNQUOTED, line: 40, message: 'The weak cipher DES must be replaced here' },
    ],
    ['quoted longer', SQL, LONG],
    ['quoted shorter', LONG, SQL],
    ['quoted now', { ...SQL, snippet: undefined }, SQL],
    ['filed under a parent', SQL, { ...SQL, ruleId: 'CWE-943' }],
    ['filed under a parent and quoted longer', SQL, { ...LONG, ruleId: 'CWE-943' }],
    ['at another line', SQL, { ...SQL, line: 400 }],
  ])('%s', async (_, before, after) => {
    const repository = newRepository();
    await audit(repository, 0, before, PATH);
    expect(await audit(repository, 1, PATH, after)).toMatchObject({ receipt: { new: 0, known: 2, fixed: 0 } });
    // And its identity is the first one for good.
    expect(await audit(repository, 2, before)).toMatchObject({ receipt: { new: 0, known: 1, fixed: 1 } });
  });

  test.each<[string, Sample]>([
    ['in another file', { ...SQL, path: 'src/carts.ts' }],
    ['of other code', { ...SQL, line: 400, snippet: 'exec(`convert ${name}`)' }],
    ['of other code in the same line', { ...SQL, snippet: 'exec(`convert ${name}`)' }],
  ])('but one %s is another one', async (_, after) => {
    const repository = newRepository();
    await audit(repository, 0, SQL);
    expect(await audit(repository, 1, after)).toMatchObject({ receipt: { new: 1, known: 0, fixed: 1 } });
  });
});
