import { choice, ending, invokeFunction, pass, type States, type Targets } from './asl';

/** First state of starting compute. Input: the open session. */
export const START_COMPUTE = 'StartCompute';

/**
 * Starts the compute of a session, if no service does. It runs after the session was opened, because a host connects to
 * the session, and before the message, which fails without a host.
 *
 * @param functionArn function of the environment, idempotent by session
 * @param end the state that reads an ending from a path
 */
export function computeStates(
  targets: Targets,
  functionArn: string,
  next: string,
  end: (path: string) => States[string],
): States {
  return {
    [START_COMPUTE]: invokeFunction(
      targets,
      functionArn,
      { 'turn.$': '$.turn', 'sessionId.$': '$.session.answer.sessionId' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.compute', Next: 'CheckComputeReady' },
    ),
    // The function isn't part of this library: its answer is checked before it is used.
    CheckComputeReady: choice(
      [
        { And: [...hasText('status'), { Variable: `${ANSWER}.status`, StringEquals: 'ready' }], Next: next },
        {
          And: [
            ...hasText('status'),
            { Variable: `${ANSWER}.status`, StringEquals: 'starting' },
            { Variable: `${ANSWER}.waitSeconds`, IsPresent: true },
            { Variable: `${ANSWER}.waitSeconds`, IsNumeric: true },
            { Variable: `${ANSWER}.waitSeconds`, NumericGreaterThanEquals: 1 },
            { Variable: `${ANSWER}.waitSeconds`, NumericLessThanEquals: MOST_WAIT_SECONDS },
          ],
          Next: 'WaitForCompute',
        },
        {
          And: [
            ...hasText('status'),
            { Variable: `${ANSWER}.status`, StringEquals: 'ended' },
            ...hasText('ending.outcome'),
            // Only a turn that did its work is Completed.
            {
              Or: ['Cancelled', 'Failed', 'Rejected', 'TimedOut'].map((outcome) => ({
                Variable: `${ANSWER}.ending.outcome`,
                StringEquals: outcome,
              })),
            },
            ...hasText('ending.reason.code'),
          ],
          Next: 'ReadComputeEnding',
        },
      ],
      'RefuseComputeAnswer',
    ),
    WaitForCompute: { Type: 'Wait', SecondsPath: `${ANSWER}.waitSeconds`, Next: START_COMPUTE },
    // Nothing else: other members would replace members of the outcome event.
    ReadComputeEnding: pass(
      { 'outcome.$': `${ANSWER}.ending.outcome`, 'reason.$': `${ANSWER}.ending.reason` },
      { ResultPath: '$.compute.ending', Next: 'EndComputeNotStarted' },
    ),
    RefuseComputeAnswer: pass(
      ending(
        'Failed',
        'compute-answer-invalid',
        `The function that starts compute must answer ready, starting with waitSeconds from 1 to ${MOST_WAIT_SECONDS}, or ended with an ending that has an outcome other than Completed and a reason with a code`,
      ),
      { ResultPath: '$.compute.ending', Next: 'EndComputeNotStarted' },
    ),
    EndComputeNotStarted: end('$.compute.ending'),
  };
}

const ANSWER = '$.compute.answer';
const MOST_WAIT_SECONDS = 900;

/** A comparison of a missing value, or of a value of another type, would fail the execution. */
const hasText = (member: string) => [
  { Variable: `${ANSWER}.${member}`, IsPresent: true },
  { Variable: `${ANSWER}.${member}`, IsString: true },
];
