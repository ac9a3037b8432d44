/** Runs a synthesized definition, state by state, in a local interpreter of the Amazon States Language. */
import { setTimeout as sleep } from 'node:timers/promises';
import { dataLimitExceeded, watch } from './execution-quotas';
import { STATE_BYTES } from './limits';

// The interpreter uses Promise.withResolvers, which Node 20 does not have.
(Promise as { withResolvers?: unknown }).withResolvers ??= function withResolvers<T>() {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};

/** The used part of aws-local-stepfunctions, whose types are those of an ES module. */
interface Interpreter {
  run(input: unknown, options: object): { result: Promise<unknown>; abort(): void; eventLogs: AsyncIterable<unknown> };
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { StateMachine } = require('aws-local-stepfunctions') as {
  StateMachine: new (definition: unknown, options: object) => Interpreter;
};

export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: unknown;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly SecondsPath?: string;
  readonly TimeoutSeconds?: number;
  readonly Branches?: readonly StateMachineDefinition[];
  readonly ItemProcessor?: StateMachineDefinition;
  readonly Iterator?: StateMachineDefinition;
}

export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Shortened times in an execution. */
export interface Pace {
  /** Wait states and the time between retries, in milliseconds. @default 20 */
  readonly waitMs?: number;
  /** The same for single states. */
  readonly waits?: Readonly<Record<string, number>>;
}

export interface RunOptions {
  readonly definition: StateMachineDefinition;
  readonly input: unknown;
  readonly machine: { readonly arn: string; readonly name: string };
  readonly execution: { readonly arn: string; readonly name: string; readonly startDate: string };
  /** Calls the resource of a task. */
  readonly task: (state: string, resource: string, parameters: unknown, timeoutSeconds?: number) => Promise<unknown>;
  /** `$$.Task.Token` of every task; the caller makes it unique. */
  readonly token: string;
  readonly pace: Pace;
}

export interface Run {
  readonly result: Promise<unknown>;
  /** Bytes of the largest state input or output; Step Functions allows 262,144. Known when the run has ended. */
  readonly largestState: () => Promise<number>;
  abort(): void;
}

/** Every state of a state machine, including those inside Map and Parallel states. */
export function allStates(machine: Pick<StateMachineDefinition, 'States'>): [string, State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...[...(state.Branches ?? []), state.ItemProcessor, state.Iterator]
      .filter((inner) => inner !== undefined)
      .flatMap(allStates),
  ]);
}

/** Definitions that ran before. Validating one again took more than a third of the time of a short execution. */
const validated = new WeakSet<StateMachineDefinition>();

export function run({ definition, input, machine, execution, task, token, pace }: RunOptions): Run {
  const states = allStates(definition);
  const waitMs = pace.waitMs ?? 20;
  const pick = (type: string) => states.filter(([, state]) => state.Type === type);
  const retried = states.filter(([, state]) => state.Retry !== undefined);
  const entries = new EnteredStates(states.map(([name]) => name));
  const timed = pick('Wait').filter(([, { SecondsPath }]) => SecondsPath !== undefined);
  const stopped = new AbortController();
  let failure: Error | undefined;
  /** Ends the execution with an error that no state catches. */
  const end = (error: Error): Error => {
    failure ??= error;
    stop();
    return failure;
  };
  const stop = () => {
    stopped.abort();
    running.abort();
  };
  const call = async (name: string, state: State, parameters: unknown) => {
    // The interpreter enters the first state before `run` has returned, and the events before this one are read first:
    // an execution that exceeds a quota makes no further call.
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw failure;
    const limited = (value: unknown, what: string): unknown => {
      const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
      if (bytes <= STATE_BYTES) return value;
      const error = dataLimitExceeded(`The ${what} of the state ${name}`, bytes);
      throw catchesByName(state, error) ? error : end(error);
    };
    const result = await task(name, state.Resource!, limited(parameters, 'input'), state.TimeoutSeconds);
    entries.left(name);
    return limited(result, 'result');
  };
  const wait = async (name: string, { seconds }: { seconds: unknown }) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!Number.isInteger(seconds) || Number(seconds) < 0 || Number(seconds) > LONGEST_WAIT_SECONDS) {
      const message = `The state ${name} waits for ${JSON.stringify(seconds)} seconds; allowed are whole numbers from 0 to ${LONGEST_WAIT_SECONDS}`;
      throw end(Object.assign(new Error(message), { name: 'States.Runtime' }));
    }
    await sleep(pace.waits?.[name] ?? waitMs, undefined, { signal: stopped.signal });
  };
  // No timeout of the whole execution: its runner ends it. The runner of a task enforces its timeout.
  const running = new StateMachine(entries.written({ ...definition, TimeoutSeconds: undefined }), {
    validationOptions: { checkArn: false, checkPaths: false, noValidate: validated.has(definition) },
  }).run(input, {
    noThrowOnAbort: true,
    context: {
      Execution: { Name: execution.name, Id: execution.arn, StartTime: execution.startDate, Input: input },
      StateMachine: { Name: machine.name, Id: machine.arn },
      Task: { Token: token },
      [ENTERED]: entries.context,
    },
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries([
        ...pick('Task').map(([name, state]) => [name, (parameters: unknown) => call(name, state, parameters)]),
        ...timed.map(([name]) => [name, (parameters: { seconds: unknown }) => wait(name, parameters)]),
      ] as [string, unknown][]),
      waitTimeOverrides: Object.fromEntries(pick('Wait').map(([state]) => [state, pace.waits?.[state] ?? waitMs])),
      retryIntervalOverrides: Object.fromEntries(retried.map(([state]) => [state, pace.waits?.[state] ?? waitMs])),
    },
  });
  validated.add(definition);
  const largest = watch(running.eventLogs, new Set(timed.map(([name]) => name)), end);
  const result = running.result.then(
    async (output) => {
      // A short execution may have ended before its events were read.
      await largest;
      if (failure !== undefined) throw failure;
      return output;
    },
    // The interpreter wraps errors that Step Functions reports unchanged.
    (error: Error) => {
      throw error.cause instanceof Error ? error.cause : error;
    },
  );
  return { result, abort: stop, largestState: () => largest };
}

const ENTERED = 'EnteredStates';

/** `$$.State`, which the interpreter doesn't support: each state reads its own entry in the context. */
class EnteredStates {
  public readonly context: Record<string, { readonly Name: string; readonly EnteredTime: string }> = {};
  private readonly times = new Map<string, string>();

  public constructor(private readonly names: readonly string[]) {
    const time = (name: string): string => {
      // A retry does not enter the state again.
      if (!this.times.has(name)) this.times.set(name, new Date().toISOString());
      return this.times.get(name)!;
    };
    for (const [index, name] of names.entries()) {
      this.context[`s${index}`] = {
        Name: name,
        get EnteredTime() {
          return time(name);
        },
      };
    }
  }

  public left(name: string): void {
    this.times.delete(name);
  }

  /** The definition with every `$$.State` replaced by the path of its state. */
  public written<T>(value: T, state = ''): T {
    if (typeof value === 'string') {
      return value.replace(/\$\$\.State\b(?=\.)/g, `$$$$.${ENTERED}.s${this.names.indexOf(state)}`) as T;
    }
    if (Array.isArray(value)) return value.map((entry: unknown) => this.written(entry, state)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(withoutTimeout(withCheckedWait(value))).map(([key, entry]: [string, unknown]) => [
        key,
        key === 'States' && typeof entry === 'object'
          ? Object.fromEntries(
              Object.entries(entry as object).map(([name, inner]) => [name, this.written(inner as unknown, name)]),
            )
          : this.written(entry, state),
      ]),
    ) as T;
  }
}

/** Longest time that a timer of Node.js supports, in seconds. */
const NEVER_SECONDS = 2_147_483;

/** The interpreter would end a task without a timeout after a minute. */
function withoutTimeout(value: object): object {
  const { Type, Resource, TimeoutSecondsPath } = value as State & { TimeoutSecondsPath?: string };
  const isTask = Type === 'Task' && Resource !== undefined && TimeoutSecondsPath === undefined;
  return isTask ? { ...value, TimeoutSeconds: NEVER_SECONDS } : value;
}

/** Longest `Seconds` of a Wait state. Source: docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
const LONGEST_WAIT_SECONDS = 99_999_999;

/**
 * The interpreter doesn't read the path of a wait whose time is shortened. Step Functions fails an execution whose wait
 * is no whole number of seconds, so a task takes the place of the Wait state and reads it.
 */
function withCheckedWait(value: object): object {
  const { Type, SecondsPath, ...rest } = value as State;
  if (Type !== 'Wait' || SecondsPath === undefined) return value;
  const parameters = { Parameters: { 'seconds.$': SecondsPath }, ResultPath: null };
  return { ...rest, Type: 'Task', Resource: 'wait', ...parameters, TimeoutSeconds: NEVER_SECONDS };
}

/** Whether a state has a catcher for exactly this error. */
const catchesByName = ({ Catch = [] }: State, { name }: Error): boolean =>
  Catch.some(({ ErrorEquals }) => ErrorEquals.includes(name));
