import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App, Duration, Fn, Stack, TimeZone } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentModel, ManagedAgent, TurnWorkflow } from '../../../lib';
import {
  AgentTrigger,
  TurnOutcome,
  FindingSeverity,
  FindingSource,
  GitHubAuthors,
  type AgentTriggerOptions,
} from '../../../lib/trigger';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';
import { matches } from '../../../local/cloud/event-pattern';
import { eventNamed, KINDS, TriggerScene } from './trigger-scene';

/** The resolved pattern of the only rule. */
function patternOf(scene: TriggerScene): Record<string, unknown> {
  return new SynthesizedAccount(scene.stack).find('AWS::Events::Rule').properties.EventPattern;
}

const RULES = KINDS.filter(({ name }) => name !== 'onSchedule');
const scenes = new Map<string, TriggerScene>();

/** A scene with one trigger of a kind, without options. Tests that only read share it. */
function sceneOf(name: string): TriggerScene {
  const existing = scenes.get(name);
  if (existing !== undefined) return existing;
  const scene = new TriggerScene();
  scene.add(KINDS.find((kind) => kind.name === name)!.make(scene, {}));
  scenes.set(name, scene);
  return scene;
}

describe('event patterns', () => {
  test.each(RULES.map(({ name, event }) => [name, event]))('%s matches its event', (name, event) => {
    expect(matches(patternOf(sceneOf(name)), eventNamed(event))).toBe(true);
  });

  test.each(RULES.map(({ name, event }) => [name, event]))('%s matches no event of another kind', (name, event) => {
    const pattern = patternOf(sceneOf(name));
    const others = KINDS.map((kind) => kind.event).filter((other) => other !== event);
    expect(others.filter((other) => matches(pattern, eventNamed(other)))).toEqual([]);
  });

  /** What must not start a turn: the kind, a change of its event, and why. */
  const NOT: readonly [string, string, (event: any) => void][] = [
    ['onAlarm', 'the alarm goes back to OK', (e) => (e.detail.state.value = 'OK')],
    [
      'onAlarm',
      'a mute rule mutes the alarm',
      (e) =>
        (e.detail.muteDetail = { mutedByArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:patching' }),
    ],
    [
      'onAlarm',
      'another alarm suppresses its actions',
      (e) => (e.detail.state.actionsSuppressedBy = 'AlarmSuppressor'),
    ],
    ['onAlarm', 'a time series of it changed', (e) => (e['detail-type'] = 'CloudWatch Alarm Contributor State Change')],
    ['onAlarm', 'another alarm', (e) => (e.resources = [`${e.resources[0]}2`])],
    ['onPullRequest', 'the pull request is merged', (e) => (e.detail.event = 'pullRequestMergeStatusUpdated')],
    ['onPullRequest', 'another repository', (e) => (e.resources = [`${e.resources[0]}-fork`])],
    [
      'onGitHubPullRequest',
      'a stranger opens it',
      (e) => Object.assign(e.detail.pull_request, { author_association: 'NONE', from_fork: true }),
    ],
    [
      'onGitHubPullRequest',
      'a first-time contributor opens it',
      (e) => Object.assign(e.detail.pull_request, { author_association: 'CONTRIBUTOR', from_fork: true }),
    ],
    ['onGitHubPullRequest', 'it gets a label', (e) => (e.detail.action = 'labeled')],
    ['onGitHubPullRequest', 'another repository', (e) => (e.detail.repository.full_name = 'example-org/other')],
    ['onGitHubPullRequest', 'it is closed', (e) => (e.detail.pull_request.state = 'closed')],
    ['onGitHubCommand', 'it is another command', (e) => (e.detail.comment.command = '/deploy')],
    ['onGitHubCommand', 'a stranger asks', (e) => (e.detail.comment.author_association = 'NONE')],
    ['onGitHubCommand', 'a contributor asks', (e) => (e.detail.comment.author_association = 'CONTRIBUTOR')],
    ['onGitHubCommand', 'the pull request is closed', (e) => (e.detail.issue.state = 'closed')],
    ['onGitHubCommand', 'another repository', (e) => (e.detail.repository.full_name = 'example-org/other')],
    ['onObjectCreated', 'another prefix', (e) => (e.detail.object.key = 'outbox/report.json')],
    ['onObjectCreated', 'another suffix', (e) => (e.detail.object.key = 'inbox/report.txt')],
    ['onObjectCreated', 'another bucket', (e) => (e.detail.bucket.name = 'example-outbox')],
    ['onFinding (Security Hub CSPM)', 'a medium finding', (e) => (e.detail.findings[0].Severity.Label = 'MEDIUM')],
    [
      'onFinding (Security Hub CSPM)',
      'somebody works on it',
      (e) => (e.detail.findings[0].Workflow.Status = 'NOTIFIED'),
    ],
    ['onFinding (Security Hub CSPM)', 'it is archived', (e) => (e.detail.findings[0].RecordState = 'ARCHIVED')],
    ['onFinding (Security Hub)', 'a medium finding', (e) => (e.detail.findings[0].severity_id = 3)],
    ['onFinding (Security Hub)', 'an unknown severity', (e) => (e.detail.findings[0].severity_id = 99)],
    ['onFinding (Security Hub)', 'it is resolved', (e) => (e.detail.findings[0].status_id = 4)],
    ['onFinding (GuardDuty)', 'a medium finding', (e) => (e.detail.severity = 6.9)],
    ['onFinding (Inspector)', 'it is closed', (e) => (e.detail.status = 'CLOSED')],
    ['onBuildFailed', 'the build succeeds', (e) => (e.detail['build-status'] = 'SUCCEEDED')],
    ['onBuildFailed', 'another project', (e) => (e.detail['project-name'] = 'other')],
    ['onPipelineFailed', 'the execution succeeds', (e) => (e.detail.state = 'SUCCEEDED')],
    ['onTurnOutcome', 'the turn failed', (e) => (e['detail-type'] = 'Managed Agent Turn Failed')],
    ['onTurnOutcome', 'another agent', (e) => (e.detail.agentName = 'other')],
  ];
  test.each(NOT)('%s: nothing starts when %s', (name, _, change) => {
    const event = eventNamed(KINDS.find((kind) => kind.name === name)!.event);
    change(event);
    expect(matches(patternOf(sceneOf(name)), event)).toBe(false);
  });

  test.each<[string, (event: any) => void]>([
    ['a member who keeps that private', (e) => (e.detail.pull_request.author_association = 'NONE')],
    [
      'an app',
      (e) =>
        Object.assign(e.detail.pull_request, {
          author_association: 'NONE',
          user: { login: 'dependabot[bot]', type: 'Bot' },
        }),
    ],
    [
      'a member, from a fork that is gone',
      (e) =>
        Object.assign(e.detail.pull_request, { from_fork: true, head: { ...e.detail.pull_request.head, repo: null } }),
    ],
    [
      'somebody in a repository that is spelled otherwise',
      (e) => (e.detail.repository.full_name = 'Example-Org/Payments'),
    ],
  ])('a pull request of %s starts a turn', (_, change) => {
    const event = eventNamed('github-pull-request');
    change(event);
    expect(matches(patternOf(sceneOf('onGitHubPullRequest')), event)).toBe(true);
  });

  test('options widen what a kind matches', () => {
    const alarms = new TriggerScene();
    const alarm = cloudwatch.Alarm.fromAlarmArn(alarms.stack, 'Al', eventNamed('alarm').resources[0]);
    alarms.add(AgentTrigger.onAlarm(alarm, { states: [cloudwatch.AlarmState.ALARM, cloudwatch.AlarmState.OK] }));
    const recovered = eventNamed('alarm');
    recovered.detail.state.value = 'OK';
    expect(matches(patternOf(alarms), recovered)).toBe(true);

    const muted = new TriggerScene();
    const made = cloudwatch.Alarm.fromAlarmArn(muted.stack, 'Al', eventNamed('alarm').resources[0]);
    muted.add(
      AgentTrigger.onAlarm(made, { includeMuted: true, contributors: true, filter: { alarmTags: { team: ['shop'] } } }),
    );
    const contributor = eventNamed('alarm');
    contributor['detail-type'] = 'CloudWatch Alarm Contributor State Change';
    contributor.detail.muteDetail = {
      mutedByArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:patching',
    };
    expect(matches(patternOf(muted), contributor)).toBe(false);
    contributor.detail.alarmTags = { team: 'shop' };
    expect(matches(patternOf(muted), contributor)).toBe(true);

    const findings = new TriggerScene();
    findings.add(AgentTrigger.onFinding(FindingSource.guardDuty(FindingSeverity.MEDIUM)));
    const medium = eventNamed('guardduty-finding');
    medium.detail.severity = 4;
    expect(matches(patternOf(findings), medium)).toBe(true);

    const anyone = new TriggerScene();
    anyone.add(
      AgentTrigger.onGitHubPullRequest(anyone.webhook(), {
        repositories: ['example-org/payments'],
        authors: GitHubAuthors.ANYONE,
      }),
    );
    const stranger = eventNamed('github-pull-request');
    stranger.detail.pull_request.author_association = 'NONE';
    expect(matches(patternOf(anyone), stranger)).toBe(true);
  });

  test.each([
    ['a prefix', { keyPrefix: 'in*box/' }, 'in*box/a', 'in-box/a'],
    ['a suffix', { keySuffix: '.json' }, 'a.json', 'a.json5'],
    [
      'both, with characters of a pattern in them',
      { keyPrefix: 'in*box\\', keySuffix: '.js*n' },
      'in*box\\1.js*n',
      'in-box\\1.json',
    ],
  ])('the key of an object may be chosen by %s', (_, options, yes, no) => {
    const scene = new TriggerScene();
    scene.add(AgentTrigger.onObjectCreated(new s3.Bucket(scene.stack, 'B', { bucketName: 'example-inbox' }), options));
    const withKey = (key: string) => {
      const event = eventNamed('object-created');
      event.detail.object.key = key;
      return event;
    };
    expect([yes, no].map((key) => matches(patternOf(scene), withKey(key)))).toEqual([true, false]);
  });

  test('a filter narrows the events further', () => {
    const scene = new TriggerScene();
    const repository = codecommit.Repository.fromRepositoryName(scene.stack, 'R', 'payments-service');
    scene.add(
      AgentTrigger.onPullRequest(repository, { filter: { destinationReference: [{ prefix: 'refs/heads/release/' }] } }),
    );
    const event = eventNamed('codecommit-pull-request');
    expect(matches(patternOf(scene), event)).toBe(false);
    event.detail.destinationReference = 'refs/heads/release/2026-11';
    expect(matches(patternOf(scene), event)).toBe(true);
  });
});

describe('every kind', () => {
  test.each(KINDS.map(({ name }) => name))('%s is encrypted, bounded and keeps what it could not do', (name) => {
    const template = Template.fromStack(sceneOf(name).stack);
    const queues = Object.entries<any>(template.findResources('AWS::SQS::Queue')).filter(([id]) =>
      id.includes('Triggers'),
    );
    expect(queues).toHaveLength(2);
    for (const [, { Properties }] of queues) {
      expect(Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
      expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400);
    }
    const deadLetters = queues.find(([id]) => id.includes('DeadLetters'))![0];
    const main = queues.find(([id]) => !id.includes('DeadLetters'))![1];
    expect(main.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      maxReceiveCount: 20,
    });
    // Rule or schedule: bounded retries and the dead-letter queue.
    const [source] = [
      ...Object.values<any>(template.findResources('AWS::Events::Rule')).flatMap(
        ({ Properties }) => Properties.Targets,
      ),
      ...Object.values<any>(template.findResources('AWS::Scheduler::Schedule')).map(
        ({ Properties }) => Properties.Target,
      ),
    ];
    expect(source.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
    expect(source.DeadLetterConfig.Arn).toEqual({ 'Fn::GetAtt': [deadLetters, 'Arn'] });
    expect(source.InputTransformer).toBeUndefined();
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'starter.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      KmsKeyArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
      Description: Match.stringLikeRegexp('Starts the turns'),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    for (const { Properties } of Object.values<any>(template.findResources('AWS::Logs::LogGroup'))) {
      expect(Properties.KmsKeyId).toBeDefined();
      expect(Properties.RetentionInDays).toBe(365);
    }
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  test.each(RULES.map(({ name }) => name))('%s: only its rule may deliver to its queues, with the key', (name) => {
    const account = new SynthesizedAccount(sceneOf(name).stack);
    const rule = account.arn(account.find('AWS::Events::Rule').id);
    const policies = account.all('AWS::SQS::QueuePolicy').filter(({ id }) => id.includes('Triggers'));
    expect(policies).toHaveLength(2);
    for (const { properties } of policies) {
      const allows = properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow');
      expect(allows).toEqual([
        expect.objectContaining({
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        }),
      ]);
    }
    const statements = account.find('AWS::KMS::Key').properties.KeyPolicy.Statement as any[];
    expect(statements).toContainEqual(
      expect.objectContaining({
        Sid: 'EventBridgeSendsToQueues',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:events:${REGION}:${ACCOUNT}:rule/*` } },
      }),
    );
  });

  test.each(KINDS.map((kind) => [kind.name, kind] as const))(
    '%s can be switched off without losing what waits',
    (_, { make }) => {
      const scene = new TriggerScene();
      scene.add(make(scene, { enabled: false }));
      const template = Template.fromStack(scene.stack);
      const states = [
        ...Object.values<any>(template.findResources('AWS::Events::Rule')),
        ...Object.values<any>(template.findResources('AWS::Scheduler::Schedule')),
      ].map(({ Properties }) => Properties.State);
      expect(states).toEqual(['DISABLED']);
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { Enabled: Match.absent() });
    },
  );

  test('a trigger adds at most 10 resources', () => {
    const count = (add: boolean) => {
      const scene = new TriggerScene();
      if (add) {
        scene.add(AgentTrigger.onEvent('E', { source: ['x'] }));
      }
      return Object.keys(Template.fromStack(scene.stack).toJSON().Resources).length;
    };
    const added = count(true) - count(false);
    console.log(`one event trigger: ${added} resources`);
    expect(added).toBeLessThanOrEqual(10);
  });
});

describe('schedules', () => {
  test('the schedule is encrypted, in its time zone and window, and its event carries the scheduled time', () => {
    const scene = new TriggerScene();
    scene.add(KINDS[0].make(scene, {}));
    const { properties } = new SynthesizedAccount(scene.stack).find('AWS::Scheduler::Schedule');
    expect(properties).toMatchObject({
      ScheduleExpression: 'cron(0 6 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      State: 'ENABLED',
      KmsKeyArn: expect.stringContaining(':key/'),
    });
    expect(JSON.parse(properties.Target.Input)).toEqual({
      version: '0',
      id: '<aws.scheduler.execution-id>',
      'detail-type': 'Scheduled Turn',
      source: 'cdk-bedrock-managed-agents.schedule',
      time: '<aws.scheduler.scheduled-time>',
      resources: ['<aws.scheduler.schedule-arn>'],
      detail: {},
    });
  });

  test('the role of a schedule is assumed by the scheduler for its own group alone', () => {
    const scene = new TriggerScene();
    scene.add(KINDS[0].make(scene, {}));
    const account = new SynthesizedAccount(scene.stack);
    const group = account.arn(account.find('AWS::Scheduler::ScheduleGroup').id);
    const [role] = account
      .all('AWS::IAM::Role')
      .filter(({ properties }) =>
        JSON.stringify(properties.AssumeRolePolicyDocument).includes('scheduler.amazonaws.com'),
      );
    expect(role.properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': ACCOUNT },
      ArnEquals: { 'aws:SourceArn': group },
    });
  });

  test.each([
    ['rate(5 minutes)', ScheduleExpression.rate(Duration.minutes(5))],
    ['rate(1 hour)', ScheduleExpression.expression('rate(1 hour)')],
    ['a list of weekdays', ScheduleExpression.expression('cron(0/15 8-17 ? * MON-FRI *)')],
    ['the last Friday', ScheduleExpression.expression('cron(0 18 ? * 6L 2026-2030)')],
    ['the second Tuesday', ScheduleExpression.expression('cron(30 4 ? * TUE#2 *)')],
    ['the last weekday of a month', ScheduleExpression.expression('cron(0 8 LW JAN,JUL ? *)')],
    ['once', ScheduleExpression.at(new Date('2026-12-24T18:00:00Z'))],
    [
      'a zone',
      ScheduleExpression.rate(Duration.days(1)) &&
        ScheduleExpression.expression('rate(1 day)', TimeZone.of('America/New_York')),
    ],
  ])('%s is accepted', (_, schedule) => {
    const scene = new TriggerScene();
    expect(() => scene.add(AgentTrigger.onSchedule('S', schedule))).not.toThrow();
  });

  test.each([
    ['rate(0 minutes)', /the form is wrong/],
    ['rate(5 seconds)', /the form is wrong/],
    ['every day', /the form is wrong/],
    ['cron(0 6 * * ?)', /the number of fields \(5\) is wrong/],
    ['cron(60 6 * * ? *)', /the field minutes is wrong/],
    ['cron(0 24 * * ? *)', /the field hours is wrong/],
    ['cron(0 6 32 * ? *)', /the field day-of-month is wrong/],
    ['cron(0 6 ? FOO MON *)', /the field month is wrong/],
    ['cron(0 6 ? * 8 *)', /the field day-of-week is wrong/],
    ['cron(0 6 ? * MON 1999-)', /the field year is wrong/],
    ['cron(0 6 * * * *)', /exactly one of them must be \?\) is wrong/],
    ['cron(0 6 1 * MON *)', /exactly one of them must be \?\) is wrong/],
    ['at(2026-12-24)', /the form is wrong/],
    ['at(2026-13-24T00:00:00)', /the date or the time of day is wrong/],
    ['at(2027-02-30T00:00:00)', /the date or the time of day is wrong/],
    ['at(2027-02-28T24:00:00)', /the date or the time of day is wrong/],
    ['at(2027-02-28T12:60:00)', /the date or the time of day is wrong/],
  ])('%s is refused at synth', (expression, message) => {
    const scene = new TriggerScene();
    const add = () => scene.add(AgentTrigger.onSchedule('S', ScheduleExpression.expression(expression)));
    expect(add).toThrow(
      new RegExp(`^Stack/Agent/Triggers/S: schedule .* is not accepted\\. Allowed: .*${message.source}\\. Fix: `),
    );
  });

  test.each(['Europe/Berlyn', '+01:00', 'CESTX'])('the time zone %s is refused at synth', (zone) => {
    const scene = new TriggerScene();
    const schedule = ScheduleExpression.expression('rate(1 day)', TimeZone.of(zone));
    expect(() => scene.add(AgentTrigger.onSchedule('S', schedule))).toThrow(/schedule\.timeZone .* IANA/);
  });
});

describe('refused at synth', () => {
  const onEvent = (options: AgentTriggerOptions, pattern: EventPattern = { source: ['x'] }) => {
    const scene = new TriggerScene();
    return () => scene.add(AgentTrigger.onEvent('E', pattern, options));
  };

  test.each<[string, AgentTriggerOptions, RegExp]>([
    ['an empty prompt', { prompt: ' ' }, /prompt ' ' is not accepted/],
    ['a placeholder without a type', { prompt: '{{event.detail.a}}' }, /a placeholder with a type/],
    ['an unknown type', { prompt: '{{event.detail.a | string}}' }, /one of the types int, number/],
    ['a member no event has', { prompt: '{{event.details.a | int}}' }, /a path that begins with a member/],
    ['something other than the event', { prompt: '{{agent.name | text}}' }, /event\.<path> \| <type>/],
    ['an expression', { prompt: '{{event.detail.a | text | upper}}' }, /and \| optional when/],
    ['an open placeholder', { prompt: 'x {{event.detail.a | int' }, /in pairs/],
    ['a limit of nothing', { prompt: '{{event.detail.a | text:0}}' }, /a limit of 1 to 50000/],
    ['a limit beyond reason', { prompt: '{{event.detail.a | text:50001}}' }, /a limit of 1 to 50000/],
    ['an enum without values', { prompt: '{{event.detail.a | enum}}' }, /enum:A,B/],
    ['a fact of a type that holds text', { subject: { title: 'event.detail.title | text' } }, /hold no free text/],
    ['a fact under a name that is none', { subject: { 'pull-request': 'event.detail.id | int' } }, /lower-case letter/],
    [
      'a fact without a type',
      { subject: { id: 'event.detail.id' } },
      /subject\.id 'event\.detail\.id' is not accepted/,
    ],
    [
      'more facts than a request holds',
      { subject: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, 'event.id | uuid'])) },
      /at most 16 names/,
    ],
    ['an argument that means nothing', { prompt: '{{event.detail.a | int:3}}' }, /enum:A,B/],
    [
      'a credential in the prompt',
      { prompt: `Use AKIA${'A'.repeat(16)}` },
      /no credentials; this text contains what looks like an AWS access key id/,
    ],
    [
      'values too long together',
      { prompt: '{{event.detail.a | text:50000}}{{event.detail.b | text:50000}}{{event.detail.c | text}}' },
      /at most 100000 characters of event text/,
    ],
    ['a deduplication key of nothing', { deduplicationKey: [] }, /deduplicationKey .*at least one path/],
    [
      'a key path with a typing error',
      { deduplicationKey: ['detial.id'] },
      /deduplicationKey 'detial\.id' is not accepted/,
    ],
    ['a key path as in a prompt', { deduplicationKey: ['event.detail.id'] }, /leave out 'event\.'.*: detail\.id\./],
    ['a session key path with brackets', { sessionKey: ['detail[0]'] }, /sessionKey 'detail\[0\]' is not accepted/],
    ['an empty filter value', { filter: { a: [] } }, /filter\.a .*at least one element/],
    ['a filter value that is no list', { filter: { a: 'x' } }, /filter\.a 'x' is not accepted/],
    ['one attempt', { maxAttempts: 1 }, /maxAttempts 1 is not accepted\. Allowed: a whole number from 2 to 1000/],
    ['a deadline beyond the deadline of the workflow', { deadline: Duration.hours(2) }, /from 60 to 3600 seconds/],
    ['a deadline of seconds', { deadline: Duration.seconds(5) }, /deadline 5 is not accepted/],
    ['a share of nothing', { maxConcurrency: 0 }, /maxConcurrency 0 is not accepted/],
    ['an id with a slash', { triggerId: 'a/b' }, /triggerId 'a\/b' is not accepted/],
  ])('%s', (_, options, message) => {
    expect(onEvent(options)).toThrow(message);
  });

  test.each<[string, EventPattern, RegExp]>([
    ['a pattern of nothing', {}, /matches every event of the bus/],
    ['a pattern of the account alone', { account: [ACCOUNT] }, /matches every event of the bus/],
    ['a member with no values', { source: [] }, /pattern\.source/],
    [
      'a member that the rule would ignore',
      { source: ['x'], 'detail-type': ['y'] } as EventPattern,
      /pattern\.detail-type \["y"\] .*Fix: write detailType/,
    ],
    ['a detail with an empty member', { source: ['x'], detail: { a: {} } }, /pattern\.detail\.a/],
  ])('%s', (_, pattern, message) => {
    expect(onEvent({}, pattern)).toThrow(message);
  });

  test('a filter on what the trigger filters itself', () => {
    const scene = new TriggerScene();
    const repository = codecommit.Repository.fromRepositoryName(scene.stack, 'R', 'payments');
    expect(() =>
      scene.add(AgentTrigger.onPullRequest(repository, { filter: { event: ['pullRequestMergeStatusUpdated'] } })),
    ).toThrow(/filter\.event .* Allowed: members that the trigger does not filter on itself/);
  });

  test('a filter on a schedule', () => {
    const scene = new TriggerScene();
    expect(() =>
      scene.add(AgentTrigger.onSchedule('S', ScheduleExpression.rate(Duration.hours(1)), { filter: { a: ['b'] } })),
    ).toThrow(/no filter/);
  });

  test('a schedule that ends before it begins', () => {
    const scene = new TriggerScene();
    const [start, end] = [new Date('2026-12-02T00:00:00Z'), new Date('2026-12-01T00:00:00Z')];
    expect(() =>
      scene.add(AgentTrigger.onSchedule('S', ScheduleExpression.rate(Duration.hours(1)), { start, end })),
    ).toThrow(/a time after start/);
  });

  test('an alarm that watches no metric', () => {
    const scene = new TriggerScene();
    const alarm = new cloudwatch.Alarm(scene.stack, 'Al', {
      metric: scene.agent.project.metrics.inferenceClientErrors(),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const raw = alarm.node.defaultChild as cloudwatch.CfnAlarm;
    raw.metricName = undefined;
    raw.metrics = undefined;
    expect(() => scene.add(AgentTrigger.onAlarm(alarm))).toThrow(
      /alarm 'Stack\/Al' is not accepted\. Allowed: an alarm that watches a metric/,
    );
  });

  test('an alarm that watches a metric is not', () => {
    const scene = new TriggerScene();
    const metric = scene.agent.project.metrics.inferenceClientErrors();
    const alarm = new cloudwatch.Alarm(scene.stack, 'Al', { metric, threshold: 1, evaluationPeriods: 1 });
    expect(() => scene.add(AgentTrigger.onAlarm(alarm))).not.toThrow();
  });

  test('GitHub repositories that are no owner/name', () => {
    for (const repositories of [[], ['payments'], ['https://github.com/example-org/payments']]) {
      const scene = new TriggerScene();
      expect(() => scene.add(AgentTrigger.onGitHubPullRequest(scene.webhook(), { repositories }))).toThrow(
        /repositories .*owner\/name/,
      );
    }
  });

  test('the same trigger on two agents, and two triggers of one id on one', () => {
    const scene = new TriggerScene();
    const trigger = scene.add(AgentTrigger.onEvent('E', { source: ['x'] }));
    expect(() => scene.add(trigger, scene.newAgent('Other', 'other'))).toThrow(/a trigger that no workflow has yet/);
    expect(() => scene.add(AgentTrigger.onEvent('E', { source: ['y'] }))).toThrow(
      /an id that no other trigger of the agent has/,
    );
  });

  test('asking a trigger for its queue before it has one', () => {
    expect(() => AgentTrigger.onEvent('E', { source: ['x'] }).deadLetterQueue).toThrow(/call workflow\.addTrigger/);
  });

  test('agents that start each other for ever', () => {
    const scene = new TriggerScene();
    const [a, b, c] = [scene.agent, scene.newAgent('B', 'b'), scene.newAgent('C', 'c')];
    expect(() => scene.add(AgentTrigger.onTurnOutcome(scene.workflowOf(a)), a)).toThrow(
      /source 'Stack\/Agent' is not accepted/,
    );
    scene.add(AgentTrigger.onTurnOutcome(scene.workflowOf(a)), b);
    scene.add(
      AgentTrigger.onTurnOutcome(scene.workflowOf(b), { outcomes: [TurnOutcome.COMPLETED, TurnOutcome.FAILED] }),
      c,
    );
    expect(() => scene.add(AgentTrigger.onTurnOutcome(scene.workflowOf(c)), a)).toThrow(/directly or through others/);
  });
});

describe('objects', () => {
  test('the bucket sends its events by its own property', () => {
    const scene = new TriggerScene();
    scene.add(AgentTrigger.onObjectCreated(new s3.Bucket(scene.stack, 'Inbox')));
    Template.fromStack(scene.stack).hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
  });

  test('a bucket with notifications of its own keeps them', () => {
    const scene = new TriggerScene();
    const bucket = new s3.Bucket(scene.stack, 'Inbox', { eventBridgeEnabled: true });
    scene.add(AgentTrigger.onObjectCreated(bucket));
    Template.fromStack(scene.stack).hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
  });

  test('notifications that would switch the events off again stop the synthesis', () => {
    const scene = new TriggerScene();
    const bucket = new s3.Bucket(scene.stack, 'Inbox');
    scene.add(AgentTrigger.onObjectCreated(bucket));
    const fn = new lambda.Function(scene.stack, 'Fn', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'i.h',
      code: lambda.Code.fromInline('//'),
    });
    bucket.addEventNotification(s3.EventType.OBJECT_REMOVED, new LambdaDestination(fn));
    expect(() => scene.app.synth()).toThrow(/got other notifications after this trigger/);
  });

  test('for an imported bucket a warning says what to switch on', () => {
    const scene = new TriggerScene();
    scene.add(AgentTrigger.onObjectCreated(s3.Bucket.fromBucketName(scene.stack, 'Inbox', 'example-inbox')));
    Annotations.fromStack(scene.stack).hasWarning('*', Match.stringLikeRegexp('Switch Amazon EventBridge on'));
  });
});

describe('values known only at deployment', () => {
  test('a token in the prompt reaches the starter as a variable, not as part of the code', () => {
    const scene = new TriggerScene();
    const prompt = `Write to ${Fn.importValue('Target')}. Order: {{event.detail.orderId | id}}`;
    scene.add(AgentTrigger.onEvent('E', { source: ['x'] }, { prompt }));
    Template.fromStack(scene.stack).hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('Starts the turns'),
      Environment: {
        Variables: { BMA_BINDINGS: { 'Fn::Join': ['', ['["', { 'Fn::ImportValue': 'Target' }, '"]']] } },
      },
    });
  });

  test('without account and Region the stack synthesizes all the same', () => {
    const scene = new TriggerScene(new App(), {});
    KINDS.forEach(({ make }) => scene.add(make(scene, {})));
    expect(() => scene.app.synth()).not.toThrow();
  });
});

test('alarms whose ARNs need more than one pattern get several rules with one queue', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const agent = new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.' });
  const arns = Array.from(
    { length: 20 },
    (_, index) => `arn:aws:cloudwatch:us-east-1:111122223333:alarm:${'n'.repeat(200)}-${index}`,
  );
  const alarms = arns.map((arn, index) => cloudwatch.Alarm.fromAlarmArn(stack, `Alarm${index}`, arn));
  new TurnWorkflow(stack, 'Turns', { agent }).addTrigger(AgentTrigger.onAlarms('Many', alarms));
  const rules = Object.values(
    Template.fromStack(stack).findResources('AWS::Events::Rule', {
      Properties: { EventPattern: { 'detail-type': ['CloudWatch Alarm State Change'] } },
    }),
  ).map(({ Properties }) => Properties as { EventPattern: { resources: string[] }; Targets: { Arn: object }[] });
  expect(rules.length).toBeGreaterThan(1);
  expect(rules.flatMap(({ EventPattern }) => EventPattern.resources)).toEqual(arns);
  rules.forEach(({ EventPattern }) => expect(JSON.stringify(EventPattern).length).toBeLessThanOrEqual(2048));
  expect(new Set(rules.map(({ Targets }) => JSON.stringify(Targets[0].Arn))).size).toBe(1);
  expect(() => (stack.node.root as App).synth()).not.toThrow();
});

test('a trigger of a workflow in another stack than its agent is in the stack of the workflow', () => {
  const app = new App();
  const shared = new Stack(app, 'Shared', { env: { account: ACCOUNT, region: REGION } });
  const work = new Stack(app, 'Work', { env: { account: ACCOUNT, region: REGION } });
  const baseline = new AgentBaseline(shared, 'Baseline');
  const agent = new ManagedAgent(shared, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
  const workflow = new TurnWorkflow(work, 'Turns', { agent });
  workflow.addTrigger(AgentTrigger.onEvent('Orders', { source: ['shop'] }));
  // Synthesis fails when the two stacks depend on each other.
  expect(
    app
      .synth()
      .getStackByName('Work')
      .dependencies.map(({ id }) => id),
  ).toContain('Shared');
  expect(Object.keys(Template.fromStack(work).findResources('AWS::Lambda::EventSourceMapping'))).toHaveLength(1);
});

test('pull requests of CodeCommit that are closed start turns where they are asked for', () => {
  const scene = new TriggerScene();
  const repository = codecommit.Repository.fromRepositoryName(scene.stack, 'Repository', 'payments-service');
  scene.add(AgentTrigger.onPullRequest(repository, { events: ['pullRequestStatusChanged'] }));
  const closed = eventNamed('codecommit-pull-request');
  Object.assign(closed.detail, { event: 'pullRequestStatusChanged', pullRequestStatus: 'Closed' });
  expect(matches(patternOf(scene), closed)).toBe(true);
  expect(matches(patternOf(scene), eventNamed('codecommit-pull-request'))).toBe(false);
});

test.each<[string, (scene: TriggerScene) => AgentTrigger, RegExp]>([
  [
    'an event that CodeCommit does not send',
    ({ stack }) =>
      AgentTrigger.onPullRequest(codecommit.Repository.fromRepositoryName(stack, 'R', 'r'), {
        events: ['pullRequestLiked'],
      }),
    /pullRequestCreated/,
  ],
  [
    'no event',
    ({ stack }) =>
      AgentTrigger.onPullRequest(codecommit.Repository.fromRepositoryName(stack, 'R', 'r'), { events: [] }),
    /one or more of/,
  ],
  [
    'a command without a slash',
    (scene) => AgentTrigger.onGitHubCommand(scene.webhook(), { repositories: ['a/b'], command: 'review' }),
    /a slash and up to 39/,
  ],
  [
    'a command for no repository',
    (scene) => AgentTrigger.onGitHubCommand(scene.webhook(), { repositories: [] }),
    /owner\/name/,
  ],
  [
    'a reviewer who is no login',
    (scene) =>
      AgentTrigger.onGitHubPullRequest(scene.webhook(), { repositories: ['a/b'], requestedReviewer: '@octocat' }),
    /a login of GitHub/,
  ],
])('refused: %s', (_what, make, message) => {
  const scene = new TriggerScene();
  expect(() => scene.add(make(scene))).toThrow(message);
});
