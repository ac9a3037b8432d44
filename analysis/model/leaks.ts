import { CONSTANT, isWithin, judgesOf, originsOf, overlaps, sourceOf } from './data-value';
import type { StateData } from './machine-data';
import { followFlow, type KnownAfter } from './machine-paths';
import type { Flow, State } from './state-machine';
import { afterIntervention } from './verdict-choice';

/** A state that does something with the text of a turn although a judgement is missing. */
export interface Leak {
  readonly state: State;
  /** The judgement that failed before it, or that no choice looked at. Undefined if there was none. */
  readonly judge?: State;
  readonly why: 'too early' | 'failed' | 'ignored';
}

/** What the search for leaks asks. */
export interface LeakQuestion {
  readonly data: ReadonlyMap<State, StateData>;
  /** The origins of the output that a step judges; none for a step that judges something else. */
  judged(state: State): ReadonlySet<string>;
  /** Whether a step judges what goes into a turn. */
  judgesInput(state: State): boolean;
  /** Whether a state sends its input to a receiver outside of the workflow. */
  sends(state: State): boolean;
  readonly opens: ReadonlySet<State>;
}

interface Known {
  /** Judgements that no choice looked at, on some path. */
  readonly ignored: ReadonlySet<State>;
  /** All judgements on some path. */
  readonly made: ReadonlySet<State>;
  /** A judgement that failed, on some path. */
  readonly failed?: State;
}

const NOTHING: Known = { ignored: new Set(), made: new Set() };

/**
 * The states that send the text of a turn before a screening step has judged it, after the step failed, or without a
 * choice that looks at the verdict; and those that start a turn without a choice that looks at the verdict on its
 * input. A copy of the output counts as the output.
 */
export function leaksOf(flow: Flow, question: LeakQuestion): Leak[] {
  const output = new Set<string>();
  const byName = new Map<string, State>();
  for (const state of question.data.keys()) {
    byName.set(state.name, state);
    question.judged(state).forEach((origin) => output.add(origin));
  }
  const found = new Map<State, Leak>();
  walk(flow, NOTHING, { ...question, output, byName, found });
  return [...found.values()];
}

interface Search extends LeakQuestion {
  /** Everything that is judged somewhere. */
  readonly output: ReadonlySet<string>;
  readonly byName: ReadonlyMap<string, State>;
  readonly found: Map<State, Leak>;
}

/** @returns what is known at the ends of the flow */
function walk(flow: Flow, start: Known, search: Search): Known {
  const step = (state: State, known: Known): KnownAfter<Known> => {
    const after = pass(state, known, search);
    const failed = search.judged(state).size > 0 ? { ...known, failed: state } : known;
    return {
      end: after,
      targets: [
        ...state.next.map((target) => [target, behindChoice(state, target, known, after)] as const),
        ...state.catches.map((target) => [target, failed] as const),
      ],
    };
  };
  return followFlow(flow, start, { step, either, isSame }) ?? start;
}

/** A choice that leads to the same state when the guardrail has intervened hasn't looked at the verdict. */
function behindChoice(state: State, target: string, known: Known, after: Known): Known {
  return state.type === 'Choice' && after.ignored.size < known.ignored.size && afterIntervention(state).has(target)
    ? { ...after, ignored: new Set([...after.ignored, ...known.ignored]) }
    : after;
}

function pass(state: State, known: Known, search: Search): Known {
  const { data, found } = search;
  const reads = originsOf(data.get(state)?.reads ?? CONSTANT);
  const sends = search.sends(state);
  const looksAt = (judge: State) => [...reads].some((origin) => sourceOf(origin) === judge.name);
  const isLook = state.type === 'Choice' || (state.type === 'Task' && !sends);
  // A choice with one way on decides nothing, whatever functions before it made of the verdicts.
  const ignored =
    state.type === 'Choice' && new Set(state.next).size === 1
      ? new Set(known.made)
      : new Set([...known.ignored].filter((judge) => !isLook || !looksAt(judge)));
  const leak = sends ? leakAt(state, reads, known, search) : undefined;
  const unseen = search.opens.has(state) ? [...ignored].find((judge) => search.judgesInput(judge)) : undefined;
  if (leak) {
    found.set(state, leak);
  } else if (unseen) {
    found.set(state, { state, judge: unseen, why: 'ignored' });
  }
  const own = search.judged(state);
  const made = new Set(known.made);
  if (own.size > 0 || search.judgesInput(state)) {
    ignored.add(state);
    made.add(state);
  }
  const after: Known = { ignored, made, failed: own.size > 0 ? undefined : known.failed };
  const ends = state.inner.map((each) => walk(each, after, search));
  return {
    ...after,
    ignored: new Set([...ignored, ...ends.flatMap((end) => [...end.ignored])]),
    made: new Set([...made, ...ends.flatMap((end) => [...end.made])]),
  };
}

function leakAt(state: State, reads: ReadonlySet<string>, known: Known, search: Search): Leak | undefined {
  const passed = (origin: string) => judgesOf(origin).map((name) => search.byName.get(name)!);
  let ignored: State | undefined;
  for (const origin of reads) {
    for (const output of [...search.output].filter((each) => overlaps(each, origin))) {
      const judge = passed(origin).filter((each) => [...search.judged(each)].some((own) => isWithin(output, own)));
      if (judge.length === 0) {
        return { state, judge: known.failed, why: known.failed ? 'failed' : 'too early' };
      }
      ignored ??= judge.every((each) => known.ignored.has(each)) ? judge[0] : undefined;
    }
  }
  return ignored && { state, judge: ignored, why: 'ignored' };
}

function either(one: Known, other: Known): Known {
  return {
    ignored: new Set([...one.ignored, ...other.ignored]),
    made: new Set([...one.made, ...other.made]),
    failed: one.failed ?? other.failed,
  };
}

function isSame(one: Known, other: Known): boolean {
  return one.ignored.size === other.ignored.size && one.made.size === other.made.size && one.failed === other.failed;
}
