/** What surrounds the agents of a deployment, on this machine: everything that the templates hold and turns need. */
import { randomBytes, randomUUID } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { SLOTS_KEY, turnEventType, type TurnOutcome } from '../../lib/contracts/turn';
import { LOCAL_VARIABLES, TURN_VARIABLES } from '../../lib/contracts/handler-variables';
import type { Credentials } from '../auth/principals';
import { AccountPolicies } from '../iam/account-policies';
import type { LocalService } from '../service';
import { awsEndpoint, AwsError, type Fields, type Operation } from './aws-endpoint';
import { Deployment } from './deployment';
import { type CloudEvent, type Delivery, EventBuses, type EventEntry, eventOf } from './event-buses';
import { type Execution, Executions, type TaskPlace } from './executions';
import { Functions } from './functions';
import { LocalGuardrail } from './guardrail';
import type { Pace } from './interpreter';
import { Permissions } from './permissions';
import { Queues } from './queues';
import { ServiceCalls } from './service-calls';
import { Stores } from './stores';

export interface LocalCloudOptions {
  /** Directory of the cloud assembly (`cdk.out`). */
  readonly assembly: string;
  /** Names of the stacks that are deployed. Those that they take values from must be among them. @default all */
  readonly stacks?: readonly string[];
  /** The Managed Agents service; with the assembly as its template, it authorises each function by its own role. */
  readonly service: LocalService;
  /** Variables of every function that replace what its template says, such as how long it polls. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** @default 20 ms for every wait */
  readonly pace?: Pace;
  /** Gets the lines that functions log. @default nothing */
  readonly onFunctionLog?: (logicalId: string, line: string) => void;
}

/** An event that somebody put on a bus. */
export interface PublishedEvent {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: Readonly<Record<string, unknown>>;
}

export class LocalCloud {
  /**
   * Deploys the stacks here: servers on 127.0.0.1, nothing else.
   *
   * @throws Error when the assembly has no such stack
   */
  public static async start(options: LocalCloudOptions): Promise<LocalCloud> {
    const { service } = options;
    const place = { accountId: service.accountId, region: service.region, partition: 'aws' };
    const deployment = new Deployment(options.assembly, place, options.stacks);
    const stores = await Stores.start(deployment, service.credentials);
    // Execution roles write to buckets through the tools of the agent, so every role may sign.
    for (const { arn } of deployment.all('AWS::IAM::Role')) Stores.admit(service.credentialsFor(arn));
    const operations = new Map<string, Operation>();
    const endpoint = await awsEndpoint(operations);
    const cloud = new LocalCloud(options, deployment, stores, operations, endpoint.url);
    cloud.onClose(async () => {
      endpoint.server.closeAllConnections();
      await new Promise((resolve) => endpoint.server.close(resolve));
    });
    return cloud;
  }

  /** Events that functions and state machines put on buses, oldest first. */
  public readonly events: PublishedEvent[] = [];
  /** Tasks that threw, retried or not. */
  public readonly failures: { readonly state: string; readonly error: Error }[] = [];
  public readonly guardrail = new LocalGuardrail();
  public readonly functions: Functions;
  public readonly queues: Queues;
  public readonly buses: EventBuses;
  public readonly executions: Executions;
  public readonly serviceCalls: ServiceCalls;
  /** Runs around every task of every execution; throw to inject a fault. */
  public aroundTask: (state: string, call: () => Promise<unknown>, execution: Execution) => Promise<unknown> = (
    _state,
    call,
  ) => call();
  /** Every decision about a call between services. */
  public readonly policies: AccountPolicies;
  private readonly permissions: Permissions;
  private readonly service: LocalService;
  private readonly endpoints = new Map<string, string>();
  private readonly secrets = new Map<string, string>();
  private readonly closers: (() => Promise<void> | void)[] = [];
  private delivering = 0;

  private constructor(
    private readonly options: LocalCloudOptions,
    public readonly deployment: Deployment,
    private readonly stores: Stores,
    /** What the SDKs of functions reach by `<target>` (`AWSEvents.PutEvents`); replace or add operations here. */
    public readonly operations: Map<string, Operation>,
    endpointUrl: string,
  ) {
    this.service = options.service;
    this.policies = new AccountPolicies(deployment.model, deployment.place);
    this.permissions = new Permissions(this.policies, deployment);
    for (const name of ['SFN', 'SQS', 'EVENTBRIDGE', 'SSM', 'SECRETS_MANAGER']) this.endpoint(name, endpointUrl);
    this.endpoint('DYNAMODB', stores.dynamoUrl);
    this.endpoint('S3', stores.s3Url);
    this.functions = new Functions(deployment, {
      environment: (roleArn) => this.environmentOf(roleArn),
      onLog: options.onFunctionLog,
    });
    this.queues = new Queues(deployment, this.functions);
    this.buses = new EventBuses(deployment, {
      take: (arn, event) => this.take(arn, event),
      keep: (queue, event) => void this.queues.send(queue, JSON.stringify(event)),
    });
    this.executions = new Executions({
      deployment,
      task: (at, resource, parameters) => this.task(at, resource, parameters as Fields),
      onStatus: (execution) => this.publishStatus(execution),
      pace: () => options.pace ?? {},
    });
    this.serviceCalls = new ServiceCalls({
      stores,
      functions: this.functions,
      executions: () => this.executions,
      queues: this.queues,
      guardrail: this.guardrail,
      putEvents: (entries) => this.putEvents(entries),
      parameter: (name) => this.parameter(name),
      require: (arn, integration, parameters) =>
        this.permissions.require(this.roleOfMachine(arn), integration, parameters),
    });
    for (const [target, operation] of this.standardOperations()) operations.set(target, operation);
  }

  public get region(): string {
    return this.deployment.place.region;
  }

  public get accountId(): string {
    return this.deployment.place.accountId;
  }

  /** Where the stores are, by the service id in small letters: a stand-in can put itself before one with `endpoint`. */
  public get storeUrls(): { readonly s3: string; readonly dynamodb: string } {
    return { s3: this.stores.s3Url, dynamodb: this.stores.dynamoUrl };
  }

  public get s3() {
    return this.stores.s3;
  }

  public get dynamo() {
    return this.stores.dynamo;
  }

  /**
   * Tells every function and every STDIO MCP server where a service is: `AWS_ENDPOINT_URL_<name>`, in which the name is the
   * service id of the SDK in capitals (`CODECOMMIT`, `CLOUDWATCH_LOGS`). Call it before the first event.
   */
  public endpoint(name: string, url: string): void {
    this.endpoints.set(`AWS_ENDPOINT_URL_${name}`, url);
    this.service.toolEnvironment[`AWS_ENDPOINT_URL_${name}`] = url;
  }

  /** Called when the cloud is closed, last registered first: stand-ins end themselves here. */
  public onClose(close: () => Promise<void> | void): void {
    this.closers.push(close);
  }

  /** Puts an event on a bus: every rule of the deployment that matches hands it to its targets. */
  public async deliver(event: CloudEvent, bus = 'default'): Promise<readonly Delivery[]> {
    this.delivering += 1;
    try {
      return await this.buses.deliver(event, bus);
    } finally {
      this.delivering -= 1;
    }
  }

  /** Runs a schedule of the deployment; `id` is a part of its logical id that no other has. */
  public async runSchedule(id: string, time?: string): Promise<Delivery> {
    return await this.buses.runSchedule(id, time);
  }

  /**
   * Resolves when nothing moves any more: no delivery, no message, no function, no execution but those that wait for a
   * token.
   *
   * @throws Error that names what still runs after `timeoutMs`
   */
  public async quiet(timeoutMs = 120_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const busy = () => this.delivering > 0 || this.queues.busy || this.functions.running > 0 || this.executions.busy;
    // Twice in a row, because one thing ends a moment before the next begins.
    for (let still = 0; still < 2; still = busy() ? 0 : still + 1) {
      if (Date.now() > deadline) {
        const running = this.executions.all
          .filter(({ status }) => status === 'RUNNING')
          .map(({ name, tasks }) => `${name} (${tasks.at(-1)})`);
        throw new Error(`Not quiet after ${timeoutMs} ms; executions: ${running.join(', ') || 'none'}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** One task of a state machine. */
  public async task(place: TaskPlace, resource: string, parameters: Fields): Promise<unknown> {
    try {
      return await this.aroundTask(
        place.state,
        () => this.serviceCalls.call(place, resource, parameters),
        place.execution,
      );
    } catch (error) {
      this.failures.push({ state: place.state, error: error as Error });
      throw error;
    }
  }

  /** Records events and delivers them: rules on their bus may start the next turn. */
  public putEvents(entries: readonly EventEntry[]): void {
    for (const entry of entries) {
      const event = eventOf(entry, this.deployment.place);
      const EventBusName = (entry.EventBusName ?? 'default').replace(/^arn:.*:event-bus\//, '');
      this.events.push({ EventBusName, Source: entry.Source, DetailType: entry.DetailType, Detail: event.detail });
      this.deliver(event, EventBusName).catch((error: Error) =>
        this.failures.push({ state: `bus ${EventBusName}`, error }),
      );
    }
  }

  /** Outcome events, of one turn or of all. */
  public outcomes(turn?: string): readonly PublishedEvent[] {
    return this.events.filter(
      ({ DetailType, Detail }) =>
        Detail.outcome !== undefined &&
        DetailType === turnEventType(Detail.outcome as TurnOutcome) &&
        (turn === undefined || (Detail.turn as { name: string }).name === turn),
    );
  }

  /** The value of an SSM parameter of the templates, or of one that was set. */
  public parameter(name: string): string {
    const found = this.deployment.all('AWS::SSM::Parameter').find(({ ref }) => ref === name);
    if (found === undefined) throw new AwsError('ParameterNotFound', `no parameter ${name} in the deployment`);
    return String(found.properties.Value);
  }

  /** The value of a secret: made up when it is first asked for. */
  public secret(arn: string): string {
    if (!this.secrets.has(arn)) this.secrets.set(arn, randomBytes(32).toString('hex'));
    return this.secrets.get(arn)!;
  }

  /** What a role of the deployment signs with: for stand-ins that check signatures. */
  public credentialsFor(roleArn: string): Credentials {
    return this.service.credentialsFor(roleArn);
  }

  /** An object as text. */
  public async text(bucket: string, key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body!.transformToString();
  }

  /** Keys of a bucket below a prefix, in order. */
  public async keys(bucket: string, prefix = ''): Promise<string[]> {
    const { Contents } = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** Makes a bucket that is in no template: one that a stack imports. */
  public async makeBucket(name: string): Promise<void> {
    await this.s3.send(new CreateBucketCommand({ Bucket: name }));
  }

  /** An item of a table with the partition key `pk`. */
  public async item(table: string, pk: string): Promise<Record<string, AttributeValue> | undefined> {
    const { Item } = await this.dynamo.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }));
    return Item;
  }

  /** Names of the turns that hold a slot, over all workflows. */
  public async slotHolders(): Promise<string[]> {
    const tables = new Set(
      this.deployment
        .all('AWS::Lambda::Function')
        .map(
          ({ properties }) =>
            (properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables?.[
              TURN_VARIABLES.ledgerTable
            ],
        )
        .filter((name) => typeof name === 'string'),
    );
    const items = await Promise.all([...tables].map((table) => this.item(table, SLOTS_KEY)));
    return items.flatMap((item) => item?.holders?.SS ?? []);
  }

  public async close(): Promise<void> {
    this.executions.close();
    this.queues.close();
    await this.functions.close();
    for (const close of this.closers.reverse()) await close();
    await this.stores.close();
  }

  private roleOfMachine(arn: string): string {
    const found = this.deployment.all('AWS::StepFunctions::StateMachine').find((machine) => machine.arn === arn);
    return String(found?.properties.RoleArn);
  }

  private environmentOf(roleArn: string): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken = '' }: Credentials = this.service.credentialsFor(roleArn);
    return {
      ...Object.fromEntries(this.endpoints),
      AWS_REGION: this.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      [LOCAL_VARIABLES.s3PathStyle]: 'true',
      [LOCAL_VARIABLES.managedAgentsEndpoint]: this.service.url,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...this.options.variables,
    };
  }

  private async take(arn: string, event: unknown): Promise<void> {
    const [, , service] = arn.split(':');
    switch (service) {
      case 'sqs':
        this.queues.send(arn, JSON.stringify(event));
        return;
      case 'states':
        this.executions.start(arn, randomUUID(), event);
        return;
      case 'lambda':
        await this.functions.invoke(arn, event);
        return;
      case 'events':
        await this.deliver(event as CloudEvent, arn);
        return;
      default:
        throw new Error(`No target of the service ${service} here: ${arn}`);
    }
  }

  /** Best effort, as Step Functions says of these events; here always. Source: docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
  private publishStatus({ arn, name, machine, status, startDate, input, output }: Execution): void {
    const stopped = status === 'RUNNING' ? null : Date.now();
    const event = eventOf(
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
          stopDate: stopped,
          input: JSON.stringify(input),
          output: output === undefined ? null : JSON.stringify(output),
        },
      },
      this.deployment.place,
    );
    this.deliver(event).catch((error: Error) => this.failures.push({ state: `status of ${name}`, error }));
  }

  private standardOperations(): [string, Operation][] {
    return [
      [
        'AWSStepFunctions.StartExecution',
        ({ stateMachineArn, name, input }) => {
          const execution = this.executions.start(String(stateMachineArn), String(name), JSON.parse(String(input)));
          return { executionArn: execution.arn, startDate: Date.parse(execution.startDate) / 1000 };
        },
      ],
      [
        'AWSStepFunctions.SendTaskSuccess',
        ({ taskToken, output }) => this.executions.succeed(String(taskToken), JSON.parse(String(output))),
      ],
      [
        'AWSStepFunctions.SendTaskFailure',
        ({ taskToken, error, cause }) =>
          this.executions.fail(String(taskToken), (error ?? 'Error') as string, (cause ?? '') as string),
      ],
      [
        'AmazonSQS.SendMessage',
        ({ QueueUrl, MessageBody }) => ({ MessageId: this.queues.send(String(QueueUrl), String(MessageBody)) }),
      ],
      [
        'AWSEvents.PutEvents',
        ({ Entries }) => {
          const entries = Entries as EventEntry[];
          this.putEvents(entries);
          return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUUID() })) };
        },
      ],
      ['AmazonSSM.GetParameter', ({ Name }) => ({ Parameter: { Name, Value: this.parameter(String(Name)) } })],
      [
        'secretsmanager.GetSecretValue',
        ({ SecretId }) => ({ ARN: SecretId, SecretString: this.secret(String(SecretId)) }),
      ],
    ];
  }
}
