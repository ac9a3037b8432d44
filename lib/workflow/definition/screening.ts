import { call, choice, invoke, pass, type State, type Targets } from './asl';

/** Number of texts screened at the same time, per turn: the account shares the rate of ApplyGuardrail. */
const AT_ONCE = 2;

/**
 * Applies the guardrail to every part of a text and returns the screened parts, each with its verdict. Step Functions
 * calls the guardrail itself, and also reads large parts from S3. Only if the guardrail intervened, a function decides
 * whether the text is masked or blocked.
 *
 * @param stage `Input` or `Output`, which also makes the state names unique in the machine
 */
export function screening(targets: Targets, stage: 'Input' | 'Output', itemsPath: string, rest: object): State {
  const name = (what: string) => `${what}${stage}`;
  return {
    Type: 'Map',
    ItemsPath: itemsPath,
    ItemSelector: { 'turn.$': '$.turn', 'part.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
    MaxConcurrency: AT_ONCE,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: name('Locate'),
      States: {
        [name('Locate')]: choice([{ Variable: '$.part.text', IsPresent: true, Next: name('Take') }], name('Read')),
        [name('Take')]: pass({ 'Body.$': '$.part.text' }, { ResultPath: '$.object', Next: name('Judge') }),
        [name('Read')]: call(
          targets,
          'aws-sdk:s3:getObject',
          { 'Bucket.$': '$.part.s3.bucket', 'Key.$': '$.part.s3.key' },
          { ResultSelector: { 'Body.$': '$.Body' }, ResultPath: '$.object', Next: name('Judge') },
        ),
        [name('Judge')]: call(
          targets,
          'aws-sdk:bedrockruntime:applyGuardrail',
          {
            GuardrailIdentifier: targets.guardrailId,
            GuardrailVersion: targets.guardrailVersion,
            Source: stage.toUpperCase(),
            Content: [{ Text: { 'Text.$': '$.object.Body' } }],
          },
          { ResultPath: '$.answer', Next: name('CheckVerdictOn') },
        ),
        [name('CheckVerdictOn')]: choice(
          [{ Variable: '$.answer.Action', StringEquals: 'NONE', Next: name('Pass') }],
          name('EvaluateFindingsIn'),
        ),
        [name('Pass')]: pass({ 'part.$': '$.part', verdict: { action: 'NONE' } }, { End: true }),
        [name('EvaluateFindingsIn')]: invoke(
          targets,
          'judge-screening',
          {
            'turn.$': '$.turn',
            stage: stage.toLowerCase(),
            'index.$': '$.index',
            'part.$': '$.part',
            'answer.$': '$.answer',
          },
          { OutputPath: '$.Payload', End: true },
        ),
      },
    },
    ...rest,
  };
}
