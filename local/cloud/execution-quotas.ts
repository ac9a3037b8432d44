/** The quotas of one execution: the size of its states, and the number of its events. */
import { HISTORY_EVENTS, STATE_BYTES } from './limits';

/** Source: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: States.ALL doesn't catch it. */
export function dataLimitExceeded(what: string, bytes: number): Error {
  const message = `${what} has ${bytes} bytes; allowed are ${STATE_BYTES}`;
  return Object.assign(new Error(message), { name: 'States.DataLimitExceeded' });
}

/** Events that Step Functions adds to those of the interpreter when a state is left, by its type. */
const MORE_EVENTS: Readonly<Record<string, number>> = { Task: 3, Map: 2, Parallel: 2 };

/**
 * Follows an execution and ends it when it exceeds a quota. Events are counted as in the execution history of Step
 * Functions: docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html. The name of the error for
 * too many of them is not documented.
 *
 * @param waits names of the Wait states for which a task stands
 * @returns bytes of the largest input or output of a state
 */
export async function watch(
  events: AsyncIterable<unknown>,
  waits: ReadonlySet<string>,
  exceed: (error: Error) => void,
): Promise<number> {
  let bytes = 0;
  let count = 0;
  let isOver = false;
  for await (const event of events) {
    const { type, state } = event as {
      type: string;
      state?: { name: string; type: string; input?: unknown; output?: unknown };
    };
    const isLeft = type === 'StateExited' || type === 'StateRetried';
    count += 1 + (isLeft && !waits.has(state!.name) ? (MORE_EVENTS[state!.type] ?? 0) : 0);
    // The output of one state is the input of the next.
    const size = Buffer.byteLength(JSON.stringify(type === 'StateExited' ? state?.output : state?.input) ?? '');
    bytes = Math.max(bytes, size);
    if (isOver || (size <= STATE_BYTES && count <= HISTORY_EVENTS)) continue;
    isOver = true;
    const tooLong = `The execution reached the maximum number of history events (${HISTORY_EVENTS}).`;
    exceed(
      size > STATE_BYTES
        ? dataLimitExceeded(`The state ${state!.name}`, size)
        : Object.assign(new Error(tooLong), { name: 'States.Runtime' }),
    );
  }
  return bytes;
}
