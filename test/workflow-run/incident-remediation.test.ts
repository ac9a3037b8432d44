/*
 * The synthesized responder, from the report of a turn to the runbook that a person approved: real bundles, real machines,
 * Systems Manager as a record of what it was asked to start.
 */
import { startLocalService, type LocalService } from '../../local';
import { LocalCloud, type Execution } from '../../local/cloud';
import { turnExecutionName } from '../../lib/contracts/turn';
import { RecordedAws } from '../../local/stand-ins/recorded-aws';
import { remediationScene, RUNBOOK_ROLE } from '../lib/blueprint/remediation-scene';
import { stageAssets } from '../staged-assets';
import { fakeCompute, type FakeCompute, SLOW_MACHINE_MS } from './support/fake-compute';

stageAssets();

const ALICE = 'arn:aws:sts::111122223333:assumed-role/OnCall/alice';
const RESTART = { runbook: 'AWS-RestartEC2Instance', parameters: { InstanceId: 'i-0123456789abcdef0' } };

/** What the agent proposes, by the word in the message of the turn. */
const PROPOSALS: Record<string, object> = {
  restart: { ...RESTART, why: 'It answers no more\u202e' },
  'roll-back': { runbook: 'Shop-RollBack', parameters: { Alias: 'live' }, why: 'Errors began with it' },
  'by-default': { runbook: 'Shop-RollBack', parameters: {}, why: 'Errors began with it' },
  unlisted: { ...RESTART, runbook: 'AWS-StopEC2Instance', why: 'x' },
  'other-value': { ...RESTART, parameters: { InstanceId: 'i-0123456789abcdef0; reboot' }, why: 'x' },
  'other-parameter': { ...RESTART, parameters: { AutomationAssumeRole: 'arn:aws:iam::1:role/Admin' }, why: 'x' },
  inherited: { ...RESTART, parameters: { constructor: 'x' }, why: 'x' },
};
const report = (remediation: object) =>
  JSON.stringify({
    format: 'incident-report/1',
    status: 'investigating',
    summary: 'Checkout fails.',
    timeline: [],
    evidence: [],
    suggestedCommands: [],
    remediation,
  });

let compute: FakeCompute;
let service: LocalService;
let cloud: LocalCloud;
let aws: RecordedAws;
let agentName: string;
const started: { input: any; attempt: number }[] = [];
const messages: any[] = [];
let refuseRunbooks = false;

beforeAll(async () => {
  const { app, responder } = remediationScene(() => ({
    opsCenter: undefined,
    deployments: undefined,
    runbook: undefined,
    resumeOn: undefined,
    maxTurns: 100,
  }));
  ({ agentName } = responder.agent);
  compute = await fakeCompute();
  service = await startLocalService({
    compute,
    connectTimeoutMs: SLOW_MACHINE_MS,
    script: {
      rules: Object.entries(PROPOSALS).map(([word, proposal]) => ({
        when: { contains: `CASE:${word}.` },
        steps: [],
        answer: report(proposal),
      })),
    },
  });
  compute.service = service;
  aws = await new RecordedAws().start();
  aws.answers({
    DescribeAlarms: () => ({
      body: { MetricAlarms: [{ AlarmName: 'CheckoutErrors', StateValue: 'ALARM', MetricName: 'Errors' }] },
    }),
    Publish: () => ({
      body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
      headers: { 'content-type': 'text/xml' },
    }),
  });
  cloud = await LocalCloud.start({
    assembly: app.synth().directory,
    service,
    variables: { BMA_LISTEN_SECONDS: '2', BMA_SETTLE_SECONDS: '1' },
  });
  for (const name of ['CLOUDWATCH', 'SNS']) cloud.endpoint(name, aws.url);
  cloud.onClose(() => aws.stop());
  cloud.serviceCalls.serve('sns:publish', (input) => {
    messages.push(input);
    return { MessageId: 'm' };
  });
  cloud.serviceCalls.serve('aws-sdk:ssm:startAutomationExecution', (input) => {
    started.push({ input, attempt: started.length });
    if (refuseRunbooks) {
      throw Object.assign(new Error('secret text of the service'), {
        name: 'Ssm.InvalidAutomationExecutionParameters',
      });
    }
    return { AutomationExecutionId: `automation-${started.length}` };
  });
});

afterAll(async () => {
  await service?.close();
  await cloud?.close();
  await compute?.close();
});

beforeEach(() => {
  started.length = messages.length = 0;
  refuseRunbooks = false;
});

let count = 0;
/** A turn whose report proposes what the word stands for. */
async function proposed(word: string) {
  const deduplicationKey = `alarm-${++count}`;
  const turn = turnExecutionName(deduplicationKey);
  cloud.executions.start(cloud.executions.machine('TurnsMachine').arn, turn, {
    format: 'cdk-bedrock-managed-agents/turn-request/1',
    agentName,
    deduplicationKey,
    trigger: { type: 'alarm', id: 'Alarms', source: 'aws.cloudwatch', time: '2026-11-23T17:04:40Z' },
    subject: {
      alarmArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:CheckoutErrors',
      state: 'ALARM',
      changedAt: '2026-11-23T17:04:40.985+0000',
    },
    prompt: [{ text: `CASE:${word}.` }],
  });
  await cloud.quiet();
  const [{ Detail: outcome }] = cloud.outcomes(turn) as unknown as { Detail: any }[];
  return { turn, outcome };
}
const remediations = (turn: string): Execution[] =>
  cloud.executions.all.filter(
    ({ machine, input }) =>
      machine.logicalId.startsWith('ResponderRemediation') && (input as any).detail.turn.name === turn,
  );
const events = (turn: string): [string, any][] =>
  cloud.events
    .filter(({ DetailType, Detail }: any) => / Remediation /.test(DetailType) && Detail.turn.name === turn)
    .map(({ DetailType, Detail }) => [DetailType.replace('Managed Agent Remediation ', ''), Detail]);
/** What the URL of remediations hands to its function. */
const answer = (turn: string, decision: string) => {
  const { arn } = cloud.deployment.one('AWS::Lambda::Function', 'ResponderRemediationApprove');
  return cloud.functions.invoke(arn, {
    body: JSON.stringify({ turn, decision, comment: 'looked at it' }),
    requestContext: { authorizer: { iam: { userArn: ALICE } } },
  }) as Promise<{ statusCode: number }>;
};

test('a proposal runs nothing until a person approves it, then the runbook is started once, under its role', async () => {
  const { turn, outcome } = await proposed('restart');
  expect([outcome.outcome, outcome.reason]).toEqual(['Completed', undefined]);
  expect(outcome.delivery).toMatchObject({ remediation: 'proposed' });
  const [execution, ...others] = remediations(turn);
  expect([others, execution.status, execution.tasks.at(-1), started]).toEqual([[], 'RUNNING', 'AwaitApproval', []]);
  const detail = {
    format: 'cdk-bedrock-managed-agents/remediation-event/1',
    agentName,
    turn: { name: turn, executionArn: outcome.turn.executionArn },
    incident: { id: outcome.delivery.incident, service: 'checkout', report: outcome.delivery.report },
    ...RESTART,
    why: 'It answers no more\\u202e',
  };
  expect(events(turn)).toEqual([['Proposed', detail]]);
  expect(messages).toEqual([expect.objectContaining({ TopicArn: expect.stringMatching(/OnCall/) })]);
  // The interpreter takes the backslash for an escape of its own.
  expect(JSON.parse(messages[0].Message)).toEqual({ ...detail, why: expect.stringContaining('It answers no more') });
  // Nothing that is told holds the token.
  for (const token of execution.tokens) expect(JSON.stringify([cloud.events, messages])).not.toContain(token);

  expect((await answer(turn, 'approve')).statusCode).toBe(200);
  await cloud.quiet();
  expect(started.map(({ input }) => input)).toEqual([
    {
      DocumentName: 'AWS-RestartEC2Instance',
      Parameters: { InstanceId: ['i-0123456789abcdef0'], AutomationAssumeRole: [RUNBOOK_ROLE] },
      ClientToken: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    },
  ]);
  expect(events(turn).slice(1)).toEqual([
    [
      'Started',
      {
        ...detail,
        approval: expect.objectContaining({ decision: 'approved', by: ALICE, comment: 'looked at it' }),
        automation: { executionId: 'automation-1' },
      },
    ],
  ]);
  expect(execution.status).toBe('SUCCEEDED');
  expect((await answer(turn, 'approve')).statusCode).toBe(200);
});

test.each([
  ['roll-back', { DocumentName: 'Shop-RollBack', Parameters: { Alias: ['live'] } }],
  ['by-default', { DocumentName: 'Shop-RollBack' }],
])('%s starts its own runbook with what was proposed, and no more', async (word, call) => {
  const { turn } = await proposed(word);
  await answer(turn, 'approve');
  await cloud.quiet();
  expect(started.map(({ input }) => input)).toEqual([{ ...call, ClientToken: expect.any(String) }]);
});

test('what is denied does not run', async () => {
  const { turn } = await proposed('restart');
  await answer(turn, 'deny');
  await cloud.quiet();
  expect(started).toEqual([]);
  expect(events(turn).map(([kind, { approval }]) => [kind, approval?.by])).toEqual([
    ['Proposed', undefined],
    ['Denied', ALICE],
  ]);
});

test('nobody answering means no, and a late yes starts nothing', async () => {
  const { turn } = await proposed('restart');
  const [{ tokens }] = remediations(turn);
  cloud.executions.fail(tokens.at(-1)!, 'States.Timeout', '');
  await cloud.quiet();
  expect((await answer(turn, 'approve')).statusCode).toBe(410);
  await cloud.quiet();
  expect([events(turn).map(([kind]) => kind), started]).toEqual([['Proposed', 'Expired'], []]);
});

test('what Systems Manager refuses is an event that says who approved it, without text of the service', async () => {
  refuseRunbooks = true;
  const { turn } = await proposed('roll-back');
  await answer(turn, 'approve');
  await cloud.quiet();
  const [kind, detail] = events(turn).at(-1)!;
  expect([kind, detail.approval.by, detail.reason.code]).toEqual(['Failed', ALICE, 'runbook-refused']);
  expect(JSON.stringify(detail)).not.toContain('secret text');
  // Repeated under the same token, which starts nothing twice.
  expect(new Set(started.map(({ input }) => input.ClientToken)).size).toBe(1);
});

test.each(['unlisted', 'other-value', 'other-parameter', 'inherited'])(
  'a report with a proposal that is %s is invalid: nothing is published, nobody is asked',
  async (word) => {
    const { turn, outcome } = await proposed(word);
    expect([outcome.outcome, outcome.reason.code, outcome.delivery]).toEqual(['Failed', 'report-invalid', undefined]);
    expect(outcome.reason.message).toMatch(/^remediation\./);
    expect([remediations(turn), events(turn), messages, started]).toEqual([[], [], [], []]);
  },
);

test('an outcome event that comes twice asks once, and one that somebody made up asks nobody', async () => {
  const { turn } = await proposed('restart');
  const { EventBusName, ...completed } = cloud.outcomes(turn)[0];
  const again = (name: string) => {
    const Detail = { ...completed.Detail, turn: { name, executionArn: 'arn:aws:states:us-east-1:1:execution:x:y' } };
    cloud.putEvents([{ ...completed, Detail, EventBusName }]);
    return cloud.quiet();
  };
  await again(turn);
  await again('turn-of-nobody');
  expect(remediations(turn).map(({ status }) => status)).toEqual(['RUNNING', 'SUCCEEDED']);
  expect(remediations('turn-of-nobody').map(({ status, tasks }) => [status, tasks])).toEqual([
    ['SUCCEEDED', ['ClaimProposal']],
  ]);
  await answer(turn, 'approve');
  await cloud.quiet();
  expect([messages.length, started.length]).toEqual([1, 1]);
});

test('a delivery that is repeated proposes what it proposed before', async () => {
  const { turn, outcome } = await proposed('restart');
  const table = cloud.deployment.one('AWS::DynamoDB::Table', 'Ledger').ref;
  const { proposal, expiresAt } = (await cloud.stores.item(table, `remediation#${turn}`))!;
  const record = await cloud.stores.item(table, `turn#${turn}`);
  const delivery = cloud.deployment.one('AWS::Lambda::Function', 'PublishReport').arn;
  const prepared = JSON.parse(record!.prepared.S!);
  await cloud.functions.invoke(delivery, {
    turn: prepared,
    output: [{ text: report(PROPOSALS['roll-back']) }],
    evidence: outcome.evidence,
  });
  await cloud.quiet();
  expect(await cloud.stores.item(table, `remediation#${turn}`)).toMatchObject({ proposal, expiresAt });
  expect(remediations(turn)).toHaveLength(1);
  // So that nothing waits for an answer any more.
  await answer(turn, 'deny');
  await cloud.quiet();
});

test('no call was denied', () => {
  expect(cloud.policies.denials.map(({ decision }) => decision.reason)).toEqual([]);
});
