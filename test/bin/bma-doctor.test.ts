/*
 * `bma doctor` with real clients against an account on loopback. Each check is seen both ways, and with its call denied,
 * throttled and cut off. Not run against AWS.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runInProcess } from './run-in-process';
import { DOCTOR_PERMISSIONS } from '../../bin/bma/doctor/examine';
import type { DoctorReport, Finding } from '../../bin/bma/doctor/finding';
import { AGENT_RECORD_FORMAT, type AgentRecord } from '../../lib/contracts/agent-record';
import { type Readiness, readyAccount } from './account/readiness';
import { AccountServer } from './account/server';
import { type AccountState, deployedState } from './account/state';
import { PROGRAM, run as program } from './run-program';
import { assemblyOf } from '../examples/synthesized';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-doctor-'));
const before = { ...process.env };
const server = new AccountServer();

/** A container engine that says for which platforms it builds. */
function engine(says: string): string {
  const file = path.join(work, `engine-${says.replace(/\W/g, '')}`);
  fs.writeFileSync(file, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  return file;
}

const place = process.cwd();

beforeAll(async () => {
  // Without an argument, the command reads cdk.out here, which `npm start` leaves in a clone.
  process.chdir(work);
  await server.start();
});
afterAll(async () => {
  process.chdir(place);
  process.env = before;
  await server.close();
  fs.rmSync(work, { recursive: true, force: true });
});

const directory = assemblyOf('ci-pipeline-agent');
const deployed = deployedState(directory);
const nothing: AccountState = { ...deployed, stacks: {}, trails: {}, endpoints: {} };

beforeEach(() => {
  server.state = structuredClone(deployed);
  server.ready = readyAccount();
  server.refused.clear();
  server.throttled.clear();
  server.calls.length = 0;
  process.env = {
    ...before,
    AWS_ENDPOINT_URL: server.url,
    BMA_MANAGED_AGENTS_ENDPOINT: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'sesame-open',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
    AWS_MAX_ATTEMPTS: '1',
    CDK_DOCKER: engine('echo "Platforms: linux/amd64, linux/arm64"'),
  };
});

const run = (...args: string[]) => runInProcess('doctor', ...args);

async function doctor(...args: string[]) {
  const { exit, out, error } = await run(...args, '--json');
  expect(error).toBe('');
  const { findings, ...report } = JSON.parse(out) as DoctorReport;
  return { exit, ...report, findings };
}

const shown = (findings: readonly Finding[], ...statuses: Finding['status'][]) =>
  findings
    .filter(({ status }) => statuses.includes(status))
    .map(({ check, status, value }) => `${status} ${check}: ${value}`);

/** What nobody can know: AWS documents no quota of sessions. */
const UNDOCUMENTED = 'not known quotas: sessions and turns of Managed Agents: AWS documents no quota of an account';

test('an account that is ready before the first deployment', async () => {
  server.state = nothing;
  const { exit, findings, account } = await doctor('--region', 'us-east-1');
  expect(shown(findings, 'fail')).toEqual([]);
  expect(shown(findings, 'warn')).toEqual(['warn trail: no trail selects the data events of agents']);
  expect(shown(findings, 'not known')).toEqual([
    UNDOCUMENTED,
    'not known stacks: no stack of the account has an agent yet',
  ]);
  expect({ exit, account }).toEqual({ exit: 0, account: '111122223333' });
  expect(shown(findings, 'ok').map((line) => line.split(':')[0])).toEqual([
    'ok container engine',
    'ok credentials',
    'ok Region',
    'ok service endpoint',
    'ok preview access',
    'ok model',
    'ok endpoint services',
    'ok CDK bootstrap',
    'ok deploy role',
    'ok roles passable',
    'ok quotas',
    'ok quotas',
    'ok quotas',
  ]);
});

test('an app that is not deployed yet: what it will be built of, and what it will add', async () => {
  server.state = nothing;
  const { exit, findings } = await doctor(directory);
  expect(shown(findings, 'fail', 'warn')).toEqual([]);
  expect(shown(findings, 'not known')).toEqual([
    UNDOCUMENTED,
    'not known stacks: not deployed: CiPipelineNetwork, CiPipelineAgent',
  ]);
  const values = shown(findings, 'ok').join('\n');
  expect(values).toMatch(/trail: none yet; the app makes one/);
  expect(values).toMatch(/VPCs in the Region: 1, 1 more with the app/);
  expect(values).toMatch(/image: will be built for linux\/arm64/);
  expect(values).toMatch(/Codex: 0\.\d+\.\d+/);
  expect(exit).toBe(0);
});

test('a deployed app that is healthy', async () => {
  const { exit, findings } = await doctor(directory);
  expect(shown(findings, 'fail', 'warn', 'not known')).toEqual([UNDOCUMENTED]);
  const values = shown(findings, 'ok').join('\n');
  expect(values).toMatch(/stacks: CiPipelineNetwork, CiPipelineAgent: deployed/);
  expect(values).toMatch(/guardrail: .* has version 1/);
  expect(values).toMatch(/Runtime: .* is READY; endpoints: live READY/);
  expect(values).toMatch(/session role: .* can be passed by /);
  expect(values).toMatch(/image: .* exists, for arm64/);
  expect(exit).toBe(0);
});

test('without an assembly, agents are found in the account and read from the templates of their stacks', async () => {
  const machine = 'arn:aws:states:us-east-1:111122223333:stateMachine:reviewer';
  const record: AgentRecord = {
    format: AGENT_RECORD_FORMAT,
    agent: 'reviewer',
    turns: machine,
    settlement: machine,
    evidence: 'evidence',
    bus: 'bus',
    triggers: [],
    settlementDeadLetters: 'queue',
    busDeadLetters: 'queue',
  };
  server.ready.outputs = { CiPipelineAgent: [{ OutputKey: 'BmaAgentReviewer', OutputValue: JSON.stringify(record) }] };
  for (const name of Object.keys(deployed.stacks)) {
    server.ready.templates[name] = fs.readFileSync(path.join(directory, `${name}.template.json`), 'utf8');
  }
  const { findings, exit } = await doctor('--region', 'us-east-1');
  expect(shown(findings, 'fail')).toEqual([]);
  const values = shown(findings, 'ok').join('\n');
  expect(values).toMatch(/Runtime: .* is READY/);
  expect(values).toMatch(/image: .* exists, for arm64/);
  // Only the build of the image knows its Codex; the label is missing here.
  expect(shown(findings, 'not known')).toContain(
    'not known Codex: the image has no label cdk-bedrock-managed-agents.codex',
  );
  expect(exit).toBe(0);
});

type Defect = [name: string, make: (ready: Readiness, state: AccountState) => void, finding: RegExp];
const refuse = (status: number, message: string) => (ready: Readiness) => (ready.service = { status, message });

test.each<Defect>([
  ['a bootstrap that is missing', (r) => (r.parameters = {}), /fail CDK bootstrap: not bootstrapped/],
  ['an old bootstrap', (r) => (r.parameters['/cdk-bootstrap/hnb659fds/version'] = '5'), /fail CDK bootstrap: version 5; 6/],
  ['no access to the preview', refuse(401, 'This is not available for this account'), /fail preview access: HTTP 401/],
  ['a 404 of the service', refuse(404, 'no route'), /not known preview access: HTTP 404/],
  ['a failing service', refuse(500, 'oops'), /not known preview access: .* HTTP 500/],
  ['a model that is not listed', (r) => (r.models = ['openai.gpt-5.6-terra']), /fail model: openai\.gpt-5.* Listed: openai\.gpt-5\.6-terra/],
  ['an endpoint service in one zone', (r) => (r.servicesIn['bedrock-mantle'] = ['us-east-1b']), /warn endpoint services: bedrock-mantle is in use1-az2 only/],
  ['an endpoint service in other zones', (r) => (r.servicesIn['ecr.api'] = ['us-east-1d']), /fail endpoint services: ecr\.api is in none of the zones/],
  ['an endpoint service that is not offered', (r) => (r.servicesIn['bedrock-mantle'] = []), /fail endpoint services: bedrock-mantle has no endpoint service/],
  ['too many VPCs', (r) => (r.vpcs = 5), /warn quotas: VPCs in the Region: 5; the default quota is 5/],
  ['a deploy role that is not for the caller', (r) => (r.decision = (_, action) => (action === 'sts:AssumeRole' ? 'implicitDeny' : 'allowed')), /warn deploy role: .*implicitDeny/],
  ['roles that CloudFormation may not pass', (r) => (r.decision = (who) => (/cfn-exec/.test(who) ? 'explicitDeny' : 'allowed')), /warn roles passable: .*explicitDeny/],
  ['no role of CloudFormation', (r) => (r.decision = (who) => (/cfn-exec/.test(who) ? 'none' : 'allowed')), /not known roles passable: there is no role/],
  ['a session role that nobody may pass', (r) => (r.decision = (_, __, role) => (/SessionRole/.test(role) ? 'implicitDeny' : 'allowed')), /fail session role: .* may not pass .*SessionRole/],
  ['a Runtime that failed', (r) => (r.runtimeStatus = 'UPDATE_FAILED'), /fail Runtime: .* is UPDATE_FAILED/],
  ['a Runtime that is updated', (r) => (r.runtimeStatus = 'UPDATING'), /not known Runtime: .* is UPDATING/],
  ['an endpoint that failed', (r) => (r.endpointStatus = 'CREATE_FAILED'), /fail Runtime: .*live CREATE_FAILED/],
  ['a Runtime that is gone', (_, s) => Object.keys(s.runtimes).forEach((id) => delete s.runtimes[id]), /fail Runtime: .* does not exist/],
  ['an image that is gone', (r) => (r.image = undefined), /fail image: .* does not exist/],
  ['a repository that is gone', (r) => (r.repository = false), /fail image: there is no repository/],
  ['an image for x86', (r) => (r.image = { architectures: ['amd64'] }), /fail image: .* is for amd64, not for arm64/],
  ['an index without arm64', (r) => (r.image = { architectures: ['amd64', 's390x'] }), /fail image: .* is for amd64, s390x, not for arm64/],
  ['a guardrail that is gone', (_, s) => Object.keys(s.guardrails).forEach((id) => delete s.guardrails[id]), /fail guardrail: .* does not exist/],
  ['a version of the guardrail that is gone', (_, s) => Object.values(s.guardrails).forEach(({ versions }) => delete versions['1']), /fail guardrail: .* has no version/],
  ['a guardrail that failed', (r) => (r.guardrailStatus = 'FAILED'), /fail guardrail: .* is FAILED/],
  ['a stack that failed', (r) => (r.stackStatus = 'ROLLBACK_COMPLETE'), /fail stacks: CiPipelineAgent is ROLLBACK_COMPLETE/],
  ['a stack that is updated', (r) => (r.stackStatus = 'UPDATE_IN_PROGRESS'), /not known stacks: CiPipelineAgent is being changed/],
  ['a trail that was stopped', (_, s) => Object.values(s.trails).forEach((trail) => (trail.IsLogging = false)), /fail trail: .* is not recording/],
  ['a trail without the data events', (_, s) => Object.values(s.trails).forEach((trail) => (trail.AdvancedEventSelectors = [])), /warn trail: no trail selects/],
  ['a trail without some data events', (_, s) => Object.values(s.trails).forEach((trail) => (trail.AdvancedEventSelectors = trail.AdvancedEventSelectors.filter((each: unknown) => !/BedrockMantle/.test(JSON.stringify(each))))), /fail trail: .* does not select AWS::BedrockMantle::Project/],
  ['two trails', (_, s) => (s.trails.second = Object.values(s.trails)[0]), /warn trail: .* record the same events/],
  ['credentials of another account', (_, s) => Object.assign(s, { accountId: '999999999999' }), /fail stacks: the app is for account 111122223333/],
])('%s is found, with its fix', async (_, make, expected) => {
  make(server.ready, server.state);
  const { findings, exit } = await doctor(directory);
  const found = findings.filter(({ check, status, value }) => expected.test(`${status} ${check}: ${value}`));
  expect(shown(found, 'ok')).toEqual([]);
  expect({ found: found.length > 0, all: shown(findings, 'fail', 'warn', 'not known') }).toMatchObject({ found: true });
  expect(found.every(({ fix }) => fix !== undefined && fix.length > 0)).toBe(true);
  expect(exit).toBe(findings.some(({ status }) => status === 'fail') ? 1 : findings.some(({ why }) => why === 'no answer' || why === 'denied') ? 5 : 0);
}); // prettier-ignore

/** What the server calls an operation, and the action that permits it. */
const ACTION_OF: Readonly<Record<string, string>> = {
  DescribeStacks: 'cloudformation:DescribeStacks',
  ListStackResources: 'cloudformation:ListStackResources',
  GetTemplate: 'cloudformation:GetTemplate',
  DescribeTrails: 'cloudtrail:DescribeTrails',
  GetTrailStatus: 'cloudtrail:GetTrailStatus',
  GetEventSelectors: 'cloudtrail:GetEventSelectors',
  DescribeAvailabilityZones: 'ec2:DescribeAvailabilityZones',
  DescribeVpcEndpointServices: 'ec2:DescribeVpcEndpointServices',
  DescribeVpcEndpoints: 'ec2:DescribeVpcEndpoints',
  DescribeVpcs: 'ec2:DescribeVpcs',
  BatchGetImage: 'ecr:BatchGetImage',
  GetDownloadUrlForLayer: 'ecr:GetDownloadUrlForLayer',
  GetRole: 'iam:GetRole',
  SimulatePrincipalPolicy: 'iam:SimulatePrincipalPolicy',
  GetParameter: 'ssm:GetParameter',
  'GET v1': 'bedrock-mantle:ListModels',
  'GET openai': 'bedrock-mantle:ListAgentSessions',
  'GET runtimes': 'bedrock-agentcore:GetAgentRuntime',
};

/** Operations that fail together: none of them hides another. */
const TOGETHER = [
  ['DescribeTrails', 'DescribeAvailabilityZones', 'BatchGetImage', 'GetRole', 'GetParameter', 'GET v1', 'GET openai', 'GET runtimes', 'DescribeVpcs', 'DescribeVpcEndpoints'], // prettier-ignore
  ['GetTrailStatus', 'DescribeVpcEndpointServices', 'GetDownloadUrlForLayer', 'SimulatePrincipalPolicy'],
  ['GetEventSelectors'],
  ['DescribeStacks'],
  ['ListStackResources'],
];

/** Fails operations of AWS, and says what was reported. */
async function withFailing(set: Set<string>, operations: readonly string[]) {
  for (const operation of operations) set.add(operation);
  server.ready.callerArn = 'arn:aws:sts::111122223333:assumed-role/TrailDeliveryRole/me';
  server.state.roles.TrailDeliveryRole = Object.values(server.state.roles)[0];
  return doctor(directory);
}

test('each operation is refused below', () => {
  expect([...TOGETHER.flat(), 'GetTemplate'].sort()).toEqual(Object.keys(ACTION_OF).sort());
});

test.each(TOGETHER.map((operations) => [operations]))(
  '%j refused: not known, by the name of the action, and never a failure',
  async (operations) => {
    const { findings, exit } = await withFailing(server.refused, operations);
    expect(shown(findings, 'fail')).toEqual([]);
    const values = findings.filter(({ why }) => why === 'denied').map(({ value }) => value);
    for (const operation of operations) {
      expect(values).toContainEqual(expect.stringMatching(`this credential may not call .*${ACTION_OF[operation]}`));
    }
    expect(exit).toBe(5);
  },
);

test('throttled: not known, and never a failure', async () => {
  const { findings, exit } = await withFailing(server.throttled, TOGETHER[0]);
  expect(shown(findings, 'fail')).toEqual([]);
  const values = findings.filter(({ why }) => why === 'no answer').map(({ value }) => value);
  for (const operation of TOGETHER[0]) {
    expect(values).toContainEqual(expect.stringMatching(`throttles .*${ACTION_OF[operation]}`));
  }
  expect(exit).toBe(5);
});

test('the permissions of --help are those that are asked for, and none of them writes', async () => {
  await withFailing(new Set(), []);
  const called = [
    ...new Set(server.calls.filter((operation) => operation !== 'GET layer' && operation !== 'GetCallerIdentity')),
  ];
  const isListed = (operation: string) =>
    ACTION_OF[operation] !== undefined || ['POST runtimes', 'GET guardrails'].includes(operation);
  expect(called.filter((operation) => !isListed(operation))).toEqual([]);
  const actions = Object.values(ACTION_OF);
  const others = ['bedrock-agentcore:ListAgentRuntimes', 'bedrock-agentcore:ListAgentRuntimeEndpoints', 'bedrock:GetGuardrail', 'bedrock:ListGuardrails', 'cloudformation:ListStacks']; // prettier-ignore
  expect([...actions, ...others].sort()).toEqual(DOCTOR_PERMISSIONS);
  expect(DOCTOR_PERMISSIONS.filter((action) => !/:(?:Batch)?(?:Get|List|Describe|Simulate)/.test(action))).toEqual([]);
});

test('the policy to paste in docs/doctor.md holds the permissions of --help', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../docs/doctor.md'), 'utf8');
  const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json));
  expect(blocks.find((block) => 'Statement' in block).Statement[0].Action).toEqual(DOCTOR_PERMISSIONS);
});

test('the label of the bundled image is the Codex that it installs', () => {
  const image = path.join(__dirname, '../../runtime/image');
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(image, 'package.json'), 'utf8'));
  const [, label] = /\.codex="([^"]*)"/.exec(fs.readFileSync(path.join(image, 'Dockerfile'), 'utf8'))!;
  expect(label).toBe(dependencies['@openai/codex']);
});

describe('a machine without', () => {
  test('a network: nothing is known, and nothing fails', async () => {
    const nowhere = 'http://127.0.0.1:9';
    // As it ships: the SDK wraps errors of the connection when they come from another realm, as in jest.
    const env = { ...process.env, AWS_ENDPOINT_URL: nowhere, BMA_MANAGED_AGENTS_ENDPOINT: nowhere };
    const { exit, out } = await program(process.execPath, [PROGRAM, 'doctor', directory, '--json'], env);
    const { findings, account } = JSON.parse(out) as DoctorReport;
    expect(shown(findings, 'fail')).toEqual([]);
    expect(shown(findings, 'not known')).toEqual([
      expect.stringMatching(/credentials: sts isn't reachable from this machine \(ECONNREFUSED\)/),
      expect.stringMatching(/other checks: not run without credentials/),
    ]);
    expect({ exit, account }).toEqual({ exit: 5, account: undefined });
  });

  test('the service in reach: a warning, because agents call it from their own network', async () => {
    process.env.BMA_MANAGED_AGENTS_ENDPOINT = 'http://127.0.0.1:9';
    const { findings, exit } = await doctor(directory);
    expect(shown(findings, 'warn', 'fail')).toEqual([
      expect.stringMatching(/warn service endpoint: 127\.0\.0\.1:9 isn't reachable/),
    ]);
    expect(exit).toBe(5);
  });

  test.each([
    ['no credentials', () => ({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }), /no credentials were found/],
    ['credentials that AWS refuses', () => (server.refusedAs = 'InvalidClientTokenId', {}), /AWS refuses the credentials \(InvalidClientTokenId\)/],
  ])('usable credentials (%s): says so, and what that leaves open', async (_, change, expected) => {
    for (const [name, value] of Object.entries(change())) {
      if (value === undefined) delete process.env[name];
    }
    const { findings, exit } = await doctor(directory);
    server.refusedAs = undefined;
    expect(shown(findings, 'fail')).toEqual([expect.stringMatching(expected)]);
    expect(findings.find(({ check }) => check === 'container engine')!.status).toBe('ok');
    expect(exit).toBe(1);
  }); // prettier-ignore

  test.each([
    ['echo "Platforms: linux/amd64"', /warn container engine: .* not linux\/arm64/],
    [
      'echo "Cannot connect to the Docker daemon" >&2; exit 1',
      /warn container engine: .* does not work: Cannot connect/,
    ],
    ['echo "unknown command: buildx" >&2; exit 1', /not known container engine/],
  ])('an engine that builds for arm64 (%s)', async (says, expected) => {
    process.env.CDK_DOCKER = engine(says);
    expect(shown((await doctor(directory)).findings, 'warn', 'not known').join('\n')).toMatch(expected);
  });

  test('any engine', async () => {
    process.env.CDK_DOCKER = path.join(work, 'none');
    expect(shown((await doctor(directory)).findings, 'warn').join()).toMatch(/there is no .*none on this machine/);
  });
});

test('a Region without Managed Agents, and a Region that is not the app’s', async () => {
  server.state = nothing;
  expect(shown((await doctor('--region', 'eu-west-1')).findings, 'fail').join()).toMatch(
    /eu-west-1 has no Managed Agents/,
  );
  expect(shown((await doctor(directory, '--region', 'us-east-2')).findings, 'fail').join()).toMatch(
    /has no stack in us-east-2/,
  );
});

test('--model looks for other models', async () => {
  const { findings } = await doctor(directory, '--model', 'openai.gpt-5.6-terra', '--model', 'openai.none');
  expect(findings.filter(({ check }) => check === 'model').map(({ status }) => status)).toEqual(['ok', 'fail']);
});

test('a directory without an assembly, and no Region, are mistakes of the caller', async () => {
  expect(await run(work)).toMatchObject({ exit: 2, error: expect.stringMatching(/isn't a cloud assembly/) });
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) delete process.env[name];
  expect(await run()).toMatchObject({ exit: 2, error: expect.stringMatching(/No Region is configured/) });
});

test('for people: a line for each check, its fix below only where something is to be done, and no secret', async () => {
  server.ready.parameters = {};
  const { out } = await run(directory);
  expect(out).toMatch(/^Account 111122223333, us-east-1$/m);
  expect(out).toMatch(
    /^ {2}fail {7}CDK bootstrap {6}not bootstrapped: .*\n {32}Fix: npx cdk bootstrap aws:\/\/111122223333\/us-east-1$/m,
  );
  expect(out).toMatch(/^ {2}ok {9}Region {13}us-east-1 has Managed Agents\n {2}/m);
  expect(out).toMatch(/^\d+ ok, 0 warn, 1 fail, 1 not known\.\n$/m);
  expect(out).not.toMatch(/sesame|\u001b/);
});
