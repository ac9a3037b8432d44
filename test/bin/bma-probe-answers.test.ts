import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { CleanUpJournal } from '../../bin/bma/probe/clean-up-journal';
import { type ProbeClients, openProbeClients } from '../../bin/bma/probe/probe-clients';
import { ProbeContext } from '../../bin/bma/probe/probe-context';
import { PROBES } from '../../bin/bma/probe/registry';
import { runProbes } from '../../bin/bma/probe/run-probes';
import { TemporaryStacks } from '../../bin/bma/probe/temporary-stacks';
import type { ProbeResult } from '../../bin/bma/probe/report';
import type { TrailEvent } from '../../bin/bma/probe/trail-event';
import { MANTLE_ENVIRONMENT_ACTIONS, MANTLE_SESSION_ACTIONS } from '../../lib/identity/perms';
import * as assumed from './probe/assumed-account';
import { ProbedAccount } from './probe/probed-account';
import { Refusal } from './wire-formats';

const account = new ProbedAccount();
const before = { ...process.env };
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-probe-'));
let clients: ProbeClients;

beforeAll(async () => {
  await account.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: account.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  clients = openProbeClients('us-east-1');
});
afterAll(async () => {
  process.env = before;
  clients.close();
  await account.close();
  fs.rmSync(work, { recursive: true, force: true });
});
beforeEach(() => assumed.assume(account));

const place = { account: account.accountId, region: 'us-east-1' };

async function asked(
  ids: readonly string[],
  { newTurn = false, now = assumed.LATER, agent }: { newTurn?: boolean; now?: Date; agent?: string } = {},
) {
  const pause = () => Promise.resolve();
  const stacks = new TemporaryStacks(
    clients.account.stacks,
    new CleanUpJournal(path.join(work, 'journal')),
    place,
    pause,
    5,
  );
  const options = {
    region: 'us-east-1',
    accountId: account.accountId,
    partition: 'aws',
    newTurn,
    intervalSeconds: 5,
    agent,
  };
  const context = new ProbeContext(clients, options, stacks, pause, () => now);
  return await runProbes(
    PROBES.filter(({ id }) => ids.includes(id)),
    context,
  );
}
async function answer(id: string, options?: Parameters<typeof asked>[1]): Promise<ProbeResult> {
  return (await asked([id], options))[0];
}

/** What was answered in this file, by probe. */
const seen = new Map<string, Set<string>>(PROBES.map(({ id }) => [id, new Set()]));

test('an account that does what the library assumes answers every question so that its default fits', async () => {
  const results = await asked(PROBES.map(({ id }) => id));
  expect(results.filter(({ answer: given }) => given === null)).toEqual([]);
  for (const { id, answer: given } of results) {
    seen.get(id)!.add(given!);
    expect([id, given, PROBES.find((each) => each.id === id)!.answers[given!].change]).toEqual([id, given, undefined]);
  }
  expect([...account.created.keys()]).toEqual([]);
});

type EventName = keyof typeof assumed.TRAIL;
/** Changes one event of the trail. */
const event = (name: EventName, change: Partial<TrailEvent>) => () =>
  assumed.withTrail(Object.values({ ...assumed.TRAIL, [name]: { ...assumed.TRAIL[name], ...change } }));
const without =
  (...names: readonly EventName[]) =>
  () =>
    assumed.withTrail(
      Object.entries(assumed.TRAIL).flatMap(([name, each]) => (names.includes(name as EventName) ? [] : [each])),
    );
const answers = (change: ProbedAccount['answers']) => () => void Object.assign(account.answers, change);
const turn = (change: Partial<assumed.Left>) => () => assumed.withTurn(account, change);
const logs = (change: assumed.LogGroups) => () => assumed.withLogs(account, change);
const RUNTIME_LOGS = '/aws/bedrock-agentcore/runtimes/reviewer-abcdefghij-sessions';
const queues = (...counts: readonly string[]) =>
  answers({
    GetQueueAttributes: ({ QueueUrl }) => ({
      Attributes: { ApproximateNumberOfMessages: counts[['Queuekey', 'Queuequeue', 'Queueopen'].indexOf(QueueUrl)] },
    }),
  });

test.each<[id: string, answer: string, change: () => void]>([
  [
    'codedeploy-endpoint-policy',
    'no',
    answers({ DescribeVpcEndpointServices: { serviceDetailSet: [{ vpcEndpointPolicySupported: false }] } }),
  ],
  [
    'mantle-endpoint-zones',
    'not-all-defaults',
    answers({
      DescribeVpcEndpointServices: { serviceDetailSet: [{ availabilityZoneSet: ['us-east-1a', 'us-east-1c'] }] },
    }),
  ],
  [
    'simulator-mantle',
    'yes',
    answers({
      SimulateCustomPolicy: {
        EvaluationResults: [
          { EvalActionName: 'bedrock-mantle:CreateAgentSession', EvalDecision: 'allowed' },
          { EvalActionName: 'bedrock-mantle:DeleteAgentSession', EvalDecision: 'implicitDeny' },
        ],
      },
    }),
  ],
  ['simulator-mantle', 'no', answers({ SimulateCustomPolicy: new Refusal('InvalidInput', 'Invalid action') })],
  ['source-vpce', 'no', turn({ result: { outcome: 'Failed', reason: { code: 'access-denied' } } })],
  [
    'exec-websocket',
    'passes-full-access',
    answers({
      DescribeVpcEndpoints: { vpcEndpointSet: [{ policyDocument: '{"Statement":{"Effect":"Allow","Action":"*"}}' }] },
    }),
  ],
  [
    'exec-websocket',
    'does-not-connect',
    () => (
      turn({ items: [] })(),
      logs({ [RUNTIME_LOGS]: assumed.lifecycle(['exec_server_ended', 1], ['exec_server_refused', 2]) })()
    ),
  ],
  [
    'dns-names',
    'another',
    logs({ '/bma/dns/network-1': [assumed.dns('ws.bedrock-mantle-exec.us-east-1.api.aws', 'BLOCK')] }),
  ],
  ['log-streams', 'not-written', answers({ DescribeLogStreams: { logStreams: [] } })],
  [
    'ping-fields',
    'not-read',
    logs({
      [RUNTIME_LOGS]: assumed.lifecycle(
        ['listening', 0],
        ['invocation', 100, 'release_turn_lease'],
        ['invocation', 500, 'status'],
        ['closed', 1400],
      ),
    }),
  ],
  ['turn-usage', 'empty', turn({ manifest: { terminalEvent: { type: 'agent.session.turn.completed' } } })],
  ['put-object-json', 'other', turn({ outcome: '"{}"' })],
  ['put-object-json', 'other', turn({ outcome: '{a=1}' })],
  ['session-events', 'recorded', event('inference', { eventName: 'CreateAgentSession' })],
  [
    'invoked-by',
    'another',
    event('assumeRole', { userIdentity: { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' } }),
  ],
  ['invoked-by', 'absent', event('assumeRole', { userIdentity: { type: 'AWSAccount' } })],
  [
    'project-placement',
    'default',
    event('inference', { resources: [{ ARN: 'arn:aws:bedrock-mantle:us-east-1:1:project/default' }] }),
  ],
  ['image-pull-principal', 'role-elsewhere', event('pull', { vpcEndpointId: undefined })],
  [
    'image-pull-principal',
    'service-through-endpoint',
    event('pull', { userIdentity: { type: 'AWSService', invokedBy: 'bedrock-agentcore.amazonaws.com' } }),
  ],
  [
    'image-pull-principal',
    'service-elsewhere',
    event('pull', {
      vpcEndpointId: 'vpce-ofaws',
      userIdentity: { type: 'AWSService', invokedBy: 'bedrock-agentcore.amazonaws.com' },
    }),
  ],
  ['key-grants', 'denied', event('grant', { errorCode: 'AccessDenied' })],
  [
    'scheduler-key',
    'through-service',
    event('schedule', { userIdentity: { type: 'AssumedRole', invokedBy: 'scheduler.amazonaws.com' } }),
  ],
  ['scheduler-key', 'denied', event('schedule', { errorCode: 'AccessDenied' })],
  [
    'lifecycle-contract',
    'refused',
    logs({ [RUNTIME_LOGS]: ['{"event":"invocation","statusCode":400}', ...assumed.RUNTIME_LOG] }),
  ],
  [
    'session-storage',
    'not-writable',
    logs({
      [RUNTIME_LOGS]: [
        '{"event":"home_on_temporary_directory","reason":"EACCES"}',
        'not of the server',
        ...assumed.RUNTIME_LOG,
      ],
    }),
  ],
  [
    'key-denials',
    'some',
    event('queue', {
      errorCode: 'AccessDenied',
      resources: undefined,
      errorMessage: `kms:GenerateDataKey on arn:aws:kms:us-east-1:111122223333:key/${assumed.KEY}`,
    }),
  ],
  [
    'guardrail-key',
    'other',
    event('guardrail', { requestParameters: { encryptionContext: { 'aws:bedrock:guardrail-arn': 'gr1' } } }),
  ],
  ['guardrail-key', 'other', event('guardrail', { errorCode: 'AccessDenied' })],
  ['key-contexts', 'other', event('queue', { requestParameters: {} })],
  [
    'alarm-topic-key',
    'no',
    answers({
      DescribeAlarmHistory: {
        AlarmHistoryItems: [
          {
            AlarmName: 'blocked-names',
            HistorySummary:
              'Failed to execute action arn:aws:sns:us-east-1:1:topic. Received error: "KMS access denied"',
          },
        ],
      },
    }),
  ],
  ['project-metrics', 'counted', answers({ GetMetricData: { MetricDataResults: [{ Values: [0, 3] }] } })],
  [
    'guardrail-false-alarms',
    'some',
    answers({
      'POST guardrail': {
        action: 'GUARDRAIL_INTERVENED',
        assessments: [{ contentPolicy: { filters: [{ type: 'PROMPT_ATTACK', action: 'BLOCKED' }] } }],
      },
    }),
  ],
  [
    'comment-authors',
    'another-form',
    answers({
      GetCommentsForPullRequest: {
        commentsForPullRequestData: [
          { comments: [{ content: 'Probe', authorArn: 'arn:aws:iam::111122223333:role/Operator' }] },
        ],
      },
    }),
  ],
  [
    'comment-authors',
    'not-returned',
    answers({
      GetCommentsForPullRequest: ({ afterCommitId }) => ({
        commentsForPullRequestData:
          afterCommitId === undefined ? [] : [{ comments: [{ content: 'Probe', authorArn: 'arn' }] }],
      }),
    }),
  ],
  ['bus-dead-letter-arn', 'bus-to-queue-only', queues('0', '1', '1')],
  ['bus-dead-letter-arn', 'another', queues('0', '0', '1')],
])('%s: %s', async (id, expected, change) => {
  change();
  const result = await answer(id);
  expect([result.answer, result.says]).toEqual([
    expected,
    PROBES.find((each) => each.id === id)!.answers[expected].means,
  ]);
  expect(result.evidence).not.toEqual([]);
  seen.get(id)!.add(expected);
});

test('every answer of every probe was given above', () => {
  expect(Object.fromEntries([...seen].map(([id, given]) => [id, [...given].sort()]))).toEqual(
    Object.fromEntries(PROBES.map(({ id, answers: all }) => [id, Object.keys(all).sort()])),
  );
});

test.each<[id: string, why: RegExp, change: () => void]>([
  [
    'codedeploy-endpoint-policy',
    /InvalidServiceName/,
    answers({ DescribeVpcEndpointServices: new Refusal('InvalidServiceName') }),
  ],
  [
    'mantle-endpoint-zones',
    /returned no zone/,
    answers({ DescribeVpcEndpointServices: { serviceDetailSet: [{ vpcEndpointPolicySupported: true }] } }),
  ],
  ['simulator-mantle', /Throttling/, answers({ SimulateCustomPolicy: new Refusal('Throttling', 'Rate exceeded') })],
  ['source-vpce', /without the condition/, answers({ GetRolePolicy: assumed.openSessionPolicy() })],
  ['source-vpce', /opened no session/, turn({ result: { outcome: 'Rejected', reason: { code: 'input-blocked' } } })],
  [
    'exec-websocket',
    /a route besides the endpoints/,
    answers({
      DescribeRouteTables: {
        routeTableSet: [
          { vpcId: 'vpc-1', associationSet: [{ subnetId: 'subnet-1' }], routeSet: [{ natGatewayId: 'nat-1' }] },
        ],
      },
    }),
  ],
  ['exec-websocket', /a route besides the endpoints/, answers({ DescribeRouteTables: { routeTableSet: [] } })],
  ['exec-websocket', /no command ran/, turn({ items: [] })],
  ['dns-names', /was not resolved/, logs({ '/bma/dns/network-1': [assumed.dns('customer.example.com', 'BLOCK')] })],
  [
    'log-streams',
    /can create log groups/,
    answers({ SimulatePrincipalPolicy: { EvaluationResults: [{ EvalDecision: 'allowed' }] } }),
  ],
  [
    'log-streams',
    /used no compute/,
    () => (answers({ DescribeLogStreams: { logStreams: [] } })(), turn({ items: [] })()),
  ],
  [
    'ping-fields',
    /no compute was stopped/,
    logs({ [RUNTIME_LOGS]: assumed.lifecycle(['invocation', 100, 'release_turn_lease'], ['closed', 1000]) }),
  ],
  ['turn-usage', /was not received/, turn({ manifest: { terminalEvent: null } })],
  ['put-object-json', /no outcome.json/, answers({ GetObject: new Refusal('NoSuchKey', 'none', 404) })],
  ['session-events', /does not select/, answers({ GetEventSelectors: { AdvancedEventSelectors: [] } })],
  ['session-events', /unknown whether it records/, without('inference')],
  ['invoked-by', /was not assumed during/, without('assumeRole')],
  ['project-placement', /no event of the roles/, without('inference')],
  [
    'project-placement',
    /no AgentProject/,
    () =>
      void (account.stacks.Agent = {
        ...account.stacks.Agent,
        resources: account.stacks.Agent.resources.filter(({ type }) => !type.endsWith('Project')),
      }),
  ],
  ['image-pull-principal', /no pull/, without('pull')],
  ['key-grants', /no AWS service requested/, without('grant')],
  [
    'key-grants',
    /no AWS service requested/,
    event('grant', { resources: [{ ARN: 'arn:aws:kms:us-east-1:111122223333:key/another' }] }),
  ],
  ['scheduler-key', /no schedule/, without('schedule')],
  ['key-contexts', /neither SQS nor Lambda/, without('queue')],
  [
    'alarm-topic-key',
    /no alarm of the stacks has notified/,
    answers({
      DescribeAlarmHistory: {
        AlarmHistoryItems: [
          { AlarmName: 'somebody-elses', HistorySummary: 'Successfully executed action arn:aws:sns:x' },
        ],
      },
    }),
  ],
  ['project-metrics', /it may have called no model/, turn({ result: { outcome: 'Rejected' } })],
  [
    'guardrail-false-alarms',
    /ThrottlingException/,
    answers({ 'POST guardrail': new Refusal('ThrottlingException', 'slow', 429) }),
  ],
  [
    'comment-authors',
    /those of a user/,
    answers({
      GetCommentsForPullRequest: {
        commentsForPullRequestData: [
          { comments: [{ content: 'Probe', authorArn: 'arn:aws:iam::111122223333:user/me' }] },
        ],
      },
    }),
  ],
  ['comment-authors', /not returned at all/, answers({ GetCommentsForPullRequest: {} })],
  ['bus-dead-letter-arn', /not even the one without a condition/, queues('0', '0', '0')],
])('%s has no answer: %s', async (id, why, change) => {
  change();
  expect(await answer(id)).toMatchObject({ answer: null, says: expect.stringMatching(why), evidence: [] });
  expect([...account.created.keys()]).toEqual([]);
});

test('a probe that is denied does not keep the others from being answered, and an account that denies everything answers nothing', async () => {
  account.denied.add('FilterLogEvents');
  const some = await asked(PROBES.map(({ id }) => id));
  expect(some.filter(({ answer: given }) => given !== null).length).toBeGreaterThan(8);
  expect(some.find(({ id }) => id === 'invoked-by')).toMatchObject({
    answer: null,
    says: expect.stringMatching(/AccessDenied/),
  });
  account.denied.add('*');
  const none = await asked(PROBES.map(({ id }) => id));
  expect(none.map(({ answer: given }) => given)).toEqual(PROBES.map(() => null));
  expect(none).toHaveLength(PROBES.length);
});

test('a trail of another Region is not read, and a log group without an end is given up', async () => {
  const { DescribeTrails } = account.answers;
  account.answers.DescribeTrails = {
    trailList: [
      {
        Name: 'Far',
        CloudWatchLogsLogGroupArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/cloudtrail/Trail/1:*',
      },
    ],
  };
  expect((await answer('invoked-by')).says).toMatch(/no trail delivers to CloudWatch Logs/);
  account.answers.DescribeTrails = DescribeTrails;
  let page = 0;
  account.answers.FilterLogEvents = () => ({ events: [], nextToken: String((page += 1)) });
  expect((await answer('invoked-by')).says).toMatch(/too large/);
});

test('nothing is concluded from an absence while events of the turn may still arrive', async () => {
  const now = new Date(assumed.ENDED + 60_000);
  for (const id of ['session-events', 'project-metrics']) {
    expect(await answer(id, { now })).toMatchObject({ answer: null, says: expect.stringMatching(/may still arrive/) });
  }
});

test('without an agent, with several, or without a turn, there is no answer', async () => {
  const { stacks } = account;
  account.stacks = {
    Two: {
      ...stacks.Agent,
      outputs: {
        BmaAgent1: stacks.Agent.outputs.BmaAgent1,
        BmaAgent2: stacks.Agent.outputs.BmaAgent1.replace('reviewer', 'other'),
      },
    },
  };
  expect((await answer('turn-usage')).says).toMatch(/choose one with --agent/);
  expect((await answer('turn-usage', { agent: 'other' })).answer).toBe('filled');
  account.stacks = { None: { outputs: {}, resources: [] } };
  expect((await answer('turn-usage')).says).toMatch(/no agent/);
  account.stacks = stacks;
  account.answers.ListExecutions = { executions: [] };
  expect((await answer('turn-usage')).says).toMatch(/--new-turn/);
});

test('one turn is started for all probes that look at one', async () => {
  let input: any;
  account.answers.StartExecution = (request) => (
    (input = request),
    { executionArn: 'arn', startDate: assumed.STARTED / 1000 }
  );
  account.answers.GetExecutionHistory = { events: [] };
  const results = await asked(['turn-usage', 'put-object-json', 'source-vpce'], { newTurn: true });
  expect(results.map(({ answer: given }) => given)).toEqual(['yes', 'filled', 'json']);
  expect(account.calls.filter((call) => call === 'StartExecution')).toHaveLength(1);
  expect(JSON.parse(input.input)).toMatchObject({
    agentName: 'reviewer',
    prompt: [{ text: expect.stringMatching(/echo probe/) }],
  });
});

test('names that are not of AWS stay out of the evidence', async () => {
  logs({
    '/bma/dns/network-1': [assumed.dns(assumed.EXPECTED_HOST), assumed.dns('secret.customer.example.com', 'BLOCK')],
  })();
  const { answer: given, evidence } = await answer('dns-names');
  expect(given).toBe('expected-only');
  expect(evidence.join()).not.toMatch(/customer/);
});

test('the session operations that are looked for are those that the library grants', async () => {
  for (const action of [...MANTLE_SESSION_ACTIONS, ...MANTLE_ENVIRONMENT_ACTIONS]) {
    event('inference', { eventName: action.split(':')[1] })();
    expect((await answer('session-events')).answer).toBe('recorded');
  }
});
