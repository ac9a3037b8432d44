import { SLOTS_KEY, WAIT_PREFIX } from '../../contracts/turn-ledger';
import { turnEventType } from '../../contracts/turn';
import type { FinalAnswerForm } from '../../contracts/step';
import { type ApprovalRules, approvalStates } from './approval-states';
import { call, choice, CONDITION_FAILED, ending, invoke, pass, type States, type Targets } from './asl';
import { computeStates, START_COMPUTE } from './compute-states';
import { publish } from './finish-states';
import { screening } from './screening';

/** The settings of a workflow that the states of a turn need. */
export interface WorkRules {
  readonly maxConcurrency: number;
  /** Absent: the state machine has no approval step. */
  readonly approval?: ApprovalRules;
  /** Absent: any text is a final answer. */
  readonly finalAnswer?: FinalAnswerForm;
}

/** Result of the states of a turn: ending, verdicts of the guardrail, approval. */
const LEAVE = 'Leave';

/** The states from the screening of the input to the ending of the turn. */
export function workStates(targets: Targets, rules: WorkRules): States {
  const { compute } = targets.steps;
  const afterScreening = rules.approval ? 'CheckApprovalRequired' : 'BeginWaiting';
  return {
    // Only untrusted parts: a prompt-attack filter treats the sentences of the deployment as an attack.
    ScreenInput: screening(targets, 'Input', '$.toScreen', { ResultPath: '$.screened', Next: 'EvaluateInput' }),
    EvaluateInput: pass(
      {
        'turn.$': '$.turn',
        'prompt.$': '$.prompt',
        'screened.$': '$.screened',
        approval: null,
        'blocked.$': "States.ArrayContains($.screened[*].verdict.action, 'BLOCKED')",
      },
      { Next: 'CheckInputBlocked' },
    ),
    CheckInputBlocked: choice(
      [{ Variable: '$.blocked', BooleanEquals: true, Next: 'RejectInputBlocked' }],
      afterScreening,
    ),
    RejectInputBlocked: end(ending('Rejected', 'input-blocked', 'The guardrail blocked the input')),
    ...(rules.approval ? approvalStates(targets, rules.approval, 'BeginWaiting', LEAVE) : {}),

    BeginWaiting: pass({ admission: null }, { ResultPath: '$.wait', Next: 'AdmitTurn' }),
    // First the conversation, then the slot: a turn that waits for its conversation holds no slot.
    AdmitTurn: invoke(
      targets,
      'admit-turn',
      { 'turn.$': '$.turn', 'admission.$': '$.wait.admission' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.admitted', Next: 'CheckTurnAdmitted' },
    ),
    CheckTurnAdmitted: choice(
      [
        { Variable: '$.admitted.answer.status', StringEquals: 'admitted', Next: 'AcquireSlot' },
        { Variable: '$.admitted.answer.status', StringEquals: 'waiting', Next: 'KeepWaiting' },
      ],
      'EndNotAdmitted',
    ),
    KeepWaiting: pass(
      { 'admission.$': '$.admitted.answer.admission' },
      { ResultPath: '$.wait', Next: 'WaitForTurnToBegin' },
    ),
    WaitForTurnToBegin: { Type: 'Wait', SecondsPath: '$.wait.admission.waitSeconds', Next: 'AdmitTurn' },
    EndNotAdmitted: endWith('$.admitted.answer.ending'),
    AcquireSlot: call(
      targets,
      'dynamodb:updateItem',
      {
        TableName: targets.table,
        Key: { pk: { S: SLOTS_KEY } },
        UpdateExpression: 'ADD holders :me, #share :me REMOVE #wait',
        // Idempotent: a turn that holds a slot already gets the same one again.
        ConditionExpression:
          '(attribute_not_exists(holders) OR size(holders) < :limit OR contains(holders, :name)) AND ' +
          '(attribute_not_exists(#share) OR size(#share) < :share OR contains(#share, :name))',
        ExpressionAttributeNames: {
          '#share.$': '$.turn.share.attribute',
          '#wait.$': `States.Format('${WAIT_PREFIX}{}', $.turn.name)`,
        },
        ExpressionAttributeValues: {
          ':share': { 'N.$': '$.turn.share.slots' },
          ':me': { 'SS.$': 'States.Array($.turn.name)' },
          ':name': { 'S.$': '$.turn.name' },
          ':limit': { N: String(rules.maxConcurrency) },
        },
      },
      {
        Catch: [{ ErrorEquals: CONDITION_FAILED, ResultPath: null, Next: 'KeepWaiting' }],
        ResultPath: null,
        Next: 'PublishStarted',
      },
      CONDITION_FAILED,
    ),
    // The notification about the start isn't part of the turn.
    PublishStarted: publish(
      targets,
      { DetailType: turnEventType('Started'), 'Detail.$': '$.turn.detail' },
      {
        ResultPath: null,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'ReadDefinition' }],
        Next: 'ReadDefinition',
      },
    ),
    ReadDefinition: call(
      targets,
      'aws-sdk:ssm:getParameter',
      { Name: targets.definitionParameter },
      {
        ResultSelector: { 'binding.$': '$.Parameter.Value' },
        ResultPath: '$.definition',
        Next: 'OpenSession',
      },
    ),
    OpenSession: invoke(
      targets,
      'open-session',
      { 'turn.$': '$.turn', 'binding.$': '$.definition.binding' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.session', Next: 'CheckSessionOpen' },
    ),
    CheckSessionOpen: choice(
      [
        { Variable: '$.session.answer.status', StringEquals: 'open', Next: compute ? START_COMPUTE : 'SubmitTurn' },
        { Variable: '$.session.answer.status', StringEquals: 'busy', Next: 'WaitForSession' },
      ],
      'EndSessionNotOpened',
    ),
    WaitForSession: { Type: 'Wait', SecondsPath: '$.session.answer.waitSeconds', Next: 'OpenSession' },
    EndSessionNotOpened: endWith('$.session.answer.ending'),
    ...(compute ? computeStates(targets, compute, 'SubmitTurn', endWith) : {}),
    SubmitTurn: invoke(
      targets,
      'submit-turn',
      {
        'turn.$': '$.turn',
        'sessionId.$': '$.session.answer.sessionId',
        'prompt.$': '$.prompt',
        'screened.$': '$.screened',
      },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.work', Next: 'CheckMessageAccepted' },
    ),
    CheckMessageAccepted: choice(
      [{ Variable: '$.work.answer.status', StringEquals: 'submitted', Next: 'WaitForTurn' }],
      'UseTurnEnding',
    ),
    WaitForTurn: { Type: 'Wait', SecondsPath: '$.work.answer.check.waitSeconds', Next: 'CheckTurn' },
    CheckTurn: invoke(
      targets,
      'check-turn',
      {
        'turn.$': '$.turn',
        'sessionId.$': '$.session.answer.sessionId',
        'check.$': '$.work.answer.check',
        ...(rules.finalAnswer ? { finalAnswer: rules.finalAnswer } : {}),
      },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.work', Next: 'CheckTurnEnded' },
    ),
    CheckTurnEnded: choice(
      [
        { Variable: '$.work.answer.status', StringEquals: 'running', Next: 'WaitForTurn' },
        { Variable: '$.work.answer.status', StringEquals: 'deadline', Next: 'EndDeadlinePassed' },
        ...(rules.finalAnswer
          ? [{ Variable: '$.work.answer.status', StringEquals: 'wrong-form', Next: 'AskAgain' }]
          : []),
      ],
      'UseTurnEnding',
    ),
    ...(rules.finalAnswer ? askAgainStates(targets) : {}),
    EndDeadlinePassed: end(ending('TimedOut', 'deadline', 'The turn was not over at its deadline and was cancelled')),
    UseTurnEnding: endWith('$.work.answer.ending'),
    // Only the verdicts on the prompt are kept: its text would stay in the state until the end.
    [LEAVE]: pass(
      { 'ending.$': '$.ending', 'verdicts.$': '$.screened[*].verdict', 'approval.$': '$.approval' },
      { End: true },
    ),
  };
}

/**
 * Asks for the final answer again, in the session, the slot and the deadline of the turn. The ledger records the
 * request, so it is never sent twice.
 */
function askAgainStates(targets: Targets): States {
  return {
    AskAgain: invoke(
      targets,
      'submit-turn',
      {
        'turn.$': '$.turn',
        'sessionId.$': '$.session.answer.sessionId',
        prompt: [],
        screened: [],
        message: 'answer-request',
      },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.work', Next: 'CheckMessageAccepted' },
    ),
  };
}

function end(constant: object) {
  return pass(constant, { ResultPath: '$.ending', Next: LEAVE });
}

function endWith(path: string) {
  return { Type: 'Pass', InputPath: path, ResultPath: '$.ending', Next: LEAVE };
}
