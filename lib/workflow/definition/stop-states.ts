import { STOP_KEY } from '../../contracts/kill-switch';
import { call, choice, pass, type States, type Targets } from './asl';

/** Where an ending that a kill switch may have caused is looked at. Input: `{result: {ending, verdicts, approval}}`. */
export const READ_STOP = 'ReadStop';

/**
 * Ends a turn of a stopped agent as Cancelled, whatever it came to. From the moment that an agent is stopped, its roles are denied everything: a step
 * that fails then shows no fault of the agent, and an answer was perhaps given without what the tools would have said.
 *
 * While a stop is announced only, the roles can be denied by a release that was overtaken by it: failures count as stopped then, answers do not.
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
        // Without the answer, the turn ends as what it came to.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }],
        Next: 'Is the agent stopped',
      },
    ),
    'Is the agent stopped': choice(
      [
        { Variable: `${item}.refusesSince.S`, IsPresent: true, Next: 'Agent stopped' },
        {
          And: [
            { Variable: `${item}.at.S`, IsPresent: true },
            { Variable: '$.result.ending.outcome', StringEquals: 'Failed' },
          ],
          Next: 'Agent stopped',
        },
      ],
      next,
    ),
    'Agent stopped': pass(
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
