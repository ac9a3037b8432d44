import { literalOf } from './compose-text';
import { dataPaths, isWithin, judgedPaths, presence } from './data-paths';
import { type Leak, leaksOf } from './leaks';
import { walkPaths } from './machine-paths';
import type { Node } from './node';
import type { Flow, State } from './state-machine';
import type { TurnMachine } from './turn-starters';

/** The steps of a state machine that judge the text of a turn, and the paths that lead around them. */
export interface Screening {
  /** Steps that apply a guardrail. */
  readonly guarded: readonly State[];
  /** Steps that apply a guardrail to what is the same in every turn. */
  readonly constant: readonly State[];
  /** Steps that start a turn on a path on which the input wasn't judged. */
  readonly unscreenedStarts: readonly State[];
  /** Steps after which a path ends without a judgement of the output. */
  readonly unscreenedEnds: readonly State[];
  /** Steps that send on the output before it is judged, or although that failed. */
  readonly leaks: readonly Leak[];
}

/** How a state machine judges what goes into its turns and what comes out. */
export function screeningOf({ machine: { flow }, steps, opens }: TurnMachine): Screening {
  const of = (kind: 'screens input' | 'screens output') => (state: State) =>
    steps.get(state)?.kinds.has(kind) === true && judges(state);
  const constants = constantPaths(flow);
  const judges = (state: State): boolean =>
    judgesTheTurn(state, constants, steps.get(state)?.kinds.has('screens input'));
  const guarded = [...steps.values()].filter(({ kinds }) => kinds.has('screens input') || kinds.has('screens output'));
  const unscreenedStarts = new Set<State>();
  walkPaths(flow, covering(of('screens input')), (state, settled) => {
    if (opens.has(state) && !settled) {
      unscreenedStarts.add(state);
    }
  });
  return {
    guarded: guarded.map(({ state }) => state),
    constant: guarded.map(({ state }) => state).filter((state) => !judges(state)),
    unscreenedStarts: [...unscreenedStarts],
    unscreenedEnds: openEnds(flow, opens, covering(of('screens output'))),
    leaks: leaksOf(flow, opens, covering(of('screens output'))),
  };
}

/**
 * The steps that start a turn, or contain one that does, after which some path ends without a judgement. What is judged
 * inside of a step needs no judgement after it. Paths of failures have no output of the turn.
 */
function openEnds(flow: Flow, opens: ReadonlySet<State>, covers: (state: State) => boolean): State[] {
  return [...flow.states.values()].filter((state) => {
    const talks = opens.has(state) || state.inner.some((each) => openEnds(each, opens, covers).length > 0);
    return talks && (state.ends || leadsOut(flow, state.next, covers));
  });
}

/** Whether some path ends without a judgement. */
function leadsOut(flow: Flow, startAt: readonly string[], covers: (state: State) => boolean): boolean {
  const settles = (state: State) =>
    covers(state) ||
    asksForOutput(flow, state, covers) ||
    (state.type === 'Parallel' && state.inner.some((each) => !leadsOut(each, [each.startAt], covers)));
  const reached = new Set(startAt);
  for (const name of reached) {
    const state = flow.states.get(name);
    if (state && !settles(state)) {
      if (state.ends) {
        return true;
      }
      state.next.forEach((each) => reached.add(each));
    }
  }
  return false;
}

/** Whether a choice only asks if there is something to judge, and has it judged then. */
function asksForOutput(flow: Flow, { type, node }: State, covers: (state: State) => boolean): boolean {
  return (
    type === 'Choice' &&
    node
      .at('Choices')
      .flatMap((each) => each.items())
      .some((option) => {
        const path = presence(option);
        const [next] = option.at('Next').flatMap((each) => each.texts());
        const judge = next && flow.states.get(literalOf(next.value) ?? '');
        return (
          path !== undefined &&
          judge !== undefined &&
          covers(judge) &&
          judgedPaths(judge).some((judged) => isWithin(path, judged))
        );
      })
  );
}

/** A state that settles it, or a loop over pieces of the text in which every path does. */
function covering(mark: (state: State) => boolean): (state: State) => boolean {
  const covers = (state: State): boolean =>
    mark(state) ||
    (state.type === 'Map' &&
      isOverTheTurn(state) &&
      state.inner.length > 0 &&
      state.inner.every((each) => {
        const paths = walkPaths(each, covers, () => undefined);
        return paths.length > 0 && paths.every(Boolean);
      }));
  return covers;
}

/** A list that the template has is the same in every turn. */
function isOverTheTurn({ node }: State): boolean {
  return node.at('Items').every((items) => items.kind !== 'list');
}

/** Whether the content that a step judges depends on the execution; that of an output on more than its input. */
function judgesTheTurn({ call }: State, constants: ReadonlySet<string>, isInput = false): boolean {
  const isOfTheTurn = (path: string) =>
    ![...constants].some((each) => isWithin(path, each)) && (isInput || !OF_THE_INPUT.test(path));
  return ['Content', 'Content.$'].some((key) =>
    call!.arguments
      .flatMap((node) => node.at(key))
      .some((node) => dataPaths(node, key).some(isOfTheTurn) || hasUnreadable(node)),
  );
}

/** What the execution was started with, whatever its turn answered. */
const OF_THE_INPUT = /^(?:\$\$|\$states\.context)\.Execution\.Input/;

/** Where a `Pass` state writes what is the same in every turn, and nothing else writes. */
function constantPaths(flow: Flow): ReadonlySet<string> {
  const written = new Map<string, boolean>();
  for (const { type, node, inner } of flow.states.values()) {
    const result = node.at('ResultPath').flatMap((each) => each.texts());
    const path = result.length === 1 ? literalOf(result[0].value) : undefined;
    if (path !== undefined && path.startsWith('$.')) {
      const isConstant = type === 'Pass' && node.at('Result').length > 0 && node.at('Result').every(isFixed);
      written.set(path, isConstant && written.get(path) !== false);
    }
    inner.flatMap((each) => [...constantPaths(each)]).forEach((each) => written.set(each, true));
  }
  return new Set([...written].filter(([, isConstant]) => isConstant).map(([path]) => path));
}

const isFixed = (node: Node): boolean => dataPaths(node).length === 0 && !hasUnreadable(node);

/** Nobody here knows whether it is the same in every turn. */
function hasUnreadable(node: Node): boolean {
  return node.kind === 'object'
    ? node.entries().some(([, value]) => hasUnreadable(value))
    : node.kind === 'list'
      ? node.items().some(hasUnreadable)
      : node.kind === 'unreadable';
}
