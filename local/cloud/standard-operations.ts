/** Operations of AWS services for the SDKs of functions, by `<target>` (`AWSEvents.PutEvents`). */
import { createHash, randomUUID } from 'node:crypto';
import type { AccountPolicies } from '../iam/account-policies';
import type { Deployment } from './deployment';
import type { EventEntry } from './event-buses';
import { eventSourceMappingCalls } from './event-source-mappings';
import { executionCalls } from './execution-calls';
import type { Executions } from './executions';
import type { Operation } from './front';
import { queueCalls } from './queue-calls';
import type { Queues } from './queues';
import { rolePolicyCalls } from './role-policies';
import { describeStacks } from './stack-outputs';
import type { Topics } from './topics';

interface OperationsOptions {
  readonly executions: Executions;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly policies: AccountPolicies;
  readonly deployment: Deployment;
  readonly putEvents: (entries: readonly EventEntry[]) => void;
  readonly parameter: (name: string) => string;
  readonly secret: (arn: string) => string;
}

export function standardOperations(on: OperationsOptions): [string, Operation][] {
  const { executions, queues, topics, policies, deployment } = on;
  return [
    ...executionCalls(executions),
    ...queueCalls(queues),
    ...eventSourceMappingCalls(queues),
    ...rolePolicyCalls(policies),
    ['cloudformation:DescribeStacks', (input) => describeStacks(deployment.model, deployment.place, input)],
    [
      'AWSStepFunctions.StartExecution',
      ({ stateMachineArn, name, input }) => {
        const execution = executions.start(String(stateMachineArn), String(name), JSON.parse(String(input)));
        return { executionArn: execution.arn, startDate: Date.parse(execution.startDate) / 1000 };
      },
    ],
    [
      'AWSStepFunctions.SendTaskSuccess',
      ({ taskToken, output }) => executions.succeed(String(taskToken), JSON.parse(String(output))),
    ],
    [
      'AWSStepFunctions.SendTaskFailure',
      ({ taskToken, error, cause }) =>
        executions.fail(String(taskToken), (error ?? 'Error') as string, (cause ?? '') as string),
    ],
    [
      'AmazonSQS.SendMessage',
      ({ QueueUrl, MessageBody }) => ({
        MessageId: queues.send(String(QueueUrl), String(MessageBody)),
        MD5OfMessageBody: createHash('md5').update(String(MessageBody), 'utf8').digest('hex'),
      }),
    ],
    [
      'AWSEvents.PutEvents',
      ({ Entries }) => {
        const entries = Entries as EventEntry[];
        on.putEvents(entries);
        return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUUID() })) };
      },
    ],
    [
      'sns:Publish',
      async ({ TopicArn, Subject, Message }) => {
        const id = await topics.publish({
          topicArn: String(TopicArn),
          subject: Subject as string | undefined,
          message: String(Message),
        });
        return `<PublishResponse><PublishResult><MessageId>${id}</MessageId></PublishResult></PublishResponse>`;
      },
    ],
    ['AmazonSSM.GetParameter', ({ Name }) => ({ Parameter: { Name, Value: on.parameter(String(Name)) } })],
    ['secretsmanager.GetSecretValue', ({ SecretId }) => ({ ARN: SecretId, SecretString: on.secret(String(SecretId)) })],
  ];
}
