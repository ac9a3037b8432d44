/** Runs a synthesized definition, state by state, in a local interpreter of the Amazon States Language. */
import { HISTORY_EVENTS, STATE_BYTES } from './limits';

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
  const timeouts = new Map(pick('Task').map(([state, { TimeoutSeconds }]) => [state, TimeoutSeconds]));
  let failure: Error | undefined;
  const call = async (state: string, resource: string, parameters: unknown) => {
    // The interpreter enters the first state before `run` has returned, and the events before this one are read first:
    // an execution that exceeds a quota makes no further call.
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw failure;
    const result = await task(state, resource, parameters, timeouts.get(state));
    entries.left(state);
    return result;
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
      taskResourceLocalHandlers: Object.fromEntries(
        pick('Task').map(([state, { Resource }]) => [
          state,
          (parameters: unknown) => call(state, Resource!, parameters),
        ]),
      ),
      waitTimeOverrides: Object.fromEntries(pick('Wait').map(([state]) => [state, pace.waits?.[state] ?? waitMs])),
      retryIntervalOverrides: Object.fromEntries(retried.map(([state]) => [state, pace.waits?.[state] ?? waitMs])),
    },
  });
  validated.add(definition);
  const largest = watch(running.eventLogs, (exceeded) => {
    failure = exceeded;
    running.abort();
  });
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
  return { result, abort: () => running.abort(), largestState: () => largest };
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
      Object.entries(withoutTimeout(value)).map(([key, entry]: [string, unknown]) => [
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

/** Events that Step Functions adds to those of the interpreter when a state is left, by its type. */
const MORE_EVENTS: Readonly<Record<string, number>> = { Task: 3, Map: 2, Parallel: 2 };

/**
 * Follows an execution and ends it when it exceeds a quota. Events are counted as in the execution history of Step
 * Functions: docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html. The name of the error for
 * too many of them is not documented.
 *
 * @returns bytes of the largest input or output of a state
 */
async function watch(events: AsyncIterable<unknown>, exceed: (error: Error) => void): Promise<number> {
  let bytes = 0;
  let count = 0;
  let isOver = false;
  for await (const event of events) {
    const { type, state } = event as {
      type: string;
      state?: { name: string; type: string; input?: unknown; output?: unknown };
    };
    count += 1 + (type === 'StateExited' || type === 'StateRetried' ? (MORE_EVENTS[state!.type] ?? 0) : 0);
    // The output of one state is the input of the next.
    const size = Buffer.byteLength(JSON.stringify(type === 'StateExited' ? state?.output : state?.input) ?? '');
    bytes = Math.max(bytes, size);
    if (isOver || (size <= STATE_BYTES && count <= HISTORY_EVENTS)) continue;
    isOver = true;
    const [name, message] =
      size > STATE_BYTES
        ? ['States.DataLimitExceeded', `The state ${state!.name} has ${size} bytes; allowed are ${STATE_BYTES}`]
        : ['States.Runtime', `The execution reached the maximum number of history events (${HISTORY_EVENTS}).`];
    exceed(Object.assign(new Error(message), { name }));
  }
  return bytes;
}
