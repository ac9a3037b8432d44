/** Runs the synthesized definitions, state by state, in a local interpreter of the Amazon States Language. */
import type { Machine, State } from '../../../lib/workflow/definition/asl';
import type { LocalCloud } from './local-cloud';

// The interpreter uses Promise.withResolvers, which Node 20 does not have.
(Promise as { withResolvers?: unknown }).withResolvers ??= function withResolvers<T>() {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};

/** The part of aws-local-stepfunctions that is used; its types are those of an ES module. */
interface Interpreter {
  run(input: unknown, options: object): { result: Promise<unknown>; abort(): void; eventLogs: AsyncIterable<unknown> };
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { StateMachine } = require('aws-local-stepfunctions') as {
  StateMachine: new (definition: unknown, options: object) => Interpreter;
};

export interface Run {
  readonly result: Promise<any>;
  /** Bytes of the largest state input or output; Step Functions allows 262,144. Known when the run is over. */
  readonly largestState: () => Promise<number>;
  abort(): void;
}

/** Every state of a machine, those inside Map and Parallel states included. */
export function allStates(machine: Pick<Machine, 'States'>): [string, State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...((state.Branches as Machine[] | undefined) ?? []).flatMap(allStates),
    ...(state.ItemProcessor ? allStates(state.ItemProcessor as Machine) : []),
  ]);
}

let tokens = 0;

export interface RunOptions {
  /** Longest wait of a Wait state and between retries, in milliseconds. @default 20 */
  readonly waitMs?: number;
  /** The same for single states. */
  readonly waits?: Readonly<Record<string, number>>;
}

export function run(cloud: LocalCloud, machine: Machine, name: string, input: unknown, options: RunOptions = {}): Run {
  const states = allStates(machine);
  const waitMs = options.waitMs ?? 20;
  const pick = (type: string) => states.filter(([, state]) => state.Type === type);
  const retried = states.filter(([, state]) => state.Retry !== undefined);
  // What the interpreter adds or lacks: no limit on the whole execution, which the tests end themselves.
  const definition = { ...machine, TimeoutSeconds: undefined };
  const running = new StateMachine(definition, {
    validationOptions: { checkArn: false, checkPaths: false },
  }).run(input, {
    noThrowOnAbort: true,
    context: {
      Execution: { Name: name, Id: `arn:aws:states:us-east-1:111122223333:execution:turns:${name}` },
      Task: { Token: `token-${name}-${tokens++}` },
    },
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(
        pick('Task').map(([state, { Resource }]) => [
          state,
          (parameters: unknown) => cloud.task(state, Resource as string, parameters),
        ]),
      ),
      waitTimeOverrides: Object.fromEntries(pick('Wait').map(([state]) => [state, waitMs])),
      retryIntervalOverrides: Object.fromEntries(retried.map(([state]) => [state, options.waits?.[state] ?? waitMs])),
    },
  });
  return { result: running.result, abort: () => running.abort(), largestState: () => largest(running.eventLogs) };
}

async function largest(events: AsyncIterable<unknown>): Promise<number> {
  let bytes = 0;
  for await (const event of events) {
    const { state } = event as { state?: { input?: unknown; output?: unknown } };
    for (const value of [state?.input, state?.output]) {
      bytes = Math.max(bytes, Buffer.byteLength(JSON.stringify(value) ?? ''));
    }
  }
  return bytes;
}
