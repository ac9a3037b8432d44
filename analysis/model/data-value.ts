/**
 * A value in the data of an execution, by where its parts come from. An origin is the input of the execution or the result
 * of a task, with the path in it: `Open`, `Payload`, `text`.
 */
export interface DataValue {
  /** Origins of the value as a whole: what is below a key of it is below the same key of its origins. */
  readonly from: ReadonlySet<string>;
  /** Values that the definition puts together. */
  readonly fields?: ReadonlyMap<string, DataValue>;
}

/** The input of the execution. State names can't begin with it in a reference. */
export const INPUT = '$input';

/** An element of a list, whichever. */
export const ELEMENT = '[]';

/** What the definition itself says: the same in every execution. */
export const CONSTANT: DataValue = { from: new Set() };

/** Between the keys of an origin. No name of a state has it. */
const SEPARATOR = '\u0001';

/** After the name of each step that has judged an origin. */
const JUDGED = '\u0002';

/** Longer paths and deeper values are cut: what is cut counts as the whole that it is a part of. */
const DEEPEST = 10;

export function valueFrom(...origins: string[]): DataValue {
  return { from: new Set(origins) };
}

/** Every origin of a value and of what is in it. */
export function originsOf({ from, fields }: DataValue): Set<string> {
  const found = new Set(from);
  for (const value of fields?.values() ?? []) {
    originsOf(value).forEach((origin) => found.add(origin));
  }
  return found;
}

/** A value that is computed from others: nobody knows which part is where. */
export function mixed(values: readonly DataValue[]): DataValue {
  return { from: new Set(values.flatMap((value) => [...originsOf(value)])) };
}

/** What is below a key. A key of a list is a number, or `[]` for any element. */
export function member(value: DataValue, key: string): DataValue {
  const { from, fields } = value;
  const isElement = key === ELEMENT || /^\d+$/.test(key);
  const written = fields?.get(key);
  if (written && key !== ELEMENT) {
    return written;
  }
  const own: DataValue = { from: new Set([...from].map((origin) => longer(origin, isElement ? ELEMENT : key))) };
  const elements = isElement
    ? [...(fields ?? [])].filter(([name]) => name === ELEMENT || (key === ELEMENT && /^\d+$/.test(name)))
    : [];
  return elements.map(([, each]) => each).reduce((one, other) => joined(one, other), own);
}

function longer(origin: string, key: string): string {
  return origin.split(SEPARATOR).length < DEEPEST ? `${origin}${SEPARATOR}${key}` : origin;
}

/** A value with another one at a path. */
export function withMember(whole: DataValue, [key, ...rest]: readonly string[], value: DataValue): DataValue {
  if (key === undefined) {
    return value;
  }
  const fields = new Map(whole.fields);
  fields.set(key, withMember(rest.length > 0 ? member(whole, key) : CONSTANT, rest, value));
  return { from: whole.from, fields };
}

/** A value that is one or the other. */
export function joined(one: DataValue, other: DataValue, depth = 0): DataValue {
  if (one === other) {
    return one;
  }
  const from = new Set([...one.from, ...other.from]);
  if (!one.fields && !other.fields) {
    return { from };
  }
  if (depth >= DEEPEST) {
    return mixed([one, other]);
  }
  const fields = new Map<string, DataValue>();
  for (const key of new Set([...(one.fields?.keys() ?? []), ...(other.fields?.keys() ?? [])])) {
    fields.set(key, joined(member(one, key), member(other, key), depth + 1));
  }
  return { from, fields };
}

export function isSameValue(one: DataValue, other: DataValue): boolean {
  if (one === other) {
    return true;
  }
  const [fields, others] = [one.fields ?? new Map<string, DataValue>(), other.fields ?? new Map<string, DataValue>()];
  return (
    one.from.size === other.from.size &&
    [...one.from].every((each) => other.from.has(each)) &&
    fields.size === others.size &&
    [...fields].every(([key, value]) => {
      const counterpart = others.get(key);
      return counterpart !== undefined && isSameValue(value, counterpart);
    })
  );
}

/** An origin without the judgements that it has passed. */
export function plain(origin: string): string {
  return origin.slice(origin.lastIndexOf(JUDGED) + 1);
}

/** The steps that have judged what comes from an origin. */
export function judgesOf(origin: string): string[] {
  return origin.split(JUDGED).slice(0, -1);
}

/** A value after a step has judged some origins. */
export function judgedBy(value: DataValue, judge: string, origins: ReadonlySet<string>): DataValue {
  const { from, fields } = value;
  const passed = (origin: string) =>
    [...origins].some((each) => overlaps(each, origin)) && !judgesOf(origin).includes(judge)
      ? [...judgesOf(origin), judge].sort().join(JUDGED) + JUDGED + plain(origin)
      : origin;
  return {
    from: new Set([...from].map(passed)),
    ...(fields ? { fields: new Map([...fields].map(([key, each]) => [key, judgedBy(each, judge, origins)])) } : {}),
  };
}

/** Whether one origin is in what another names. */
export function isWithin(origin: string, whole: string): boolean {
  const [inner, outer] = [plain(origin), plain(whole)];
  return inner === outer || inner.startsWith(outer + SEPARATOR);
}

/** Whether two origins have something in common. */
export function overlaps(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** The task whose result an origin is in, or the input of the execution. */
export function sourceOf(origin: string): string {
  return plain(origin).split(SEPARATOR, 1)[0];
}
