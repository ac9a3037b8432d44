import type { Flow, State } from './state-machine';

/** A way through a state machine. */
export interface MachinePath {
  readonly transitions: number;
  /** The tasks on the way, in order; those inside of `Parallel` and `Map` follow their state. */
  readonly tasks: readonly State[];
}

const NOTHING: MachinePath = { transitions: 0, tasks: [] };

/**
 * Walks every path from the start. `mark` says whether a state settles the question (for example: it screens); a path
 * stays settled afterwards. `visit` sees each state with whether its path was settled before.
 *
 * @returns for each path that reaches an end whether it was settled
 */
export function walkPaths(
  flow: Flow,
  mark: (state: State) => boolean,
  visit: (state: State, settled: boolean) => void,
  settledBefore = false,
): boolean[] {
  const ends: boolean[] = [];
  const seen = new Set<string>();
  const pending: [string, boolean][] = [[flow.startAt, settledBefore]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [name, settled] = next;
    const state = flow.states.get(name);
    if (!state || seen.has(`${settled} ${name}`)) {
      continue;
    }
    seen.add(`${settled} ${name}`);
    visit(state, settled);
    // Every branch of a Parallel runs, so one branch that settles it is enough. A Map may have nothing to work on: what
    // it does for its items settles nothing for what follows.
    const inner = state.inner.map((each) => walkPaths(each, mark, visit, settled));
    const insideSettles = state.type === 'Parallel' && inner.some((paths) => paths.length > 0 && paths.every(Boolean));
    const after = settled || mark(state) || insideSettles;
    pending.push(...state.next.map((target): [string, boolean] => [target, after]));
    // It failed: nothing was settled by it.
    pending.push(...state.catches.map((target): [string, boolean] => [target, settled]));
    if (state.ends) {
      ends.push(after);
    }
  }
  return ends;
}

/**
 * The longest way through a state machine on which nothing fails and nothing is repeated; lists are worked through for
 * one element. So it is the expensive side of an ordinary execution, without its loops.
 */
export function longestPath(flow: Flow): MachinePath {
  const known = new Map<string, MachinePath | undefined>();
  /** From a state to an end; undefined when that way only leads back to where it came from. */
  const from = (name: string, before: ReadonlySet<string>): MachinePath | undefined => {
    const state = flow.states.get(name);
    if (!state || before.has(name)) {
      return undefined;
    }
    if (!known.has(name)) {
      const after = new Set([...before, name]);
      const ways = state.next.map((target) => from(target, after)).filter((way) => way !== undefined);
      const longest = ways.reduce<MachinePath | undefined>(
        (best, way) => (best === undefined || way.transitions > best.transitions ? way : best),
        state.next.length > 0 ? undefined : NOTHING,
      );
      known.set(name, longest && together([own(state), longest]));
    }
    return known.get(name);
  };
  return from(flow.startAt, new Set()) ?? NOTHING;
}

function own(state: State): MachinePath {
  return together([{ transitions: 1, tasks: state.call ? [state] : [] }, ...state.inner.map(longestPath)]);
}

function together(paths: readonly MachinePath[]): MachinePath {
  return {
    transitions: paths.reduce((sum, { transitions }) => sum + transitions, 0),
    tasks: paths.flatMap(({ tasks }) => tasks),
  };
}
