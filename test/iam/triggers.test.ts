import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Duration } from 'aws-cdk-lib/core';
import { AgentTrigger } from '../../lib';
import { TriggerScene } from '../lib/trigger/trigger-scene';
import { decideFor } from './decide';
import { fill, filled, readCases } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * What the roles around triggers may do, judged by an independent IAM simulator on the synthesized policies: starters,
 * the webhook and a schedule can each do their own step and nothing else.
 */

interface Case {
  readonly as: string;
  readonly name: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, string>;
  readonly expect: 'Allowed' | 'Denied';
}

const scene = new TriggerScene();
scene.workflow.addTrigger(
  AgentTrigger.onGitHubPullRequest(scene.webhook(), { triggerId: 'Narrow', repositories: ['example-org/payments'] }),
);
scene.workflow.addTrigger(
  AgentTrigger.onEvent('Wide', { source: ['x'] }, { prompt: '{{event.detail.text | text:50000}}' }),
);
scene.workflow.addTrigger(AgentTrigger.onSchedule('Nightly', ScheduleExpression.rate(Duration.days(1))));
const account = new SynthesizedAccount(scene.stack);

const at = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const id = (type: string, part: string) => account.find(type, part).id;
const arn = (type: string, part: string) => account.arn(id(type, part));
const logs = (part: string) =>
  at('logs', `log-group:${String(account.find('AWS::Logs::LogGroup', part).properties.LogGroupName)}`);

const roles: Record<string, string> = {
  starter: id('AWS::IAM::Role', 'TriggersNarrowStarterHandlerRole'),
  wideStarter: id('AWS::IAM::Role', 'TriggersWideStarterHandlerRole'),
  webhook: id('AWS::IAM::Role', 'WebhookHandlerRole'),
  schedule: id('AWS::IAM::Role', 'TriggersNightlyScheduleRole'),
};
const stateMachine = arn('AWS::StepFunctions::StateMachine', 'AgentTurns');
const names: Record<string, string> = {
  stateMachine,
  otherStateMachine: at('states', 'stateMachine:Other'),
  execution: at('states', `execution:${stateMachine.split(':').pop()}:turn-x`),
  events: arn('AWS::SQS::Queue', 'TriggersNarrowStarterQueuesEvents'),
  deadLetters: arn('AWS::SQS::Queue', 'TriggersNarrowStarterQueuesDeadLetters'),
  scheduleEvents: arn('AWS::SQS::Queue', 'TriggersNightlyStarterQueuesEvents'),
  scheduleDeadLetters: arn('AWS::SQS::Queue', 'TriggersNightlyStarterQueuesDeadLetters'),
  webhookDeadLetters: arn('AWS::SQS::Queue', 'WebhookDeadLetters'),
  group: String(account.find('AWS::Scheduler::ScheduleGroup').properties.Name),
  key: account.arn(account.find('AWS::KMS::Key').id),
  starterLogs: logs('TriggersNarrowStarter'),
  webhookLogs: logs('WebhookHandler'),
  prompt: 'arn:aws:s3:::evidence-of-reviewer/prompts/turn-x/000.txt',
  evidence: 'arn:aws:s3:::evidence-of-reviewer/turns/turn-x/manifest.json',
  project: at('bedrock-mantle', 'project/default'),
  sessionRole: arn('AWS::IAM::Role', 'AgentSessionRole'),
  secret: arn('AWS::SecretsManager::Secret', 'Webhook'),
  otherSecret: at('secretsmanager', 'secret:other-AbCdEf'),
  bus: arn('AWS::Events::EventBus', 'Webhook'),
  defaultBus: at('events', 'event-bus/default'),
  rule: at('events', 'rule/x'),
  function: at('lambda', 'function:x'),
};

const cases = readCases<Case[]>('triggers.json');

test.each(cases.map((row) => [`${row.as} ${row.name}`, row] as const))('%s', async (_, row) => {
  const request = { action: row.action, resource: fill(row.resource, names), context: filled(row.context, names) };
  expect(await decideFor(account, roles[row.as], request)).toBe(row.expect);
});

// The simulator drops context keys that the service authorization reference does not list by name.
test('a schedule reads the payloads of its own group only, and a function encrypts its own log only', () => {
  const statement = (role: string, condition: string) =>
    account
      .identityPolicies(roles[role])
      .flatMap(({ policy }) => policy.Statement)
      .find(({ Condition }) => Condition?.ArnLike?.[condition]);
  const payload = 'kms:EncryptionContext:aws:scheduler:schedule:arn';
  expect(statement('schedule', payload)).toMatchObject({
    Action: 'kms:Decrypt',
    Resource: names.key,
    Condition: { ArnLike: { [payload]: at('scheduler', `schedule/${names.group}/*`) } },
  });
  const log = 'kms:EncryptionContext:aws:logs:arn';
  expect(statement('starter', log).Condition.ArnLike[log]).toBe(names.starterLogs);
});

test('the functions are assumed by Lambda, and only by Lambda', () => {
  for (const role of ['starter', 'wideStarter', 'webhook']) {
    const { Statement } = account.find('AWS::IAM::Role', roles[role]).properties.AssumeRolePolicyDocument;
    expect(Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
  }
});

test('the function URL is public, and whoever calls it gets no further than the signature check', () => {
  const webhook = id('AWS::Lambda::Function', 'WebhookHandler');
  const permissions = account
    .all('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter(({ FunctionName }) => String(FunctionName).includes(webhook));
  expect(
    permissions.map(({ Action, Principal, FunctionUrlAuthType, InvokedViaFunctionUrl }) => [
      Action,
      Principal,
      FunctionUrlAuthType,
      InvokedViaFunctionUrl,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['lambda:InvokeFunctionUrl', '*', 'NONE', undefined],
      ['lambda:InvokeFunction', '*', undefined, true],
    ]),
  );
  expect(permissions).toHaveLength(2);
  expect(account.find('AWS::Lambda::Function', 'WebhookHandler').properties.ReservedConcurrentExecutions).toBe(5);
});
