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
    // Every branch of a Parallel runs, so one branch that settles the question is enough. A Map may have no items, so
    // its inner states settle nothing for what follows.
    const inner = state.inner.map((each) => walkPaths(each, mark, visit, settled));
    const insideSettles = state.type === 'Parallel' && inner.some((paths) => paths.length > 0 && paths.every(Boolean));
    const after = settled || mark(state) || insideSettles;
    pending.push(...state.next.map((target): [string, boolean] => [target, after]));
    // A state that failed settles nothing.
    pending.push(...state.catches.map((target): [string, boolean] => [target, settled]));
    if (state.ends) {
      ends.push(after);
    }
  }
  return ends;
}

/** What is known behind a state: at an end of the flow, and before each state that it leads to. */
export interface KnownAfter<T> {
  readonly end: T;
  readonly targets: readonly (readonly [name: string, known: T])[];
}

/** How something that is known about an execution changes from state to state. */
export interface Following<T> {
  readonly step: (state: State, known: T) => KnownAfter<T>;
  /** What is known where two paths meet. */
  readonly either: (one: T, other: T) => T;
  readonly isSame: (one: T, other: T) => boolean;
}

/**
 * Follows what is known on all paths from the start, until nothing changes. Loops end because `either` can add only a
 * limited number of things.
 *
 * @returns what is known at the ends of the flow; undefined when no path reaches one
 */
export function followFlow<T>(flow: Flow, start: T, { step, either, isSame }: Following<T>): T | undefined {
  const before = new Map<string, T>([[flow.startAt, start]]);
  const pending = [flow.startAt];
  let end: T | undefined;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const state = flow.states.get(name);
    if (!state) {
      continue;
    }
    const after = step(state, before.get(name)!);
    for (const [target, next] of after.targets) {
      const earlier = before.get(target);
      const both = earlier ? either(earlier, next) : next;
      if (!earlier || !isSame(earlier, both)) {
        before.set(target, both);
        pending.push(target);
      }
    }
    if (state.ends) {
      end = end ? either(end, after.end) : after.end;
    }
  }
  return end;
}

/**
 * The longest path through a state machine on which nothing fails and nothing is repeated, with one element in each
 * list: the most expensive ordinary execution without loops.
 */
export function longestPath(flow: Flow): MachinePath {
  const known = new Map<string, MachinePath | undefined>();
  /** The path from a state to an end; undefined if it only leads back to an earlier state. */
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
