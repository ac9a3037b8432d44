import { choice, invokeFunction, type States, type Targets } from './asl';

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
    CheckComputeReady: choice(
      [
        { Variable: '$.compute.answer.status', StringEquals: 'ready', Next: next },
        { Variable: '$.compute.answer.status', StringEquals: 'starting', Next: 'WaitForCompute' },
      ],
      'EndComputeNotStarted',
    ),
    WaitForCompute: { Type: 'Wait', SecondsPath: '$.compute.answer.waitSeconds', Next: START_COMPUTE },
    EndComputeNotStarted: end('$.compute.answer.ending'),
  };
}
