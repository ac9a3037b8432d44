import { STOP_KEY } from '../../contracts/kill-switch';
import { call, choice, pass, type States, type Targets } from './asl';

/**
 * First state of the check whether a kill switch caused the ending. Input: `{result: {ending, verdicts, approval}}`.
 */
export const READ_STOP = 'ReadStop';

/**
 * Ends a turn of a stopped agent as Cancelled, for every ending. After an agent is stopped, its roles are denied
 * everything: a failed step then isn't a fault of the agent, and an answer may lack the results of tools. While a stop
 * is only recorded, a concurrent release may leave the roles denied: failures then count as stopped, answers don't.
 */
export function stopStates(targets: Targets, next: string): States {
  const item = '$.stop.Item';
  return {
    [READ_STOP]: call(
      targets,
      'dynamodb:getItem',
      { TableName: targets.table, Key: { pk: { S: STOP_KEY } }, ConsistentRead: true },
      {
        ResultPath: '$.stop',
        // If the ledger can't be read, the turn keeps its ending.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }],
        Next: 'CheckAgentStopped',
      },
    ),
    CheckAgentStopped: choice(
      [
        { Variable: `${item}.refusesSince.S`, IsPresent: true, Next: 'EndAsAgentStopped' },
        {
          And: [
            { Variable: `${item}.at.S`, IsPresent: true },
            { Variable: '$.result.ending.outcome', StringEquals: 'Failed' },
          ],
          Next: 'EndAsAgentStopped',
        },
      ],
      next,
    ),
    EndAsAgentStopped: pass(
      {
        outcome: 'Cancelled',
        reason: {
          code: 'stopped',
          'message.$': `States.Format('The agent was stopped at {}: {}. What the turn came to after that is in its evidence only.', ${item}.at.S, ${item}.reason.S)`,
        },
      },
      { ResultPath: '$.result.ending', Next: next },
    ),
  };
}
