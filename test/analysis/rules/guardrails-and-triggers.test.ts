import { checkStacks } from '../../../analysis/rules/check';
import { MA_GRD1 } from '../../../analysis/rules/ma-grd1';
import { MA_TRG1 } from '../../../analysis/rules/ma-trg1';
import { MA_TRG2 } from '../../../analysis/rules/ma-trg2';
import { agentApp } from '../model/agent-app';
import { arnOf } from '../model/templates';

const RULES = [MA_GRD1, MA_TRG1, MA_TRG2];

const screen = (Source: string, next: object, content: object = { 'Content.$': '$.text' }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:bedrockruntime:applyGuardrail',
  Parameters: { GuardrailIdentifier: arnOf('Guardrail', 'GuardrailId'), GuardrailVersion: '3', Source, ...content },
  ...next,
});

const claim = () => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::dynamodb:updateItem',
  Parameters: { TableName: { Ref: 'Ledger' }, ConditionExpression: 'attribute_not_exists(k)' },
  Next: 'In',
});

const open = () => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: arnOf('Open'), 'Payload.$': '$' },
  Next: 'Out',
});

/** Compliant with the rules of this file. */
function app(): Record<string, any> {
  return {
    ...agentApp(),
    Guardrail: { Type: 'AWS::Bedrock::Guardrail', Properties: {} },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: arnOf('MachineRole'),
        Definition: {
          StartAt: 'Claim',
          TimeoutSeconds: 3600,
          States: {
            Claim: claim(),
            In: screen('INPUT', { Next: 'Open' }),
            Open: open(),
            Out: screen('OUTPUT', { End: true }),
          },
        },
      },
    },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:111122223333:d', maxReceiveCount: 3 },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['app'] },
        Targets: [
          {
            Id: 't',
            Arn: arnOf('Queue'),
            DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:111122223333:d' },
            RetryPolicy: { MaximumRetryAttempts: 2 },
          },
        ],
      },
    },
  };
}

const DEAD = { Arn: 'arn:aws:sqs:us-east-1:111122223333:d' };
const schedule = (target: object) => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: { ScheduleExpression: 'rate(1 day)', Target: { Arn: arnOf('Queue'), ...target } },
});

function found(change: (resources: Record<string, any>, states: Record<string, any>) => void): string[] {
  const Resources = app();
  change(Resources, Resources.Machine.Properties.Definition.States);
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template: { Resources } }];
  return checkStacks({ stacks, rules: RULES }).map(({ rule, says }) => `${rule} ${says}`);
}

test('a workflow that screens, claims a slot and gives up has no finding', () => {
  expect(found(() => undefined)).toEqual([]);
});

test.each<[string, object, string[]]>([
  ['a function', {}, ['MA-TRG1 A queue on the path to an agent has no dead-letter queue']],
  [
    'a pipe',
    {
      Mapping: {
        Type: 'AWS::Pipes::Pipe',
        Properties: { Source: arnOf('Queue'), Target: { Ref: 'Machine' }, RoleArn: arnOf('StarterRole') },
      },
    },
    ['MA-TRG1 A queue on the path to an agent has no dead-letter queue'],
  ],
  [
    'nothing',
    {
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Starter' }, EventSourceArn: arnOf('Elsewhere') },
      },
      Elsewhere: { Type: 'AWS::DynamoDB::Table', Properties: { StreamSpecification: {} } },
    },
    [],
  ],
])('MA-TRG1: a queue without a dead-letter queue that %s receives from', (_name, change, says) => {
  const lost = found((resources) => {
    delete resources.Queue.Properties.RedrivePolicy;
    Object.assign(resources, change);
  });
  expect(lost).toEqual(says);
});

const whether = (Variable: string, Default: string) => ({
  Type: 'Choice',
  Choices: [{ Variable, IsPresent: true, Next: 'Out' }],
  Default,
});

test.each<[string, (resources: Record<string, any>, states: Record<string, any>) => void]>([
  [
    'MA-GRD1 The state Open starts a turn on a path that has not screened the input',
    (_, { Claim }) => (Claim.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Open' }]),
  ],
  [
    'MA-GRD1 A path ends after the state Open without screening the output of the turn',
    (_, states) => {
      states.Open.Next = 'Which';
      states.Which = whether('$.x', 'Publish');
      states.Publish = { Type: 'Pass', End: true };
    },
  ],
  [
    "MA-GRD1 The state In doesn't use a numbered guardrail version",
    (_, { In }) => (In.Parameters.GuardrailVersion = 'DRAFT'),
  ],
  [
    'MA-TRG1 A queue on the path to an agent has no dead-letter queue',
    ({ Queue }) => delete Queue.Properties.RedrivePolicy,
  ],
  [
    'MA-TRG1 A target on the way to an agent does not bound its retries',
    ({ Rule }) => delete Rule.Properties.Targets[0].RetryPolicy,
  ],
  [
    'MA-TRG1 A target on the way to an agent has no dead-letter queue',
    ({ Rule }) => (Rule.Properties.Targets[0].DeadLetterConfig = { Ref: 'AWS::NoValue' }),
  ],
  [
    'MA-TRG1 A target on the way to an agent does not bound its retries',
    (resources) =>
      (resources.Daily = schedule({ DeadLetterConfig: DEAD, RetryPolicy: { MaximumEventAgeInSeconds: 60 } })),
  ],
  [
    'MA-TRG1 A target on the way to an agent has no dead-letter queue',
    (resources) => (resources.Daily = schedule({ RetryPolicy: { MaximumRetryAttempts: 2 } })),
  ],
  [
    'MA-TRG1 A target on the way to an agent has no dead-letter queue',
    ({ Rule }) =>
      Rule.Properties.Targets.unshift(
        { Id: 'x', Arn: arnOf('Elsewhere') },
        { ...Rule.Properties.Targets[0], DeadLetterConfig: {} },
      ),
  ],
  [
    'MA-TRG2 The timeout of the workflow is longer than an execution can run',
    ({ Machine }) => (Machine.Properties.Definition.TimeoutSeconds = 366 * 24 * 3600 + 1),
  ],
  [
    'MA-TRG2 The state Open starts a turn on a path that has not claimed a slot',
    (_, { Claim }) => (Claim.Resource = 'arn:aws:states:::dynamodb:getItem'),
  ],
  ['MA-TRG2 The workflow has no timeout', ({ Machine }) => delete Machine.Properties.Definition.TimeoutSeconds],
  [
    'MA-TRG2 The state Open starts a turn on a path that has not claimed a slot',
    (_, { Claim }) => delete Claim.Parameters.ConditionExpression,
  ],
])('%s', (expected, change) => {
  // Without the claim, the way past the screening goes past it, too.
  const both = 'MA-TRG2 The state Open starts a turn on a path that has not claimed a slot';
  expect(found(change).filter((each) => each === expected || each !== both)).toEqual([expected]);
});

test('a text that is the same in every turn is no screening', () => {
  expect(
    found((_, { In }) => (In.Parameters = { ...In.Parameters, 'Content.$': undefined, Content: [{ Text: 'x' }] })),
  ).toContain(
    'MA-GRD1 The state In screens a text that is the same in every turn. The state Open starts a turn on a path that has not screened the input',
  );
});

test.each<[string, (resources: Record<string, any>, states: Record<string, any>) => void]>([
  [
    'a choice that only asks whether there is an output',
    (_, states) => {
      states.Open.Next = 'Which';
      states.Which = whether('$.text[0]', 'Nothing');
      states.Nothing = { Type: 'Succeed' };
    },
  ],
  [
    'a failed turn that publishes its failure',
    (_, states) => {
      states.Open.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }];
      states.Failed = { Type: 'Pass', End: true };
    },
  ],
  [
    'a schedule with a dead-letter queue and bounded retries',
    (resources) => (resources.Daily = schedule({ DeadLetterConfig: DEAD, RetryPolicy: { MaximumRetryAttempts: 0 } })),
  ],
  [
    'a target that leads elsewhere, next to one that leads to an agent',
    ({ Rule }) => Rule.Properties.Targets.push({ Id: 'x', Arn: arnOf('Elsewhere') }),
  ],
  [
    'a queue that nothing takes from',
    (resources) => {
      delete resources.Mapping;
      delete resources.Queue.Properties.RedrivePolicy;
    },
  ],
  ['an execution of a year', ({ Machine }) => (Machine.Properties.Definition.TimeoutSeconds = 366 * 24 * 3600)],
  ['a slot that is put', (_, { Claim }) => (Claim.Resource = 'arn:aws:states:::dynamodb:putItem')],
  [
    'a queue, a rule and a workflow that lead to no agent',
    (resources) => {
      resources.OtherQueue = { Type: 'AWS::SQS::Queue' };
      resources.OtherRule = {
        Type: 'AWS::Events::Rule',
        Properties: { EventPattern: { source: ['x'] }, Targets: [{ Id: 't', Arn: arnOf('OtherQueue') }] },
      };
      resources.OtherMachine = {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { Definition: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } } },
      };
    },
  ],
])('no finding: %s', (_name, change) => {
  expect(found(change)).toEqual([]);
});

test.each<[string, object, object, boolean, object | undefined]>([
  ['no bound', {}, {}, true, undefined],
  [
    'a bound of one of two queues',
    {},
    { ScalingConfig: { MaximumConcurrency: 2 } },
    true,
    {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Direct' }, EventSourceArn: arnOf('Dead') },
    },
  ],
  [
    'a bound of the queue, next to a rule',
    {},
    { ScalingConfig: { MaximumConcurrency: 2 } },
    true,
    {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['app'] },
        Targets: [{ Id: 't', Arn: arnOf('Direct'), DeadLetterConfig: DEAD, RetryPolicy: { MaximumRetryAttempts: 2 } }],
      },
    },
  ],
  ['a bound of the function', { ReservedConcurrentExecutions: 1 }, {}, false, undefined],
  ['a bound of the queue', {}, { ScalingConfig: { MaximumConcurrency: 2 } }, false, undefined],
  ['another setting of the queue', {}, { BatchSize: 1 }, true, undefined],
])('MA-TRG2: a function that starts turns by itself, with %s', (_name, ofFunction, ofQueue, isOpen, more) => {
  const says = found((resources) => {
    resources.Direct = { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('OpenRole'), ...ofFunction } };
    Object.assign(resources, more && { More: more, Dead: resources.Queue });
    resources.Mapping.Properties = { FunctionName: { Ref: 'Direct' }, EventSourceArn: arnOf('Queue'), ...ofQueue };
  });
  expect(says).toEqual([
    "MA-GRD1 Direct starts turns, and its role doesn't allow bedrock:ApplyGuardrail",
    ...(isOpen ? ['MA-TRG2 The function starts turns with an unbounded concurrency'] : []),
  ]);
});

test('MA-GRD1: a workflow that opens sessions itself is judged by its states alone', () => {
  const says = found((resources) => {
    resources.MachineRole.Properties.Policies = resources.OpenRole.Properties.Policies;
    resources.Machine.Properties.Definition.States = {
      Claim: { ...claim(), Next: 'Create' },
      Create: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:bedrockmantle:createAgentSession', End: true },
    };
  });
  expect(says.filter((text) => !text.includes(' Open '))).toEqual([
    'MA-GRD1 The state Create starts a turn on a path that has not screened the input. A path ends after the state Create without screening the output of the turn',
  ]);
});
