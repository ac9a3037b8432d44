import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { actionOf, levelOf } from '../../analysis/facts/actions';
import { bma } from '../../bin/bma';
import { probePolicy } from '../../bin/bma/probe/permissions';
import { PROBES } from '../../bin/bma/probe/registry';
import type { ProbeReport } from '../../bin/bma/probe/report';
import { keptReports, PROBE_PAGE, VERIFIED_PAGE, verifiedPage, withQuestions } from '../../scripts/probe-pages';
import * as assumed from './probe/assumed-account';
import { ProbedAccount } from './probe/probed-account';
import { PROGRAM, run, runInTerminal } from './run-program';
import { Refusal } from './wire-formats';

const ROOT = path.resolve(__dirname, '../..');
const account = new ProbedAccount();
const before = { ...process.env };
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-probe-'));
const journal = path.join(work, 'cdk-bedrock-managed-agents/probe-clean-up');
const CREATES = 'comment-authors';

beforeAll(async () => {
  await account.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: account.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
    XDG_STATE_HOME: work,
  });
});
afterAll(async () => {
  process.env = before;
  await account.close();
  fs.rmSync(work, { recursive: true, force: true });
});
beforeEach(() => {
  assumed.assume(account);
  fs.rmSync(journal, { recursive: true, force: true });
});

async function probe(...args: string[]) {
  let [out, error] = ['', ''];
  const exit = await bma(
    ['probe', ...args, '--interval', '0.1'],
    (text) => (out += text),
    (text) => (error += text),
    undefined,
    false,
  );
  return { exit, out, error };
}
const only = (...ids: readonly string[]) => ids.flatMap((id) => ['--only', id]);
const noted = (): string[] =>
  fs.existsSync(journal) ? fs.readdirSync(journal).map((name) => path.basename(name, '.json')) : [];

test('nothing is called before the plan is confirmed, and the plan says everything', async () => {
  const { exit, out, error } = await probe('--new-turn');
  expect([exit, out, account.calls]).toEqual([6, '', []]);
  for (const { id, question, permissions, creates } of PROBES) {
    expect(error).toContain(`${id}  ${question}`);
    for (const action of permissions.flatMap(({ actions }) => actions)) expect(error).toContain(action);
    if (creates !== undefined) expect(error).toContain(creates);
  }
  for (const action of ['logs:FilterLogEvents', 's3:GetObject', 'cloudformation:ListStackResources']) {
    expect(error).toContain(action);
  }
  expect(error).toMatch(/--new-turn {2}starts one turn/);
  expect(error).toMatch(/26 probes, at most \$\d+\.\d\d and the turn, and \d+ minutes/);
  expect(fs.existsSync(journal)).toBe(false);
});

test.each([
  ['--list', 0, /exec-websocket/],
  ['--policy', 0, /"cloudformation:CreateStack"/],
  ['--clean-up', 6, /^$/],
])('%s calls nothing by itself', async (option, code, said) => {
  const { exit, out } = await probe(option);
  expect([exit, account.calls]).toEqual([code, []]);
  expect(out).toMatch(said);
});

test.each([
  ['y', 0],
  ['n', 6],
])('on a terminal the answer %s decides', async (answer, code) => {
  const args = ['probe', ...only('codedeploy-endpoint-policy')];
  const env = process.env as Record<string, string>;
  const { exit } = await runInTerminal(args, env, { to: '(y/N)', text: answer });
  expect([exit, account.calls.length > 0]).toEqual([code, answer === 'y']);
});

test('the report has the documented form, and neither the account nor a name of its own in it', async () => {
  account.denied.add('DescribeAlarmHistory');
  const { exit, out, error } = await probe('--yes', '--json');
  expect(error).toBe('');
  const report = JSON.parse(out) as ProbeReport;
  const valid = new Ajv({ formats: { 'date-time': true } }).compile(
    JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/probe-report.schema.json'), 'utf8')),
  );
  expect([valid(report), valid.errors]).toEqual([true, null]);
  expect(report.results.map(({ id }) => id)).toEqual(PROBES.map(({ id }) => id));
  expect(report.results.find(({ id }) => id === 'alarm-topic-key')).toMatchObject({
    answer: null,
    says: expect.stringMatching(/AccessDenied/),
  });
  expect(out).not.toMatch(/111122223333|arn:aws|SessionRole|OpenSessionRole|proj_own|reviewer|gr1|vpce-0/);
  expect(exit).toBe(0);
  expect(JSON.parse((await probe('--yes', '--json', '--with-account', ...only('simulator-mantle'))).out)).toMatchObject(
    { account: '111122223333' },
  );
});

test('an answer that a default does not fit is exit code 1, also when the report is compared', async () => {
  account.answers.DescribeVpcEndpointServices = { serviceDetailSet: [{ vpcEndpointPolicySupported: false }] };
  const { exit, out } = await probe('--yes', '--json', ...only('codedeploy-endpoint-policy', 'simulator-mantle'));
  expect(exit).toBe(1);
  const file = path.join(work, 'report.json');
  fs.writeFileSync(file, out);
  account.calls.length = 0;
  const compared = await probe('--compare', file);
  expect([compared.exit, account.calls]).toEqual([1, []]);
  expect(compared.out).toMatch(
    /change {2}codedeploy-endpoint-policy {2}no\n.*\n {4}change: create the endpoint.*\n {4}where: lib\/agent\/tools\/deployments-tool.ts/,
  );
  expect(compared.out).toMatch(/fits {2}simulator-mantle {2}no\n {4}now: bma verify/);
  const { verdicts } = JSON.parse((await probe('--compare', file, '--json')).out) as {
    verdicts: { id: string; verdict: string }[];
  };
  expect(verdicts).toHaveLength(PROBES.length);
  expect(verdicts.find(({ id }) => id === 'exec-websocket')).toMatchObject({ answer: null, verdict: 'no answer' });
});

test('an answer that says nothing about a default is open, and no reason for attention', async () => {
  account.answers.DescribeVpcEndpoints = {
    vpcEndpointSet: [{ policyDocument: '{"Statement":{"Effect":"Allow","Action":"*"}}' }],
  };
  const { exit, out } = await probe('--yes', '--json', ...only('exec-websocket'));
  expect([exit, JSON.parse(out).results[0].answer]).toEqual([0, 'passes-full-access']);
  const file = path.join(work, 'open.json');
  fs.writeFileSync(file, out);
  expect(await probe('--compare', file)).toMatchObject({
    exit: 0,
    out: expect.stringMatching(
      /open {2}exec-websocket {2}passes-full-access\n.*\n {4}for more details: put the policy/,
    ),
  });
});

test('the text names each answer with what was seen', async () => {
  const { exit, out } = await probe('--yes', ...only('exec-websocket', CREATES));
  expect(out).toMatch(/passes-policy {2}exec-websocket {2}Does the exec server/);
  expect(out).toMatch(/ {4}- policy of the endpoint: names actions\n/);
  expect(out).toMatch(/2 of 2 questions answered/);
  expect(exit).toBe(0);
});

test.each([
  [['--only', 'no-such'], /--only is 'no-such'. Allowed: codedeploy-endpoint-policy/],
  [['--compare', '/no/such/file'], /can't be read as JSON/],
  [['--compare', path.join(ROOT, 'package.json')], /isn't a report of bma probe/],
])('%j is refused with the fix', async (args, message) => {
  expect(await probe(...args)).toMatchObject({ exit: 2, error: expect.stringMatching(message) });
  expect(account.calls).toEqual([]);
});

test('a name that no agent has ends it', async () => {
  expect(await probe('--yes', '--agent', 'nobody')).toMatchObject({
    exit: 5,
    error: expect.stringMatching(/no agent 'nobody'.*Agents: reviewer/),
  });
});

test('the Region is that of the profile when no variable names one, and without any nothing is called', async () => {
  const config = path.join(work, 'config');
  fs.writeFileSync(config, '[default]\nregion = us-east-2\n');
  const args = ['probe', '--yes', '--json', '--interval', '0.1', ...only('simulator-mantle')];
  const environment = { ...(process.env as Record<string, string>) };
  delete environment.AWS_REGION;
  delete environment.AWS_DEFAULT_REGION;
  const found = await run(process.execPath, [PROGRAM, ...args], { ...environment, AWS_CONFIG_FILE: config });
  expect(JSON.parse(found.out)).toMatchObject({ region: 'us-east-2' });
  account.calls.length = 0;
  const lost = await run(process.execPath, [PROGRAM, ...args], environment);
  expect([lost.exit, lost.error, account.calls]).toEqual([2, expect.stringMatching(/Fix: add --region/), []]);
});

test('credentials that AWS refuses end it before the first probe', async () => {
  account.answers.GetCallerIdentity = new Refusal('InvalidClientTokenId', 'The security token is invalid', 403);
  expect(await probe('--yes')).toMatchObject({ exit: 4, error: expect.stringMatching(/sign in again/) });
});

describe('what is created', () => {
  test('is deleted, and is noted down before it is created', async () => {
    let notedAtCreation: string[] = [];
    account.answers.CreateBranch = () => ((notedAtCreation = noted()), {});
    expect((await probe('--yes', ...only(CREATES))).exit).toBe(0);
    expect(notedAtCreation).toEqual([expect.stringMatching(/^bma-probe-comment-authors-[0-9a-f]{8}$/)]);
    expect([noted(), [...account.created.keys()]]).toEqual([[], []]);
  });

  test('is cleaned up after an interruption at each call', async () => {
    await probe('--yes', ...only(CREATES));
    const calls = account.calls.length;
    expect(calls).toBeGreaterThan(10);
    for (let after = 1; after < calls; after += 1) {
      assumed.assume(account);
      account.dieAfter = after;
      await probe('--yes', ...only(CREATES));
      // Whatever there is, the file knows of it.
      expect(noted()).toEqual(expect.arrayContaining([...account.created.keys()]));
      account.dieAfter = Infinity;
      expect(await probe('--clean-up', '--yes')).toMatchObject({ exit: 0, out: 'Nothing of bma probe is left.\n' });
      expect([after, noted(), [...account.created.keys()]]).toEqual([after, [], []]);
    }
  });

  test.each(['CreateStack', 'PostCommentForPullRequest', 'DeleteStack'])(
    'is cleaned up by the next run when the process is killed at %s',
    async (operation) => {
      const args = ['probe', '--yes', '--interval', '0.1', ...only(CREATES)];
      const child = spawn(process.execPath, [PROGRAM, ...args], { env: process.env });
      const ended = new Promise((resolve) => child.on('close', resolve));
      const own = account.answers[operation];
      let killed = false;
      account.answers[operation] = (input) => {
        if (!killed) child.kill('SIGKILL');
        killed = true;
        const answer = own ?? account.stackAnswer(operation)!;
        return typeof answer === 'function' ? (answer as (input: any) => object)(input) : answer;
      };
      await ended;
      expect(noted()).toEqual([expect.stringMatching(/^bma-probe-/)]);
      expect(await probe('--yes', ...only('codedeploy-endpoint-policy'))).toMatchObject({ exit: 0 });
      expect([noted(), [...account.created.keys()]]).toEqual([[], []]);
    },
  );

  test('and can not be deleted is named, with the exit code that says so', async () => {
    account.keeps = true;
    const { exit, out } = await probe('--yes', ...only(CREATES));
    expect([exit, out]).toEqual([
      7,
      expect.stringMatching(/Not deleted: the stack bma-probe-comment-authors-.* Fix: bma probe --clean-up/),
    ]);
    expect(await probe('--clean-up', '--yes')).toMatchObject({
      exit: 7,
      error: expect.stringMatching(/DELETE_FAILED: AWS::CodeCommit::Repository: not available/),
    });
    account.keeps = false;
    for (const stack of account.created.values()) Object.assign(stack, { status: 'CREATE_COMPLETE', next: undefined });
    expect(await probe('--clean-up', '--yes')).toMatchObject({ exit: 0 });
    expect(noted()).toEqual([]);
  });

  test('but does not come up is no answer with the reason, and is deleted', async () => {
    account.answers.CreateStack = ({ StackName }) => (
      account.created.set(StackName, { status: 'CREATE_FAILED', outputs: {} }),
      {}
    );
    const { exit, out } = await probe('--yes', ...only(CREATES));
    expect([exit, out]).toEqual([
      0,
      expect.stringMatching(/no answer {2}comment-authors.*\n {4}AWS::CodeCommit::Repository: not available/),
    ]);
    expect([noted(), [...account.created.keys()]]).toEqual([[], []]);
  });

  test('is not forgotten when its file is damaged', async () => {
    fs.mkdirSync(journal, { recursive: true });
    fs.writeFileSync(path.join(journal, 'bma-probe-comment-authors-00000000.json'), '{');
    expect(await probe('--yes')).toMatchObject({
      exit: 2,
      error: expect.stringMatching(/is damaged. Fix: delete the stack bma-probe-comment-authors-00000000/),
    });
  });

  test('belongs to the run that goes on, unless a person asks for its deletion', async () => {
    const stack = 'bma-probe-comment-authors-11111111';
    account.created.set(stack, { status: 'CREATE_COMPLETE', outputs: {} });
    fs.mkdirSync(journal, { recursive: true });
    const pending = { stack, probe: CREATES, account: account.accountId, region: 'us-east-1', pid: process.ppid };
    fs.writeFileSync(path.join(journal, `${stack}.json`), JSON.stringify(pending));
    expect(await probe('--yes', ...only(CREATES))).toMatchObject({ exit: 0 });
    expect([noted(), [...account.created.keys()]]).toEqual([[stack], [stack]]);
    expect(await probe('--clean-up', '--yes')).toMatchObject({ exit: 0 });
    expect([noted(), [...account.created.keys()]]).toEqual([[], []]);
  });
});

describe('the pages', () => {
  /** The items of a page, without the spaces that the formatter adds to tables and JSON. */
  const plain = (text: string) =>
    text
      .replace(/\s+/g, ' ')
      .replace(/-{3,}/g, '---')
      .replace(/[[{] | (?=[\]}])/g, (each) => each.trim())
      .split(/ (?=[-#|] )/);
  const page = (file: string) => plain(fs.readFileSync(file, 'utf8'));

  test('say what the probes and the kept reports say', () => {
    expect(page(VERIFIED_PAGE)).toEqual(plain(verifiedPage(keptReports())));
    expect(page(PROBE_PAGE)).toEqual(plain(withQuestions(fs.readFileSync(PROBE_PAGE, 'utf8'))));
  });

  test('name every answer, and differences between accounts', () => {
    const report = (region: string, answer: string | null, confidence?: 'likely') =>
      ({
        region,
        at: '2026-12-01T00:00:00Z',
        results: [{ id: 'exec-websocket', answer, confidence }],
      }) as unknown as ProbeReport;
    expect(verifiedPage([])).not.toMatch(/fits/);
    expect(verifiedPage([report('us-east-1', null)])).toMatch(/0 of 26/);
    const text = verifiedPage([
      report('us-east-1', 'passes-policy'),
      report('us-west-2', 'does-not-connect', 'likely'),
      report('us-east-2', 'passes-policy'),
    ]);
    expect(text).toMatch(/1 of 26 questions are answered, by 3 reports/);
    expect(text).toMatch(
      /`passes-policy`: .* The default fits\. us-east-1 2026-12-01, us-east-2 2026-12-01<br>`does-not-connect`: .* \*\*Change:\*\* let AgentNetwork .* us-west-2 2026-12-01 \(likely\)/,
    );
  });

  test('name files that exist', () => {
    expect(PROBES.flatMap(({ where }) => where).filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  test('ask for actions that exist, and for nothing that a probe does not need', () => {
    const { Statement } = probePolicy(PROBES, true);
    expect(Statement.flatMap(({ Action }) => Action).filter((action) => actionOf(action) === undefined)).toEqual([]);
    const onEverything = Statement.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    // The id of a key is not known before it exists.
    expect(
      onEverything.filter((action) => !['list', 'read'].includes(levelOf(action)!) && !action.startsWith('kms:')),
    ).toEqual([]);
    const one = PROBES.filter(({ id }) => id === 'simulator-mantle');
    expect(probePolicy(one, true).Statement).toEqual([
      { Effect: 'Allow', Action: ['iam:SimulateCustomPolicy'], Resource: '*' },
    ]);
  });
});
