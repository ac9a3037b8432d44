import { type Resources, machine, of, ref, states } from './app';
import { arnOf } from '../../model/templates';
import { type Pair, pair } from './pair';

const guard = (Source: string, text: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:bedrockruntime:applyGuardrail',
  Arguments: {
    GuardrailIdentifier: '${Guard}',
    GuardrailVersion: '${Version}',
    Source,
    Content: [{ Text: { Text: text } }],
  },
});

const WORKER = 'arn:aws:lambda:us-east-1:111122223333:function:weigh';

/** The workflow in JSONata, with variables. */
const jsonata = (): Resources => ({
  Claim: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: { TableName: '${Ledger}', ConditionExpression: 'attribute_not_exists(k)' },
    Output: '{% $states.input %}',
    Assign: { guard: '${Guard}', version: '${Version}' },
    Next: 'In',
  },
  In: {
    ...guard('INPUT', '{% $states.input.prompt %}'),
    Assign: { verdict: '{% $states.result.Action %}' },
    Output: '{% $states.input %}',
    Next: 'Check',
  },
  Check: { Type: 'Choice', Choices: [{ Condition: "{% $verdict = 'NONE' %}", Next: 'Open' }], Default: 'Refuse' },
  Open: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: '${Open}', Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    Next: 'Out',
  },
  Out: { ...guard('OUTPUT', '{% $states.input.answer %}'), End: true },
  Refuse: { Type: 'Fail' },
});

const inJsonata = (name: string, bad: unknown, good: unknown, change: (value: any, of: Resources) => Resources): Pair =>
  pair('MA-GRD1', name, bad, good, (value) => ({
    add: {
      Machine: of('AWS::StepFunctions::StateMachine', {
        RoleArn: arnOf('MachineRole'),
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
        DefinitionString: JSON.stringify({
          StartAt: 'Claim',
          QueryLanguage: 'JSONata',
          TimeoutSeconds: 3600,
          States: { ...jsonata(), ...change(value, jsonata()) },
        }),
        DefinitionSubstitutions: {
          Guard: arnOf('Guardrail', 'GuardrailId'),
          Version: arnOf('GuardrailVersion', 'Version'),
          Ledger: ref('Ledger'),
          Open: arnOf('Open'),
        },
      }),
    },
  }));
const asks = (name: string, bad: string, good: string): Pair =>
  inJsonata(name, bad, good, (Condition: string, { Check }) => ({
    Check: { ...Check, Choices: [{ Condition: `{% ${Condition} %}`, Next: 'Open' }] },
  }));

/** Choices that test a verdict but lead to the same state for each result. */
export const VERDICTS: readonly Pair[] = [
  asks('a condition that always holds', "$verdict = 'NONE' or true", "$verdict = 'NONE' and true"),
  asks(
    'a flag of the input is enough',
    "$verdict = 'NONE' or $states.input.trusted",
    "$verdict = 'NONE' and $states.input.trusted",
  ),
  asks('a verdict that there is not', "$verdict != 'BLOCKED'", "$verdict != 'GUARDRAIL_INTERVENED'"),
  asks('the condition is the wrong way round', "$not($verdict = 'NONE')", "$not($verdict = 'GUARDRAIL_INTERVENED')"),
  asks('whether there is a verdict', '$exists($verdict)', "$verdict = 'NONE'"),
  inJsonata('both ways of the choice start the turn', 'Open', 'Refuse', (Default, { Check }) => ({
    Check: { ...Check, Default },
  })),
  inJsonata('what the guardrail stopped is noted and goes on', 'Open', 'Refuse', (Next, { Check }) => ({
    Check: { ...Check, Default: 'Note' },
    Note: { Type: 'Pass', Next },
  })),
  inJsonata('the input says what is judged as input', '{% $states.input.source %}', 'INPUT', (Source, { In }) => ({
    In: { ...In, Arguments: { ...In.Arguments, Source } },
  })),
  inJsonata('an expression judges the input as output', "{% 'OUT' & 'PUT' %}", 'INPUT', (Source, { In }) => ({
    In: { ...In, Arguments: { ...In.Arguments, Source } },
  })),
  inJsonata(
    'a variable that the input fills names the guardrail',
    '{% $states.input.guard %}',
    '${Guard}',
    (value, { Claim, In }) => ({
      Claim: { ...Claim, Assign: { ...Claim.Assign, guard: value } },
      In: {
        ...In,
        Arguments: { ...In.Arguments, GuardrailIdentifier: '{% $guard %}', GuardrailVersion: '{% $version %}' },
      },
    }),
  ),
  ...['grounding_source', 'query'].map((qualifier) =>
    inJsonata(
      `the text is marked as ${qualifier}`,
      [qualifier],
      [qualifier, 'guard_content'],
      (Qualifiers, { In }) => ({
        In: {
          ...In,
          Arguments: { ...In.Arguments, Content: [{ Text: { Text: '{% $states.input.prompt %}', Qualifiers } }] },
        },
      }),
    ),
  ),
  ...['Verdict', 'Refused'].map((field) =>
    inJsonata(
      `a function says whether to go on as ${field}, and both ways of the choice start the turn`,
      'Open',
      'Refuse',
      (Next, { Check, Open }) => ({
        Check: { ...Check, Default: 'Weigh' },
        Weigh: { ...Open, Arguments: { FunctionName: WORKER, Payload: '{% $verdict %}' }, Next: 'Decide' },
        Decide: { Type: 'Choice', Choices: [{ Condition: `{% $states.input.${field} %}`, Next }], Default: 'Open' },
      }),
    ),
  ),
  pair(
    'MA-GRD1',
    'a variable of a path names the guardrail',
    { 'guard.$': '$.guard' },
    { guard: '${Guard}' },
    (Assign) => {
      const { Claim, In } = states();
      return {
        add: {
          Machine: machine({
            Claim: { ...Claim, Assign },
            In: {
              ...In,
              Parameters: { ...In.Parameters, GuardrailIdentifier: undefined, 'GuardrailIdentifier.$': '$guard' },
            },
          }),
        },
      };
    },
  ),
];
