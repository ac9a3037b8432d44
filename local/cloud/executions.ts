/**
 * Executions of the deployed state machines: names are unique, tasks can wait for tokens, and the end of an execution
 * is an event.
 */
import { AwsError } from './aws-error';
import type { Deployment } from './deployment';
import { run, type Pace, type Run, type StateMachineDefinition } from './interpreter';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly logicalId: string;
  readonly definition: StateMachineDefinition;
}

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly input: unknown;
  readonly startDate: string;
  /** Set when the execution has ended. */
  stopDate?: string;
  status: ExecutionStatus;
  output?: unknown;
  error?: Error;
  /** Tasks in the order of their start, including repeated ones. */
  readonly tasks: string[];
  /** Start of each task. */
  readonly taskTimes: string[];
  /** Tokens of its tasks, in the order of their creation. */
  readonly tokens: string[];
  /** Tasks that wait for a token or for another execution, and all other running tasks. */
  waiting: number;
  working: number;
  /** Resolves when the execution has ended, with any status. */
  readonly over: Promise<void>;
  /** Bytes of the largest state input or output; Step Functions allows 262,144. Known when the execution has ended. */
  readonly largestState: () => Promise<number>;
}

/** The context of a task, for the call of its resource. */
export interface TaskPlace {
  readonly execution: Execution;
  readonly state: string;
  readonly token: string;
  /** Timeout of the task. @default no limit */
  readonly timeoutSeconds?: number;
}

export interface ExecutionsOptions {
  readonly deployment: Deployment;
  readonly task: (place: TaskPlace, resource: string, parameters: unknown) => Promise<unknown>;
  /** Called with every status of an execution. */
  readonly onStatus: (execution: Execution) => void;
  /** Called before an execution of a state machine starts. @throws AwsError when Step Functions can't run it */
  readonly onStart?: (machineArn: string) => void;
  readonly pace: () => Pace;
}

export class Executions {
  public readonly machines: readonly Machine[];
  private readonly byArn = new Map<string, Execution>();
  private readonly runs = new Map<Execution, Run>();
  private readonly tokens = new Map<string, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private readonly calls = new Map<Execution, Set<Promise<unknown>>>();
  private issued = 0;
  /** Ended executions whose end isn't reported yet, because one of their calls is still running. */
  private reporting = 0;

  public constructor(private readonly options: ExecutionsOptions) {
    this.machines = options.deployment
      .all('AWS::StepFunctions::StateMachine')
      .map(({ arn, logicalId, properties }) => ({
        arn,
        logicalId,
        name: arn.split(':').at(-1)!,
        definition: JSON.parse(String(properties.DefinitionString)) as StateMachineDefinition,
      }));
  }

  /** Oldest first. */
  public get all(): readonly Execution[] {
    return [...this.byArn.values()];
  }

  /** Whether an execution is running without waiting for external input. */
  public get busy(): boolean {
    if (this.reporting > 0) return true;
    return this.all.some(({ status, waiting, working }) => status === 'RUNNING' && (waiting === 0 || working > 0));
  }

  /** By ARN or a unique part of the logical id. @throws Error that names the state machines */
  public machine(reference: string): Machine {
    const arn = reference.startsWith('arn:')
      ? reference
      : this.options.deployment.one('AWS::StepFunctions::StateMachine', reference).arn;
    const machine = this.machines.find((each) => each.arn === arn);
    if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', reference);
    return machine;
  }

  public find(executionArn: string): Execution | undefined {
    return this.byArn.get(executionArn);
  }

  /**
   * @param definition another definition for this execution
   * @throws AwsError ExecutionAlreadyExists when the name is in use
   */
  public start(machineArn: string, name: string, input: unknown, definition?: StateMachineDefinition): Execution {
    const machine = this.machine(machineArn);
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.byArn.has(arn)) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    this.options.onStart?.(machine.arn);
    const token = `token-${name}`;
    const startDate = new Date().toISOString();
    const running = run({
      definition: definition ?? machine.definition,
      input,
      machine,
      execution: { arn, name, startDate },
      token,
      pace: this.options.pace(),
      task: (state, resource, parameters, timeoutSeconds) =>
        this.task(execution, token, { state, timeoutSeconds }, resource, parameters),
    });
    const execution: Execution = {
      arn,
      name,
      machine,
      input,
      startDate,
      status: 'RUNNING',
      tasks: [],
      taskTimes: [],
      tokens: [],
      waiting: 0,
      working: 0,
      largestState: running.largestState,
      over: running.result.then(
        (output) => this.end(execution, execution.status === 'ABORTED' ? 'ABORTED' : 'SUCCEEDED', output),
        (error: Error) => this.end(execution, execution.status === 'ABORTED' ? 'ABORTED' : 'FAILED', undefined, error),
      ),
    };
    this.byArn.set(arn, execution);
    this.calls.set(execution, new Set());
    this.runs.set(execution, running);
    this.options.onStatus(execution);
    return execution;
  }

  /**
   * StopExecution: a running function of the execution continues. Step Functions reports the stop immediately, and the
   * settlement waits until the last function must have ended. In the local cloud, waits are shortened but functions
   * aren't, so the stop is reported after the function has ended.
   */
  public async stop(execution: Execution): Promise<void> {
    if (execution.status !== 'RUNNING') return;
    execution.status = 'ABORTED';
    this.runs.get(execution)!.abort();
    await execution.over;
  }

  /** Waits until the token of a task is used. */
  public async answered(place: TaskPlace, ask: () => Promise<unknown>): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => this.tokens.set(place.token, { resolve, reject }));
    await ask();
    return await this.parked(place.execution, answer);
  }

  /** Runs another execution and waits for its end. */
  public async parked<T>(execution: Execution, other: Promise<T>): Promise<T> {
    execution.working -= 1;
    execution.waiting += 1;
    try {
      return await other;
    } finally {
      execution.waiting -= 1;
      execution.working += 1;
    }
  }

  /** SendTaskSuccess. @throws AwsError TaskTimedOut when nothing waits for the token */
  public succeed(token: string, output: unknown): void {
    this.waitingFor(token).resolve(output);
  }

  /** Times a task out now: calls with its token then fail with TaskTimedOut. */
  public expire(token: string): void {
    this.fail(token, 'States.Timeout', '');
  }

  /** SendTaskFailure. @throws AwsError TaskTimedOut when nothing waits for the token */
  public fail(token: string, error: string, cause: string): void {
    this.waitingFor(token).reject(Object.assign(new Error(cause), { name: error }));
  }

  public close(): void {
    for (const execution of this.all) {
      if (execution.status === 'RUNNING') this.runs.get(execution)!.abort();
    }
  }

  private waitingFor(token: string) {
    const waiting = this.tokens.get(token);
    this.tokens.delete(token);
    if (waiting === undefined) throw new AwsError('TaskTimedOut', 'Nothing waits for this token');
    return waiting;
  }

  private async task(
    execution: Execution,
    base: string,
    { state, timeoutSeconds }: Pick<TaskPlace, 'state' | 'timeoutSeconds'>,
    resource: string,
    parameters: unknown,
  ) {
    // The interpreter's context has one token per execution; this replaces it by one per task, as in Step Functions.
    const token = `${base}-${this.issued++}`;
    const own = JSON.parse(JSON.stringify(parameters ?? null).replaceAll(`"${base}"`, `"${token}"`)) as unknown;
    execution.tasks.push(state);
    execution.taskTimes.push(new Date().toISOString());
    execution.tokens.push(token);
    execution.working += 1;
    const call = this.options.task({ execution, state, token, timeoutSeconds }, resource, own);
    // A task that waits for an external call isn't a running call.
    const calls = this.calls.get(execution);
    if (!resource.endsWith('.waitForTaskToken') && !resource.includes('startExecution')) calls?.add(call);
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      if (timeoutSeconds === undefined) return;
      timer = setTimeout(() => {
        const error = Object.assign(new Error(`${state} took more than ${timeoutSeconds} s`), {
          name: 'States.Timeout',
        });
        // Later calls with the token fail.
        this.tokens.get(token)?.reject(error);
        this.tokens.delete(token);
        reject(error);
      }, timeoutSeconds * 1000);
    });
    try {
      return await Promise.race([call, timedOut]);
    } finally {
      clearTimeout(timer);
      this.tokens.delete(token);
      calls?.delete(call);
      execution.working -= 1;
    }
  }

  private end(execution: Execution, status: ExecutionStatus, output: unknown, error?: Error): void {
    execution.status = status;
    execution.stopDate = new Date().toISOString();
    execution.output = output;
    execution.error = error;
    this.runs.delete(execution);
    for (const token of execution.tokens) this.tokens.delete(token);
    const calls = [...(this.calls.get(execution) ?? [])];
    this.calls.delete(execution);
    if (status === 'SUCCEEDED' || calls.length === 0) return this.options.onStatus(execution);
    this.reporting += 1;
    void Promise.allSettled(calls).then(() => {
      this.reporting -= 1;
      this.options.onStatus(execution);
    });
  }
}
