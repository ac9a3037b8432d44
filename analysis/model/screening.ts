import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { isWithin as isPathWithin, judgedPaths, presence } from './data-paths';
import { CONSTANT, INPUT, member, originsOf, overlaps, plain, sourceOf } from './data-value';
import { judgesImagesOnly, losesText } from './kept-text';
import { contentOfObjects } from './object-content';
import { type Leak, leaksOf } from './leaks';
import { dataOf, type StateData } from './machine-data';
import { walkPaths } from './machine-paths';
import type { Node } from './node';
import type { Callee } from './state-call';
import { type Flow, type State, stateMachines, statesOf } from './state-machine';
import type { TemplateModel } from './template-model';
import type { TurnMachine } from './turn-starters';
import { type StepKind, stepsOf } from './turn-steps';

/** The steps of a state machine that judge the text of a turn, and the paths without them. */
export interface Screening {
  /** Steps that apply a guardrail. */
  readonly guarded: readonly State[];
  /** Steps that apply a guardrail to a text that is the same in every turn. */
  readonly constant: readonly State[];
  /** Steps that apply a guardrail to something other than the input or the output of a turn. */
  readonly beside: readonly State[];
  /** Steps that start a turn on a path on which the input wasn't judged. */
  readonly unscreenedStarts: readonly State[];
  /** Steps after which a path ends without a judgement of the output. */
  readonly unscreenedEnds: readonly State[];
  /** Steps that send on the output, or start a turn, although a judgement is missing. */
  readonly leaks: readonly Leak[];
}

/** How a state machine judges the input and the output of its turns. */
export function screeningOf(model: TemplateModel, workflow: TurnMachine): Screening {
  const { machine, steps, opens } = workflow;
  const { flow } = machine;
  const kindOf = (state: State, kind: StepKind) => steps.get(state)?.kinds.has(kind) === true;
  const data = dataOf(flow, (state) => kindOf(state, 'screens output'));
  const talks = tasksOfTheTurn(flow, opens);
  const sends = (state: State) => handsOut(model, state, steps.get(state)?.callees ?? []);
  const isOutput = (origin: string) => {
    const source = talks.get(sourceOf(origin));
    return source !== undefined && !kindOf(source, 'screens output') && !sends(source);
  };
  const content = (state: State) =>
    new Set([...originsOf(member(data.get(state)?.reads ?? CONSTANT, 'Content'))].map(plain));
  const judges = (state: State): boolean =>
    // No path leads to the state.
    !data.has(state) ||
    hasUnreadableContent(state) ||
    (!judgesImagesOnly(state) &&
      (kindOf(state, 'screens input') ? content(state).size > 0 : [...content(state)].some(isOutput)));
  const of = (kind: 'screens input' | 'screens output') => (state: State) => kindOf(state, kind) && judges(state);
  const covers = (kind: 'screens input' | 'screens output') => covering(of(kind), data);
  const guarded = [...steps.values()]
    .map(({ state }) => state)
    .filter((state) => kindOf(state, 'screens input') || kindOf(state, 'screens output'));
  const unscreenedStarts = new Set<State>();
  const note = (state: State, settled: boolean): void => {
    if (opens.has(state) && !settled) {
      unscreenedStarts.add(state);
    }
    if (readsItems(state)) {
      state.inner.forEach((each) => walkPaths(each, covers('screens input'), note));
    }
  };
  walkPaths(flow, covers('screens input'), note);
  const screened = guarded.flatMap((state) => (of('screens input')(state) ? [...content(state)] : []));
  const sending = [...steps.values()].filter(({ kinds }) => kinds.has('sends an event')).map(({ state }) => state);
  for (const state of new Set([...opens, ...sending])) {
    const given = [...originsOf(data.get(state)?.reads ?? CONSTANT)];
    if (contentOfObjects(flow, given).some((origin) => !screened.some((each) => overlaps(each, origin)))) {
      unscreenedStarts.add(state);
    }
  }
  const none = new Set<string>();
  return {
    guarded,
    constant: guarded.filter((state) => !judges(state) && content(state).size === 0),
    beside: guarded.filter(
      (state) =>
        content(state).size > 0 &&
        !judgesImagesOnly(state) &&
        (!judges(state) ||
          losesText(state) ||
          (kindOf(state, 'screens input') && isOfNoTurn(state, content(state), workflow, data))),
    ),
    unscreenedStarts: [...unscreenedStarts],
    unscreenedEnds: openEnds(flow, opens, covers('screens output')),
    leaks: leaksOf(flow, {
      data,
      opens,
      judged: (state) => (kindOf(state, 'screens output') ? new Set([...content(state)].filter(isOutput)) : none),
      judgesInput: of('screens input'),
      sends,
    }),
  };
}

/** The tasks that start a turn, and those that can follow: their results may contain the answer of the agent. */
function tasksOfTheTurn(flow: Flow, opens: ReadonlySet<State>): Map<string, State> {
  const found = new Map<string, State>();
  const reached = new Set<string>();
  for (const state of flow.states.values()) {
    const inner = state.inner.flatMap((each) => [...tasksOfTheTurn(each, opens)]);
    inner.forEach(([name, task]) => found.set(name, task));
    if (opens.has(state) || inner.length > 0) {
      [...state.next, ...state.catches].forEach((each) => reached.add(each));
    }
    if (opens.has(state)) {
      found.set(state.name, state);
    }
  }
  for (const name of reached) {
    const state = flow.states.get(name);
    for (const each of state ? [state, ...state.inner.flatMap(statesOf)] : []) {
      found.set(each.name, each);
    }
    [...(state?.next ?? []), ...(state?.catches ?? [])].forEach((each) => reached.add(each));
  }
  return found;
}

/**
 * Whether a step judges one part of the input of the execution, and its turns get another part. The parts of a task's
 * result can't be distinguished.
 */
function isOfNoTurn(
  state: State,
  judged: ReadonlySet<string>,
  { steps, opens }: TurnMachine,
  data: ReadonlyMap<State, StateData>,
): boolean {
  const given = new Set(
    [...steps.values()]
      .filter(({ state: each, kinds }) => opens.has(each) || kinds.has('sends an event'))
      .flatMap(({ state: each }) => [...originsOf(data.get(each)?.reads ?? CONSTANT)]),
  );
  const isInput = (origin: string) => sourceOf(origin) === INPUT;
  return (
    [...judged].every(isInput) &&
    [...given].some(isInput) &&
    ![...given].some((origin) => sourceOf(origin) === state.name || [...judged].some((each) => overlaps(each, origin)))
  );
}

/** Calls that read, compute or store a text within the app. Any other call may send it to somebody. */
const WITHIN =
  /^(?:lambda|dynamodb|bedrock\w*|comprehend\w*|kms|ecs|batch|codebuild|glue|athena|sagemaker):|^states:(?:activity|sendtask)|:(?:get|list|describe|head|batchget|query|scan|detect)/i;

function handsOut(model: TemplateModel, { type, call }: State, callees: readonly Callee[]): boolean {
  if (!call) {
    return type === 'Fail';
  }
  if (/^s3:/i.test(call.api) && callees.some(({ resource }) => resource.type === 'AWS::S3::Bucket')) {
    return false;
  }
  if (/^states:start/i.test(call.api)) {
    return !callees.some(({ resource }) => screensOutput(model, resource));
  }
  return !WITHIN.test(call.api);
}

/** A state machine that screens the output that it is given. */
function screensOutput(model: TemplateModel, machine: Resource): boolean {
  return stateMachines(model).some(
    ({ resource, flow }) =>
      resource === machine &&
      flow !== undefined &&
      stepsOf(model, flow).some(({ kinds }) => kinds.has('screens output')),
  );
}

/**
 * The steps that start a turn, or contain one that does, after which some path ends without a judgement. An output that
 * is judged inside a step needs no judgement after it. After a failure there is no output of the turn.
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

/** Whether a choice only tests if there is an output, and leads to a judgement if there is. */
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
          judgedPaths(judge).some((judged) => isPathWithin(path, judged))
        );
      })
  );
}

/** States that judge the text, and loops over pieces of the text with a judgement on every path. */
function covering(mark: (state: State) => boolean, data: ReadonlyMap<State, StateData>): (state: State) => boolean {
  const covers = (state: State): boolean =>
    mark(state) ||
    (state.type === 'Map' &&
      isOverTheTurn(data.get(state)) &&
      !toleratesFailures(state) &&
      state.inner.length > 0 &&
      state.inner.every((each) => {
        const paths = walkPaths(each, covers, () => undefined);
        return paths.length > 0 && paths.every(Boolean);
      }));
  return covers;
}

/** Whether a loop reads its items from a bucket, after every screening. */
const readsItems = ({ type, node }: State): boolean => type === 'Map' && node.at('ItemReader').length > 0;

/** Properties of a loop that let it succeed although items failed: those that the guardrail refused. */
const TOLERATED = ['ToleratedFailureCount', 'ToleratedFailurePercentage'].flatMap((key) => [
  key,
  `${key}Path`,
  `${key}.$`,
]);

/** Source: docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html (tolerated failure threshold) */
const toleratesFailures = ({ node }: State): boolean =>
  TOLERATED.flatMap((key) => node.at(key))
    .flatMap((each) => each.texts())
    .some(({ value }) => literalOf(value) !== '0');

/** A list that is written in the template is the same in every turn. */
function isOverTheTurn(data: StateData | undefined): boolean {
  return originsOf(data?.items ?? CONSTANT).size > 0;
}

function hasUnreadableContent({ call }: State): boolean {
  return ['Content', 'Content.$'].some((key) =>
    (call?.arguments ?? []).flatMap((node) => node.at(key)).some(hasUnreadable),
  );
}

/** Whether the text is the same in every turn isn't known then. */
function hasUnreadable(node: Node): boolean {
  return node.kind === 'object'
    ? node.entries().some(([, value]) => hasUnreadable(value))
    : node.kind === 'list'
      ? node.items().some(hasUnreadable)
      : node.kind === 'unreadable';
}
