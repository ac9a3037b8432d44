import { call, choice, ending, invoke, pass, type States, type Targets } from './asl';
import { TURN_EVENT_SOURCE, turnEventType } from '../../contracts/turn';
import { SLOTS_KEY, WAIT_PREFIX } from '../../contracts/turn-ledger';
import { CHECK_NOTHING_TO_DELIVER, DELIVER, deliveryStates } from './delivery-states';
import { screening } from './screening';

/**
 * First state of the end in both state machines: the turn has ended. Input: `{turn, result: {ending, verdicts,
 * approval}}`.
 */
export const FINISH = 'CheckWorkToStop';
/** First state for a turn whose outcome was already published. Input: `{turn}`. */
export const GIVE_BACK = 'CloseSession';
const PUBLISH = 'PublishOutcome';
const CHECK_PUBLISHED = 'CheckOutcomePublished';

/** Catches every error and continues: the slot and the session are always released. */
const continueAt = (at: string, next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: at, Next: next }];

/**
 * Cancels a running turn, collects the evidence, screens the output, publishes the outcome, and releases session and
 * slot. Used by the workflow and by the settlement of a stopped execution; every state may run twice for the same turn.
 *
 * @param release `last`: the next turn of the conversation begins after the delivery. `first`: as soon as the evidence
 *   is collected, because nothing comes after a settlement, and some errors of a state can't be caught (a state that is
 *   larger than an execution allows)
 */
export function finishStates(targets: Targets, release: 'first' | 'last'): States {
  const turnKey = { pk: { 'S.$': '$.turn.turnPk' } };
  const isFirst = release === 'first';
  const published = isFirst ? CHECK_PUBLISHED : GIVE_BACK;
  return {
    [FINISH]: choice(
      [
        { Variable: '$.result.ending.outcome', StringEquals: 'Completed', Next: 'CollectEvidence' },
        { Variable: '$.result.ending.outcome', StringEquals: 'Rejected', Next: 'CollectEvidence' },
      ],
      'CancelTurn',
    ),
    CancelTurn: invoke(
      targets,
      'cancel-turn',
      { 'turn.$': '$.turn' },
      { ResultPath: '$.cancelled', Catch: continueAt('$.cancelled', 'CollectEvidence'), Next: 'CollectEvidence' },
    ),
    CollectEvidence: invoke(
      targets,
      'collect-evidence',
      {
        'turn.$': '$.turn',
        'ending.$': '$.result.ending',
        'verdicts.$': '$.result.verdicts',
        'approval.$': '$.result.approval',
      },
      {
        ResultSelector: { 'answer.$': '$.Payload' },
        ResultPath: '$.collected',
        Catch: continueAt('$.error', isFirst ? GIVE_BACK : 'CheckTurnCompleted'),
        Next: isFirst ? GIVE_BACK : 'DescribeOutcome',
      },
    ),
    CheckTurnCompleted: choice(
      [{ Variable: '$.result.ending.outcome', StringEquals: 'Completed', Next: 'FailWithoutEvidence' }],
      'DescribeOutcomeWithoutEvidence',
    ),
    FailWithoutEvidence: pass(
      {
        outcome: 'Failed',
        reason: { code: 'evidence-missing', message: 'The turn completed, but its evidence could not be stored' },
      },
      { ResultPath: '$.result.ending', Next: 'DescribeOutcomeWithoutEvidence' },
    ),
    DescribeOutcomeWithoutEvidence: pass(
      { 'detail.$': 'States.JsonMerge($.turn.detail, $.result.ending, false)' },
      { ResultPath: '$.final', Next: PUBLISH },
    ),
    DescribeOutcome: pass(
      {
        'detail.$':
          'States.JsonMerge(States.JsonMerge($.turn.detail, $.result.ending, false), $.collected.answer.detail, false)',
        output: [],
      },
      { ResultPath: '$.final', Next: 'CheckOutput' },
    ),
    CheckOutput: choice(
      [{ Variable: '$.collected.answer.output[0]', IsPresent: true, Next: 'ScreenOutput' }],
      targets.steps.delivery ? CHECK_NOTHING_TO_DELIVER : 'RecordOutcome',
    ),
    ScreenOutput: screening(targets, 'Output', '$.collected.answer.output', {
      ResultPath: '$.final.output',
      Catch: continueAt('$.error', 'FailOutputScreening'),
      Next: 'EvaluateOutput',
    }),
    FailOutputScreening: pass(
      ending('Failed', 'workflow-error', 'The output could not be screened and is not published'),
      { ResultPath: '$.overruled', Next: 'OmitOutput' },
    ),
    OmitOutput: pass(
      { 'detail.$': 'States.JsonMerge($.final.detail, $.overruled, false)', output: [] },
      { ResultPath: '$.final', Next: 'RecordOutcome' },
    ),
    EvaluateOutput: pass(
      { 'blocked.$': "States.ArrayContains($.final.output[*].verdict.action, 'BLOCKED')" },
      { ResultPath: '$.weighed', Next: 'CheckOutputBlocked' },
    ),
    CheckOutputBlocked: choice(
      [{ Variable: '$.weighed.blocked', BooleanEquals: true, Next: 'RejectOutputBlocked' }],
      'AllowOutput',
    ),
    RejectOutputBlocked: pass(ending('Rejected', 'output-blocked', 'The guardrail blocked the output'), {
      ResultPath: '$.overruled',
      Next: 'KeepVerdicts',
    }),
    KeepVerdicts: pass(
      {
        'detail.$': 'States.JsonMerge($.final.detail, $.overruled, false)',
        'output.$': '$.final.output',
      },
      { ResultPath: '$.final', Next: 'RecordOutcome' },
    ),
    AllowOutput: pass(
      { 'output.$': '$.final.output[*].part' },
      { ResultPath: '$.published', Next: targets.steps.delivery ? DELIVER : 'AddOutput' },
    ),
    ...(targets.steps.delivery ? deliveryStates(targets, targets.steps.delivery) : {}),
    AddOutput: pass(
      {
        'detail.$': 'States.JsonMerge($.final.detail, $.published, false)',
        'output.$': '$.final.output',
      },
      { ResultPath: '$.final', Next: 'RecordOutcome' },
    ),
    RecordOutcome: call(
      targets,
      'aws-sdk:s3:putObject',
      {
        Bucket: targets.bucket,
        'Key.$': '$.collected.answer.outcomeKey',
        // Step Functions writes an object as JSON.
        'Body.$': '$.final',
        ContentType: 'application/json',
        // A bucket with a default object lock refuses uploads without a checksum.
        ChecksumAlgorithm: 'SHA256',
      },
      { ResultPath: null, Catch: continueAt('$.error', PUBLISH), Next: PUBLISH },
    ),
    [PUBLISH]: publish(
      targets,
      {
        'DetailType.$': `States.Format('${turnEventType('{}')}', $.final.detail.outcome)`,
        'Detail.$': '$.final.detail',
      },
      { ResultPath: null, Catch: continueAt('$.publishError', published), Next: 'MarkSettled' },
    ),
    MarkSettled: call(
      targets,
      'dynamodb:updateItem',
      {
        TableName: targets.table,
        Key: turnKey,
        UpdateExpression: 'SET outcome = :outcome, settled = :yes',
        ExpressionAttributeValues: { ':outcome': { 'S.$': '$.final.detail.outcome' }, ':yes': { BOOL: true } },
      },
      { ResultPath: null, Catch: continueAt('$.error', published), Next: published },
    ),
    [GIVE_BACK]: invoke(
      targets,
      'close-session',
      { 'turn.$': '$.turn' },
      { ResultPath: null, Catch: continueAt('$.error', 'ReleaseSlot'), Next: 'ReleaseSlot' },
    ),
    ReleaseSlot: call(
      targets,
      'dynamodb:updateItem',
      {
        TableName: targets.table,
        Key: { pk: { S: SLOTS_KEY } },
        // A turn that waited for a slot holds none; its position in the queue is removed.
        UpdateExpression: 'DELETE holders :me, #share :me REMOVE #wait',
        ExpressionAttributeNames: {
          '#share.$': '$.turn.share.attribute',
          '#wait.$': `States.Format('${WAIT_PREFIX}{}', $.turn.name)`,
        },
        ExpressionAttributeValues: { ':me': { 'SS.$': 'States.Array($.turn.name)' } },
      },
      isFirst
        ? { ResultPath: null, Catch: continueAt('$.releaseError', 'CheckReleased'), Next: 'CheckReleased' }
        : { ResultPath: null, Next: CHECK_PUBLISHED },
    ),
    ...(isFirst ? releasedStates() : {}),
    [CHECK_PUBLISHED]: choice(
      [{ Variable: '$.publishError', IsPresent: true, Next: 'OutcomeNotPublished' }],
      isFirst ? 'CheckSlotReleased' : 'CheckOutcome',
    ),
    OutcomeNotPublished: {
      Type: 'Fail',
      Error: 'OutcomeNotPublished',
      Cause: 'The outcome event could not be published; the evidence is stored and the slot is free',
    },
    CheckOutcome: choice([{ Variable: '$.final', IsPresent: true, Next: 'TurnOver' }], 'GivenBack'),
    TurnOver: { Type: 'Succeed', OutputPath: '$.final.detail' },
    GivenBack: { Type: 'Succeed' },
  };
}

/** What follows the release in a settlement. */
function releasedStates(): States {
  return {
    CheckReleased: choice(
      [
        // The outcome was recorded before.
        { Variable: '$.final', IsPresent: true, Next: PUBLISH },
        { Variable: '$.collected', IsPresent: true, Next: 'DescribeOutcome' },
        { Variable: '$.result', IsPresent: true, Next: 'CheckTurnCompleted' },
      ],
      CHECK_PUBLISHED,
    ),
    CheckSlotReleased: choice(
      [{ Variable: '$.releaseError', IsPresent: true, Next: 'SlotNotReleased' }],
      'CheckOutcome',
    ),
    SlotNotReleased: {
      Type: 'Fail',
      Error: 'SlotNotReleased',
      Cause: 'The slot could not be released; the outcome event is published. Start the settlement again.',
    },
  };
}

/** One event on the agent's bus. Step Functions fails the state if EventBridge refuses the entry. */
export function publish(targets: Targets, entry: object, rest: object) {
  return call(
    targets,
    'events:putEvents',
    { Entries: [{ EventBusName: targets.eventBus, Source: TURN_EVENT_SOURCE, ...entry }] },
    rest,
  );
}
