import { type DataScope } from './data-references';
import {
  CONSTANT,
  DataValue,
  ELEMENT,
  INPUT,
  isSameValue,
  isWithin,
  joined,
  judgedBy,
  member,
  mixed,
  originsOf,
  plain,
  valueFrom,
} from './data-value';
import { followFlow, type KnownAfter } from './machine-paths';
import type { Node } from './node';
import { assigned, looked, pathAt, placedAt, valueOf } from './state-fields';
import { type Flow, type State, textAt } from './state-machine';

/** The data that a state receives, on all paths that lead to it. */
export interface StateData {
  /** The value that it reads: arguments of a task, input of a branch, the cause of a failure, what a choice tests. */
  readonly reads: DataValue;
  /** The list that a `Map` state goes through. */
  readonly items?: DataValue;
}

interface Data {
  readonly input: DataValue;
  readonly variables: ReadonlyMap<string, DataValue>;
  readonly item?: DataValue;
  /** The judgements on all paths until here, with the origins that each has judged. */
  readonly judged: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Walk {
  readonly found: Map<State, StateData>;
  judges(state: State): boolean;
}

/**
 * Follows the data of an execution through the states of a definition, to find where the value that each state reads
 * comes from. A value that isn't understood counts as all the data at that point.
 *
 * @param judges which states judge their `Content`: what comes from the same origins has passed them afterwards
 */
export function dataOf(flow: Flow, judges: (state: State) => boolean): ReadonlyMap<State, StateData> {
  const found = new Map<State, StateData>();
  run(flow, { input: valueFrom(INPUT), variables: new Map(), judged: new Map() }, { found, judges });
  return found;
}

/** @returns the data at the ends of the flow */
function run(flow: Flow, start: Data, walk: Walk): Data {
  const end = followFlow(flow, start, { step: (state, data) => step(state, data, walk), either, isSame });
  return end ?? { ...start, input: CONSTANT };
}

function step(state: State, data: Data, walk: Walk): KnownAfter<Data> {
  const { node, language } = state;
  const isPath = language === 'JSONPath';
  const input = isPath ? (pathAt(node, 'InputPath', data) ?? data.input) : data.input;
  const given: Data = { ...data, input };
  const { reads, items, result, inside } = work(state, given, walk);
  const known = walk.found.get(state);
  walk.found.set(state, known ? { reads: joined(known.reads, reads), items } : { reads, items });
  const passes = ['Choice', 'Wait', 'Succeed', 'Fail'].includes(state.type);
  const out = passes ? passedOn(state, given, data) : putOut(state, result, data);
  let judgements = inside.size > 0 ? new Map([...data.judged, ...inside]) : data.judged;
  if (walk.judges(state)) {
    const content = [...originsOf(member(reads, 'Content'))].map(plain);
    judgements = new Map([...judgements, [state.name, new Set(content)]]);
  }
  const after = marked({ ...out, judged: judgements }, data.judged);
  const targets: (readonly [string, Data])[] = state.next.map((target) => [target, after]);
  for (const option of node.at('Choices').flatMap((each) => each.items())) {
    const target = textAt(option, 'Next');
    const chosen = option.at('Output').map((each) => valueOf(each, 'Output', isPath, data));
    if (target !== undefined && (chosen.length > 0 || option.at('Assign').length > 0)) {
      const variables = assigned(option, after.variables, isPath, data);
      targets.push([target, { ...after, input: chosen.length > 0 ? anyOf(chosen) : after.input, variables }]);
    }
  }
  return { end: after, targets: [...targets, ...caught(node, data, isPath)] };
}

/** The data after a state that has no result of its own. */
function passedOn({ node, language }: State, given: Data, data: Data): Data {
  if (language === 'JSONata') {
    const output = written(node, 'Output', false, data) ?? data.input;
    return { ...data, input: output, variables: assigned(node, data.variables, false, data) };
  }
  const output = pathAt(node, 'OutputPath', given) ?? given.input;
  return { ...data, input: output, variables: assigned(node, data.variables, true, given) };
}

/** The data after a state with a result. */
function putOut({ type, node, language }: State, result: DataValue, data: Data): Data {
  if (language === 'JSONata') {
    const scope: DataScope = { ...data, result };
    const output = written(node, 'Output', false, scope) ?? (type === 'Pass' ? data.input : result);
    return { ...data, input: output, variables: assigned(node, data.variables, false, scope) };
  }
  const selected = written(node, 'ResultSelector', true, { ...data, input: result }) ?? result;
  const placed = placedAt(node, data.input, selected);
  const output = pathAt(node, 'OutputPath', { ...data, input: placed }) ?? placed;
  const scope: DataScope = { ...data, result: joined(selected, result) };
  return { ...data, input: output, variables: assigned(node, data.variables, true, scope) };
}

/** Marks all data that comes from judged origins as judged. */
function marked(data: Data, before: Data['judged']): Data {
  const made = [...data.judged].filter(([judge, origins]) => before.get(judge) !== origins);
  if (made.length === 0) {
    return data;
  }
  const mark = (value: DataValue) => made.reduce((each, [judge, origins]) => judgedBy(each, judge, origins), value);
  return {
    ...data,
    input: mark(data.input),
    variables: new Map([...data.variables].map(([name, value]) => [name, mark(value)])),
    ...(data.item ? { item: mark(data.item) } : {}),
  };
}

interface Work extends StateData {
  readonly result: DataValue;
  /** The judgements inside the state. */
  readonly inside: Data['judged'];
}

const NONE: Data['judged'] = new Map();

/** What a state reads, and its result. */
function work({ name, type, node, language, inner }: State, data: Data, walk: Walk): Work {
  const isPath = language === 'JSONPath';
  const at = (key: string, scope: DataScope = data) => written(node, key, isPath, scope);
  const given = (scope?: DataScope) => at('Parameters', scope) ?? at('Arguments', scope) ?? at('ItemSelector', scope);
  switch (type) {
    case 'Task':
      return { reads: given() ?? data.input, result: valueFrom(name), inside: NONE };
    case 'Pass':
      return { reads: data.input, result: at('Result') ?? given() ?? data.input, inside: NONE };
    case 'Parallel': {
      const reads = given() ?? data.input;
      const ends = inner.map((flow) => run(flow, { ...data, input: reads }, walk));
      const fields = new Map(ends.map(({ input }, index) => [String(index), input]));
      // All branches have run.
      return {
        reads,
        result: DataValue.ofFields(fields),
        inside: new Map(ends.flatMap(({ judged }) => [...judged])),
      };
    }
    case 'Map': {
      const isRead = node.at('ItemReader').length > 0;
      const items = isRead
        ? mixed([valueFrom(name), at('ItemReader') ?? CONSTANT])
        : (at('ItemsPath') ?? at('Items') ?? data.input);
      const batch = node.at('ItemBatcher').length > 0 ? (at('ItemBatcher') ?? CONSTANT) : undefined;
      const item = batch ? mixed([items, batch]) : member(items, ELEMENT);
      const reads = given({ ...data, item }) ?? item;
      const ends = inner.map((flow) => run(flow, { ...data, input: reads, item }, walk));
      const result = DataValue.ofFields(new Map([[ELEMENT, anyOf(ends.map(({ input }) => input))]]));
      return { reads, items, result, inside: overItems(ends, items) };
    }
    case 'Fail': {
      const causes = ['Cause', 'CausePath', 'Error', 'ErrorPath'].map((key) => at(key) ?? CONSTANT);
      return { reads: mixed(causes), result: data.input, inside: NONE };
    }
    case 'Choice':
      return { reads: mixed(node.at('Choices').map((each) => looked(each, data))), result: data.input, inside: NONE };
    default:
      return { reads: CONSTANT, result: data.input, inside: NONE };
  }
}

/** The list of a loop may be empty: only what comes from the list has been judged inside. */
function overItems(ends: readonly Data[], items: DataValue): Data['judged'] {
  const lists = [...originsOf(items)];
  const isOfList = (origin: string) => lists.some((each) => isWithin(origin, each));
  return new Map(ends.flatMap(({ judged }) => [...judged]).filter(([, origins]) => [...origins].some(isOfList)));
}

const anyOf = (values: readonly DataValue[]) => values.reduce((one, other) => joined(one, other), CONSTANT);

function written(node: Node, key: string, isPath: boolean, scope: DataScope): DataValue | undefined {
  const values = node.at(key).map((each) => valueOf(each, key, isPath, scope));
  return values.length > 0 ? anyOf(values) : undefined;
}

/** The states that follow a failure, with their data. A failed state has no result but the error. */
function caught(node: Node, data: Data, isPath: boolean): (readonly [string, Data])[] {
  return node
    .at('Catch')
    .flatMap((list) => list.items())
    .flatMap((each): (readonly [string, Data])[] => {
      const target = textAt(each, 'Next');
      const output = isPath
        ? placedAt(each, data.input, CONSTANT)
        : anyOf(each.at('Output').map((value) => valueOf(value, 'Output', isPath, data)));
      const variables = assigned(each, data.variables, isPath, { ...data, result: CONSTANT });
      return target === undefined ? [] : [[target, { ...data, input: output, variables }]];
    });
}

function either(one: Data, other: Data): Data {
  const input = joined(one.input, other.input);
  const variables = eitherVariables(one.variables, other.variables);
  const judged = one.judged.size === 0 ? one.judged : judgedInBoth(one.judged, other.judged);
  const isOne = input === one.input && variables === one.variables && judged === one.judged;
  return isOne ? one : { ...one, input, variables, judged };
}

function eitherVariables(one: Data['variables'], other: Data['variables']): Data['variables'] {
  if (one === other) {
    return one;
  }
  let both: Map<string, DataValue> | undefined;
  for (const [name, value] of other) {
    const own = one.get(name);
    const joint = own ? joined(own, value) : value;
    if (joint !== own) {
      both ??= new Map(one);
      both.set(name, joint);
    }
  }
  return both ?? one;
}

function judgedInBoth(one: Data['judged'], other: Data['judged']): Data['judged'] {
  return new Map(
    [...one].flatMap(([judge, origins]) => {
      const others = other.get(judge);
      return others ? [[judge, new Set([...origins, ...others])]] : [];
    }),
  );
}

function isSame(one: Data, other: Data): boolean {
  return (
    one === other ||
    (isSameValue(one.input, other.input) &&
      one.judged.size === other.judged.size &&
      one.variables.size === other.variables.size &&
      [...other.variables].every(([name, value]) => {
        const own = one.variables.get(name);
        return own !== undefined && isSameValue(own, value);
      }))
  );
}
