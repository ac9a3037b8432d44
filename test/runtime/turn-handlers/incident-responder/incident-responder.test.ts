/** The two functions of an incident responder, as bundled, against an account on this machine. */
import { SNSClient } from '@aws-sdk/client-sns';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { REPORT_EXAMPLE } from '../../../../lib/blueprint/incident-responder/instructions';
import { factText } from '../../../../lib/contracts/fact-text';
import type { PreparedTurn, StageTurnAnswer } from '../../../../lib/contracts/step';
import { ANSWER } from '../../../../runtime/turn-handlers/incident/incident-report';
import { reportSchemaText } from '../../../../runtime/turn-handlers/incident/report-schema';
import { type Behaviour, failure } from '../../../../local/stand-ins/recorded-aws';
import { ResponderAccount } from './responder-account';
import type { IncidentReport } from '../../../../runtime/turn-handlers/incident/incident-report';
import { notify } from '../../../../runtime/turn-handlers/publish-report/notification';

const ALARM = 'arn:aws:cloudwatch:us-east-1:111122223333:alarm';

function turn(name: string, subject: Record<string, string>): PreparedTurn {
  return {
    name,
    detail: {
      format: 'cdk-bedrock-managed-agents/turn-event/1',
      agentName: 'responder',
      turn: { name, executionArn: `arn:aws:states:us-east-1:111122223333:execution:turns:${name}` },
      deduplicationKey: name,
      trigger: { type: 'alarm', id: 'Alarms', source: 'aws.cloudwatch', time: '2026-11-23T17:04:40Z' },
      subject,
    },
    turnPk: `turn#${name}`,
    sessionPk: `session#${name}`,
    deadlineSeconds: 3600,
    approvalRequired: false,
    share: { attribute: 'holdersOfNoShare', slots: '1000' },
    expiresAt: '1800000000',
  };
}
const alarm = (name: string, of = 'CheckoutErrors') =>
  turn(name, { alarmArn: `${ALARM}:${of}`, state: 'ALARM', changedAt: '2026-11-23T17:04:40.985+0000' });
const ok = (name: string, of = 'CheckoutErrors') =>
  turn(name, { alarmArn: `${ALARM}:${of}`, state: 'OK', changedAt: '2026-11-23T17:24:40.985+0000' });
const deployed = (name: string) =>
  turn(name, { deploymentId: 'd-ABCDEF123', application: 'checkout', deploymentState: 'SUCCESS' });

const REPORT = {
  format: 'incident-report/1',
  status: 'investigating',
  summary: 'Checkout fails since the deployment of 17:02.',
  timeline: [
    { at: '2026-11-23T17:04:00Z', what: 'Errors rise', source: 'metric Errors' },
    { at: '2026-11-23T18:02:00+01:00', what: 'Deployment d-ABCDEF123', source: 'CodeDeploy' },
  ],
  evidence: [{ kind: 'log', reference: 'filter @message like /timeout/', finding: '42 timeouts | all in payment' }],
  suggestedCommands: [
    { command: 'aws deploy stop-deployment --deployment-id d-ABCDEF123', why: 'Roll back', risk: 'medium' },
  ],
};
const CAUSE = { statement: 'The deployment halved the timeout.', confidence: 'high' };
const WAITING = { ...REPORT, status: 'waiting', waitFor: { what: 'timer', minutes: 15 } };
const CONCLUDED = { ...REPORT, status: 'concluded', probableCause: CAUSE };

const timerOf = (name: string) => `after-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
const published: Behaviour = () => ({
  body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
  headers: { 'content-type': 'text/xml' },
});
const states = (...alarms: [string, string][]): Behaviour => {
  return () => ({
    body: {
      MetricAlarms: alarms.map(([AlarmName, StateValue]) => ({ AlarmName, StateValue, MetricName: 'Errors' })),
    },
  });
};
const USUAL: Record<string, Behaviour> = {
  DescribeAlarms: states(['CheckoutErrors', 'ALARM'], ['CheckoutThrottles', 'OK']),
  Publish: published,
  CreateOpsItem: () => ({ body: { OpsItemId: 'oi-1' } }),
  UpdateOpsItem: () => ({}),
};

let account: ResponderAccount;
beforeAll(async () => {
  account = await ResponderAccount.start();
});
beforeEach(async () => {
  await account.reset();
  account.aws.answers(USUAL);
});
afterEach(() => {
  for (const { headers } of account.aws.requests) expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 /);
});
afterAll(() => account.stop());

/** Stages a turn and says which incident it belongs to. */
async function incident(answer: Promise<StageTurnAnswer>): Promise<string> {
  const staged = await answer;
  if (!staged.accepted) throw new Error(staged.reason.code);
  return staged.sessionKey!;
}
const partsOf = (answer: StageTurnAnswer) => (answer.accepted ? (answer.prompt ?? []) : []);
const promptOf = (answer: StageTurnAnswer) =>
  partsOf(answer)
    .map(({ text }) => text)
    .join('');
const judgedOf = (answer: StageTurnAnswer) => partsOf(answer).flatMap(({ text, trusted }) => (trusted ? [] : [text]));
const refusal = async (answer: Promise<StageTurnAnswer>) => {
  const staged = await answer;
  return staged.accepted ? 'accepted' : staged.reason.code;
};

describe('staging', () => {
  test('an alarm opens an incident, and its turn is told about it before the message of the event', async () => {
    const staged = await account.stage(alarm('t1'), 'The event.');
    expect(staged).toMatchObject({
      accepted: true,
      sessionKey: expect.stringMatching(/^incident-\d{8}-\d{6}-[0-9a-f]{8}$/),
    });
    const text = promptOf(staged);
    expect(text).toMatch(/\n\nThe event\.$/);
    expect(text).toContain('of the service checkout, opened at');
    expect(text).toContain('This is turn 1 of at most 4.\nOpened because the alarm "CheckoutErrors" went off.\n');
    expect(text).toContain('"CheckoutErrors" ALARM, "CheckoutThrottles" OK.\n');
    // Names and the event are judged by the guardrail, the sentences around them are not.
    expect(judgedOf(staged)).toEqual([
      '"CheckoutErrors"',
      '"CheckoutErrors" ALARM, "CheckoutThrottles" OK',
      '"CheckoutErrors"',
      'The event.',
    ]);
    expect(account.aws.requests.map(({ input }) => input)).toEqual([
      expect.objectContaining({
        AlarmNames: ['CheckoutErrors', 'CheckoutThrottles'],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
      }),
    ]);
  });

  test('two alarms at the same moment make one incident', async () => {
    const [one, two] = await Promise.all([
      incident(account.stage(alarm('t1'))),
      incident(account.stage(alarm('t2', 'CheckoutThrottles'))),
    ]);
    expect(two).toBe(one);
    const { turns, alarms } = await account.record();
    expect([[...turns].sort(), [...alarms].sort()]).toEqual([
      ['t1', 't2'],
      ['CheckoutErrors', 'CheckoutThrottles'],
    ]);
  });

  test('recovery and a finished deployment resume the open incident', async () => {
    const open = await incident(account.stage(alarm('t1')));
    expect(await incident(account.stage(ok('t2')))).toBe(open);
    const staged = await account.stage(deployed('t3'));
    expect(staged).toMatchObject({ accepted: true, sessionKey: open });
    expect(promptOf(staged)).toContain('Resumed because the deployment "d-ABCDEF123" finished with SUCCESS.\n');
  });

  test('a repeated staging changes nothing', async () => {
    const first = await account.stage(alarm('t1'));
    expect(await account.stage(alarm('t1'))).toEqual(first);
    expect((await account.record()).turns).toEqual(['t1']);
  });

  test.each([
    ['recovery', ok('t1'), 'nothing-to-resume'],
    ['a finished deployment', deployed('t1'), 'nothing-to-resume'],
    ['a timer', turn('t1', { incident: 'incident-x', after: 't0' }), 'nothing-to-resume'],
    ['an alarm of another service', alarm('t1', 'CartErrors'), 'alarm-unknown'],
    ['an event of another kind', turn('t1', { instanceId: 'i-1' }), 'event-unknown'],
    [
      'an alarm state that opens nothing',
      turn('t1', { alarmArn: `${ALARM}:CheckoutErrors`, state: 'INSUFFICIENT_DATA' }),
      'event-unknown',
    ],
  ])('%s without an open incident is refused', async (_, event, code) => {
    expect(await refusal(account.stage(event))).toBe(code);
  });

  test.each(['CompositeAlarms', 'LogAlarms'])('one of the %s opens an incident', async (kind) => {
    account.aws.answers({
      ...USUAL,
      DescribeAlarms: () => ({ body: { [kind]: [{ AlarmName: 'CheckoutErrors', StateValue: 'ALARM' }] } }),
    });
    expect(JSON.stringify(await account.stage(alarm('t1')))).toContain('\\"CheckoutErrors\\" ALARM');
  });

  test('an alarm that this role is not shown is taken at the word of its event', async () => {
    account.aws.answers({ ...USUAL, DescribeAlarms: states(['CheckoutThrottles', 'OK']) });
    expect(promptOf(await account.stage(alarm('t1')))).toContain(
      'now: "CheckoutErrors" ALARM, "CheckoutThrottles" OK.',
    );
  });

  test('an alarm whose name has spaces and umlauts opens an incident', async () => {
    const name = 'Bestellungen: Überlast, 5xx > 1 %';
    const wide = await ResponderAccount.start({ BMA_ALARMS: JSON.stringify([name]) });
    try {
      wide.aws.answers(USUAL);
      const staged = await wide.stage(
        turn('t1', {
          alarmArn: factText(`${ALARM}:${name}`),
          state: 'ALARM',
          changedAt: '2026-11-23T17:04:40.985+0000',
        }),
      );
      expect(JSON.stringify(staged)).toContain('Bestellungen: Überlast, 5xx \\\\u003e 1 %');
    } finally {
      await wide.stop();
    }
  });

  test('an alarm that watches no metric opens nothing', async () => {
    account.aws.answers({
      DescribeAlarms: () => ({ body: { MetricAlarms: [{ AlarmName: 'CheckoutErrors', StateValue: 'ALARM' }] } }),
    });
    expect(await refusal(account.stage(alarm('t2')))).toBe('alarm-unknown');
  });

  test('an incident has a limited number of turns, and the last one is told so', async () => {
    for (const name of ['t1', 't2', 't3']) await account.stage(alarm(name));
    expect(JSON.stringify(await account.stage(alarm('t4')))).toContain('No turn follows this one');
    expect(await refusal(account.stage(ok('t5')))).toBe('incident-exhausted');
    expect(await refusal(account.stage(alarm('t6')))).toBe('incident-exhausted');
    expect(await refusal(account.stage(alarm('t7')))).toBe('incident-exhausted');
    // A person is told once that it recovers, and once that it goes off, and nobody looks.
    expect(account.aws.of('Publish').map(({ input }) => input['Message'])).toEqual([
      'The alarm "CheckoutErrors" went back to OK.\nThe incident had its 4 turns.\nNo agent looks at it. Please look yourself.',
      'The alarm "CheckoutErrors" went off.\nThe incident had its 4 turns.\nNo agent looks at it. Please look yourself.',
    ]);
    // Another alarm of the service is covered: it opens the next incident, which the first alarm cannot use up.
    const next = await incident(account.stage(alarm('t8', 'CheckoutThrottles')));
    expect(await refusal(account.stage(alarm('t9')))).toBe('incident-exhausted');
    expect(await incident(account.stage(ok('t10', 'CheckoutThrottles')))).toBe(next);
  });

  test('a topic that throttles is tried again by the workflow; one that denies changes nothing', async () => {
    for (const name of ['t1', 't2', 't3', 't4']) await account.stage(alarm(name));
    account.aws.answers({ ...USUAL, Publish: () => failure('InternalError', 'later', 500) });
    await expect(account.stage(alarm('t5'))).rejects.toMatchObject({ name: 'TransientStepError' });
    account.aws.answers({ ...USUAL, Publish: () => failure('AuthorizationErrorException', 'no', 403) });
    expect(await refusal(account.stage(alarm('t5')))).toBe('incident-exhausted');
  });

  test('an incident that nobody concluded is over after its window: the next alarm opens another', async () => {
    const first = await incident(account.stage(alarm('t1')));
    await account.changeRecord((record) => ({ ...record, openedAt: new Date(Date.now() - 90_000_000).toISOString() }));
    expect(await refusal(account.stage(ok('t2')))).toBe('nothing-to-resume');
    expect(await incident(account.stage(alarm('t3')))).not.toBe(first);
  });

  test('throttling is an error that the workflow retries; a denial is not', async () => {
    account.aws.answers({ DescribeAlarms: () => failure('ThrottlingException') });
    await expect(account.stage(alarm('t1'))).rejects.toMatchObject({ name: 'TransientStepError' });
    account.aws.answers({ DescribeAlarms: () => failure('AccessDenied', 'no', 403) });
    await expect(account.stage(alarm('t1'))).rejects.not.toMatchObject({ name: 'TransientStepError' });
  });
});

test('the published schema is the one that reports are checked with, and the example of the instructions fits it', () => {
  const schema = readFileSync(path.resolve(__dirname, '../../../../docs/incident-report.schema.json'), 'utf8');
  // After a change: npm run docgen
  expect(JSON.parse(schema)).toEqual(JSON.parse(reportSchemaText()));
  expect(ANSWER.safeParse(REPORT_EXAMPLE).error).toBeUndefined();
});

describe('publishing', () => {
  const schema = JSON.parse(
    readFileSync(path.resolve(__dirname, '../../../../docs/incident-report.schema.json'), 'utf8'),
  ) as object;

  test('a report goes to the bucket, the topic and OpsCenter', async () => {
    const id = await incident(account.stage(alarm('t1')));
    const answer = await account.deliver(alarm('t1'), `\`\`\`json\n${JSON.stringify(REPORT)}\n\`\`\``);
    expect(answer).toEqual({
      delivered: true,
      receipt: {
        incident: id,
        report: 1,
        status: 'investigating',
        json: `reports/${id}/01.json`,
        markdown: `reports/${id}/01.md`,
        opsItem: 'oi-1',
        notification: 'sent',
      },
    });
    const { [`reports/${id}/01.json`]: json, [`reports/${id}/01.md`]: markdown } = account.reports;
    const report = JSON.parse(json);
    const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(schema);
    expect([validate(report), validate.errors]).toEqual([true, null]);
    // In UTC, and in order.
    expect(report.timeline.map(({ at }: { at: string }) => at)).toEqual([
      '2026-11-23T17:02:00.000Z',
      '2026-11-23T17:04:00.000Z',
    ]);
    expect(report.incident).toMatchObject({ id, service: 'checkout', number: 1, alarms: ['CheckoutErrors'] });
    expect(markdown).toContain('42 timeouts \\| all in payment');

    const [{ input: message }] = account.aws.of('Publish');
    expect(message).toMatchObject({
      TopicArn: expect.stringMatching(/on-call$/),
      Subject: 'checkout: incident investigating, report 1',
    });
    expect(message.Message).toContain(`s3://reports/reports/${id}/01.md`);
    const [{ input: item }] = account.aws.of('CreateOpsItem');
    expect(item).toMatchObject({ Severity: '2', Tags: [{ Key: 'ManagedAgent', Value: 'responder' }] });
    expect(item.OperationalData['/aws/dedup']).toEqual({
      Type: 'SearchableString',
      Value: JSON.stringify({ dedupString: id }),
    });
  });

  test('a repeated delivery is a no-op: same receipt, no second message, object or OpsItem', async () => {
    await account.stage(alarm('t1'));
    const first = await account.deliver(alarm('t1'), REPORT);
    const { writes } = account;
    expect(await account.deliver(alarm('t1'), { ...REPORT, summary: 'Another text' })).toEqual(first);
    expect([account.writes - writes, account.aws.of('Publish').length, account.aws.of('CreateOpsItem').length]).toEqual(
      [0, 1, 1],
    );
  });

  test('a delivery that broke off goes on where it was: what is written stays, and the rest follows', async () => {
    const id = await incident(account.stage(alarm('t1')));
    const set = `POST /schedules/${timerOf('t1')}`;
    account.aws.answers({ ...USUAL, [set]: () => failure('InternalServerException', 'later', 500) });
    await expect(account.deliver(alarm('t1'), WAITING)).rejects.toMatchObject({ name: 'TransientStepError' });
    const before = account.reports[`reports/${id}/01.json`];
    account.aws.answers({
      ...USUAL,
      CreateOpsItem: () => ({
        status: 400,
        body: { __type: 'OpsItemAlreadyExistsException', Message: 'there', OpsItemId: 'oi-1' },
      }),
    });
    expect(await account.deliver(alarm('t1'), { ...REPORT, summary: 'Again' })).toMatchObject({
      receipt: { opsItem: 'oi-1' },
    });
    expect(account.reports[`reports/${id}/01.json`]).toBe(before);
    expect(account.aws.of('UpdateOpsItem')[0].input.OpsItemId).toBe('oi-1');
  });

  test('one incident has one OpsItem, whose status is left alone; a later turn hears of the last report', async () => {
    await account.stage(alarm('t1'));
    await account.deliver(alarm('t1'), REPORT);
    const staged = JSON.stringify(await account.stage(ok('t2')));
    expect(staged).toContain('Your report 1 had the status investigating.');
    expect(staged).toContain('Checkout fails since the deployment of 17:02.');
    await account.deliver(ok('t2'), REPORT);
    expect(account.aws.of('CreateOpsItem')).toHaveLength(1);
    const [{ input }] = account.aws.of('UpdateOpsItem');
    expect(input).toMatchObject({ OpsItemId: 'oi-1', Title: expect.stringContaining('checkout') });
    expect(input).not.toHaveProperty('Status');
  });

  test.each([
    ['KMSAccessDenied', 400],
    ['KMSDisabled', 400],
    ['AuthorizationError', 403],
    ['NotFound', 404],
    ['InvalidParameter', 400],
    ['Throttled', 429],
    ['InternalError', 500],
  ])('a topic that answers %s does not change how the turn ended, and the result tells', async (code, status) => {
    const id = await incident(account.stage(alarm('t1')));
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
    account.aws.answers({ ...USUAL, Publish: () => ({ status, body }) });
    const first = await account.deliver(alarm('t1'), REPORT);
    expect(first).toMatchObject({ delivered: true, receipt: { incident: id, report: 1, notification: 'failed' } });
    expect(await account.deliver(alarm('t1'), REPORT)).toEqual(first);
  });

  test('a FIFO topic gets the reports of an incident in order, and each of them once', async () => {
    const region = 'us-east-1';
    const sns = new SNSClient({
      region,
      endpoint: account.aws.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const report = {
      ...REPORT,
      incident: { id: 'incident-1', service: 'checkout', number: 1, openedAt: '', alarms: [] },
      turn: { name: 't1' },
    } as unknown as IncidentReport;
    for (let i = 0; i < 2; i += 1) expect(await notify(sns, `${ALARM}:on-call.fifo`, report, 's3://x')).toBe('sent');
    const [first, second] = account.aws.of('Publish').map(({ input }) => input);
    expect(first).toMatchObject({
      MessageGroupId: 'incident-1',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second.MessageDeduplicationId).toBe(first.MessageDeduplicationId);
  });

  test.each([
    ['refuses the timer', 'AccessDeniedException', 403],
    ['knows no such group', 'ResourceNotFoundException', 404],
  ])('Scheduler that %s keeps no report from people', async (_, code, status) => {
    await account.stage(alarm('t1'));
    account.aws.answers({ ...USUAL, [`POST /schedules/${timerOf('t1')}`]: () => failure(code, 'no', status) });
    const answer = await account.deliver(alarm('t1'), WAITING);
    expect(answer).toMatchObject({ delivered: true, receipt: { timer: 'failed', notification: 'sent' } });
  });

  test.each(['OpsItemAccessDeniedException', 'ThrottlingException'])(
    'OpsCenter that answers %s keeps no report from people',
    async (code) => {
      await account.stage(alarm('t1'));
      account.aws.answers({ ...USUAL, CreateOpsItem: () => failure(code) });
      expect(await account.deliver(alarm('t1'), REPORT)).toMatchObject({
        delivered: true,
        receipt: { opsItem: 'failed' },
      });
      expect(account.aws.of('Publish')).toHaveLength(1);
    },
  );

  test('a report that waits sets one timer, whose event resumes the incident', async () => {
    const id = await incident(account.stage(alarm('t1')));
    const set = `POST /schedules/${timerOf('t1')}`;
    account.aws.answers({ ...USUAL, [set]: () => ({ body: { ScheduleArn: 'arn' } }) });
    const before = Date.now();
    expect(await account.deliver(alarm('t1'), WAITING)).toMatchObject({ receipt: { status: 'waiting', timer: 'set' } });
    const [{ input: schedule }] = account.aws.of(set);
    expect(schedule).toMatchObject({
      GroupName: 'timers',
      ActionAfterCompletion: 'DELETE',
      FlexibleTimeWindow: { Mode: 'OFF' },
      KmsKeyArn: expect.stringContaining(':key/k'),
      Target: {
        Arn: expect.stringMatching(/event-bus\/turns$/),
        EventBridgeParameters: { Source: 'cdk-bedrock-managed-agents.incident', DetailType: 'Incident Timer' },
        Input: JSON.stringify({ incident: id, after: 't1' }),
      },
    });
    const at = Date.parse(`${/^at\((.+)\)$/.exec(schedule.ScheduleExpression)![1]}Z`);
    expect(Math.abs(at - before - 15 * 60_000)).toBeLessThan(30_000);
    // What the schedule sends comes back as a turn.
    expect(await incident(account.stage(turn('t2', { incident: id, after: 't1' })))).toBe(id);
  });

  test('a timer that was set already is not set again, and an incident has a limited number of them', async () => {
    await account.stage(alarm('t1'));
    const conflict = () => failure('ConflictException', 'there', 409);
    account.aws.answers({ ...USUAL, [`POST /schedules/${timerOf('t1')}`]: conflict });
    expect(await account.deliver(alarm('t1'), WAITING)).toMatchObject({ receipt: { timer: 'set' } });
    await account.stage(ok('t2'));
    expect(await account.deliver(ok('t2'), WAITING)).toMatchObject({ delivered: true, receipt: { timer: 'used-up' } });
  });

  test('a timer is refused once a newer report is there', async () => {
    const id = await incident(account.stage(alarm('t1')));
    account.aws.answers({ ...USUAL, [`POST /schedules/${timerOf('t1')}`]: () => ({ body: {} }) });
    await account.deliver(alarm('t1'), WAITING);
    await account.stage(ok('t2'));
    await account.deliver(ok('t2'), REPORT);
    expect(await refusal(account.stage(turn('t3', { incident: id, after: 't1' })))).toBe('timer-superseded');
  });

  test('a conclusion closes the incident: recovery resumes nothing, the next alarm opens another', async () => {
    const id = await incident(account.stage(alarm('t1')));
    await account.stage(ok('t2'));
    expect(await account.deliver(alarm('t1'), CONCLUDED)).toMatchObject({ receipt: { status: 'concluded' } });
    expect(await refusal(account.stage(ok('t3')))).toBe('nothing-to-resume');
    const next = await incident(account.stage(alarm('t4')));
    expect(next).not.toBe(id);
    // A turn that was under way still reports to its own incident, and opens or closes nothing.
    expect(await account.deliver(ok('t2'), WAITING)).toMatchObject({
      receipt: { incident: id, report: 2, timer: 'over' },
    });
    expect(await account.record()).toMatchObject({ id: next, concluded: false });
  });

  test.each([
    ['prose', 'I looked at everything.', 'the document: answer-not-json'],
    ['another format', { ...REPORT, format: 'report/9' }, 'format: invalid_value'],
    ['a member that is not known', { ...REPORT, reboot: 'now' }, 'the document: unrecognized_keys'],
    [
      'a time that is none',
      { ...REPORT, timeline: [{ at: 'around noon', what: 'x', source: 'y' }] },
      'timeline.0.at: invalid_format',
    ],
    ['a conclusion without a cause', { ...REPORT, status: 'concluded' }, 'probableCause: custom'],
    ['waiting for nothing', { ...REPORT, status: 'waiting' }, 'waitFor: custom'],
    [
      'waiting for what resumes nothing',
      { ...REPORT, status: 'waiting', waitFor: { what: 'deployment' } },
      'waitFor.what: nothing resumes on it',
    ],
    ['a wait of a month', { ...WAITING, waitFor: { what: 'timer', minutes: 43_200 } }, 'waitFor.minutes: too_big'],
  ])('%s is refused, and nothing is published', async (_, answer, message) => {
    await account.stage(alarm('t1'));
    account.aws.answers(USUAL);
    expect(await account.deliver(alarm('t1'), answer)).toEqual({
      delivered: false,
      reason: { code: 'report-invalid', message },
    });
    expect([account.reports, account.aws.requests]).toEqual([{}, []]);
  });

  test('a turn that no incident knows is refused', async () => {
    expect(await account.deliver(alarm('t9'), REPORT)).toMatchObject({
      delivered: false,
      reason: { code: 'incident-unknown' },
    });
  });

  test('text of the agent cannot become markup, and hidden characters show', async () => {
    const id = await incident(account.stage(alarm('t1')));
    const hostile =
      '# Big\n<img src=x onerror=alert(1)> [click](javascript:x) | cell \u202Eevil\u0007 ![](http://x/y.png)';
    await account.deliver(alarm('t1'), {
      ...REPORT,
      summary: hostile,
      evidence: [{ kind: 'log', reference: hostile, finding: hostile }],
      suggestedCommands: [{ command: 'echo 1\n````\n# out', why: hostile, risk: 'low' }],
    });
    const markdown = account.reports[`reports/${id}/01.md`];
    const outside = markdown.replace(/^`{5}\n[\s\S]*?\n`{5}$/m, '');
    expect(outside).not.toMatch(/(?<!\\)[<>]|(?<!\\)\]\(|^# Big|https?:\/\//m);
    expect(outside.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
    expect(outside).toContain('\\\\u202eevil\\\\u0007');
    expect(markdown).toContain('`````\necho 1\n````\n# out\n`````');
    expect(account.aws.of('CreateOpsItem')[0].input.Description).not.toMatch(/(?<!\\)[<[]/);
  });
});
