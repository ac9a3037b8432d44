import { arnOf } from '../../model/templates';
import { type Resources, machine, may, of, ref, roleOf, states } from './app';
import { type Pair, pair } from './pair';

const workflow = (name: string, bad: unknown, good: unknown, change: (value: any, of: Resources) => Resources): Pair =>
  pair('MA-GRD1', name, bad, good, (value) => ({ add: { Machine: machine(change(value, states())) } }));
const guardrail = (name: string, path: string, bad: unknown, good: unknown): Pair =>
  pair('MA-GRD2', name, bad, good, (value) => ({ set: { [`Guardrail.${path}`]: value } }));
const catching = (Next: string) => ({ Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next }] });
const second = (definition: object, ...statements: unknown[]) => ({
  SecondRole: roleOf('states.amazonaws.com', ...statements),
  Second: of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('SecondRole'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
    DefinitionString: {
      'Fn::ToJsonString': {
        StartAt: 'Do',
        TimeoutSeconds: 60,
        States: { Do: { Type: 'Task', End: true, ...definition } },
      },
    },
  }),
});
const byTask = (name: string, change: (id: 'Open' | 'Worker') => Resources): Pair =>
  pair('MA-GRD1', name, 'Open' as const, 'Worker' as const, (id: 'Open' | 'Worker') => ({ add: change(id) }));
const lambdaRole = (id: string) => may('lambda:InvokeFunction', arnOf(id));
const screen =
  (with_: object) =>
  (value: unknown, { In }: Resources) => ({
    In: { ...In, Parameters: { ...In.Parameters, ...with_, ...(value as object) } },
  });
const filters = (change: (each: any) => any) => (list: object[]) => list.map(change);

/** Workflows that run turns without screening, and guardrails without an effect. */
export const WORKFLOWS: readonly Pair[] = [
  workflow('a flag of the input skips the screening', 'Open', 'In', (Next, { Claim }) => ({
    Claim: { ...Claim, Next: 'Trusted' },
    Trusted: { Type: 'Choice', Choices: [{ Variable: '$.trusted', BooleanEquals: true, Next }], Default: 'In' },
  })),
  workflow('a failing screening of the input leads on', 'Open', 'Refuse', (Next, { In }) => ({
    In: { ...In, ...catching(Next) },
  })),
  workflow('a failing screening of the output leads to publishing', 'Publish', 'Refuse', (Next, { Out }) => ({
    Out: { ...Out, ...catching(Next) },
  })),
  workflow('the turn leads to publishing', 'Publish', 'Out', (Next, { Open }) => ({ Open: { ...Open, Next } })),
  workflow('the answer is published by another state as well', 'Leak', 'Out', (Next, { Open }) => ({
    Open: { ...Open, Next },
    ...(Next === 'Leak'
      ? {
          Leak: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sqs:sendMessage',
            Parameters: { QueueUrl: 'x', 'MessageBody.$': '$.answer' },
            Next: 'Out',
          },
        }
      : {}),
  })),
  workflow('a choice after the turn skips the screening', true, false, (skips, { Open }) => ({
    Open: { ...Open, Next: 'Short' },
    Short: {
      Type: 'Choice',
      Choices: [{ Variable: '$.short', BooleanEquals: true, Next: skips ? 'Publish' : 'Refuse' }],
      Default: 'Out',
    },
  })),
  workflow('the screening of the output judges as input', 'INPUT', 'OUTPUT', (Source, { Out }) => ({
    Out: { ...Out, Parameters: { ...Out.Parameters, Source } },
  })),
  workflow('the draft of the guardrail', { GuardrailVersion: 'DRAFT' }, { GuardrailVersion: '3' }, screen({})),
  workflow('the version comes with the event', true, false, (from, { In }) => ({
    In: {
      ...In,
      Parameters: from
        ? { ...without(In.Parameters, 'GuardrailVersion'), 'GuardrailVersion.$': '$.version' }
        : In.Parameters,
    },
  })),
  workflow('the guardrail comes with the event', true, false, (from, { In }) => ({
    In: {
      ...In,
      Parameters: from
        ? { ...without(In.Parameters, 'GuardrailIdentifier'), 'GuardrailIdentifier.$': '$.guardrail' }
        : In.Parameters,
    },
  })),
  workflow('the screening judges the name of the execution', '$$.Execution.Name', '$.content', (content, { In }) => ({
    In: { ...In, Parameters: { ...In.Parameters, 'Content.$': content } },
  })),
  workflow(
    'the screening judges a literal in a list',
    [{ Text: { Text: 'hello' } }],
    [{ Text: { 'Text.$': '$.prompt' } }],
    (Content, { In }) => ({ In: { ...In, Parameters: { ...without(In.Parameters, 'Content.$'), Content } } }),
  ),
  workflow('the turn runs in one branch beside the screening', true, false, (beside, { In, Open, JudgeIn }) =>
    beside
      ? {
          Claim: { ...states().Claim, Next: 'Both' },
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'In', States: { In: { ...without(In, 'Next'), End: true } } },
              { StartAt: 'Open', States: { Open: { ...without(Open, 'Next'), End: true } } },
            ],
            Next: 'Out',
          },
        }
      : { In, Open, JudgeIn },
  ),
  workflow('the turns of a map are not screened', true, false, (mapped, { Open }) => ({
    Claim: { ...states().Claim, Next: 'All' },
    All: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        StartAt: mapped ? 'Open' : 'In',
        States: {
          ...(mapped ? {} : { In: { ...states().In, Next: 'Open' } }),
          Open: { ...Open, Next: 'Out' },
          Out: { ...without(states().Out, 'Next'), End: true },
        },
      },
      Next: 'Refuse',
    },
    ...(mapped ? {} : {}),
  })),
  workflow('JSONata: the content is a constant', "{% 'ok' %}", '{% $states.input.content %}', (Content, { In }) => ({
    In: {
      ...without(In, 'Parameters', 'ResultPath'),
      QueryLanguage: 'JSONata',
      Arguments: { ...without(In.Parameters, 'Content.$'), Content },
      Assign: { in: '{% $states.result %}' },
      Next: 'Open',
    },
  })),
  workflow(
    'JSONata: the content only asks whether there is one',
    '{% $string($exists($states.input.content)) %}',
    "{% $exists($states.input.content) ? $states.input.content : '' %}",
    (Content, { In }) => ({
      In: {
        ...without(In, 'Parameters', 'ResultPath'),
        QueryLanguage: 'JSONata',
        Arguments: { ...without(In.Parameters, 'Content.$'), Content },
        Assign: { in: '{% $states.result %}' },
        Next: 'Open',
      },
    }),
  ),
  workflow(
    'JSONata: the choice lets everything through to the turn',
    '{% true %}',
    "{% $states.input.kind = 'x' %}",
    (Condition, { Claim }) => ({
      Claim: { ...Claim, Next: 'Kind' },
      Kind: {
        Type: 'Choice',
        QueryLanguage: 'JSONata',
        Choices: [{ Condition, Next: Condition === '{% true %}' ? 'Open' : 'Refuse' }],
        Default: 'In',
      },
    }),
  ),
  byTask('a second machine calls the function by its ARN as resource', (id) =>
    second({ Resource: arnOf(id) }, lambdaRole(id)),
  ),
  byTask('a second machine calls by the SDK integration', (id) =>
    second(
      { Resource: 'arn:aws:states:::aws-sdk:lambda:invoke', Parameters: { FunctionName: arnOf(id) } },
      lambdaRole(id),
    ),
  ),
  byTask('a second machine calls an alias', (id) => ({
    Live: of('AWS::Lambda::Alias', { FunctionName: ref(id), FunctionVersion: '1', Name: 'live' }),
    ...second(
      { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: ref('Live') } },
      may('lambda:InvokeFunction', ref('Live')),
    ),
  })),
  byTask('a second machine calls a version by its name and qualifier', (id) =>
    second(
      { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: ref(id), Qualifier: '1' } },
      may('lambda:InvokeFunction', { 'Fn::Join': [':', [arnOf(id), '*']] }),
    ),
  ),
  byTask('a second machine whose function comes with the event', (id) =>
    second(
      { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'FunctionName.$': '$.function' } },
      lambdaRole(id),
    ),
  ),
  pair(
    'MA-GRD1 MA-TRG3',
    'a function next to the workflow opens sessions',
    'bedrock-mantle:CreateAgentSession',
    'bedrock-mantle:GetAgentSession',
    (action) => ({
      add: {
        ExtraRole: roleOf(
          'lambda.amazonaws.com',
          ...(action.includes('Create')
            ? [
                may(action, 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/default'),
                may('iam:PassRole', arnOf('SessionRole'), {
                  Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
                }),
              ]
            : [may(action, 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/default')]),
        ),
        Extra: of('AWS::Lambda::Function', {
          Role: arnOf('ExtraRole'),
          Code: { S3Bucket: 'b', S3Key: 'k' },
          Runtime: 'nodejs22.x',
          Handler: 'i.h',
          KmsKeyArn: arnOf('Key'),
          LoggingConfig: { LogGroup: ref('Logs') },
        }),
        Nightly: of('AWS::Scheduler::Schedule', {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: arnOf('Extra'),
            RoleArn: arnOf('NightlyRole'),
            DeadLetterConfig: { Arn: arnOf('Dead') },
            RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 600 },
          },
        }),
        NightlyRole: roleOf('scheduler.amazonaws.com', lambdaRole('Extra')),
      },
    }),
  ),
  pair('MA-GRD1 MA-READ1', 'the guardrail is a parameter', ref('Any'), arnOf('Guardrail', 'GuardrailArn'), (id) => ({
    add: { Machine: withGuardrail(id) },
    sections: { Parameters: { Any: { Type: 'String' } } },
  })),
  pair('MA-READ1', 'a guardrail outside of the app that nobody declared', [], ['abcdefgh1234'], (names) => ({
    add: { Machine: withGuardrail('abcdefgh1234') },
    sections: { Metadata: { AgentDeclarations: [{ kind: 'unreadable', reason: 'Reviewed', names }] } },
  })),
  guardrail(
    'a filter of the input is off',
    'ContentPolicyConfig.FiltersConfig',
    filters((each) => ({ ...each, InputEnabled: each.Type === 'PROMPT_ATTACK' ? false : true })),
    filters((each) => ({ ...each, InputEnabled: true })),
  ),
  guardrail(
    'a filter detects only',
    'ContentPolicyConfig.FiltersConfig',
    filters((each) => ({ ...each, InputAction: 'NONE' })),
    filters((each) => ({ ...each, InputAction: 'BLOCK' })),
  ),
  guardrail(
    'the output is off by text',
    'ContentPolicyConfig.FiltersConfig',
    filters((each) => (each.Type === 'HATE' ? { ...each, OutputEnabled: 'false' } : each)),
    filters((each) => (each.Type === 'HATE' ? { ...each, OutputEnabled: 'true' } : each)),
  ),
  guardrail(
    'prompt attacks are not looked for',
    'ContentPolicyConfig.FiltersConfig',
    filters((each) => (each.Type === 'PROMPT_ATTACK' ? { ...each, InputStrength: 'NONE' } : each)),
    filters((each) => (each.Type === 'PROMPT_ATTACK' ? { ...each, InputStrength: 'MEDIUM' } : each)),
  ),
  guardrail(
    'only images are judged',
    'ContentPolicyConfig.FiltersConfig',
    filters((each) => ({ ...each, InputModalities: ['IMAGE'] })),
    filters((each) => ({ ...each, InputModalities: ['TEXT', 'IMAGE'] })),
  ),
  guardrail(
    'secrets are only noted',
    'SensitiveInformationPolicyConfig.PiiEntitiesConfig',
    filters((each) => ({ ...each, Action: 'NONE' })),
    filters((each) => ({ ...each, Action: 'ANONYMIZE' })),
  ),
  guardrail(
    'secrets are not masked in the output',
    'SensitiveInformationPolicyConfig.PiiEntitiesConfig',
    filters((each) => ({ ...each, OutputEnabled: false })),
    filters((each) => ({ ...each, OutputEnabled: true })),
  ),
  guardrail(
    'passwords are not looked for',
    'SensitiveInformationPolicyConfig.PiiEntitiesConfig',
    (list: any[]) => list.filter(({ Type }) => Type !== 'PASSWORD'),
    (list: any[]) => [...list, { Type: 'PHONE', Action: 'BLOCK' }],
  ),
  workflow('a text that a step before wrote is screened', '$.safe', '$.content', (path, { Claim, In }) => ({
    Claim: { ...Claim, Next: 'Write' },
    Write: { Type: 'Pass', Result: [{ Text: { Text: 'hello' } }], ResultPath: '$.safe', Next: 'In' },
    In: { ...In, Parameters: { ...In.Parameters, 'Content.$': path } },
  })),
  pair('MA-TRG2', 'the workflow may run for three years', 99_999_999, 604_800, (TimeoutSeconds) => ({
    add: {
      Machine: JSON.parse(
        JSON.stringify(machine()).replace('TimeoutSeconds\\":3600', `TimeoutSeconds\\":${TimeoutSeconds}`),
      ),
    },
  })),
  workflow(
    'the input is screened once more instead of the output',
    '$$.Execution.Input.content',
    '$.answer',
    (path, { Out }) => ({
      Out: { ...Out, Parameters: { ...Out.Parameters, 'Content.$': path } },
    }),
  ),
];

function without(value: Resources, ...keys: string[]): Resources {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The workflow with another guardrail. */
function withGuardrail(id: string) {
  const own = JSON.stringify(arnOf('Guardrail', 'GuardrailId'));
  return JSON.parse(JSON.stringify(machine()).replace(own, JSON.stringify(id)));
}
