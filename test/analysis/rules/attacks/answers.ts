import { type Resources, machine, states } from './app';
import { type Pair, pair } from './pair';

/** States that publish a path, between the turn and the screening of its output. */
const publish = (path: string, Next = 'Out') => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sns:publish',
  Parameters: { TopicArn: '${Topic}', 'Message.$': path },
  ResultPath: null,
  Next,
});
const answered = (rest: object = {}) => ({ ...states().Open, ResultPath: '$.turn', ...rest });
const judged = (path: string, rest: object = {}) => {
  const { Out } = states();
  return { Out: { ...Out, Parameters: { ...Out.Parameters, 'Content.$': path }, ...rest } };
};
/** The answer is `$.turn.answer`. Only the name of the execution may be sent. */
const copies = (name: string, bad: unknown, good: unknown, change: (value: any) => Resources, path = '$.turn.answer') =>
  pair('MA-GRD1', name, bad, good, (value) => ({
    add: { Machine: machine({ Open: answered({ Next: 'Copy' }), ...judged(path), ...change(value) }) },
  }));
const jsonata = (state: object) => ({ QueryLanguage: 'JSONata', ...state });
const told = (Message: string, Next = 'Out') =>
  jsonata({
    Type: 'Task',
    Resource: 'arn:aws:states:::sns:publish',
    Arguments: { TopicArn: '${Topic}', Message },
    Output: '{% $states.input %}',
    Next,
  });
const send = (Resource: string, Parameters: object) => ({
  Type: 'Task',
  Resource,
  Parameters,
  ResultPath: null,
  Next: 'Out',
});

/** Answers of an agent that leave the workflow as a copy before they are screened, or without a check of the verdict. */
export const ANSWERS: readonly Pair[] = [
  copies('a Pass state copies it', '$.turn.answer', '$$.Execution.Name', (path) => ({
    Copy: { Type: 'Pass', Parameters: { 'text.$': path }, ResultPath: '$.mail', Next: 'Send' },
    Send: publish('$.mail.text'),
  })),
  copies('the input path of a Pass state copies it', '$.turn', '$.id', (InputPath) => ({
    Copy: { Type: 'Pass', InputPath, ResultPath: '$.mail', Next: 'Send' },
    Send: publish('$.mail.answer'),
  })),
  copies('an intrinsic function has it in a sentence', '$.turn.answer', '$.id', (path) => ({
    Copy: {
      Type: 'Pass',
      Parameters: { 'text.$': `States.Format('Re: {}', ${path})` },
      ResultPath: '$.mail',
      Next: 'Send',
    },
    Send: publish('$.mail.text'),
  })),
  copies('a variable has it', '$.answer', '$.status', (path) => ({
    Open: answered({ Assign: { 'text.$': path }, Next: 'Send' }),
    Send: publish('$text'),
  })),
  copies(
    'a result selector has it under another name',
    '$.mail.text',
    '$.mail.id',
    (path) => ({
      Open: answered({
        ResultSelector: { 'text.$': '$.Payload.text', 'id.$': '$.Payload.id' },
        ResultPath: '$.mail',
        Next: 'Send',
      }),
      Send: publish(path),
    }),
    '$.mail.text',
  ),
  copies(
    'JSONata: a Pass state builds a text of it',
    "'Re: ' & $states.input.turn.answer",
    '$states.input.id',
    (mail) => ({
      Copy: jsonata({ Type: 'Pass', Output: `{% $merge([$states.input, {'mail': ${mail}}]) %}`, Next: 'Send' }),
      Send: told('{% $states.input.mail %}'),
    }),
  ),
  copies('JSONata: code in a text reads it', "$eval('$ans' & 'wer')", "$states.input.id & ' is answered'", (code) => ({
    Open: answered({ Assign: { 'answer.$': '$.answer' }, Next: 'Send' }),
    Send: told(`{% ${code} %}`),
  })),
  copies('a branch beside the screening publishes it', '$.turn.answer', '$.id', (path) => ({
    Copy: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Send', States: { Send: { ...publish(path), Next: undefined, End: true } } },
        { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 1, End: true } } },
      ],
      ResultPath: null,
      Next: 'Out',
    },
  })),
  copies('a loop publishes each part of it', '$.turn.answer', '$.people', (ItemsPath) => ({
    Copy: {
      Type: 'Map',
      ItemsPath,
      ItemProcessor: { StartAt: 'Send', States: { Send: { ...publish('$'), Next: undefined, End: true } } },
      ResultPath: null,
      Next: 'Out',
    },
  })),
  copies('a loop over people publishes it to each', '$.turn.answer', '$.subject', (path) => ({
    Copy: {
      Type: 'Map',
      ItemsPath: '$.people',
      ItemSelector: { 'text.$': path, 'to.$': '$$.Map.Item.Value' },
      ItemProcessor: { StartAt: 'Send', States: { Send: { ...publish('$.text'), Next: undefined, End: true } } },
      ResultPath: null,
      Next: 'Out',
    },
  })),
  copies('a comment on a pull request', '$.turn.answer', '$.id', (path) => ({
    Copy: send('arn:aws:states:::aws-sdk:codecommit:postCommentForPullRequest', { 'Content.$': path }),
  })),
  copies('an object in a bucket outside of the app', 'their-site', '${Evidence}', (Bucket) => ({
    Copy: send('arn:aws:states:::aws-sdk:s3:putObject', { Bucket, Key: 'turn', 'Body.$': '$.turn.answer' }),
  })),
  copies('a machine that publishes it', 'states:startExecution', 'lambda:invoke', (api) => ({
    Copy: send(
      `arn:aws:states:::${api}`,
      api === 'lambda:invoke'
        ? { FunctionName: 'worker', 'Payload.$': '$.turn.answer' }
        : { StateMachineArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:post', 'Input.$': '$.turn.answer' },
    ),
  })),
  copies('the cause of a failure', '$.turn.answer', '$.id', (CausePath) => ({
    Copy: { Type: 'Choice', Choices: [{ Variable: '$.turn.bad', IsPresent: true, Next: 'Broken' }], Default: 'Out' },
    Broken: { Type: 'Fail', Error: 'Broken', CausePath },
  })),
  copies('a failing screening leads to a copy that is published', '$.turn.answer', '$.error.Error', (path) => ({
    Open: answered(),
    ...judged('$.turn.answer', { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Copy' }] }),
    Copy: { Type: 'Pass', Parameters: { 'text.$': path }, ResultPath: '$.mail', Next: 'Send' },
    Send: publish('$.mail.text', 'Refuse'),
  })),
  copies('a failing branch with the screening leads to publishing', 'Publish', 'Refuse', (Next) => ({
    Open: answered({ Next: 'Both' }),
    Both: {
      Type: 'Parallel',
      Branches: [{ StartAt: 'Out', States: { Out: { ...judged('$.turn.answer').Out, Next: undefined, End: true } } }],
      ResultPath: '$.both',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next }],
      Next: 'JudgeOut',
    },
    Out: undefined,
    Publish: { ...states().Publish, Parameters: { TopicArn: '${Topic}', 'Message.$': '$.turn.answer' } },
    JudgeOut: {
      Type: 'Choice',
      Choices: [{ Variable: '$.both[0].out.Action', StringEquals: 'NONE', Next: 'Publish' }],
      Default: 'Refuse',
    },
  })),
  copies('nobody looks at the verdict on it', 'Publish', 'JudgeOut', (Next) => ({
    Open: answered(),
    ...judged('$.turn.answer', { Next }),
    Publish: { ...states().Publish, Parameters: { TopicArn: '${Topic}', 'Message.$': '$.turn.answer' } },
  })),
  copies('nobody looks at the verdict on the input', 'Open', 'JudgeIn', (Next) => ({
    In: { ...states().In, Next },
    Open: answered({ Parameters: { FunctionName: '${Open}', 'Payload.$': '$.content' } }),
  })),
  copies('the verdict is thrown away', null, '$.out', (ResultPath) => ({
    Open: answered(),
    ...judged('$.turn.answer', { ResultPath }),
    Publish: { ...states().Publish, Parameters: { TopicArn: '${Topic}', 'Message.$': '$.turn.answer' } },
  })),
  copies('the input is screened a second time instead', '$.content', '$.turn.answer', (path) => ({
    Open: answered(),
    ...judged(path),
  })),
  copies('a variable with a constant is screened', 'hello', undefined, (constant) => ({
    Claim: { ...states().Claim, Assign: constant ? { text: constant } : { 'text.$': '$.content' } },
    In: { ...states().In, Parameters: { ...states().In.Parameters, 'Content.$': '$text' } },
    Open: answered({ Next: 'Out' }),
  })),
];
