import { at, entriesOf, isObject } from '../model/json';

type Tree = Record<string, unknown>;

/**
 * A template for the comparison: references to changed values are marked, so that the properties that use them differ,
 * too. Changed values are parameters, mappings and conditions that differ, replaced resources (`Ref Name`), and outputs
 * of other stacks. `Fn::Sub` becomes `Fn::Join` with references.
 */
export function comparable(template: unknown, changed: ReadonlySet<string>): Tree {
  const sections = entriesOf(template).map(([key, value]) => [
    key,
    key === 'Resources' || key === 'Outputs' ? convert(value, changed) : value,
  ]);
  return Object.fromEntries(sections) as Tree;
}

/** Parameters, mappings and conditions that differ: `Ref Name`, `Map Name`, `If Name`. */
export function changedDefinitions(before: unknown, after: unknown): Set<string> {
  const differing = (section: string) =>
    entriesOf(at(after, section))
      .filter(([key, value]) => JSON.stringify(at(before, section, key)) !== JSON.stringify(value))
      .map(([key]) => key);
  const changed = new Set([
    ...differing('Parameters').map((key) => `Ref ${key}`),
    ...differing('Mappings').map((key) => `Map ${key}`),
    ...differing('Conditions').map((key) => `If ${key}`),
  ]);
  // A condition also changes with the parameters, mappings and conditions that it reads.
  const conditions = entriesOf(at(after, 'Conditions'));
  for (let grew = true; grew;) {
    grew = false;
    for (const [key, value] of conditions) {
      if (
        !changed.has(`If ${key}`) &&
        JSON.stringify(convert(value, changed)) !== JSON.stringify(convert(value, NONE))
      ) {
        changed.add(`If ${key}`);
        grew = true;
      }
    }
  }
  return changed;
}

/** What is marked for an export whose value changes. */
export const importKey = (name: unknown): string => `Import ${JSON.stringify(name)}`;

/** What is marked for an output whose value changes and that is read by the name or ARN of its stack. */
export const outputKey = (stackName: unknown, output: unknown): string =>
  `Output ${String(/^arn:.*:stack\/([^/]+)/.exec(String(stackName))?.[1] ?? stackName)}.${String(output)}`;

const NONE: ReadonlySet<string> = new Set();
const mark = (name: unknown) => `${String(name)} (changed)`;

function convert(value: unknown, changed: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => convert(each, changed));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length !== 1) {
    return Object.fromEntries(
      entriesOf(value).map(([key, inner]) =>
        key === 'Condition' && changed.has(`If ${String(inner)}`) ? [key, mark(inner)] : [key, convert(inner, changed)],
      ),
    );
  }
  const [key] = keys;
  const argument = value[key];
  switch (key) {
    case 'Ref':
      return changed.has(`Ref ${String(argument)}`) ? { Ref: mark(argument) } : value;
    case 'Fn::GetAtt': {
      const [id, ...attribute] = (Array.isArray(argument) ? (argument as unknown[]) : [argument]).flatMap((part) =>
        typeof part === 'string' && !Array.isArray(argument) ? part.split('.') : [part],
      );
      const name = attribute.map(String).join('.');
      const differs = changed.has(`Ref ${String(id)}`) || changed.has(`Att ${String(id)}.${name}`);
      return { [key]: [differs ? mark(id) : id, name] };
    }
    case 'Condition':
      return changed.has(`If ${String(argument)}`) ? { Condition: mark(argument) } : value;
    case 'Fn::If':
    case 'Fn::FindInMap': {
      const [name, ...rest] = Array.isArray(argument) ? (argument as unknown[]) : [];
      const kind = key === 'Fn::If' ? 'If' : 'Map';
      const marked = changed.has(`${kind} ${String(name)}`) ? mark(name) : name;
      return { [key]: [marked, ...rest.map((each) => convert(each, changed))] };
    }
    case 'Fn::ImportValue':
      return changed.has(importKey(argument)) ? { [key]: mark(JSON.stringify(argument)) } : value;
    case 'Fn::GetStackOutput':
      return changed.has(outputKey(at(argument, 'StackName'), at(argument, 'OutputName')))
        ? { [key]: mark(JSON.stringify(argument)) }
        : value;
    case 'Fn::Sub':
      return joined(argument, changed);
    default:
      return { [key]: convert(argument, changed) };
  }
}

/** `Fn::Sub` as `Fn::Join`. */
function joined(argument: unknown, changed: ReadonlySet<string>): unknown {
  const [text, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  if (typeof text !== 'string') return { 'Fn::Sub': convert(argument, changed) };
  const parts = text.split(/\$\{([^}]*)\}/).map((part, index): unknown => {
    if (index % 2 === 0) return part;
    if (part.startsWith('!')) return `\${${part.slice(1)}}`;
    const given = at(variables, part);
    if (given !== undefined) return convert(given, changed);
    const dot = part.indexOf('.');
    return dot < 0 ? convert({ Ref: part }, changed) : { 'Fn::GetAtt': [part.slice(0, dot), part.slice(dot + 1)] };
  });
  return { 'Fn::Join': ['', parts.filter((part) => part !== '')] };
}
