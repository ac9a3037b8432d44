/** The event of an execution whose status changed. */
import type { Place } from '../iam/deployed-templates';
import { type CloudEvent, eventOf } from './event-buses';
import type { Execution } from './executions';

/**
 * Step Functions sends these events on a best-effort basis; the local cloud always sends them. Source:
 * docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function statusEvent(execution: Execution, place: Place): CloudEvent {
  const { arn, name, machine, status, startDate, input, output } = execution;
  return eventOf(
    {
      Source: 'aws.states',
      DetailType: 'Step Functions Execution Status Change',
      Resources: [arn],
      Detail: {
        executionArn: arn,
        stateMachineArn: machine.arn,
        name,
        status,
        startDate: Date.parse(startDate),
        stopDate: status === 'RUNNING' ? null : Date.now(),
        input: JSON.stringify(input),
        output: output === undefined ? null : JSON.stringify(output),
      },
    },
    place,
  );
}
