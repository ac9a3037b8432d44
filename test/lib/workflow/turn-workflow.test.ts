import * as path from 'path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { DefinitionBody, JsonPath, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  ObjectLock,
  ManagedAgent,
  TurnApproval,
  TurnStep,
  TurnTask,
  TurnWorkflow,
  type TurnWorkflowProps,
} from '../../../lib';
import { RESOURCELESS_ACTIONS } from '../../../lib/identity/perms';
import type { Machine, State } from '../../../lib/workflow/definition/asl';
import { turnExecutionName } from '../../../lib/contracts/turn';
import { LONGEST_WAIT_SECONDS } from '../../../runtime/turn-handlers/check-turn/back-off';
import { CLOSE_POLLS, CLOSE_SECONDS, FAR_SECONDS } from '../../../runtime/turn-handlers/admit-turn/admit-turn';
import { BUSY_WAIT_SECONDS } from '../../../runtime/turn-handlers/open-session/open-session';
import { SynthesizedAccount } from '../../iam/synthesized-account';

function scene() {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const agent = new ManagedAgent(stack, 'Reviewer', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline'),
  });
  return { stack, agent, guardrail: AgentGuardrail.standard(stack, 'Guardrail') };
}

function workflow(props: Partial<TurnWorkflowProps> = {}) {
  const { stack, agent, guardrail } = scene();
  return { stack, agent, turns: new TurnWorkflow(stack, 'Turns', { agent, guardrail, ...props }) };
}

const withApproval = workflow({ approval: TurnApproval.onRequest() });
const template = Template.fromStack(withApproval.stack);
const resources = Object.entries(template.toJSON().Resources as Record<string, any>);
const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);
const turnsResources = (type: string) => ofType(type).filter(([id]) => id.startsWith('Turns'));

test('both state machines are Standard, traced, encrypted with the key and logged at ALL without what was said', () => {
  const machines = ofType('AWS::StepFunctions::StateMachine');
  expect(machines).toHaveLength(2);
  for (const [, { Properties }] of machines) {
    expect(Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: expect.anything() },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  }
});

test('every log group has the key, a retention, and those of state machines the vended prefix', () => {
  const groups = turnsResources('AWS::Logs::LogGroup');
  for (const [, { Properties }] of groups) {
    expect(Properties).toMatchObject({ KmsKeyId: expect.anything(), RetentionInDays: 365 });
  }
  const names = JSON.stringify(groups.map(([, { Properties }]) => Properties.LogGroupName));
  expect(names.match(/\/aws\/vendedlogs\/states\//g)).toHaveLength(2);
});

test('the ledger keeps what it is told: recovery, expiry, key, protection', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: false,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
  });
});

test('evidence is private, versioned, encrypted, locked, kept, and refuses plain HTTP', () => {
  template.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 90 } } },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({ ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) }),
        ],
      },
    },
  });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    },
  });
});

test('bus and queues use the key; each queue admits one source', () => {
  template.hasResourceProperties('AWS::Events::EventBus', {
    KmsKeyIdentifier: Match.anyValue(),
    DeadLetterConfig: Match.anyValue(),
  });
  for (const [, { Properties }] of turnsResources('AWS::SQS::Queue')) {
    expect(Properties.KmsMasterKeyId).toBeDefined();
  }
  for (const [, { Properties }] of turnsResources('AWS::SQS::QueuePolicy')) {
    const allows = Properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow');
    // EventBridge Scheduler sends with its own role, so its queue admits no service.
    const ofSchedule = JSON.stringify(Properties.Queues).includes('SessionExpiry');
    expect(allows).toHaveLength(ofSchedule ? 0 : 1);
    for (const { Condition } of allows) expect(Condition.ArnEquals['aws:SourceArn']).toBeDefined();
  }
});

test('every function is bundled code on a current runtime, arm64, with encrypted variables and its own role', () => {
  const functions = turnsResources('AWS::Lambda::Function');
  expect(functions).toHaveLength(11);
  for (const [, { Properties }] of functions) {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      KmsKeyArn: expect.anything(),
      LoggingConfig: { LogGroup: expect.anything() },
    });
  }
  expect(new Set(functions.map(([, { Properties }]) => JSON.stringify(Properties.Role))).size).toBe(11);
  expect(JSON.stringify(ofType('AWS::IAM::Role'))).not.toContain('service-role/AWSLambda');
});

interface Handler {
  handler(this: void, payload: object): unknown;
}

test('every function has the variables that its bundled handler reads, and no others', async () => {
  const real = process.env;
  try {
    for (const [id, { Properties }] of turnsResources('AWS::Lambda::Function')) {
      const variables = Object.keys(Properties.Environment.Variables as object);
      const read = new Set<PropertyKey>();
      process.env = new Proxy(
        { AWS_REGION: 'us-east-1', ...Object.fromEntries(variables.map((name) => [name, '60'])) },
        { get: (values, name) => (read.add(name), Reflect.get(values, name) as string | undefined) },
      );
      // A handler throws when a variable is missing: most of them when they are loaded, one when it is called.
      const [code] = (Properties.Handler as string).split('.');
      const { handler } = jest.requireActual<Handler>(path.resolve('assets/handlers', code));
      if (code === 'prepare-turn') {
        await handler({ request: {}, execution: { name: 'turn', id: 'arn', startTime: '2026-11-28T12:00:00Z' } });
      }
      expect([id, variables.filter((name) => !read.has(name))]).toEqual([id, []]);
    }
  } finally {
    process.env = real;
  }
});

test('functions that reach sessions are in the subnets of the agent, with a group that only reaches endpoints', () => {
  const outside = turnsResources('AWS::Lambda::Function').filter(([, { Properties }]) => !Properties.VpcConfig);
  expect(outside.map(([id]) => id)).toEqual([expect.stringContaining('ApproveTurn')]);
  const [, { Properties }] = ofType('AWS::EC2::SecurityGroup').find(([id]) => id.startsWith('TurnsSteps'))!;
  expect(Properties.SecurityGroupIngress).toBeUndefined();
  expect(Properties.SecurityGroupEgress.map((rule: any) => [rule.FromPort, rule.CidrIp])).toEqual([
    [443, undefined],
    [443, undefined],
  ]);
});

test('session permissions hold through the endpoint of the agent only', () => {
  const statements = turnsResources('AWS::IAM::Policy').flatMap(
    ([, { Properties }]) => Properties.PolicyDocument.Statement,
  );
  const session = statements.filter(
    ({ Effect, Action }) => Effect === 'Allow' && JSON.stringify(Action).includes('bedrock-mantle:'),
  );
  expect(session).toHaveLength(7);
  for (const { Condition, Resource } of session) {
    expect(Condition.StringEquals['aws:SourceVpce']).toEqual({ Ref: expect.stringContaining('Endpoint') });
    expect(JSON.stringify(Resource)).toContain('project/default');
  }
});

test('"*" stands as a resource only for actions that have no other form', () => {
  for (const [id, { Properties }] of turnsResources('AWS::IAM::Policy')) {
    for (const { Effect, Action, Resource } of Properties.PolicyDocument.Statement) {
      if (Effect !== 'Allow') continue;
      const actions = [Action].flat() as string[];
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      if (JSON.stringify(Resource) === '"*"') {
        expect([id, actions.filter((action) => !(action in RESOURCELESS_ACTIONS))]).toEqual([id, []]);
      }
    }
  }
});

test('the approve URL takes signed calls only', () => {
  template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
  template.resourceCountIs('AWS::Lambda::Url', 1);
  Template.fromStack(workflow().stack).resourceCountIs('AWS::Lambda::Url', 0);
});

test('stopped, timed out and broken executions reach the settlement, or a queue', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.states'],
      detail: { status: ['ABORTED', 'FAILED', 'TIMED_OUT'], stateMachineArn: [Match.anyValue()] },
    },
    Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue(), RetryPolicy: Match.anyValue() })],
  });
});

describe('refuses', () => {
  test.each<[string, Partial<TurnWorkflowProps>, RegExp]>([
    ['no slots', { maxConcurrency: 0 }, /maxConcurrency 0 .*1 to 1000/],
    ['a deadline beyond the lifetime of compute', { turnDeadline: Duration.hours(9) }, /turnDeadline 32400 .*28800/],
    ['an endless wait', { slotTimeout: Duration.days(2) }, /slotTimeout/],
    ['a retention below a day', { sessionRetention: Duration.hours(1) }, /sessionRetention/],
    [
      'evidence that expires while it is locked',
      { evidenceRetention: Duration.days(30), evidenceLock: ObjectLock.compliance(Duration.days(60)) },
      /evidenceRetention .*60 days/,
    ],
  ])('%s', (_what, props, message) => {
    expect(() => workflow(props)).toThrow(message);
  });

  test('a second workflow of an agent', () => {
    const { stack, agent } = workflow();
    const guardrail = AgentGuardrail.standard(stack, 'Other');
    expect(() => new TurnWorkflow(stack, 'Again', { agent, guardrail })).toThrow(/one workflow per agent/);
  });

  test('an approval that nobody can give in time', () => {
    expect(() => TurnApproval.always({ expiry: Duration.seconds(5) })).toThrow(/60 to 2592000/);
  });
});

test('a turn is a task of another state machine, named so that a retry starts no second turn', () => {
  const { stack, turns } = workflow();
  const task = new TurnTask(stack, 'Investigate', {
    workflow: turns,
    prompt: JsonPath.stringAt('$.question'),
    sessionKey: 'case',
  });
  new StateMachine(stack, 'Mine', { definitionBody: DefinitionBody.fromChainable(task) });
  const mine = new SynthesizedAccount(stack).find('AWS::StepFunctions::StateMachine', 'Mine');
  const state = JSON.parse(mine.properties.DefinitionString as string).States.Investigate as State & {
    Parameters: any;
  };
  expect(state.Resource).toMatch(/states:startExecution\.sync:2$/);
  expect(state.Parameters['Name.$']).toBe(
    "States.Format('turn-{}', States.Hash(States.Format('{}#{}#{}', $$.Execution.Id, $$.State.Name, $$.State.EnteredTime), 'SHA-256'))",
  );
  expect(state.Parameters.Input).toMatchObject({ sessionKey: 'case', prompt: [{ 'text.$': '$.question' }] });
});

test('who starts turns may start executions and store prompts, and reaches no session', () => {
  const { stack, turns } = workflow({ approval: TurnApproval.always() });
  const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
  turns.grants.startTurns(role);
  const approver = new Role(stack, 'Approver', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
  turns.grants.approveTurns(approver);
  const actions = (of: string) =>
    Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith(of))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action }) => Action as string)
      .sort();
  expect(actions('Caller')).toEqual(['kms:Decrypt', 'kms:GenerateDataKey', 's3:PutObject', 'states:StartExecution']);
  expect(actions('Approver')).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
});

test('an approver needs an approval step', () => {
  const { stack, turns } = workflow();
  const role = new Role(stack, 'Approver', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
  expect(() => turns.grants.approveTurns(role)).toThrow(/TurnApproval.onRequest/);
});

test('an execution name has at most 80 characters and depends on nothing but the key', () => {
  expect(turnExecutionName('x'.repeat(1_024))).toMatch(/^turn-[0-9a-f]{64}$/);
  expect(turnExecutionName('a')).toBe(turnExecutionName('a'));
  expect(turnExecutionName('a')).not.toBe(turnExecutionName('b'));
});

/** Functions of a user, around the turn. */
function steps() {
  const { stack } = scene();
  const step = (id: string) =>
    TurnStep.fromFunction(
      LambdaFunction.fromFunctionArn(stack, id, `arn:aws:lambda:us-east-1:111122223333:function:${id}`),
    );
  return { staging: step('stage'), delivery: step('deliver') };
}

test('staging stands before the guardrail, the slot and the session; delivery after the guardrail and before the outcome', () => {
  const { stack } = workflow(steps());
  const account = new SynthesizedAccount(stack);
  const machine = JSON.parse(
    account.find('AWS::StepFunctions::StateMachine', 'TurnsMachine').properties.DefinitionString as string,
  ) as Machine;
  const before = reached(machine.States, machine.StartAt, 'RunTurn');
  expect(before).toContain('StageTurn');
  expect([...before].some((name) => /Screen|Slot|Session/.test(name))).toBe(false);
  // No way from the screened output to its publication leads past the delivery.
  expect(reached(machine.States, 'AllowOutput', 'RunDelivery')).toEqual(new Set(['AllowOutput']));
  expect(reached(machine.States, 'CollectEvidence', 'ScreenOutput')).not.toContain('RunDelivery');

  const invokers = (step: string) =>
    account
      .all('AWS::IAM::Policy')
      .filter(({ properties }) => JSON.stringify(properties.PolicyDocument).includes(`function:${step}"`))
      .map(({ id }) => (id.includes('Settlement') ? 'settlement' : 'turns'));
  expect(invokers('stage')).toEqual(['turns']);
  expect(invokers('deliver').sort()).toEqual(['settlement', 'turns']);
});

const definitions = new SynthesizedAccount(withApproval.stack)
  .all('AWS::StepFunctions::StateMachine')
  .map(({ properties }) => JSON.parse(properties.DefinitionString as string) as Machine);
const states = definitions.flatMap(statesOf);

function statesOf({ States }: Machine): [name: string, state: State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor as Machine) : []),
  ]);
}

test('names of states are PascalCase', () => {
  expect(states.length).toBeGreaterThan(90);
  expect(states.map(([name]) => name).filter((name) => !/^([A-Z][a-z0-9]*)+$/.test(name))).toEqual([]);
});

test('a call that its service refuses fails after three more attempts, whatever the integration calls the error', () => {
  const prefixes: Readonly<Record<string, RegExp>> = {
    dynamodb: /^Dynamo(?:DB|Db)\./,
    s3: /^S3\./,
    ssm: /^S(?:SM|sm)\./,
    bedrockruntime: /^BedrockRuntime\./,
    events: /^EventBridge\./,
    sns: /^SNS\./,
  };
  const calls = states.filter(
    ([, { Resource }]) => Resource !== undefined && !/:lambda:invoke$/.test(Resource as string),
  );
  expect(calls.length).toBeGreaterThan(15);
  for (const [name, { Resource, Retry }] of calls) {
    const [, service] = /:::(?:aws-sdk:)?(\w+):/.exec(Resource as string)!;
    const refused = (Retry as { ErrorEquals: string[]; MaxAttempts: number }[]).find(
      ({ MaxAttempts }) => MaxAttempts === 3,
    )!.ErrorEquals;
    const own = refused.filter((error) => prefixes[service].test(error));
    expect([name, own]).toEqual([name, refused]);
    expect(own.some((error) => error.endsWith('.AccessDeniedException'))).toBe(true);
  }
});

test('a workflow without steps has no state of them', () => {
  const names = ofType('AWS::StepFunctions::StateMachine').map(([, machine]) => JSON.stringify(machine));
  expect(names.join()).not.toMatch(/StageTurn|DeliverOutput/);
});

/** States that lead from one to another, without the other and what follows it. */
function reached(states: Record<string, State>, from: string, until: string, seen = new Set<string>()): Set<string> {
  if (from === until || seen.has(from) || !states[from]) return seen;
  seen.add(from);
  const { Next, Default, Choices } = states[from] as { Next?: string; Default?: string; Choices?: { Next: string }[] };
  for (const next of [Next, Default, ...(Choices ?? []).map((each) => each.Next)]) {
    // The ways to an early end belong to no step.
    if (next && next !== 'CheckWorkToStop') reached(states, next, until, seen);
  }
  return seen;
}

test('a settlement waits until nothing that ran when the execution was stopped can send or take anything', () => {
  const account = new SynthesizedAccount(withApproval.stack);
  const settlement = account.all('AWS::StepFunctions::StateMachine').find(({ id }) => id.includes('Settlement'))!;
  const { States } = JSON.parse(settlement.properties.DefinitionString as string) as Machine;
  // First the mark that every send and every claim is conditional on, then the wait, then everything else.
  expect([States.StopSubmits.Next, States.WaitForLastStep.Next]).toEqual(['WaitForLastStep', 'ReadTurn']);
  const longest = ['OpenSession', 'SubmitTurn'].map(
    (step) => account.find('AWS::Lambda::Function', `${step}Function`).properties.Timeout as number,
  );
  expect(States.WaitForLastStep.Seconds).toBeGreaterThan(Math.max(...longest));
});

test('no role uses a key without a condition on the service or on what is encrypted', () => {
  const bare = ofType('AWS::IAM::Policy').flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument.Statement as any[])
      .filter(({ Action, Effect }) => Effect === 'Allow' && JSON.stringify(Action).includes('kms:'))
      .filter(({ Condition }) => !/kms:(ViaService|EncryptionContext)/.test(JSON.stringify(Condition ?? {})))
      .map(({ Sid, Action }) => [id, Sid, Action]),
  );
  expect(bare).toEqual([]);
});

test('the daily deletion may read its own schedule, directly, and keeps the runs that could not be started', () => {
  const account = new SynthesizedAccount(withApproval.stack);
  const schedule = account.find('AWS::Scheduler::Schedule').properties as any;
  expect(schedule.Target.DeadLetterConfig.Arn).toContain('DeadLetters');
  const role = account.all('AWS::IAM::Policy').find(({ id }) => id.includes('SessionExpiryPolicy'))!;
  const decrypt = role.properties.PolicyDocument.Statement.filter(({ Action }: any) => Action === 'kms:Decrypt');
  expect(decrypt).toHaveLength(1);
  expect(decrypt[0].Condition).toEqual({
    ArnLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': expect.stringMatching(/:schedule\/[^*/]+\/\*$/) },
  });
});

test('the history of the longest possible turn stays below 25,000 events', () => {
  const longest = workflow({
    turnDeadline: Duration.hours(8),
    slotTimeout: Duration.hours(24),
    approval: TurnApproval.always(),
    ...steps(),
  });
  const machine = JSON.parse(
    new SynthesizedAccount(longest.stack).find('AWS::StepFunctions::StateMachine', 'TurnsMachine').properties
      .DefinitionString as string,
  ) as Machine;
  const branch = (machine.States.RunTurn.Branches as Machine[])[0].States;

  // Entered and exited; a task is also scheduled, started and ended, and each of its retries once more.
  const events = (state: State) => (state.Type === 'Task' ? 5 : 2);
  const retry = 3;
  const sum = (states: Record<string, State>) =>
    Object.values(states).reduce((total, state) => total + events(state), 0);
  const map = (state: State) => 2 + 100 * (2 + sum((state.ItemProcessor as Machine).States));

  // What repeats costs the most events a minute at its longest interval; a retry is one attempt, half a minute apart in the mean.
  const perSecond = {
    looking: sum(pick(branch, 'WaitForTurn', 'CheckTurn', 'CheckTurnEnded')) / LONGEST_WAIT_SECONDS,
    waiting: sum(pick(branch, 'AdmitTurn', 'CheckTurnAdmitted', 'KeepWaiting', 'WaitForTurnToBegin')) / FAR_SECONDS,
    busy: sum(pick(branch, 'WaitForSession', 'OpenSession', 'CheckSessionOpen')) / BUSY_WAIT_SECONDS,
    retrying: retry / 30,
  };
  const deadline = 28_800;
  const slotTimeout = 86_400;
  const approvalExpiry = 86_400;
  // The first polls, and the attempts of a turn that is next, follow each other faster.
  const first = (CLOSE_POLLS * (1 - CLOSE_SECONDS / FAR_SECONDS) + 20) * perSecond.waiting * FAR_SECONDS;
  const waits = slotTimeout * perSecond.waiting;
  const works = deadline * Math.max(perSecond.looking, perSecond.busy, perSecond.retrying);
  const outages = (machine.TimeoutSeconds! - approvalExpiry - slotTimeout - deadline) * perSecond.retrying;
  const screens = map(branch.ScreenInput) + map(machine.States.ScreenOutput);
  // Every state once; what its retries take is in the outages.
  const once = sum(branch) + sum(machine.States);
  const worst = Math.ceil(waits + works + outages + first + screens + once);
  console.info(
    `longest turn: ${worst} of 25,000 events (waiting ${waits}, working ${works}, outages ${outages}, screening ${screens}, once ${once})`,
  );
  expect(worst).toBeLessThan(25_000);
});

function pick(states: Record<string, State>, ...names: string[]): Record<string, State> {
  return Object.fromEntries(names.map((name) => [name, states[name]]));
}
