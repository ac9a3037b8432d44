import { literalOf } from './compose-text';
import { type DataScope, expressionValue, pathValue } from './data-references';
import { beginsExpression } from './state-call';
import { CONSTANT, DataValue, joined, mixed, withMember } from './data-value';
import type { Node } from './node';
import { textAt } from './state-machine';

type Variables = ReadonlyMap<string, DataValue>;

/** The values that the options of a choice test. */
export function looked(node: Node, scope: DataScope): DataValue {
  if (node.kind === 'object' || node.kind === 'list') {
    return mixed(
      node.kind === 'list'
        ? node.items().map((item) => looked(item, scope))
        : node
            .entries()
            .filter(([key]) => !['Output', 'Assign', 'Next'].includes(key))
            .map(([key, value]) =>
              key === 'Condition' || key === 'Variable' || key.endsWith('Path')
                ? valueOf(value, key, true, scope)
                : looked(value, scope),
            ),
    );
  }
  return CONSTANT;
}

/** Keys whose text is a path. */
const PATHS = /(?:\.\$|^ItemsPath|^CausePath|^ErrorPath|^Variable|^InputPath|^OutputPath|(?:Equals|Than)Path)$/;

/** The value that a field of a state is filled with. */
export function valueOf(node: Node, key: string, isPath: boolean, scope: DataScope): DataValue {
  switch (node.kind) {
    case 'object': {
      const fields = new Map<string, DataValue>();
      for (const [name, value] of node.entries()) {
        const plain = isPath && name.endsWith('.$') ? name.slice(0, -2) : name;
        const own = valueOf(value, name, isPath, scope);
        const other = fields.get(plain);
        fields.set(plain, other ? joined(own, other) : own);
      }
      return DataValue.ofFields(fields);
    }
    case 'list':
      return DataValue.ofFields(
        new Map(node.items().map((item, at) => [String(at), valueOf(item, key, isPath, scope)])),
      );
    default:
      return node
        .texts()
        .map(({ value }) => {
          const text = literalOf(value) ?? value.map((part) => (typeof part === 'string' ? part : '\uFFFC')).join('');
          return beginsExpression(value)
            ? expressionValue(text, scope)
            : isPath && PATHS.test(key)
              ? pathValue(text, scope)
              : CONSTANT;
        })
        .reduce((one, other) => joined(one, other), CONSTANT);
  }
}

/** `InputPath` or `OutputPath`; undefined where there is none. With `null` there is no data. */
export function pathAt(node: Node, key: string, scope: DataScope): DataValue | undefined {
  const text = textAt(node, key);
  return text === undefined ? (node.keys().includes(key) ? CONSTANT : undefined) : pathValue(text, scope);
}

/** A result at its `ResultPath`. */
export function placedAt(node: Node, input: DataValue, result: DataValue): DataValue {
  const text = textAt(node, 'ResultPath');
  if (text === undefined) {
    return node.keys().includes('ResultPath') ? input : result;
  }
  const keys = [...text.matchAll(/\.([^.[\]]+)|\['([^']*)'\]|\[(\d+)\]/gu)].map(([, ...names]) =>
    names.find((name) => name !== undefined)!,
  );
  return text.startsWith('$') ? withMember(input, keys, result) : joined(input, result);
}

/** The variables after an `Assign`. */
export function assigned(node: Node, variables: Variables, isPath: boolean, scope: DataScope): Variables {
  const fields = node.at('Assign').flatMap((each) => [...(valueOf(each, 'Assign', isPath, scope).fields ?? [])]);
  return fields.length > 0 ? new Map([...variables, ...fields]) : variables;
}
