import { choice, invokeFunction, type States, type Targets } from './asl';

/** Where the compute of a session is started. Input: what is known once the session is open. */
export const START_COMPUTE = 'StartCompute';

/**
 * Starts the compute of a session where no service does. It stands between the session, which a host needs to connect to,
 * and the message, which fails without a host.
 *
 * @param functionArn made by the environment, idempotent by session
 * @param end the state that takes an ending from a path
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
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.compute', Next: 'Is the compute ready' },
    ),
    'Is the compute ready': choice(
      [
        { Variable: '$.compute.answer.status', StringEquals: 'ready', Next: next },
        { Variable: '$.compute.answer.status', StringEquals: 'starting', Next: 'WaitForCompute' },
      ],
      'Compute not started',
    ),
    WaitForCompute: { Type: 'Wait', SecondsPath: '$.compute.answer.waitSeconds', Next: START_COMPUTE },
    'Compute not started': end('$.compute.answer.ending'),
  };
}
