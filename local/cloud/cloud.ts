/** The local cloud: the resources of the templates that turns need, on this machine. */
import { turnEventType, type TurnOutcome } from '../../lib/contracts/turn';
import { SLOTS_KEY } from '../../lib/contracts/turn-ledger';
import { TURN_VARIABLES } from '../../lib/contracts/handler-variables';
import type { Credentials } from '../auth/principals';
import { AccountPolicies } from '../iam/account-policies';
import type { LocalService } from '../service';
import { type AlarmState, Alarms } from './alarms';
import type { Fields } from './aws-error';
import type { AwsRequest } from './aws-request';
import { Deliveries } from './deliveries';
import { type DeployedResource, Deployment } from './deployment';
import { type CloudEvent, type Delivery, EventBuses, type EventEntry, eventOf, type Schedule } from './event-buses';
import { EventTargets } from './event-targets';
import { type Execution, Executions, type TaskPlace } from './executions';
import { Front, type Operation } from './front';
import { functionEnvironment } from './function-environment';
import { Functions } from './functions';
import { LocalGuardrail } from './guardrail';
import type { Pace } from './interpreter';
import { ObjectEvents } from './object-events';
import { ParametersAndSecrets } from './parameters-and-secrets';
import { Permissions } from './permissions';
import { Queues } from './queues';
import { ServiceCalls } from './service-calls';
import { standardOperations } from './standard-operations';
import { statusEvent } from './status-event';
import { Stores } from './stores';
import { Topics } from './topics';

export interface LocalCloudOptions {
  /** Directory of the cloud assembly (`cdk.out`). */
  readonly assembly: string;
  /** Names of the deployed stacks, including those that they import values from. @default all */
  readonly stacks?: readonly string[];
  /** The Managed Agents service; with the assembly as its template, it authorizes each function by its own role. */
  readonly service: LocalService;
  /** Variables of every function that replace what its template says, such as how long it polls. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** @default 20 ms for every wait */
  readonly pace?: Pace;
  /** Gets the lines that functions log. @default nothing */
  readonly onFunctionLog?: (logicalId: string, line: string) => void;
}

/** An event that was sent to a bus. */
export interface PublishedEvent {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: Readonly<Record<string, unknown>>;
}

export class LocalCloud {
  /**
   * Deploys the stacks on this machine, with servers on 127.0.0.1 only.
   *
   * @throws Error when the assembly has no such stack
   */
  public static async start(options: LocalCloudOptions): Promise<LocalCloud> {
    const { service } = options;
    const place = { accountId: service.accountId, region: service.region, partition: 'aws' };
    const model = service.policies?.model;
    const deployment = new Deployment(options.assembly, place, options.stacks, model);
    const values = new ParametersAndSecrets(deployment);
    const stores = await Stores.start(deployment, service.credentials);
    const policies = service.policies ?? new AccountPolicies(deployment.model, deployment.place);
    const permissions = new Permissions(policies, deployment);
    // Execution roles write to buckets through the tools of the agent, so every role can sign.
    for (const { arn } of deployment.all('AWS::IAM::Role')) Stores.admit(service.credentialsFor(arn));
    const operations = new Map<string, Operation>();
    const answered = new Map<string, (request: AwsRequest) => void>();
    const front = await Front.start({
      region: service.region,
      findKey: (accessKeyId) => service.findKey(accessKeyId),
      permissions,
      operations,
      onAnswered: async (request, { context }) => {
        answered.get(request.name)?.(request);
        const functionArn = context?.['lambda:SourceFunctionArn'];
        if (functionArn !== undefined) await cloud.afterCall(functionArn);
      },
    });
    const cloud: LocalCloud = new LocalCloud(options, {
      deployment,
      values,
      stores,
      operations,
      front,
      policies,
      permissions,
      answered,
    });
    cloud.onClose(() => front.close());
    return cloud;
  }

  /** Events that functions and state machines put on buses, oldest first. */
  public readonly events: PublishedEvent[] = [];
  /** Tasks that threw an error, including retried ones. */
  public readonly failures: { readonly state: string; readonly error: Error }[] = [];
  public readonly guardrail = new LocalGuardrail();
  public readonly functions: Functions;
  public readonly queues: Queues;
  public readonly buses: EventBuses;
  public readonly executions: Executions;
  public readonly serviceCalls: ServiceCalls;
  /** Wraps every task of every execution; throw an error to inject a fault. */
  public aroundTask: (state: string, call: () => Promise<unknown>, execution: Execution) => Promise<unknown> = (
    _state,
    call,
  ) => call();
  /** Called when a call of a function to AWS took effect, before the function gets the response. */
  public afterCall: (functionArn: string) => Promise<void> = () => Promise.resolve();
  public readonly topics: Topics;
  public readonly targets: EventTargets;
  /** Tables and buckets, with their content. `endpoint` can replace the address of one with another server. */
  public readonly stores: Stores;
  /** Every decision about a call: `policies.decisions`, and those that denied it: `policies.denials`. */
  public readonly policies: AccountPolicies;
  public readonly deployment: Deployment;
  /** Operations for the SDKs of functions by `<target>` (`AWSEvents.PutEvents`), which can be replaced or added. */
  public readonly operations: Map<string, Operation>;
  private readonly front: Front;
  private readonly permissions: Permissions;
  private readonly deliveries: Deliveries;
  private readonly alarms: Alarms;
  private readonly service: LocalService;
  private readonly machines: ReadonlyMap<string, DeployedResource>;
  private readonly closers: (() => Promise<void> | void)[] = [];
  private delivering = 0;

  private constructor(
    options: LocalCloudOptions,
    { deployment, values, stores, operations, front, policies, permissions, answered }: Parts,
  ) {
    this.service = options.service;
    this.deployment = deployment;
    this.stores = stores;
    this.operations = operations;
    this.front = front;
    this.policies = policies;
    this.permissions = permissions;
    this.deliveries = new Deliveries(permissions, deployment);
    this.machines = new Map(
      deployment.all('AWS::StepFunctions::StateMachine').map((machine) => [machine.arn, machine]),
    );
    this.service.toolEnvironment.AWS_ENDPOINT_URL = front.url;
    this.endpoint('DYNAMODB', stores.dynamoUrl);
    this.endpoint('S3', stores.s3Url);
    this.functions = new Functions(deployment, {
      environment: (found) => ({
        ...functionEnvironment(found, this.service, deployment, front.url),
        ...options.variables,
      }),
      onStart: (found) => this.functionStarts(found),
      onLog: options.onFunctionLog,
    });
    this.queues = new Queues(deployment, this.functions, (name, queueArn) =>
      this.deliveries.functionPolls(this.roleOfFunction(name), queueArn),
    );
    this.topics = new Topics(deployment, {
      toQueue: (topicArn, queueArn, body) => {
        this.deliveries.topicDelivers(topicArn, queueArn);
        this.queues.send(queueArn, body);
      },
      toFunction: async (topicArn, functionArn, event) => {
        this.deliveries.topicDelivers(topicArn, functionArn);
        await this.functions.invoke(functionArn, event);
      },
    });
    this.alarms = new Alarms({
      deployment,
      deliveries: this.deliveries,
      functions: this.functions,
      topics: this.topics,
      deliver: (event) => this.deliver(event),
    });
    this.targets = new EventTargets({
      deployment,
      deliveries: this.deliveries,
      queues: this.queues,
      topics: this.topics,
      functions: this.functions,
      executions: () => this.executions,
      putEvents: (entries) => this.putEvents(entries),
      deliver: (event, bus) => this.deliver(event, bus),
      onRefused: (bus, error) => this.failed(`bus ${bus}`, error),
    });
    this.buses = new EventBuses(deployment, this.targets);
    const objects = new ObjectEvents(deployment, {
      onDefaultBus: (event) => void this.deliver(event).catch((error: Error) => this.failed('object event', error)),
      notify: (bucketArn, targetArn, notification) => this.targets.notify(bucketArn, targetArn, notification),
      onFailure: (bucketArn, error) => this.failed(`notification of ${bucketArn}`, error),
    });
    const changed = (change: 'Created' | 'Deleted', reason: string) => (request: AwsRequest) =>
      objects.changed({ bucket: String(request.input.Bucket), key: String(request.input.Key), change, reason });
    answered.set('s3:PutObject', changed('Created', 'PutObject'));
    answered.set('s3:CompleteMultipartUpload', changed('Created', 'CompleteMultipartUpload'));
    answered.set('s3:DeleteObject', changed('Deleted', 'DeleteObject'));
    answered.set('scheduler:CreateSchedule', ({ input }) => void this.buses.made.push(this.scheduleOf(input)));
    this.executions = new Executions({
      deployment,
      task: (at, resource, parameters) => this.task(at, resource, parameters as Fields),
      onStatus: (execution) => {
        const failed = (error: Error) => this.failed(`status of ${execution.name}`, error);
        void this.deliver(statusEvent(execution, deployment.place)).catch(failed);
      },
      onStart: (arn) => this.deliveries.executionStarts(this.machines.get(arn)!),
      pace: () => options.pace ?? {},
    });
    this.serviceCalls = new ServiceCalls({
      stores,
      functions: this.functions,
      executions: () => this.executions,
      queues: this.queues,
      guardrail: this.guardrail,
      putEvents: (entries) => this.putEvents(entries),
      parameter: (name) => values.parameter(name),
      publish: (message) => this.topics.publish(message),
      authorize: (arn, name, parameters) =>
        this.permissions.authorize({ arn: this.roleOfMachine(arn) }, name, parameters),
      watchJob: (arn, executionArn) => this.deliveries.jobIsWatched(this.roleOfMachine(arn), executionArn),
      onObject: (bucket, key) => objects.changed({ bucket, key, change: 'Created', reason: 'PutObject' }),
    });
    const { executions, queues, topics } = this;
    const sdkOperations = standardOperations({
      executions,
      queues,
      topics,
      policies,
      deployment,
      putEvents: (entries) => this.putEvents(entries),
      parameter: (name) => values.parameter(name),
      secret: (arn) => values.secret(arn),
    });
    for (const [target, operation] of sdkOperations) operations.set(target, operation);
  }

  public get region(): string {
    return this.deployment.place.region;
  }

  public get accountId(): string {
    return this.deployment.place.accountId;
  }

  /** The address of all services of the account, for clients that sign as one of its roles. */
  public get url(): string {
    return this.front.url;
  }

  /**
   * Uses another server of this machine for a service: functions and STDIO MCP servers call every service at one
   * address, where their requests are authorized first. Call it before the first event.
   *
   * @param name service id of the SDK in capitals (`CODECOMMIT`, `CLOUDWATCH_LOGS`); `GIT_CODECOMMIT` is git over HTTPS
   */
  public endpoint(name: string, url: string): void {
    this.front.upstream(name, url);
    if (name === 'GIT_CODECOMMIT') this.service.toolEnvironment.AWS_ENDPOINT_URL_GIT_CODECOMMIT = this.front.url;
  }

  /** Called when the cloud is closed, last registered first, for example to stop other servers. */
  public onClose(close: () => Promise<void> | void): void {
    this.closers.push(close);
  }

  /** Sends an event to a bus: every matching rule of the deployment sends it to its targets. */
  public async deliver(event: CloudEvent, bus = 'default'): Promise<readonly Delivery[]> {
    this.delivering += 1;
    try {
      return await this.buses.deliver(event, bus);
    } finally {
      this.delivering -= 1;
    }
  }

  /**
   * Runs a schedule: of the deployment, by a unique part of its logical id; or a schedule that a function created, by
   * its name.
   */
  public async runSchedule(id: string, time?: string): Promise<Delivery> {
    return await this.buses.runSchedule(id, time);
  }

  /**
   * Changes the state of an alarm: runs its actions for that state, and sends the event to the default bus.
   *
   * @param id a unique part of its logical id
   * @returns failed actions, with the reason
   */
  public async alarm(id: string, state: AlarmState = 'ALARM'): Promise<readonly Error[]> {
    return await this.alarms.change(id, state);
  }

  /**
   * Resolves when everything is processed: no delivery, no message, no function, and no execution except those that
   * wait for a token.
   *
   * @throws Error that names what still runs after `timeoutMs`
   */
  public async quiet(timeoutMs = 120_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const busy = () => this.delivering > 0 || this.queues.busy || this.functions.running > 0 || this.executions.busy;
    // Checked twice in a row, because one operation can end just before the next begins.
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
      this.deliver(event, EventBusName).catch((error: Error) => this.failed(`bus ${EventBusName}`, error));
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

  /** The credentials of a role of the deployment, for local servers that check signatures. */
  public credentialsFor(roleArn: string): Credentials {
    return this.service.credentialsFor(roleArn);
  }

  /** Names of the turns that hold a slot, of all workflows. */
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
    const items = await Promise.all([...tables].map((table) => this.stores.item(table, SLOTS_KEY)));
    return items.flatMap((item) => item?.holders?.SS ?? []);
  }

  public async close(): Promise<void> {
    this.executions.close();
    this.queues.close();
    await this.functions.close();
    for (const close of this.closers.reverse()) await close();
    await this.stores.close();
  }

  private failed(state: string, error: Error): void {
    this.failures.push({ state, error });
  }

  private roleOfMachine(arn: string): string {
    return String(this.machines.get(arn)?.properties.RoleArn);
  }

  private roleOfFunction(reference: string): string {
    return String(this.functions.find(reference).properties.Role);
  }

  private functionStarts(found: DeployedResource): void {
    this.deliveries.functionStarts(found);
    try {
      this.deliveries.functionLogs(found);
    } catch (error) {
      // It runs, but its log lines are lost.
      this.failed(`log of ${found.logicalId}`, error as Error);
    }
  }

  private scheduleOf({ GroupName = 'default', Name, KmsKeyArn, Target }: Fields): Schedule {
    const name = String(Name);
    const arn = this.permissions.arn('scheduler', `schedule/${String(GroupName)}/${name}`);
    return { name, arn, keyArn: KmsKeyArn as string | undefined, target: Target as Schedule['target'] };
  }
}

interface Parts {
  readonly deployment: Deployment;
  readonly values: ParametersAndSecrets;
  readonly stores: Stores;
  readonly operations: Map<string, Operation>;
  readonly front: Front;
  readonly policies: AccountPolicies;
  readonly permissions: Permissions;
  readonly answered: Map<string, (request: AwsRequest) => void>;
}
