import { dataPaths, isWithin, judgedPaths } from './data-paths';
import { literalOf } from './compose-text';
import type { Node } from './node';
import type { Flow, State } from './state-machine';

/** A task that sends on the output of a turn without a judgement. */
export interface Leak {
  readonly state: State;
  /** The judgement that failed before it; undefined when there was none yet. */
  readonly failed?: State;
}

/** Calls that hand a text to somebody. */
const SENDS =
  /^(?:sns:publish|sqs:sendmessage|events:putevents|http:invoke|apigateway:invoke|ses(?:v2)?:send|pinpoint|chatbot:|kinesis:putrecord|firehose:putrecord)/i;

/**
 * The tasks that send on what a screening step judges, before it judges it or after it failed. A state that writes the
 * data anew (`Pass` with `Parameters`) ends the search: what follows may have left out the output.
 */
export function leaksOf(flow: Flow, opens: ReadonlySet<State>, judges: (state: State) => boolean): Leak[] {
  const states = [...flow.states.values()];
  const judging = states.filter(judges);
  const output = judging.flatMap(judgedPaths);
  const early = states.filter((state) => opens.has(state)).flatMap(({ next }) => senders(flow, next, judges, output));
  const late = judging.flatMap((failed) =>
    catchesOf(failed).flatMap(({ next, keepsData }) => {
      const paths = judgedPaths(failed).filter((path) => keepsData || !/^\$(?:\.|states\.input)/.test(path));
      return senders(flow, [next], judges, paths).map((state) => ({ state, failed }));
    }),
  );
  const inner = states.flatMap((state) => state.inner.flatMap((each) => leaksOf(each, opens, judges)));
  return [...early.map((state) => ({ state })), ...late, ...inner];
}

function senders(
  flow: Flow,
  startAt: readonly string[],
  judges: (state: State) => boolean,
  output: readonly string[],
): State[] {
  const reached = new Set(startAt);
  const found: State[] = [];
  for (const name of reached) {
    const state = flow.states.get(name);
    if (!state || judges(state) || isWrittenAnew(state)) {
      continue;
    }
    if (state.call && SENDS.test(state.call.api) && holds(state.call.arguments, output)) {
      found.push(state);
    }
    state.next.forEach((each) => reached.add(each));
  }
  return found;
}

const holds = (nodes: readonly Node[], output: readonly string[]) =>
  nodes
    .flatMap((node) => dataPaths(node))
    .some((path) => output.some((each) => isWithin(path, each) || isWithin(each, path)));

const isWrittenAnew = ({ type, node }: State) =>
  type === 'Pass' && ['Parameters', 'Result', 'Output', 'Assign'].some((key) => node.at(key).length > 0);

/** Where failures lead, and whether the data of the state is still there. Without a `ResultPath` the error replaces it. */
function catchesOf({ node, language }: State): { readonly next: string; readonly keepsData: boolean }[] {
  return node
    .at('Catch')
    .flatMap((list) => list.items())
    .flatMap((each) => {
      const text = (key: string) => {
        const [first] = each.at(key).flatMap((value) => value.texts());
        return first && literalOf(first.value);
      };
      const next = text('Next');
      const path = text('ResultPath');
      const keepsData = language === 'JSONPath' && path !== undefined && path !== '$';
      return next === undefined ? [] : [{ next, keepsData }];
    });
}
