import { arnOf } from '../../model/templates';
import { ACCOUNT, of, ref, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

const deny = (rest: object) => ({ Effect: 'Deny', ...rest });
const RUNTIMES = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/bedrock-agentcore/runtimes`;
const denied = (role: string, name: string, bad: object, good: object): Pair =>
  pair('MA-AUD3', name, bad, good, (statement: object) => ({
    add: { Silence: policyFor(ref(role), deny(statement)) },
  }));
const retained = (name: string, bad: unknown, good: unknown, LogGroupName: unknown = ref('Logs')): Pair =>
  pair('MA-AUD3', name, bad, good, (RetentionInDays) => ({
    add: {
      Retention: of('Custom::LogRetention', {
        ServiceToken: arnOf('Worker'),
        LogGroupName,
        RetentionInDays,
      }),
    },
  }));

/** Logs that are not written, or that something beside the log group deletes early. */
export const UNWRITTEN_LOGS: readonly Pair[] = [
  denied(
    'OpenRole',
    'the function that opens sessions is denied to write its log',
    { Action: 'logs:PutLogEvents', Resource: arnOf('Logs') },
    { Action: 'logs:PutLogEvents', Resource: arnOf('RuntimeLogs') },
  ),
  denied(
    'StarterRole',
    'the starter is denied to create streams anywhere',
    { Action: 'logs:Create*', Resource: '*' },
    { Action: 'logs:CreateLogGroup', Resource: '*' },
  ),
  denied(
    'StarterRole',
    'the starter is denied everything but its work',
    { NotAction: ['states:*', 'sqs:*'], Resource: '*' },
    { NotAction: ['states:*', 'sqs:*', 'logs:*'], Resource: '*' },
  ),
  denied(
    'ExecutionRole',
    'the agent is denied to write its log',
    { Action: 'logs:PutLogEvents', Resource: `${RUNTIMES}/reviewer-*:*` },
    { Action: 'logs:PutLogEvents', Resource: `${RUNTIMES}/writer-*:*` },
  ),
  denied(
    'ExecutionRole',
    'the agent is denied every log but one',
    { Action: ['logs:*'], NotResource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/other:*` },
    { Action: ['logs:*'], NotResource: `${RUNTIMES}/*` },
  ),
  retained('a custom resource sets the retention of a log to a day', 1, 400),
  retained('a custom resource sets the retention of a log to a day, as text', '1', '400'),
  retained(
    'a custom resource sets the retention of the log of the Runtime, by its name',
    3,
    30,
    sub('/aws/bedrock-agentcore/runtimes/${Runtime.AgentRuntimeId}-DEFAULT'),
  ),
];
