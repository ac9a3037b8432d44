import * as path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../lib/contracts/step';
import { turnAbout } from '../runtime/turn-handlers/pull-request/review-scene';
import { FindingsBucket } from '../runtime/turn-handlers/security-audit/findings-bucket';
import { PATH, result, sarif, SQL } from '../runtime/turn-handlers/security-audit/sarif-samples';

/* What the auditor makes of the answers of an agent: how the turn ends, and what is published. The bundle, on s3rver. */

const codeOf = (answer: DeliverTurnAnswer) => ('reason' in answer ? answer.reason.code : 'goes on');
const s3 = new FindingsBucket();
let client: S3Client;
let handler: (payload: DeliverTurnPayload) => Promise<DeliverTurnAnswer>;
const stored = async (key: string): Promise<string> =>
  (await client.send(new GetObjectCommand({ Bucket: 'findings', Key: key }))).Body!.transformToString();

beforeAll(async () => {
  await s3.start('findings', 'evidence');
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'us-east-1', credentials });
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

describe('auditor', () => {
  let repositories = 0;
  async function audited(answers: readonly unknown[]) {
    const repository = `repository-${++repositories}`;
    const deliveries: DeliverTurnAnswer[] = [];
    for (const [day, answer] of answers.entries()) {
      const subject = { repository, night: `2026-11-0${day + 1}T03:00:00Z` };
      const output = [{ text: typeof answer === 'string' ? answer : JSON.stringify(answer) }];
      deliveries.push(
        await handler({ turn: turnAbout(subject, `${repository}-${day}`), output, evidence: {} as never }),
      );
    }
    const last = deliveries.at(-1)!;
    return { last, receipt: 'receipt' in last ? last.receipt : undefined };
  }
  const good = Array.from({ length: 40 }, (_, index) => ({
    ...SQL,
    path: `src/${index}.ts`,
    snippet: `query(x${index})`,
  }));
  const withBad = (...bad: object[]) => {
    const log = sarif(...good);
    log.runs[0].results.push(...bad);
    return log;
  };
  const KEY = 'AKIAIOSFODNN7EXAMPLE';

  test.each<[string, readonly unknown[], outcome: string, published: object | undefined]>([
    ['finds nothing', [sarif()], 'goes on', { new: 0 }],
    ['finds two', [sarif(SQL, PATH)], 'goes on', { new: 2, known: 0, fixed: 0 }],
    ['finds a path with #, space and %', [withBad(result({ path: 'doc/#1 100%.md' }))], 'goes on', { new: 41 }],
    ['quotes 501 characters', [withBad(result({ path: 'a.ts', snippet: 'x'.repeat(501) }))], 'goes on', { new: 41 }],
    [
      'quotes the public example key',
      [withBad(result({ path: 'a.ts', snippet: `key = '${KEY}'` }))],
      'goes on',
      { new: 41 },
    ],
    ['names an absolute path', [withBad(result({ path: '/etc/passwd' }))], 'goes on', { new: 40, setAside: 1 }],
    ['names no place', [withBad({ ...result({}), locations: [] })], 'goes on', { new: 40, setAside: 1 }],
    [
      'has three bad ones',
      [withBad(result({ path: '/a' }), result({ path: 'b c' }), { ...result({}), level: 'bad' })],
      'goes on',
      { new: 41, setAside: 2 },
    ],
    [
      'says it in other words',
      [sarif(SQL), sarif({ ...SQL, message: 'Text of a caller reaches SQL' })],
      'goes on',
      { new: 0, known: 1 },
    ],
    [
      'quotes more of it',
      [sarif(SQL), sarif({ ...SQL, snippet: `const r = await ${SQL.snippet}` })],
      'goes on',
      { new: 0, known: 1 },
    ],
    [
      'files it under a parent weakness',
      [sarif(SQL), sarif({ ...SQL, ruleId: 'CWE-943' })],
      'goes on',
      { new: 0, known: 1 },
    ],
    ['does not find it again', [sarif(SQL), sarif()], 'goes on', { fixed: 1 }],
    ['could not read the repository', [{ failure: 'repository-unavailable' }], 'repository-unavailable', undefined],
    ['answers with prose', ['Nothing to report.'], 'answer-not-json', undefined],
    ['answers with something else', [{ runs: 'none' }], 'sarif-invalid', undefined],
  ])('a night that %s', async (_what, answers, outcome, published) => {
    s3.writes.length = 0;
    const { last, receipt } = await audited(answers);
    expect(codeOf(last)).toBe(outcome);
    if (published) expect(receipt).toMatchObject(published);
    else expect(receipt).toBeUndefined();
    // No credential is published, whatever the agent quotes.
    const key = receipt?.['key'];
    if (key !== undefined) expect(await stored(String(key))).not.toContain(KEY);
  });
});
