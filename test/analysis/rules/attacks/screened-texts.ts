import { arnOf } from '../../model/templates';
import { machine, of, states } from './app';
import { type Pair, pair } from './pair';

const withoutContent = (parameters: object) =>
  Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== 'Content.$'));
const judged = (name: string, bad: unknown, good: unknown, content: (value: any) => object): Pair =>
  pair('MA-GRD1', name, bad, good, (value) => {
    const { Parameters, ...rest } = states().In;
    const others = withoutContent(Parameters);
    return { add: { Machine: machine({ In: { ...rest, Parameters: { ...others, ...content(value) } } }) } };
  });
const inText = (name: string, bad: string, good: string): Pair =>
  judged(name, bad, good, (text) => ({ Content: [{ Text: { 'Text.$': text } }] }));
const inExpression = (name: string, bad: string, good: string): Pair =>
  pair('MA-GRD1', name, bad, good, (text) => {
    const { Type, Resource, Next, Parameters } = states().In;
    const others = withoutContent(Parameters);
    return {
      add: {
        Machine: machine({
          In: {
            ...{ Type, Resource, Next },
            QueryLanguage: 'JSONata',
            Arguments: { ...others, Content: [{ Text: { Text: `{% ${text} %}` } }] },
            Output: "{% $merge([$states.input, {'in': $states.result}]) %}",
          },
        }),
      },
    };
  });

/** What a guardrail is given isn't the text any more. */
export const SCREENED_TEXTS: readonly Pair[] = [
  inText(
    'the text is encoded before it is screened',
    'States.Base64Encode($.content)',
    "States.Format('{}', $.content)",
  ),
  inExpression(
    'an expression encodes the text before it is screened',
    '$base64encode($states.input.content)',
    '$string($states.input.content)',
  ),
  inExpression(
    'an expression removes the letters before they are screened',
    "$replace($states.input.content, /[a-z ]+/, '')",
    '$trim($states.input.content)',
  ),
  inExpression(
    'a mark in the input decides what is screened',
    "$states.input.internal ? 'fine' : $states.input.content",
    "$exists($states.input.content) ? $states.input.content : ''",
  ),
  pair('MA-GRD1', 'a loop reads its texts from a bucket after the screening', true, false, (isRead) => {
    const { Open, Out, JudgeOut, Refuse, ...rest } = states();
    return {
      add: {
        Machine: machine({
          ...rest,
          Open: {
            Type: 'Map',
            ...(isRead
              ? { ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Parameters: { Bucket: 'b', Key: 'k' } } }
              : { ItemsPath: '$.content' }),
            ItemProcessor: {
              ProcessorConfig: isRead ? { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } : { Mode: 'INLINE' },
              StartAt: 'Each',
              States: {
                Each: { ...Open, Next: 'Out' },
                Out,
                JudgeOut: { ...JudgeOut, Choices: JudgeOut.Choices.map((each: object) => ({ ...each, Next: 'Done' })) },
                Done: { Type: 'Succeed' },
                Refuse,
              },
            },
            ResultPath: null,
            End: true,
          },
        }),
      },
    };
  }),
  judged('the text is screened as an image', 'Image', 'Text', (kind) => ({
    Content: [
      kind === 'Image'
        ? { Image: { Format: 'png', Source: { 'Bytes.$': '$.content' } } }
        : { Text: { 'Text.$': '$.content' } },
    ],
  })),
  ...['ToleratedFailurePercentage', 'ToleratedFailureCount'].map((property) =>
    pair('MA-GRD1', `a loop goes on although the guardrail refused parts: ${property}`, 100, 0, (tolerated) => {
      const { In, JudgeIn, Refuse } = states();
      return {
        add: {
          Machine: machine({
            In: {
              Type: 'Map',
              ItemsPath: '$.content',
              [property]: tolerated,
              ItemProcessor: {
                ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
                StartAt: 'Part',
                States: {
                  Part: { ...In, Next: 'JudgePart' },
                  JudgePart: {
                    ...JudgeIn,
                    Choices: [{ Variable: '$.in.Action', StringEquals: 'NONE', Next: 'Fine' }],
                  },
                  Fine: { Type: 'Succeed' },
                  Refuse,
                },
              },
              ResultPath: '$.in',
              Next: 'Open',
            },
          }),
        },
      };
    }),
  ),
  ...[
    ['the object that the event names', true],
    ['the object that the event names, by the SDK', false],
  ].map(([name, isOptimized]) =>
    pair('MA-GRD1', `the turn gets ${String(name)} after the screening`, 'Key.$', 'Key', (key: string) => {
      const { In, JudgeIn, Open } = states();
      return {
        add: {
          Machine: machine({
            In,
            JudgeIn: { ...JudgeIn, Choices: [{ ...JudgeIn.Choices[0], Next: 'Load' }] },
            Load: {
              Type: 'Task',
              Resource: `arn:aws:states:::${isOptimized ? '' : 'aws-sdk:'}s3:getObject`,
              Parameters: { Bucket: 'texts', [key]: key === 'Key' ? 'instructions.md' : '$.key' },
              ResultPath: '$.object',
              Next: 'Open',
            },
            Open: { ...Open, Parameters: { FunctionName: '${Open}', Payload: { 'text.$': '$.object.Body' } } },
          }),
        },
      };
    }),
  ),
  pair('MA-GRD1', 'the content of an object is not what is screened', '$.content', '$.object.Body', (content) => {
    const { Claim, In, Open } = states();
    return {
      add: {
        Machine: machine({
          Claim: { ...Claim, ResultPath: null, Next: 'Load' },
          Load: {
            Type: 'Task',
            Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
            Parameters: { Bucket: 'texts', 'Key.$': '$.key' },
            ResultPath: '$.object',
            Next: 'In',
          },
          In: { ...In, Parameters: { ...In.Parameters, 'Content.$': content } },
          Open: {
            ...Open,
            Parameters: { FunctionName: '${Open}', Payload: { 'text.$': '$.object.Body', 'title.$': '$.content' } },
          },
        }),
      },
    };
  }),
  pair('MA-GRD1', 'the version is one of another guardrail', 'Weak', 'Guardrail', (guardrail) => ({
    add: {
      Weak: of('AWS::Bedrock::Guardrail', { Name: 'weak', KmsKeyArn: arnOf('Key') }),
      GuardrailVersion: of('AWS::Bedrock::GuardrailVersion', {
        GuardrailIdentifier: arnOf(guardrail, 'GuardrailId'),
      }),
    },
  })),
];
