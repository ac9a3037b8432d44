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

function found(change: (resources: Record<string, any>, states: Record<string, any>) => void): string[] {
  const Resources = app();
  change(Resources, Resources.Machine.Properties.Definition.States);
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template: { Resources } }];
  return checkStacks({ stacks, rules: RULES }).map(({ rule, says }) => `${rule} ${says}`);
}

test('a workflow that screens, claims a slot and gives up has no finding', () => {
  expect(found(() => undefined)).toEqual([]);
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
    'MA-GRD1 The state In uses no numbered guardrail version',
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
  ['MA-TRG2 The workflow has no timeout', ({ Machine }) => delete Machine.Properties.Definition.TimeoutSeconds],
  [
    'MA-TRG2 The state Open starts a turn on a path that has not claimed a slot',
    (_, { Claim }) => delete Claim.Parameters.ConditionExpression,
  ],
])('%s', (expected, change) => {
  expect(found(change)).toContain(expected);
});

test('a text that is the same in every turn is no screening', () => {
  expect(
    found((_, { In }) => (In.Parameters = { ...In.Parameters, 'Content.$': undefined, Content: [{ Text: 'x' }] })),
  ).toContain('MA-GRD1 The state Open starts a turn on a path that has not screened the input');
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
