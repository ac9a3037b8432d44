import { call, choice, ending, type Machine, pass, type Targets } from './asl';
import { TURN_EVENT_FORMAT } from '../../contracts/turn';
import { SESSION_PREFIX, shareAttribute, turnLedgerKey } from '../../contracts/turn-ledger';
import { FINISH, finishStates, GIVE_BACK } from './finish-states';
import { READ_STOP, stopStates } from './stop-states';

export interface SettlementRules {
  /**
   * How long a function that was running when the execution was stopped may go on. Before that time is over it can still
   * send a message, take a conversation or take a slot, and what is given back earlier would be taken again. One that
   * starts later finds the turn stopped.
   */
  readonly lastStepSeconds: number;
}

/**
 * Settles a turn whose execution was stopped, timed out or broke: the same ending as any other turn has. Input: the
 * `Step Functions Execution Status Change` event of the execution.
 */
export function settlementDefinition(targets: Targets, agentName: string, rules: SettlementRules): Machine {
  const turnKey = { pk: { 'S.$': `States.Format('${turnLedgerKey('{}')}', $.detail.name)` } };
  return {
    Comment: 'Settles a turn whose execution did not come to its own end',
    StartAt: 'StopSubmits',
    // The end of a turn, with an outage of half an hour at several of its steps.
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
        { ResultPath: null, Next: 'LetLastStepEnd' },
      ),
      LetLastStepEnd: { Type: 'Wait', Seconds: rules.lastStepSeconds, Next: 'ReadTurn' },
      ReadTurn: call(
        targets,
        'dynamodb:getItem',
        { TableName: targets.table, Key: turnKey, ConsistentRead: true },
        { ResultSelector: { 'item.$': '$.Item' }, ResultPath: '$.record', Next: 'Is the turn known' },
      ),
      'Is the turn known': choice(
        [{ Variable: '$.record.item.prepared.S', IsPresent: true, Next: 'Known turn' }],
        'Unknown turn',
      ),
      'Known turn': pass(
        { 'turn.$': 'States.StringToJson($.record.item.prepared.S)', 'detail.$': '$.detail', 'record.$': '$.record' },
        { Next: 'Was it settled' },
      ),
      // The execution broke before its first step was done. What is known is its name.
      'Unknown turn': pass(
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
        { Next: 'Was it settled' },
      ),
      'Was it settled': choice(
        [
          { Variable: '$.record.item.settled.BOOL', IsPresent: true, Next: GIVE_BACK },
          { Variable: '$.record.item.ending.S', IsPresent: true, Next: 'As it had ended' },
        ],
        'How it ended',
      ),
      // The turn was over before its execution was stopped or broke.
      'As it had ended': pass(
        { 'ending.$': 'States.StringToJson($.record.item.ending.S)', verdicts: [], approval: null },
        { ResultPath: '$.result', Next: FINISH },
      ),
      'How it ended': choice(
        [
          { Variable: '$.detail.status', StringEquals: 'ABORTED', Next: 'It was stopped' },
          { Variable: '$.detail.status', StringEquals: 'TIMED_OUT', Next: 'It timed out' },
        ],
        'It broke',
      ),
      'It was stopped': result(ending('Cancelled', 'stopped', 'The execution was stopped')),
      'It timed out': result(ending('TimedOut', 'deadline', 'The execution reached its time limit')),
      'It broke': result(ending('Failed', 'workflow-error', 'The execution failed')),
      ...stopStates(targets, FINISH),
      ...finishStates(targets),
    },
  };
}

function result(constant: object) {
  return pass({ ending: constant, verdicts: [], approval: null }, { ResultPath: '$.result', Next: READ_STOP });
}
