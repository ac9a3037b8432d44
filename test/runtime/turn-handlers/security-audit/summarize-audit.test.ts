/** The bundle that ends an audit, on s3rver and a loopback Security Hub that checks signatures. */
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AuditSummary, SummarizeAuditPayload } from '../../../../lib/contracts/audit';
import { LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import { verifySignature } from '../../session-client/sigv4-verifier';
import { FindingsBucket } from './findings-bucket';
import { PATH, result, sarif, SQL } from './sarif-samples';

const KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const NIGHT = '2026-11-02T03:00:00Z';
const s3 = new FindingsBucket();
let client: S3Client;

/** Security Hub: the imports that came, and how it answers the next. */
const imports: any[][] = [];
let answers: { status: number; body: object; type?: string }[] = [];
const hub = new LoopbackServer(({ method, url, headers, body: bytes }) => {
  const body = bytes.toString();
  const target = url.pathname + url.search;
  try {
    verifySignature({ method, target, headers: headers as Record<string, string>, body }, KEY, 'securityhub');
  } catch (error) {
    const { message } = error as Error;
    return { status: 403, headers: { 'x-amzn-errortype': 'InvalidSignatureException' }, body: message };
  }
  const { Findings } = JSON.parse(body);
  imports.push(Findings);
  const imported = { status: 200, body: { SuccessCount: Findings.length, FailedCount: 0 }, type: undefined };
  const { status, body: answer, type } = answers.shift() ?? imported;
  return { status, body: answer, ...(type && { headers: { 'x-amzn-errortype': type } }) };
});

beforeAll(async () => {
  await s3.start('findings');
  await hub.start();
  client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'eu-central-1', credentials: KEY });
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SECURITYHUB: hub.url,
    AWS_MAX_ATTEMPTS: '1',
    BMA_S3_PATH_STYLE: 'true',
    BMA_FINDINGS_BUCKET: 'findings',
    BMA_AGENT_NAME: 'auditor',
    BMA_PARTITION: 'aws',
    BMA_ACCOUNT: '111122223333',
  });
  jest.spyOn(console, 'log').mockImplementation();
});
afterAll(async () => {
  await s3.stop();
  await hub.close();
});
beforeEach(() => {
  imports.length = 0;
  answers = [];
});

function summarize(payload: SummarizeAuditPayload, securityHub = 'none'): Promise<AuditSummary> {
  process.env['BMA_SECURITY_HUB'] = securityHub;
  let handler: (payload: SummarizeAuditPayload) => Promise<AuditSummary>;
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    handler = require(path.resolve('assets/handlers/summarize-audit.js')).handler;
  });
  return handler!(payload);
}

/** A stored log with these baseline states. */
async function stored(repository: string, ...states: ('new' | 'unchanged' | 'absent')[]) {
  const key = `findings/${repository}/2026-11-02T030000Z.sarif`;
  const log = sarif();
  log.runs[0].results = states.map((baselineState, index) => ({
    ...result(index % 2 === 0 ? SQL : PATH),
    baselineState,
    partialFingerprints: { 'bmaFinding/v1': `${index}`.padStart(32, '0') + ':1' },
    provenance: { firstDetectionTimeUtc: baselineState === 'new' ? NIGHT : '2026-10-01T03:00:00Z' },
  }));
  await client.send(new PutObjectCommand({ Bucket: 'findings', Key: key, Body: JSON.stringify(log) }));
  const count = (state: string) => states.filter((each) => each === state).length;
  return {
    repository,
    outcome: 'Completed',
    delivery: { new: count('new'), known: count('unchanged'), fixed: count('absent'), key },
  };
}

test('adds up what was accepted, and names what failed', async () => {
  const failed = { repository: 'gone', outcome: 'Failed', reason: { code: 'repository-unavailable' } };
  // A turn whose outcome says nothing about findings brought none.
  const silent = { repository: 'silent', outcome: 'Completed' };
  const repositories = [
    await stored('shop', 'new', 'new', 'unchanged'),
    failed,
    await stored('site', 'absent'),
    silent,
  ];
  const summary = await summarize({ night: NIGHT, repositories });
  expect(summary).toEqual({
    format: 'cdk-bedrock-managed-agents/audit/1',
    agentName: 'auditor',
    night: NIGHT,
    totals: { repositories: 4, failed: 2, new: 2, known: 1, fixed: 1 },
    repositories,
    findings: { bucket: 'findings', key: 'audits/2026-11-02T030000Z.json' },
  });
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'findings', Key: summary.findings.key }));
  expect(JSON.parse(await Body!.transformToString())).toEqual(summary);
  expect(imports).toEqual([]);
});

test('imports new findings and archives fixed ones, and quotes no code', async () => {
  const repositories = [await stored('shop', 'new', 'absent', 'unchanged')];
  const summary = await summarize({ night: NIGHT, repositories }, 'new-findings');
  expect(summary.securityHub).toEqual({ imported: 1, archived: 1, failed: 0 });
  const [[fresh, gone]] = imports;
  expect(fresh).toEqual({
    SchemaVersion: '2018-10-08',
    Id: `auditor/shop/${'0'.repeat(32)}:1`,
    ProductArn: 'arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default',
    GeneratorId: 'auditor/CWE-89',
    AwsAccountId: '111122223333',
    // The score of the rule, before the level of the result.
    Severity: { Label: 'CRITICAL' },
    Types: ['Software and Configuration Checks/Vulnerabilities'],
    FindingProviderFields: {
      Severity: { Label: 'CRITICAL' },
      Types: ['Software and Configuration Checks/Vulnerabilities'],
    },
    CreatedAt: NIGHT,
    UpdatedAt: NIGHT,
    Title: 'CWE-89 in shop/src/orders.ts',
    Description: SQL.message,
    Resources: [
      {
        Type: 'Other',
        Id: 'shop/src/orders.ts',
        Partition: 'aws',
        Region: 'eu-central-1',
        Details: { Other: { Repository: 'shop', StartLine: '12' } },
      },
    ],
    RecordState: 'ACTIVE',
  });
  expect(gone).toMatchObject({
    RecordState: 'ARCHIVED',
    CreatedAt: '2026-10-01T03:00:00Z',
    Severity: { Label: 'HIGH' },
  });
  expect(JSON.stringify(imports)).not.toContain('db.query');
});

test('sends at most 100 findings at a time and counts those that are refused', async () => {
  const repositories = [await stored('large', ...Array<'new'>(230).fill('new'))];
  answers = [
    {
      status: 200,
      body: { SuccessCount: 99, FailedCount: 1, FailedFindings: [{ Id: `auditor/large/${'0'.repeat(32)}:1` }] },
    },
  ];
  const { securityHub } = await summarize({ night: NIGHT, repositories }, 'new-findings');
  expect(imports.map((batch) => batch.length)).toEqual([100, 100, 30]);
  expect(securityHub).toEqual({ imported: 229, archived: 0, failed: 1 });
});

test('says why Security Hub takes nothing: the audit is stored all the same', async () => {
  answers = [{ status: 403, body: { message: 'not subscribed' }, type: 'AccessDeniedException:http://x' }];
  const summary = await summarize({ night: NIGHT, repositories: [await stored('shop', 'new')] }, 'new-findings');
  expect(summary.securityHub).toEqual({ imported: 0, archived: 0, failed: 1, error: 'AccessDeniedException' });
});

test.each([429, 503])('is repeated when Security Hub answers with %i', async (status) => {
  answers = [{ status, body: {} }];
  const repositories = [await stored('shop', 'new')];
  await expect(summarize({ night: NIGHT, repositories }, 'new-findings')).rejects.toMatchObject({
    name: 'TransientStepError',
  });
  const summary = await summarize({ night: NIGHT, repositories }, 'new-findings');
  expect(summary.securityHub).toMatchObject({ imported: 1 });
  expect(imports[0]).toEqual(imports[1]);
});
