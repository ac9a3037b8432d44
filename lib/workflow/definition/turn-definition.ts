import { approvalStates } from './approval-states';
import {
  call,
  choice,
  ending,
  invoke,
  type Machine,
  pass,
  REPEATABLE,
  type State,
  type States,
  type Targets,
} from './asl';
import { FINISH, finishStates, publish } from './finish-states';
import { screening } from './screening';
import { STAGE, stagingStates } from './staging-states';

/** The numbers and choices of a workflow. */
export interface TurnRules {
  readonly maxConcurrency: number;
  /** Attempts to get a slot, about half a minute apart, after the first few. */
  readonly slotAttempts: number;
  /** The whole execution. */
  readonly timeoutSeconds: number;
  /** Absent: the machine has no approval step. */
  readonly approval?: ApprovalRules;
}

export interface ApprovalRules {
  readonly expirySeconds: number;
  readonly topicArn?: string;
}

/** What a branch of the work leaves: how the turn ended, what the guardrail said, who approved. */
const LEAVE = 'Leave';

/** The machine that one execution per turn runs. Input: TurnRequest; output: TurnResult. */
export function turnDefinition(targets: Targets, rules: TurnRules): Machine {
  return {
    Comment: 'One turn of a managed agent: screened, approved, run once, evidenced, published',
    StartAt: 'PrepareTurn',
    TimeoutSeconds: rules.timeoutSeconds,
    States: {
      PrepareTurn: invoke(
        targets,
        'prepare-turn',
        {
          'request.$': '$',
          execution: {
            'name.$': '$$.Execution.Name',
            'id.$': '$$.Execution.Id',
            'startTime.$': '$$.Execution.StartTime',
          },
        },
        { OutputPath: '$.Payload', Next: 'RegisterTurn' },
      ),
      RegisterTurn: register(targets, 'Is the request accepted'),
      'Is the request accepted': choice(
        [{ Variable: '$.accepted', BooleanEquals: true, Next: targets.steps.staging ? STAGE : 'RunTurn' }],
        'Request refused',
      ),
      ...(targets.steps.staging
        ? stagingStates(targets, targets.steps.staging, (next) => register(targets, next), 'RunTurn', 'Request refused')
        : {}),
      'Request refused': pass(
        { 'ending.$': '$.ending', screened: [], approval: null },
        { ResultPath: '$.result', Next: FINISH },
      ),
      RunTurn: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'ScreenInput', States: workStates(targets, rules) }],
        ResultSelector: {
          'ending.$': '$[0].ending',
          'screened.$': '$[0].screened',
          'approval.$': '$[0].approval',
        },
        ResultPath: '$.result',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'A step failed' }],
        Next: FINISH,
      },
      'A step failed': pass(
        {
          ending: {
            outcome: 'Failed',
            reason: { code: 'workflow-error', 'message.$': "States.Format('A step failed: {}', $.error.Error)" },
          },
          screened: [],
          approval: null,
        },
        { ResultPath: '$.result', Next: FINISH },
      ),
      ...finishStates(targets),
    },
  };
}

function workStates(targets: Targets, rules: TurnRules): States {
  const afterScreening = rules.approval ? 'Is an approval asked for' : 'AcquireSlot';
  const slotName = { pk: { S: 'slots' } };
  return {
    ScreenInput: screening(targets, 'Input', '$.prompt', { ResultPath: '$.screened', Next: 'Weigh input' }),
    'Weigh input': pass(
      {
        'turn.$': '$.turn',
        'screened.$': '$.screened',
        approval: null,
        'blocked.$': "States.ArrayContains($.screened[*].verdict.action, 'BLOCKED')",
      },
      { Next: 'Was input blocked' },
    ),
    'Was input blocked': choice(
      [{ Variable: '$.blocked', BooleanEquals: true, Next: 'Input blocked' }],
      afterScreening,
    ),
    'Input blocked': end(ending('Rejected', 'input-blocked', 'The guardrail blocked the input')),
    ...(rules.approval ? approvalStates(targets, rules.approval, 'AcquireSlot', LEAVE) : {}),

    AcquireSlot: call(
      targets,
      'dynamodb:updateItem',
      {
        TableName: targets.table,
        Key: slotName,
        UpdateExpression: 'ADD holders :me, #share :me',
        // Idempotent: who holds a slot already gets the same one again.
        ConditionExpression:
          '(attribute_not_exists(holders) OR size(holders) < :limit OR contains(holders, :name)) AND ' +
          '(attribute_not_exists(#share) OR size(#share) < :share OR contains(#share, :name))',
        ExpressionAttributeNames: { '#share.$': '$.turn.share.attribute' },
        ExpressionAttributeValues: {
          ':share': { 'N.$': '$.turn.share.slots' },
          ':me': { 'SS.$': 'States.Array($.turn.name)' },
          ':name': { 'S.$': '$.turn.name' },
          ':limit': { N: String(rules.maxConcurrency) },
        },
      },
      {
        Retry: [
          {
            ErrorEquals: SLOTS_FULL,
            IntervalSeconds: 5,
            BackoffRate: 1.5,
            MaxDelaySeconds: 60,
            JitterStrategy: 'FULL',
            MaxAttempts: rules.slotAttempts,
          },
          ...REPEATABLE,
        ],
        Catch: [{ ErrorEquals: SLOTS_FULL, ResultPath: '$.error', Next: 'No slot' }],
        ResultPath: null,
        Next: 'PublishStarted',
      },
    ),
    'No slot': end(ending('TimedOut', 'no-slot', 'No concurrency slot became free in time')),
    PublishStarted: publish(
      targets,
      { DetailType: 'Managed Agent Turn Started', 'Detail.$': '$.turn.detail' },
      { ResultPath: null, Next: 'ReadDefinition' },
    ),
    ReadDefinition: call(
      targets,
      'aws-sdk:ssm:getParameter',
      { Name: targets.definitionParameter },
      { ResultSelector: { 'binding.$': '$.Parameter.Value' }, ResultPath: '$.definition', Next: 'OpenSession' },
    ),
    OpenSession: invoke(
      targets,
      'open-session',
      { 'turn.$': '$.turn', 'binding.$': '$.definition.binding' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.session', Next: 'Is the session open' },
    ),
    'Is the session open': choice(
      [
        { Variable: '$.session.answer.status', StringEquals: 'open', Next: 'SubmitTurn' },
        { Variable: '$.session.answer.status', StringEquals: 'busy', Next: 'WaitForSession' },
      ],
      'Session not opened',
    ),
    WaitForSession: { Type: 'Wait', SecondsPath: '$.session.answer.waitSeconds', Next: 'OpenSession' },
    'Session not opened': endWith('$.session.answer.ending'),
    SubmitTurn: invoke(
      targets,
      'submit-turn',
      { 'turn.$': '$.turn', 'sessionId.$': '$.session.answer.sessionId', 'prompt.$': '$.screened' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.work', Next: 'Was the message accepted' },
    ),
    'Was the message accepted': choice(
      [{ Variable: '$.work.answer.status', StringEquals: 'submitted', Next: 'WaitForTurn' }],
      'Turn ended',
    ),
    WaitForTurn: { Type: 'Wait', SecondsPath: '$.work.answer.check.waitSeconds', Next: 'CheckTurn' },
    CheckTurn: invoke(
      targets,
      'check-turn',
      {
        'turn.$': '$.turn',
        'sessionId.$': '$.session.answer.sessionId',
        'check.$': '$.work.answer.check',
      },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.work', Next: 'Is the turn over' },
    ),
    'Is the turn over': choice(
      [
        { Variable: '$.work.answer.status', StringEquals: 'running', Next: 'WaitForTurn' },
        { Variable: '$.work.answer.status', StringEquals: 'deadline', Next: 'Deadline passed' },
      ],
      'Turn ended',
    ),
    'Deadline passed': end(ending('TimedOut', 'deadline', 'The turn was not over at its deadline and was cancelled')),
    'Turn ended': endWith('$.work.answer.ending'),
    [LEAVE]: pass({ 'ending.$': '$.ending', 'screened.$': '$.screened', 'approval.$': '$.approval' }, { End: true }),
  };
}

/** Writes down what is known about the turn, for the settlement of a stopped execution. */
function register(targets: Targets, next: string): State {
  return call(
    targets,
    'dynamodb:updateItem',
    {
      TableName: targets.table,
      Key: { pk: { 'S.$': '$.turn.turnPk' } },
      UpdateExpression: 'SET #state = if_not_exists(#state, :registered), prepared = :prepared, expiresAt = :expires',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':registered': { S: 'registered' },
        ':prepared': { 'S.$': 'States.JsonToString($.turn)' },
        ':expires': { 'N.$': '$.turn.expiresAt' },
      },
    },
    { ResultPath: null, Next: next },
  );
}

/** The optimized integration and the SDK integration name the error differently. */
const SLOTS_FULL = ['DynamoDB.ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'];

function end(constant: object) {
  return pass(constant, { ResultPath: '$.ending', Next: LEAVE });
}

function endWith(path: string) {
  return { Type: 'Pass', InputPath: path, ResultPath: '$.ending', Next: LEAVE };
}
