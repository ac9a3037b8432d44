/** Calls of state machine tasks: the service integrations of Step Functions that this library uses. */
import {
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AwsError, type Fields } from './aws-error';
import type { EventEntry } from './event-buses';
import type { Execution, Executions, TaskPlace } from './executions';
import type { Functions } from './functions';
import type { LocalGuardrail } from './guardrail';
import { checkLimits } from './limits';
import type { Queues } from './queues';
import type { Stores } from './stores';

/** A call of a scenario: its return value is the result of the task. */
export type ServiceCall = (parameters: Fields, place: TaskPlace) => unknown;

export interface ServiceCallsOptions {
  readonly stores: Stores;
  readonly functions: Functions;
  readonly executions: () => Executions;
  readonly queues: Queues;
  readonly guardrail: LocalGuardrail;
  readonly putEvents: (entries: readonly EventEntry[]) => void;
  readonly parameter: (name: string) => string;
  readonly publish: (message: { topicArn: string; subject?: string; message: string }) => Promise<string>;
  /** @throws AwsError when the role of the state machine isn't permitted to make the call */
  readonly authorize: (machineArn: string, name: string, parameters: Fields) => void;
  /**
   * The role of a state machine polls the execution that it started as a job.
   *
   * @throws AwsError when it isn't permitted
   */
  readonly watchJob: (machineArn: string, executionArn: string) => void;
  /** Called with every object that a state machine wrote. */
  readonly onObject: (bucket: string, key: string) => void;
}

const WAIT = '.waitForTaskToken';

export class ServiceCalls {
  private readonly calls: Map<string, ServiceCall>;

  public constructor(private readonly on: ServiceCallsOptions) {
    const { stores, functions, queues, guardrail } = on;
    const { dynamo, s3 } = stores;
    const update = (input: Fields) => dynamo.send(new UpdateItemCommand(input as unknown as UpdateItemCommandInput));
    const read = async (input: Fields) => {
      const { Item } = await dynamo.send(new GetItemCommand(input as unknown as GetItemCommandInput));
      return { Item };
    };
    const put = (input: Fields) => dynamo.send(new PutItemCommand(input as unknown as PutItemCommandInput));
    const remove = (input: Fields) => dynamo.send(new DeleteItemCommand(input as unknown as DeleteItemCommandInput));
    const start = ({ StateMachineArn, Name, Input }: Fields, { execution, state }: TaskPlace) =>
      on
        .executions()
        .start(
          String(StateMachineArn),
          Name === undefined ? `${execution.name}-${state}-${execution.tasks.length}` : (Name as string),
          Input ?? {},
        );
    this.calls = new Map<string, ServiceCall>([
      [
        'lambda:invoke',
        async ({ FunctionName, Payload }) => ({
          Payload: await functions.invoke(String(FunctionName), Payload ?? {}),
          StatusCode: 200,
        }),
      ],
      ['dynamodb:updateItem', update],
      ['dynamodb:getItem', read],
      ['dynamodb:putItem', put],
      ['dynamodb:deleteItem', remove],
      ['aws-sdk:dynamodb:updateItem', update],
      ['aws-sdk:dynamodb:getItem', read],
      ['aws-sdk:dynamodb:putItem', put],
      ['aws-sdk:dynamodb:deleteItem', remove],
      [
        'aws-sdk:dynamodb:query',
        async (input) => {
          const { Items, Count } = await dynamo.send(new QueryCommand(input as unknown as QueryCommandInput));
          return { Items, Count };
        },
      ],
      [
        'aws-sdk:s3:getObject',
        async ({ Bucket, Key }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: String(Bucket), Key: String(Key) }));
          return { Body: await Body!.transformToString() };
        },
      ],
      [
        'aws-sdk:s3:putObject',
        async ({ Bucket, Key, Body, ContentType }) => {
          const text = typeof Body === 'string' ? Body : JSON.stringify(Body);
          const type = ContentType as string | undefined;
          await s3.send(
            new PutObjectCommand({ Bucket: String(Bucket), Key: String(Key), Body: text, ContentType: type }),
          );
          on.onObject(String(Bucket), String(Key));
          return {};
        },
      ],
      ['aws-sdk:ssm:getParameter', ({ Name }) => ({ Parameter: { Name, Value: on.parameter(String(Name)) } })],
      [
        'aws-sdk:bedrockruntime:applyGuardrail',
        ({ Source, Content }) => {
          const [{ Text }] = Content as { Text: { Text: string } }[];
          return guardrail.apply(String(Source), Text.Text);
        },
      ],
      [
        'events:putEvents',
        ({ Entries }, { execution }) => {
          // Step Functions adds the state machine and the execution
          // (docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html).
          const own = [execution.arn, execution.machine.arn];
          const entries = (Entries as EventEntry[]).map((entry) => ({
            ...entry,
            Resources: [...(entry.Resources ?? []), ...own],
          }));
          on.putEvents(entries);
          return { FailedEntryCount: 0 };
        },
      ],
      [
        'sns:publish',
        async ({ TopicArn, Subject, Message }) => ({
          MessageId: await on.publish({
            topicArn: String(TopicArn),
            subject: Subject as string | undefined,
            message: asText(Message),
          }),
        }),
      ],
      [
        'sqs:sendMessage',
        ({ QueueUrl, MessageBody }) => ({ MessageId: queues.send(String(QueueUrl), asText(MessageBody)) }),
      ],
      [
        'states:startExecution',
        (input, place) => {
          const { arn, startDate } = start(input, place);
          return { ExecutionArn: arn, StartDate: startDate };
        },
      ],
      [
        'states:startExecution.sync',
        async (input, place) => describe(await this.finished(start(input, place), place), false),
      ],
      [
        'states:startExecution.sync:2',
        async (input, place) => describe(await this.finished(start(input, place), place), true),
      ],
    ]);
  }

  /** Handles another resource, or replaces one: `sns:publish`, `aws-sdk:ssm:createOpsItem`. */
  public serve(resource: string, call: ServiceCall): void {
    this.calls.set(resource, call);
  }

  /** Calls the resource of a task. @throws an error with the name in Step Functions */
  public async call(place: TaskPlace, resource: string, parameters: Fields): Promise<unknown> {
    const name = resource.includes(':states:::') ? resource.split(':states:::')[1] : 'lambda:invoke';
    const service = name.endsWith(WAIT) ? name.slice(0, -WAIT.length) : name;
    const found = this.calls.get(service);
    if (found === undefined) {
      throw new Error(`Nothing here serves ${service}: register it with cloud.serviceCalls.serve('${service}', …)`);
    }
    const called = async () => {
      try {
        const asInput = resource.includes(':states:::') ? parameters : { FunctionName: resource };
        const operation = operationOf(service);
        checkLimits(operation, asInput);
        this.on.authorize(place.execution.machine.arn, operation, asInput);
        // A function as the resource itself gets the input of the state and returns its result.
        if (!resource.includes(':states:::')) return await this.on.functions.invoke(resource, parameters);
        return plain(await found(parameters, place));
      } catch (error) {
        throw named(service, error as Error);
      }
    };
    return name.endsWith(WAIT) ? await this.on.executions().answered(place, called) : await called();
  }

  private async finished(child: Execution, { execution }: TaskPlace): Promise<Execution> {
    await this.on.executions().parked(execution, child.over);
    this.on.watchJob(execution.machine.arn, child.arn);
    if (child.status !== 'SUCCEEDED') {
      throw Object.assign(new Error(`${child.arn} ended as ${child.status}: ${child.error?.message ?? ''}`), {
        name: 'States.TaskFailed',
      });
    }
    return child;
  }
}

function describe({ arn, name, machine, input, output, status, startDate }: Execution, parsed: boolean): unknown {
  return {
    ExecutionArn: arn,
    Name: name,
    StateMachineArn: machine.arn,
    Status: status,
    StartDate: startDate,
    StopDate: new Date().toISOString(),
    Input: parsed ? input : JSON.stringify(input),
    Output: parsed ? output : JSON.stringify(output),
  };
}

/** Services whose name in SDK integrations differs from their IAM prefix. */
const SERVICES: Readonly<Record<string, string>> = {
  bedrockruntime: 'bedrock',
  bedrockagentruntime: 'bedrock',
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
  sfn: 'states',
};

/** `aws-sdk:dynamodb:getItem` as `dynamodb:GetItem`. */
function operationOf(integration: string): string {
  const [service, operation] = integration
    .replace(/^aws-sdk:/, '')
    .replace(/\.sync(:2)?$/, '')
    .split(':');
  return `${SERVICES[service] ?? service}:${operation[0].toUpperCase()}${operation.slice(1)}`;
}

const PREFIXES: Readonly<Record<string, string>> = {
  lambda: 'Lambda',
  sns: 'SNS',
  dynamodb: 'DynamoDB',
  'aws-sdk:dynamodb': 'DynamoDb',
  states: 'StepFunctions',
  sqs: 'SQS',
};

/**
 * Step Functions adds the service before an error name, and `Exception` after it. Errors of functions keep their names.
 */
function named(service: string, error: Error): Error {
  const prefix = PREFIXES[service.replace(/:[^:]*$/, '')];
  const isOwn = prefix === 'Lambda' && !(error instanceof AwsError);
  if (prefix !== undefined && !isOwn && !error.name.includes('.')) {
    error.name = `${prefix}.${error.name.replace(/(Exception)?$/, 'Exception')}`;
  }
  return error;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** As JSON, because a state contains only JSON. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? null
    : (JSON.parse(
        JSON.stringify(value, (key, entry: unknown) => (key === '$metadata' ? undefined : entry)),
      ) as unknown);
