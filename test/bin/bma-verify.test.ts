import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { bma } from '../../bin/bma';
import { VERIFY_PERMISSIONS } from '../../bin/bma/verify/index';
import { normalizedPolicy } from '../../bin/bma/verify/policy-document';
import { EXAMPLES } from '../../examples';
import { driftKinds } from './account/drifts';
import { AccountServer } from './account/server';
import { deployedState } from './account/state';
import { assemblyOf } from '../examples/synthesized';

const server = new AccountServer();
const before = { ...process.env };

beforeAll(async () => {
  await server.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
afterAll(async () => {
  process.env = before;
  await server.close();
});

const directories = EXAMPLES.map(({ name }) => assemblyOf(name));

async function verify(directory: string, ...args: string[]) {
  let [out, error] = ['', ''];
  const exit = await bma(
    ['verify', directory, ...args],
    (text) => (out += text),
    (text) => (error += text),
  );
  return { exit, out, error };
}

test.each(EXAMPLES.map(({ name }, index) => [name, directories[index]]))(
  'the account that %s was deployed to has no difference',
  async (_, directory) => {
    server.state = deployedState(directory);
    const { exit, out, error } = await verify(directory, '--json');
    const report = JSON.parse(out || '{}');
    expect({ error, drifts: report.drifts, unjudged: report.unjudged }).toEqual({
      error: '',
      drifts: [],
      unjudged: [],
    });
    expect(report.compared).toBeGreaterThan(50);
    expect(exit).toBe(0);
  },
);

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const original = deployedState(directories[3]);
const kinds = [...driftKinds(original).values()];
const random = seeded(20261128);
const singles = kinds.map((drifts) => drifts[Math.floor(random() * drifts.length)]);

/** The resource that a drift changes. */
function changedBy({ id }: (typeof singles)[number]): string {
  const changed = Object.values(original.stacks)
    .flat()
    .filter(({ physicalId }) => physicalId === id || id.endsWith(`/${physicalId}`))
    .map(({ logicalId }) => logicalId);
  expect(changed).toHaveLength(1);
  return changed[0];
}

/** Drifts of different resources are looked for together: each look reads the whole account. */
const together: (typeof singles)[] = [];
for (const drift of singles) {
  const free = together.find((drifts) => drifts.every((other) => changedBy(other) !== changedBy(drift)));
  if (free) free.push(drift);
  else together.push([drift]);
}

test('there is a drift of every kind, and 40 at least', () => {
  expect(singles.length).toBeGreaterThanOrEqual(40);
});

test.each(together.map((drifts) => [drifts.length, drifts[0].kind, drifts] as const))(
  '%d drifts of different resources (%s, …) are found, and nothing else',
  async (_, __, changes) => {
    server.state = structuredClone(original);
    for (const { make } of changes) make(server.state);
    const { exit, out } = await verify(directories[3], '--json');
    const { drifts, unjudged } = JSON.parse(out) as {
      drifts: { logicalId: string; diff: string }[];
      unjudged: unknown[];
    };
    expect(unjudged).toEqual([]);
    expect([...new Set(drifts.map(({ logicalId }) => logicalId))].sort()).toEqual(changes.map(changedBy).sort());
    for (const change of changes) {
      const diffs = drifts.filter(({ logicalId }) => logicalId === changedBy(change)).map(({ diff }) => diff);
      expect(diffs.join('')).toMatch(/^[-+](?![-+])|no such resource/m);
    }
    expect(exit).toBe(1);
  },
);

describe('what the account does not tell', () => {
  beforeEach(() => {
    server.state = structuredClone(original);
    server.refused.clear();
    server.answers.clear();
  });
  afterAll(() => server.refused.clear());

  test('a refused call is never taken for equality, and the exit code says so', async () => {
    server.refused.add('GetKeyPolicy');
    const { exit, out } = await verify(directories[3]);
    expect(out).toMatch(/cannot tell .*AWS::KMS::Key.*AccessDenied/);
    expect(out).toMatch(/0 differences .* resources could not be read/);
    expect(exit).toBe(5);
  });

  test('a stack that is not deployed is named', async () => {
    for (const name of Object.keys(server.state.stacks)) delete server.state.stacks[name];
    const { exit, out } = await verify(directories[3]);
    expect(out).toMatch(/not deployed stack ScheduledSecurityAudit/);
    expect(exit).toBe(1);
  });

  test('stacks that may not be read, or of which AWS tells nothing, end it with what to do', async () => {
    server.refused.add('ListStackResources');
    const refused = /^bma: AWS refused the call: .*Fix: the caller needs the permissions/;
    expect(await verify(directories[3])).toMatchObject({ exit: 4, out: '', error: expect.stringMatching(refused) });
    server.refused.clear();
    const odd = '<R><Error><Code>Odd</Code><Message>x</Message></Error></R>';
    server.answers.set('ListStackResources', () => ({ status: 400, body: odd }));
    const error = expect.stringMatching(/^bma: AWS answered with an error: Odd/);
    expect(await verify(directories[3])).toMatchObject({ exit: 9, out: '', error });
  });

  test('credentials of another account, and none that AWS accepts, end it', async () => {
    server.state = { ...original, accountId: '999999999999' };
    expect(await verify(directories[3])).toMatchObject({ exit: 6, error: expect.stringMatching(/999999999999/) });
    server.refused.add('GetCallerIdentity');
    expect(await verify(directories[3])).toMatchObject({ exit: 3, error: expect.stringMatching(/no credentials/) });
  });

  test('values of environment variables are not printed', async () => {
    const [runtime] = Object.values(server.state.runtimes);
    runtime.properties.EnvironmentVariables = { TOKEN: 'sesame-open' };
    const { out } = await verify(directories[3]);
    expect(out).toMatch(/TOKEN/);
    expect(out).not.toMatch(/sesame/);
  });

  const as = Object.values(original.stacks)
    .flat()
    .find(({ type }) => type === 'AWS::IAM::Role')!.logicalId;
  const cases = [
    { as, action: 'bedrock-mantle:CreateAgentSession', resource: '*', expect: 'Denied' },
    { as, action: 'iam:PassRole', resource: '{{other}}', expect: 'Denied' },
  ];
  function caseFile(content: unknown): string {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'cases-')), 'cases.json');
    fs.writeFileSync(file, JSON.stringify(content));
    return file;
  }
  const decision = (EvalDecision: string) => () => ({
    status: 200,
    body: `<R><SimulatePrincipalPolicyResult><EvaluationResults><member><EvalActionName>a</EvalActionName><EvalDecision>${EvalDecision}</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult></R>`,
  });

  test.each([
    ['implicitDeny', 'as expected', 5],
    ['allowed', 'not as expected', 1],
  ])('the simulator says %s: the case is %s, and what it does not know is not judged', async (said, result, code) => {
    server.answers.set('SimulatePrincipalPolicy', decision(said));
    const file = caseFile(cases);
    const { exit, out } = await verify(
      directories[3],
      '--cases',
      file,
      '--bind',
      'other=arn:aws:iam::1:role/x',
      '--json',
    );
    expect(JSON.parse(out).cases.map((each: { result: string }) => each.result)).toEqual(['cannot judge', result]);
    expect(exit).toBe(code);
  });

  test.each([
    [[{ as: 'SessionRole' }], /isn't a list of cases. Fix: /],
    [[{ ...cases[0], as: 'Nobody' }], /'Nobody', which no role/],
    [[cases[1]], /\{\{other\}\}, which isn't known/],
  ])('cases %j are refused with the fix', async (content, message) => {
    expect(await verify(directories[3], '--cases', caseFile(content))).toMatchObject({
      exit: 2,
      error: expect.stringMatching(message),
    });
  });

  test('Access Analyzer is asked about policies that differ only', async () => {
    server.answers.set('POST policy', () => ({ status: 200, body: { result: 'FAIL', message: 'new access' } }));
    expect((await verify(directories[3], '--access-analyzer', '--json')).exit).toBe(0);
    Object.values(server.state.roles)[0].trust.Statement[0].Action = 'sts:*';
    const { out } = await verify(directories[3], '--access-analyzer', '--not-granted', 'iam:PassRole', '--json');
    expect(JSON.parse(out).analyzer).toMatchObject([
      { check: 'no new access', result: 'FAIL' },
      { check: 'access not granted', result: 'FAIL' },
    ]);
  });
});

test('two policies that IAM treats as equal are equal', () => {
  const one = { Version: '2012-10-17', Statement: { Sid: 'A', Effect: 'Allow', Action: ['S3:Get*', 's3:put*'], Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Resource: '*', Condition: { Bool: { 'aws:SecureTransport': false } } } }; // prettier-ignore
  const other =
    '{"Version":"2012-10-17","Statement":[{"Resource":["*"],"Effect":"Allow","Action":["s3:Put*","s3:get*"],"Principal":{"AWS":["111122223333"]},"Condition":{"bool":{"AWS:securetransport":["false"]}}}]}';
  expect(normalizedPolicy(one)).toEqual(normalizedPolicy(other));
});

test('the policy to paste in docs/verify.md holds the permissions of --help', () => {
  const text = fs.readFileSync(path.join(__dirname, '../../docs/verify.md'), 'utf8');
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json));
  expect(blocks.find((block) => 'Statement' in block).Statement[0].Action).toEqual(VERIFY_PERMISSIONS);
});
