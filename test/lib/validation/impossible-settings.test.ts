import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, CfnParameter, Duration, Stack, TimeZone } from 'aws-cdk-lib/core';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentCoreEnvironment,
  AgentEgress,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentProject,
  AgentTool,
  AgentTrigger,
  GitHubWebhook,
  ManagedAgent,
  TurnApproval,
  TurnWorkflow,
} from '../../../lib';
import { CodeHost, IncidentResponder, PullRequestReviewer, QuietHours, ResumeEvent } from '../../../lib/blueprint';
import { AgentBudget, AgentBudgetAction, AgentDashboard, AgentKillSwitch } from '../../../lib/operations';

const env = { account: '111122223333', region: 'us-east-1' };
const model = AgentModel.GPT_5_6_LUNA;
const hourly = ScheduleExpression.rate(Duration.hours(1));

let ids = 0;
const next = (name: string) => `${name}${(ids += 1)}`;
const stack = new Stack(new App(), 'S', { env });
const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail: new AgentAuditTrail(stack, 'Audit') });
const alarm = cloudwatch.Alarm.fromAlarmArn(stack, 'Alarm', 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:a');
const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Logs', '/shop');
const parameter = new CfnParameter(stack, 'Text').valueAsString;
const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;

const agent = () => new ManagedAgent(stack, next('Agent'), { model, instructions: 'Work.', baseline });
const workflow = (props: object = {}) => new TurnWorkflow(stack, next('Turns'), { agent: agent(), ...props });
const budget = (props: object) =>
  new AgentBudget(stack, next('Budget'), {
    workflows: [workflow()],
    monthlyLimitUsd: 400,
    actions: [AgentBudgetAction.refuseTurns(100)],
    ...props,
  });
const responder = (props: object) =>
  new IncidentResponder(stack, next('Responder'), {
    serviceName: 'shop',
    alarms: [alarm],
    logGroups: [logGroup],
    metricNamespaces: ['Shop'],
    baseline,
    ...props,
  });
const shared = workflow();
const stopped = new AgentKillSwitch(stack, 'Stop', { workflows: [shared] });
const withTool = (tool: AgentTool) =>
  new ManagedAgent(stack, next('Agent'), { model, instructions: 'Work.', baseline, tools: [tool] });
const functionOf = (arn: string) => lambda.Function.fromFunctionArn(stack, next('Function'), arn);

const IMPOSSIBLE: [string, () => unknown, RegExp][] = [
  ['a day above the month', () => budget({ dailyLimitUsd: 500 }), /dailyLimitUsd 500 .*at most monthlyLimitUsd \(400/],
  ['an hour above the day', () => budget({ hourlyLimitUsd: 150 }), /hourlyLimitUsd 150 .*at most dailyLimitUsd \(100/],
  [
    'less than a turn',
    () => budget({ monthlyLimitUsd: 5 }),
    /hourlyLimitUsd 0.5 .*at least 1.012 US dollars.*one turn/,
  ],
  [
    'a kill switch of other agents',
    () => budget({ workflows: [workflow()], actions: [AgentBudgetAction.engage(120, stopped)] }),
    /actions\[0\]\.killSwitch 'S\/Stop' .*does not stop S\/Turns/,
  ],
  [
    'two kill switches of one workflow',
    () => new AgentKillSwitch(stack, next('Stop'), { workflows: [shared] }),
    /workflows 'S\/Turns\d+' .*one AgentKillSwitch per workflow; this one has S\/Stop/,
  ],
  [
    'a workflow named twice',
    () => new AgentDashboard(stack, next('Page'), { workflows: [shared, shared] }),
    /workflows .*every workflow once/,
  ],
  [
    'a turn that outlives its compute',
    () => {
      const environment = new AgentCoreEnvironment(stack, next('Environment'), {
        baseline,
        maxLifetime: Duration.hours(1),
      });
      return new TurnWorkflow(stack, next('Turns'), {
        agent: new ManagedAgent(stack, next('Agent'), { model, instructions: 'Work.', environment }),
        turnDeadline: Duration.hours(2),
      });
    },
    /turnDeadline 7200 .*at most the maxLifetime of the environment \(3600 seconds\)/,
  ],
  [
    'a turn that outlives the compute of an imported agent',
    () => {
      const environment = AgentCoreEnvironment.fromAgentCoreEnvironmentAttributes(stack, next('Environment'), {
        runtimeArn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/reviewer-AbCdEfGhIj',
        executionRoleArn: 'arn:aws:iam::111122223333:role/execution',
        baseline,
        maxLifetime: Duration.minutes(30),
      });
      const agent = ManagedAgent.fromManagedAgentAttributes(stack, next('Agent'), {
        agentName: 'reviewer',
        sessionRoleArn: 'arn:aws:iam::111122223333:role/session',
        executionRoleArn: 'arn:aws:iam::111122223333:role/execution',
        environment,
      });
      return new TurnWorkflow(stack, next('Turns'), { agent });
    },
    /turnDeadline 3600 .*at most the maxLifetime of the environment \(1800 seconds\)/,
  ],
  [
    'a share above the slots',
    () => shared.addTrigger(AgentTrigger.onSchedule(next('Nightly'), hourly, { maxConcurrency: 5 })),
    /maxConcurrency 5 .*from 1 to 4 turns/,
  ],
  [
    'an action that GitHub has not',
    () => {
      const webhook = new GitHubWebhook(stack, next('Webhook'));
      return AgentTrigger.onGitHubPullRequest(webhook, { repositories: ['a/b'], actions: ['opend'] });
    },
    /actions 'opend' .*one or more of .*opened/,
  ],
  [
    'one turn that is to be resumed',
    () => responder({ maxTurns: 1, resumeOn: [ResumeEvent.alarmRecovers()] }),
    /maxTurns 1 /,
  ],
  [
    'a timer after the end of the incident',
    () => responder({ incidentWindow: Duration.hours(1), resumeOn: [ResumeEvent.timer({ after: Duration.hours(2) })] }),
    /resumeOn 'a timer after 120 minutes' .*less than the incidentWindow of 60 minutes/,
  ],
  [
    'an unknown time zone',
    () => QuietHours.daily('22:00', '06:00', TimeZone.of('Europe/Berlinn')),
    /timeZone 'Europe\/Berlinn' .*IANA/,
  ],
  [
    'access logs under a key',
    () =>
      new AgentBaseline(stack, next('Baseline'), {
        accessLogsBucket: new s3.Bucket(stack, next('AccessLogs'), { encryptionKey: new kms.Key(stack, next('Key')) }),
      }),
    /accessLogsBucket 'S\/AccessLogs\d+' .*without a customer-managed key/,
  ],
  [
    'access logs under a lock',
    () =>
      new AgentAuditTrail(new Stack(new App(), 'T', { env }), 'Audit', {
        accessLogsBucket: new s3.Bucket(new Stack(new App(), 'T', { env }), 'AccessLogs', {
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        }),
      }),
    /accessLogsBucket .*(without a default object lock|same Stage)/,
  ],
  [
    'endpoints in a VPC without names',
    () =>
      AgentNetwork.fromVpc(stack, next('Network'), {
        vpc: new ec2.Vpc(stack, next('Vpc'), {
          enableDnsHostnames: false,
          natGateways: 0,
          subnetConfiguration: [{ name: 'agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
        }),
      }),
    /vpc 'S\/Vpc\d+' .*enableDnsHostnames and enableDnsSupport/,
  ],
  [
    'an alias of a function',
    () =>
      withTool(
        AgentTool.deployments({ functions: [functionOf('arn:aws:lambda:us-east-1:111122223333:function:f:live')] }),
      ),
    /functions 'S\/Function\d+' .*not their aliases and versions/,
  ],
  [
    'two budgets of one workflow that refuse turns',
    () => {
      const workflows = [workflow()];
      return [budget({ workflows }), budget({ workflows })];
    },
    /one AgentBudget with refuseTurns per workflow; this one has S\/Budget/,
  ],
  ...['Look at {event.detail.id}.', 'Look at ${ event.detail.id }.', 'Look at <event.detail.id>.'].map(
    (prompt): (typeof IMPOSSIBLE)[number] => [
      `the placeholder of ${prompt}`,
      () => shared.addTrigger(AgentTrigger.onSchedule(next('Nightly'), hourly, { prompt })),
      /prompt '.*event\.detail\.id.*' .*placeholders in double braces.*\{\{event\.detail\.title \| text:200\}\}/,
    ],
  ),
  ['a long project name', () => new AgentProject(stack, next('Project'), { projectName: 'p'.repeat(129) }), /1 to 128/],
  [
    'a dashboard name',
    () => new AgentDashboard(stack, next('Page'), { workflows: [shared], dashboardName: 'my page' }),
    /dashboardName 'my page' /,
  ],
  ['a function as a step', () => workflow({ staging: () => 1 }), /staging .*Allowed: an ITurnStep/],
];

test.each(IMPOSSIBLE)('%s is refused: path or method, value, allowed, fix', (_, make, expected) => {
  expect(make).toThrow(expected);
  expect(make).toThrow(/ is not accepted\. Allowed: .*\. Fix: /);
});

const LATER: [string, () => unknown][] = [
  ['runtimeName', () => new AgentCoreEnvironment(stack, next('Environment'), { baseline, runtimeName: parameter })],
  ['alias', () => new AgentKey(stack, next('Key'), { alias: parameter })],
  ['triggerId', () => shared.addTrigger(AgentTrigger.onSchedule(parameter, hourly))],
  ['reason', () => AgentEgress.open({ reason: parameter })],
  ['maxConcurrency', () => workflow({ maxConcurrency: number })],
  [
    'idleTimeout',
    () => new AgentCoreEnvironment(stack, next('Environment'), { baseline, idleTimeout: Duration.seconds(number) }),
  ],
  ['expiry', () => TurnApproval.always({ expiry: Duration.hours(number) })],
  ['rotationPeriod', () => new AgentKey(stack, next('Key'), { rotationPeriod: Duration.days(number) })],
  ['percent', () => AgentBudgetAction.refuseTurns(number)],
  [
    'acceptedFindings\\[0\\]\\.reason',
    () =>
      new PullRequestReviewer(stack, next('Reviewer'), {
        baseline,
        codeHost: CodeHost.codeCommit(codecommit.Repository.fromRepositoryName(stack, next('Repository'), 'shop')),
        acceptedFindings: [{ files: 'a.ts', reason: parameter, until: '2099-01-01' }],
      }),
  ],
];

test.each(LATER)('%s must be known at synth', (input, make) => {
  expect(make).toThrow(new RegExp(`${input} .*(only the deployment knows|known at deployment).*known at synth`));
});

test.each(['dataKey', 'evidenceKey'])('an alias is no %s', (input) => {
  const alias = kms.Alias.fromAliasName(stack, next('Alias'), 'alias/agents');
  expect(() => new AgentBaseline(stack, next('Baseline'), { [input]: alias })).toThrow(
    new RegExp(`${input} 'S/Alias\\d+' .*a key: .*kms\\.Key\\.fromLookup`),
  );
});

test('a bucket whose key is in another Region is refused where it is used', () => {
  const encryptionKey = kms.Key.fromKeyArn(stack, next('Key'), 'arn:aws:kms:us-west-2:444455556666:key/1234');
  const bucket = s3.Bucket.fromBucketAttributes(stack, next('Bucket'), { bucketName: 'outputs-1', encryptionKey });
  expect(() => withTool(AgentTool.outputs({ bucket, prefix: 'x/' }))).toThrow(
    /tools\[0\]\.bucket\.encryptionKey 'S\/Key\d+ in us-west-2' .*a key in us-east-1/,
  );
});

test('a trigger whose time is over is a warning, so that the app can still be deployed', () => {
  const own = new Stack(new App(), 'Own', { env });
  const turns = new TurnWorkflow(own, 'Turns', {
    agent: new ManagedAgent(own, 'Agent', { model, instructions: 'Work.' }),
  });
  const past = ScheduleExpression.at(new Date('2020-01-01T00:00:00Z'));
  turns.addTrigger(AgentTrigger.onSchedule('Over', past));
  turns.addTrigger(AgentTrigger.onSchedule('Ended', hourly, { end: new Date('2020-01-01T00:00:00Z') }));
  turns.addTrigger(AgentTrigger.onSchedule('ToCome', hourly, { end: new Date('2099-01-01T00:00:00Z') }));
  const found = Annotations.fromStack(own).findWarning('*', Match.stringLikeRegexp('The schedule .* is over'));
  expect(found.map(({ id }) => id.replace(/^.*\//, ''))).toEqual(['Over', 'Ended']);
});

test('a budget that only tells people goes with one that refuses turns', () => {
  const workflows = [workflow()];
  const notify = AgentBudgetAction.notify(80, new Topic(stack, next('Topic')));
  expect(() => [budget({ workflows }), budget({ workflows, actions: [notify] })]).not.toThrow();
});

test('what a trigger watches may have any id', () => {
  const metric = new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' });
  for (const id of ['Überlast 5xx > 1 %', '過負荷', '障害', 'x'.repeat(120)]) {
    const own = new cloudwatch.Alarm(stack, id, { metric, threshold: 1, evaluationPeriods: 1 });
    shared.addTrigger(AgentTrigger.onAlarm(own));
  }
  const triggers = shared.agent.node.findChild('Triggers').node.children.map(({ node }) => node.id);
  const ofAlarms = triggers.filter((id) => id.startsWith('Alarm-'));
  expect(new Set(ofAlarms).size).toBe(4);
  ofAlarms.forEach((id) => expect(id).toMatch(/^[A-Za-z0-9-]{1,64}$/));
});

test('names that a service takes once are told apart', () => {
  const own = new Stack(new App(), 'Own', { env });
  for (const id of ['One', 'Two']) AgentGuardrail.standard(own, id, { guardrailName: 'shared' });
  expect(own.node.findAll().flatMap((each) => each.node.validate())).toEqual([
    expect.stringMatching(/^guardrailName 'shared' is not accepted, because Own\/One has this name/),
  ]);
});

test('roles that somebody else makes, in an account that is known', () => {
  const own = new Stack(new App(), 'Own', { env });
  iam.Role.customizeRoles(own);
  expect(
    () =>
      new ManagedAgent(own, 'Agent', { model, instructions: 'Work.', baseline: new AgentBaseline(own, 'Baseline') }),
  ).not.toThrow();
});
