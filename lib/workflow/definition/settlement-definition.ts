import { call, choice, ending, type Machine, pass, type Targets } from './asl';
import { TURN_EVENT_FORMAT } from '../../contracts/turn';
import { SESSION_PREFIX, shareAttribute, turnLedgerKey } from '../../contracts/turn-ledger';
import { FINISH, finishStates, GIVE_BACK } from './finish-states';
import { READ_STOP, stopStates } from './stop-states';

export interface SettlementRules {
  /**
   * Longest time that a function can continue after its execution was stopped. In that time, it can still send a
   * message, claim a conversation or acquire a slot, so a resource that is released earlier could be claimed again. A
   * function that starts later finds that the turn is stopped.
   */
  readonly lastStepSeconds: number;
}

/**
 * Settles a turn whose execution was stopped, timed out or failed, with the same last steps as every turn. Input: the
 * `Step Functions Execution Status Change` event of the execution.
 */
export function settlementDefinition(targets: Targets, agentName: string, rules: SettlementRules): Machine {
  const turnKey = { pk: { 'S.$': `States.Format('${turnLedgerKey('{}')}', $.detail.name)` } };
  return {
    Comment: 'Settles a turn whose execution did not come to its own end',
    StartAt: 'StopSubmits',
    // Duration of the end of a turn, with an outage of half an hour at several of its steps.
    TimeoutSeconds: 4 * 3600,
    States: {
      StopSubmits: call(
        targets,
        'dynamodb:updateItem',
        {
          TableName: targets.table,
          Key: turnKey,
          UpdateExpression: 'SET stopped = :yes',
          ExpressionAttributeValues: { ':yes': { BOOL: true } },
        },
        { ResultPath: null, Next: 'WaitForLastStep' },
      ),
      WaitForLastStep: { Type: 'Wait', Seconds: rules.lastStepSeconds, Next: 'ReadTurn' },
      ReadTurn: call(
        targets,
        'dynamodb:getItem',
        { TableName: targets.table, Key: turnKey, ConsistentRead: true },
        { ResultSelector: { 'item.$': '$.Item' }, ResultPath: '$.record', Next: 'CheckTurnKnown' },
      ),
      CheckTurnKnown: choice(
        [{ Variable: '$.record.item.prepared.S', IsPresent: true, Next: 'UseKnownTurn' }],
        'UseUnknownTurn',
      ),
      UseKnownTurn: pass(
        { 'turn.$': 'States.StringToJson($.record.item.prepared.S)', 'detail.$': '$.detail', 'record.$': '$.record' },
        { Next: 'CheckSettled' },
      ),
      // The execution failed before its first step completed. Only its name is known.
      UseUnknownTurn: pass(
        {
          'detail.$': '$.detail',
          'record.$': '$.record',
          turn: {
            'name.$': '$.detail.name',
            'turnPk.$': `States.Format('${turnLedgerKey('{}')}', $.detail.name)`,
            'sessionPk.$': `States.Format('${SESSION_PREFIX}{}', $.detail.name)`,
            share: { attribute: shareAttribute(undefined), slots: '1' },
            detail: {
              format: TURN_EVENT_FORMAT,
              agentName,
              turn: { 'name.$': '$.detail.name', 'executionArn.$': '$.detail.executionArn' },
              'deduplicationKey.$': '$.detail.name',
              trigger: { type: 'unknown', id: 'unknown', source: 'unknown', 'time.$': '$.time' },
            },
          },
        },
        { Next: 'CheckSettled' },
      ),
      CheckSettled: choice(
        [
          { Variable: '$.record.item.settled.BOOL', IsPresent: true, Next: GIVE_BACK },
          {
            And: [
              { Variable: '$.record.item.ending.S', IsPresent: true },
              { Variable: '$.detail.status', StringEquals: 'FAILED' },
            ],
            Next: 'ReadRecordedOutcome',
          },
          { Variable: '$.record.item.ending.S', IsPresent: true, Next: 'KeepRecordedEnding' },
        ],
        'ChooseEnding',
      ),
      // The execution failed by itself after the turn had ended. If its outcome is recorded, only the end is missing.
      // Otherwise a step of the end of a completed turn failed in a way that can't be caught, such as a state that is
      // too large: it would fail here, too, so the output is neither delivered nor published.
      ReadRecordedOutcome: call(
        targets,
        'aws-sdk:s3:getObject',
        { Bucket: targets.bucket, 'Key.$': "States.Format('turns/{}/outcome.json', $.detail.name)" },
        {
          ResultSelector: { 'final.$': 'States.StringToJson($.Body)' },
          ResultPath: '$.recorded',
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'KeepRecordedEnding' }],
          Next: 'KeepRecordedOutcome',
        },
        [],
        // Without s3:ListBucket, a missing object is a refusal. Which name Step Functions gives it is not documented.
        5,
      ),
      KeepRecordedOutcome: pass(
        { 'turn.$': '$.turn', final: { 'detail.$': '$.recorded.final.detail' } },
        { Next: GIVE_BACK },
      ),
      // The turn had ended before its execution was stopped or failed.
      KeepRecordedEnding: pass(
        { 'ending.$': 'States.StringToJson($.record.item.ending.S)', verdicts: [], approval: null },
        { ResultPath: '$.result', Next: 'CheckRecordedEnding' },
      ),
      CheckRecordedEnding: choice(
        [
          {
            And: [
              { Variable: '$.detail.status', StringEquals: 'FAILED' },
              { Variable: '$.result.ending.outcome', StringEquals: 'Completed' },
            ],
            Next: 'EndAsFailed',
          },
        ],
        FINISH,
      ),
      ChooseEnding: choice(
        [
          { Variable: '$.detail.status', StringEquals: 'ABORTED', Next: 'EndAsStopped' },
          { Variable: '$.detail.status', StringEquals: 'TIMED_OUT', Next: 'EndAsTimedOut' },
        ],
        'EndAsFailed',
      ),
      EndAsStopped: result(ending('Cancelled', 'stopped', 'The execution was stopped')),
      EndAsTimedOut: result(ending('TimedOut', 'deadline', 'The execution reached its time limit')),
      EndAsFailed: result(ending('Failed', 'workflow-error', 'The execution failed')),
      ...stopStates(targets, FINISH),
      ...finishStates(targets, 'first'),
    },
  };
}

function result(constant: object) {
  return pass({ ending: constant, verdicts: [], approval: null }, { ResultPath: '$.result', Next: READ_STOP });
}
