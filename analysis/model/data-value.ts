/**
 * A value in the data of an execution, by where its parts come from. An origin is the input of the execution or the
 * result of a task, with the path in it: `Open`, `Payload`, `text`. Values never change, so the results of operations
 * are kept.
 */
export class DataValue {
  /** How many levels of fields it has. */
  public readonly height: number;
  private members?: Map<string, DataValue>;
  private joints?: Map<DataValue, DataValue>;

  /**
   * @param from origins of the value as a whole: what is below a key of it is below the same key of its origins
   * @param fields values that the definition puts together
   */
  constructor(
    public readonly from: ReadonlySet<string>,
    public readonly fields?: ReadonlyMap<string, DataValue>,
  ) {
    let height = 0;
    fields?.forEach((each) => {
      height = Math.max(height, each.height + 1);
    });
    this.height = height;
  }

  /** A value that the definition puts together, and nothing else. */
  public static ofFields(fields: ReadonlyMap<string, DataValue>): DataValue {
    return new DataValue(NO_ORIGINS, fields);
  }

  public remembered(key: string, read: (value: DataValue, key: string) => DataValue): DataValue {
    this.members ??= new Map();
    let found = this.members.get(key);
    if (!found) {
      found = read(this, key);
      this.members.set(key, found);
    }
    return found;
  }

  public rememberedWith(other: DataValue, join: (one: DataValue, other: DataValue) => DataValue): DataValue {
    this.joints ??= new Map();
    let found = this.joints.get(other);
    if (!found) {
      found = join(this, other);
      this.joints.set(other, found);
    }
    return found;
  }
}

const NO_ORIGINS: ReadonlySet<string> = new Set();

/** The input of the execution. State names can't begin with it in a reference. */
export const INPUT = '$input';

/** Any element of a list. */
export const ELEMENT = '[]';

/** What the definition itself says: the same in every execution. */
export const CONSTANT = new DataValue(NO_ORIGINS);

/** Between the keys of an origin. No name of a state has it. */
const SEPARATOR = '\u0001';

/** After the name of each step that has judged an origin. */
const JUDGED = '\u0002';

/** Longer paths and deeper values are cut: what is cut counts as the whole that it is a part of. */
const DEEPEST = 10;

export function valueFrom(...origins: string[]): DataValue {
  return new DataValue(new Set(origins));
}

/** Every origin of a value and of what is in it. */
export function originsOf(value: DataValue, found = new Set<string>()): Set<string> {
  value.from.forEach((origin) => found.add(origin));
  value.fields?.forEach((each) => originsOf(each, found));
  return found;
}

/** A value that is computed from others. Which part comes from which of them is unknown. */
export function mixed(values: readonly DataValue[]): DataValue {
  const from = new Set<string>();
  values.forEach((value) => originsOf(value, from));
  return new DataValue(from);
}

/** What is below a key. A key of a list is a number, or `[]` for any element. */
export function member(value: DataValue, key: string): DataValue {
  const written = value.fields?.get(key);
  return written && key !== ELEMENT ? written : value.remembered(key, memberOf);
}

function memberOf({ from, fields }: DataValue, key: string): DataValue {
  const isElement = key === ELEMENT || isIndex(key);
  let own = CONSTANT;
  if (from.size > 0) {
    const below = new Set<string>();
    from.forEach((origin) => below.add(longer(origin, isElement ? ELEMENT : key)));
    own = new DataValue(below);
  }
  if (isElement) {
    fields?.forEach((each, name) => {
      if (name === ELEMENT || (key === ELEMENT && isIndex(name))) {
        own = joined(own, each);
      }
    });
  }
  return own;
}

const isIndex = (key: string): boolean => /^\d+$/.test(key);

function longer(origin: string, key: string): string {
  let keys = 1;
  for (let at = origin.indexOf(SEPARATOR); at >= 0; at = origin.indexOf(SEPARATOR, at + 1)) {
    keys += 1;
  }
  return keys < DEEPEST ? `${origin}${SEPARATOR}${key}` : origin;
}

/** A value with another one at a path. */
export function withMember(whole: DataValue, [key, ...rest]: readonly string[], value: DataValue): DataValue {
  if (key === undefined) {
    return value;
  }
  const fields = new Map(whole.fields);
  fields.set(key, withMember(rest.length > 0 ? member(whole, key) : CONSTANT, rest, value));
  return new DataValue(whole.from, fields);
}

/** A value that is one or the other. Returns the first one itself if the other adds nothing, which is the usual case. */
export function joined(one: DataValue, other: DataValue): DataValue {
  return one === other ? one : one.rememberedWith(other, joinedAtTop);
}

const joinedAtTop = (one: DataValue, other: DataValue): DataValue => joinedAt(one, other, 0);

function joinedAt(one: DataValue, other: DataValue, depth: number): DataValue {
  if (one === other) {
    return one;
  }
  const from = union(one.from, other.from);
  if (!one.fields && !other.fields) {
    return from === one.from ? one : new DataValue(from);
  }
  if (depth >= DEEPEST) {
    return mixed([one, other]);
  }
  let isOne = from === one.from && one.fields !== undefined;
  const fields = new Map<string, DataValue>();
  const join = (_: DataValue, key: string): void => {
    if (!fields.has(key)) {
      const both = joinedBelow(member(one, key), member(other, key), depth + 1);
      fields.set(key, both);
      isOne &&= both === one.fields?.get(key);
    }
  };
  one.fields?.forEach(join);
  other.fields?.forEach(join);
  return isOne ? one : new DataValue(from, fields);
}

/** If nothing is too deep, the depths of two values don't matter. */
function joinedBelow(one: DataValue, other: DataValue, depth: number): DataValue {
  return depth + Math.max(one.height, other.height) <= DEEPEST ? joined(one, other) : joinedAt(one, other, depth);
}

/** Both sets together: the first set itself if the second adds nothing. */
function union(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  if (hasAll(one, other)) {
    return one;
  }
  const both = new Set(one);
  other.forEach((each) => both.add(each));
  return both;
}

function hasAll(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one === other) {
    return true;
  }
  for (const each of other) {
    if (!one.has(each)) {
      return false;
    }
  }
  return true;
}

export function isSameValue(one: DataValue, other: DataValue): boolean {
  if (one === other) {
    return true;
  }
  if (one.from.size !== other.from.size || !hasAll(other.from, one.from)) {
    return false;
  }
  if ((one.fields?.size ?? 0) !== (other.fields?.size ?? 0)) {
    return false;
  }
  for (const [key, value] of one.fields ?? []) {
    const counterpart = other.fields?.get(key);
    if (!counterpart || !isSameValue(value, counterpart)) {
      return false;
    }
  }
  return true;
}

/** An origin without the names of the steps that have judged it. */
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
  return new DataValue(
    new Set([...from].map(passed)),
    fields && new Map([...fields].map(([key, each]) => [key, judgedBy(each, judge, origins)])),
  );
}

/** Whether an origin is inside another one. */
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
