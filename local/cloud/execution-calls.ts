/** Calls of operators to Step Functions: reading and stopping executions. */
import { AwsError, type Fields } from './aws-error';
import type { Execution, Executions } from './executions';
import type { Operation } from './front';

const seconds = (time: string) => Date.parse(time) / 1000;

/** By `x-amz-target`. The history has only tasks: the local interpreter doesn't report other states. */
export function executionCalls(executions: Executions): [string, Operation][] {
  const find = ({ executionArn }: Fields): Execution => {
    const found = executions.find(String(executionArn));
    if (found === undefined) {
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(executionArn)}'`);
    }
    return found;
  };
  return [
    ['AWSStepFunctions.ListExecutions', (input) => list(executions, input)],
    ['AWSStepFunctions.DescribeExecution', (input) => describe(find(input))],
    ['AWSStepFunctions.GetExecutionHistory', (input) => history(find(input), input)],
    [
      'AWSStepFunctions.StopExecution',
      (input) => {
        // Responds immediately, like Step Functions; see `Executions.stop` for the time of its event.
        void executions.stop(find(input));
        return { stopDate: Date.now() / 1000 };
      },
    ],
  ];
}

function list(executions: Executions, { stateMachineArn, statusFilter, maxResults = 100, nextToken = 0 }: Fields) {
  const machine = executions.machine(String(stateMachineArn));
  // Newest first. Source: docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
  const found = executions.all
    .filter((each) => each.machine === machine && (statusFilter === undefined || each.status === statusFilter))
    .reverse();
  const [first, count] = [Number(nextToken), Number(maxResults)];
  return {
    executions: found.slice(first, first + count).map((each) => summary(each)),
    ...(first + count < found.length ? { nextToken: String(first + count) } : {}),
  };
}

const summary = ({ arn, name, machine, status, startDate, stopDate }: Execution) => ({
  executionArn: arn,
  stateMachineArn: machine.arn,
  name,
  status,
  startDate: seconds(startDate),
  ...(stopDate === undefined ? {} : { stopDate: seconds(stopDate) }),
});

const describe = (execution: Execution) => ({
  ...summary(execution),
  input: JSON.stringify(execution.input),
  ...(execution.output === undefined || execution.status !== 'SUCCEEDED'
    ? {}
    : { output: JSON.stringify(execution.output) }),
  ...(execution.error === undefined ? {} : { error: execution.error.name, cause: execution.error.message }),
});

function history(execution: Execution, { reverseOrder = false, maxResults = 100, nextToken = 0 }: Fields) {
  const events = [
    { timestamp: seconds(execution.startDate), type: 'ExecutionStarted' },
    ...execution.tasks.map((name, index) => ({
      timestamp: seconds(execution.taskTimes[index]),
      type: 'TaskStateEntered',
      stateEnteredEventDetails: { name },
    })),
    ...(execution.stopDate === undefined
      ? []
      : [{ timestamp: seconds(execution.stopDate), type: ENDINGS[execution.status] }]),
  ].map((event, index) => ({ ...event, id: index + 1, previousEventId: index }));
  if (reverseOrder === true) events.reverse();
  const [first, count] = [Number(nextToken), Number(maxResults)];
  return {
    events: events.slice(first, first + count),
    ...(first + count < events.length ? { nextToken: String(first + count) } : {}),
  };
}

const ENDINGS: Readonly<Record<Execution['status'], string>> = {
  RUNNING: '',
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  ABORTED: 'ExecutionAborted',
};
