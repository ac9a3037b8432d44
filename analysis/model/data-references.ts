import { expressionIn, LITERALS, withoutComments } from './jsonata';
import { CONSTANT, DataValue, ELEMENT, INPUT, joined, member, mixed, valueFrom } from './data-value';

/** What a text in a state can refer to. */
export interface DataScope {
  /** `$` in JSONPath, `$states.input` in JSONata. */
  readonly input: DataValue;
  /** `$states.result`. In JSONPath, `$` is the result if there is one. */
  readonly result?: DataValue;
  /** Variables, without the dollar sign. */
  readonly variables: ReadonlyMap<string, DataValue>;
  /** The element that a `Map` state is at. */
  readonly item?: DataValue;
}

/** All values that a text can refer to, mixed: the value of a text that isn't understood may be any of them. */
export function everything({ input, result, variables, item }: DataScope): DataValue {
  return mixed([input, result ?? CONSTANT, item ?? CONSTANT, valueFrom(INPUT), ...variables.values()]);
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
/** `$.a.b`, `$name.list[0]`, `$$.Execution.Input['key']`. */
const PATH = new RegExp(
  String.raw`^(\$\$|\$(?:${NAME})?)((?:\.${NAME}|\.[\w@:-]+|\['[^']*'\]|\["[^"]*"\]|\[\d+\]|\[\*\])*)$`,
  'u',
);
const STEP = /\.([^.[\]]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+|\*)\]/gu;
/** The keys of what follows the root of a path. */
const keysOf = (rest: string): string[] =>
  [...rest.matchAll(STEP)].map(([, ...names]) => names.find((name) => name !== undefined) ?? '');
/** A path inside of an intrinsic function. */
const REFERENCE = /\$\$?[^\s,)]*/g;
/** Intrinsic functions that return something about a value, but not the value. */
const ABOUT_IN_JSON_PATH = /States\.(?:ArrayLength|ArrayContains|Hash|UUID|MathRandom)\([^()]*\)/g;

/** The value of a text in JSONPath that is a path or an intrinsic function. */
export function pathValue(text: string, scope: DataScope): DataValue {
  if (text.startsWith('$')) {
    return atPath(text, scope) ?? everything(scope);
  }
  if (text.startsWith('States.')) {
    const references =
      text
        .replace(ABOUT_IN_JSON_PATH, '')
        .replace(/'(?:[^'\\]|\\.)*'/g, '')
        .match(REFERENCE) ?? [];
    return mixed(references.map((reference) => atPath(reference, scope) ?? everything(scope)));
  }
  return everything(scope);
}

function atPath(text: string, scope: DataScope): DataValue | undefined {
  const [, root, rest] = PATH.exec(text) ?? [];
  if (root === undefined) {
    return undefined;
  }
  const keys = keysOf(rest);
  const steps = keys.map((key) => (key === '*' ? ELEMENT : key));
  if (root === '$$') {
    return inContext(steps, scope);
  }
  const value = root === '$' ? (scope.result ?? scope.input) : scope.variables.get(root.slice(1));
  return value && below(value, steps);
}

const below = (value: DataValue, keys: readonly string[]) => keys.reduce(member, value);

/** Only the input of the execution and the element of a loop in the context object have data of the turn. */
function inContext([first, second, ...rest]: readonly string[], scope: DataScope): DataValue {
  if (first === 'Execution' && second === 'Input') {
    return below(valueFrom(INPUT), rest);
  }
  if (first === 'Map' && second === 'Item') {
    const [kind, ...keys] = rest;
    return kind === 'Value' ? below(scope.item ?? scope.input, keys) : CONSTANT;
  }
  const isWhole = first === undefined || (second === undefined && (first === 'Execution' || first === 'Map'));
  return isWhole ? mixed([valueFrom(INPUT), scope.item ?? CONSTANT]) : CONSTANT;
}

/** Functions that return whether there is a value, or its length, but not the value. */
const ABOUT_IN_JSONATA = /\$(?:exists|count|length|type|hash)\s*\([^()]*\)|\$(?:boolean|not)\s*\([^()=]*\)/g;
const VARIABLE = new RegExp(String.raw`\$(?:\$|${NAME})?((?:\.${NAME}|\[\d+\])*)(\s*\()?`, 'gu');
/** A path and nothing else. */
const PLAIN = new RegExp(String.raw`^\s*\$${NAME}(?:\.${NAME}|\[\d+\])*\s*$`, 'u');

/**
 * The value of an expression in JSONata. The result of an expression that computes something is mixed from all the
 * values that it names.
 */
export function expressionValue(text: string, scope: DataScope): DataValue {
  const written = expressionIn(text);
  // The deployment decides how the expression ends.
  return written === undefined ? everything(scope) : composed(withoutComments(written).trim(), scope);
}

/** Paths, objects, lists and `$merge` of these. */
function composed(code: string, scope: DataScope): DataValue {
  const merged = /^\$merge\s*\(\s*(\[.*\])\s*\)$/s.exec(code);
  if (merged) {
    const parts = elementsOf(merged[1]);
    return parts ? parts.map((part) => composed(part, scope)).reduce(overlaid, CONSTANT) : computed(code, scope);
  }
  const parts = elementsOf(code);
  if (parts && code.startsWith('[')) {
    return DataValue.ofFields(new Map(parts.map((part, at) => [String(at), composed(part, scope)])));
  }
  const members = parts?.map((part) => MEMBER.exec(part));
  if (members?.every((each) => each !== null)) {
    return DataValue.ofFields(
      new Map(members.map(([, single, double, value]) => [single ?? double, composed(value, scope)])),
    );
  }
  return computed(code, scope);
}

const MEMBER = /^\s*(?:'([^']*)'|"([^"]*)")\s*:(.*)$/s;

/** Two objects merged: the second one overrides the first one. */
function overlaid(below: DataValue, above: DataValue): DataValue {
  return above.from.size > 0
    ? joined(below, above)
    : new DataValue(below.from, new Map([...(below.fields ?? []), ...(above.fields ?? [])]));
}

/** The members of a text that is one object or one list. */
function elementsOf(code: string): string[] | undefined {
  if (!/^(?:\[.*\]|\{.*\})$/s.test(code)) {
    return undefined;
  }
  const found: string[] = [];
  let depth = 0;
  let from = 1;
  for (const { 0: token, index } of code.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[[\](){},]/g)) {
    depth += '[({'.includes(token) ? 1 : '])}'.includes(token) ? -1 : 0;
    const isLast = depth === 0;
    if (isLast || (token === ',' && depth === 1)) {
      found.push(code.slice(from, index).trim());
      from = index + 1;
    }
    if (isLast && index < code.length - 1) {
      return undefined;
    }
  }
  return depth === 0 ? found.filter(Boolean) : undefined;
}

function computed(written: string, scope: DataScope): DataValue {
  const code = written.replace(LITERALS, "''").replace(ABOUT_IN_JSONATA, '');
  // `$eval` runs code that is in a text, and `$$` reads data that isn't passed to it.
  if (/\$eval\b/.test(code) || /\$\$/.test(code)) {
    return everything(scope);
  }
  const values = [...code.matchAll(VARIABLE)].map(([reference, , call]) =>
    call === undefined ? named(reference, scope) : CONSTANT,
  );
  return values.length === 1 && PLAIN.test(code) ? values[0] : mixed(values);
}

/**
 * `$states.input.a`, `$name.b`. A variable that the expression itself assigns adds nothing: what it is computed from
 * counts where it is assigned.
 */
function named(reference: string, scope: DataScope): DataValue {
  const [, root = '', rest = ''] = /^\$([^.[]*)(.*)$/su.exec(reference) ?? [];
  const keys = keysOf(rest);
  if (root !== 'states') {
    const variable = scope.variables.get(root);
    return variable ? below(variable, keys) : CONSTANT;
  }
  const [part, ...inner] = keys;
  switch (part) {
    case 'input':
      return below(scope.input, inner);
    case 'result':
      return below(scope.result ?? CONSTANT, inner);
    case 'context':
      return inContext(inner, scope);
    case 'errorOutput':
      return CONSTANT;
    default:
      return everything(scope);
  }
}
