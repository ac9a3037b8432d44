import { call, choice, CONDITION_FAILED, invoke, type Machine, pass, type State, type Targets } from './asl';
import { FINISH, finishStates, GIVE_BACK } from './finish-states';
import { STAGE, stagingStates } from './staging-states';
import { READ_STOP, stopStates } from './stop-states';
import { type WorkRules, workStates } from './work-states';

/** The settings of a workflow. */
export interface TurnRules extends WorkRules {
  /** Timeout of the whole execution. */
  readonly timeoutSeconds: number;
}

/** Input of the end of a turn. The prompt isn't needed any more, and the size of the state is limited. */
const WITHOUT_PROMPT = 'OmitPrompt';
const RECORD_ENDING = 'RecordEnding';

/** The state machine with one execution per turn. Input: TurnRequest; output: TurnResult. */
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
      RegisterTurn: register(targets, 'CheckRequestAccepted'),
      CheckRequestAccepted: choice(
        [{ Variable: '$.accepted', BooleanEquals: true, Next: targets.steps.staging ? STAGE : 'RunTurn' }],
        'RejectRequest',
      ),
      ...(targets.steps.staging
        ? stagingStates(targets, targets.steps.staging, (next) => register(targets, next), {
            next: 'RunTurn',
            refused: 'RejectRequest',
            failed: WITHOUT_PROMPT,
          })
        : {}),
      RejectRequest: pass(
        { 'ending.$': '$.ending', verdicts: [], approval: null },
        { ResultPath: '$.result', Next: WITHOUT_PROMPT },
      ),
      RunTurn: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'ScreenInput', States: workStates(targets, rules) }],
        ResultSelector: {
          'ending.$': '$[0].ending',
          'verdicts.$': '$[0].verdicts',
          'approval.$': '$[0].approval',
        },
        ResultPath: '$.result',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'EndStepFailed' }],
        Next: WITHOUT_PROMPT,
      },
      EndStepFailed: pass(
        {
          ending: {
            outcome: 'Failed',
            reason: { code: 'workflow-error', 'message.$': "States.Format('A step failed: {}', $.error.Error)" },
          },
          verdicts: [],
          approval: null,
        },
        { ResultPath: '$.result', Next: WITHOUT_PROMPT },
      ),
      [WITHOUT_PROMPT]: pass({ 'turn.$': '$.turn', 'result.$': '$.result' }, { Next: 'CheckPossibleStop' }),
      CheckPossibleStop: choice(
        ['Rejected', 'Cancelled'].map((outcome) => ({
          Variable: '$.result.ending.outcome',
          StringEquals: outcome,
          Next: RECORD_ENDING,
        })),
        READ_STOP,
      ),
      ...stopStates(targets, RECORD_ENDING),
      // From here on, the settlement can end the turn with its outcome, even if this execution is stopped or fails.
      [RECORD_ENDING]: call(
        targets,
        'dynamodb:updateItem',
        {
          TableName: targets.table,
          Key: { pk: { 'S.$': '$.turn.turnPk' } },
          UpdateExpression: 'SET ending = :ending',
          ConditionExpression: 'attribute_not_exists(stopped)',
          ExpressionAttributeValues: { ':ending': { 'S.$': 'States.JsonToString($.result.ending)' } },
        },
        {
          ResultPath: null,
          Catch: [
            // This execution was stopped and then redriven. Its settlement publishes the outcome.
            { ErrorEquals: CONDITION_FAILED, ResultPath: null, Next: GIVE_BACK },
            { ErrorEquals: ['States.ALL'], ResultPath: null, Next: FINISH },
          ],
          Next: FINISH,
        },
        CONDITION_FAILED,
      ),
      ...finishStates(targets, 'last'),
    },
  };
}

/** Records the turn for the settlement of a stopped execution. */
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
