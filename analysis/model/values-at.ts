import { literalOf } from './compose-text';
import type { Node } from './node';

/** The values at a path of properties, through lists. */
export function valuesAt(node: Node, ...path: readonly string[]): Node[] {
  return path
    .reduce<Node[]>((nodes, key) => nodes.flatMap((each) => each.items()).flatMap((each) => each.at(key)), [node])
    .flatMap((each) => each.items());
}

/** The known texts at a path. */
export function literalsAt(node: Node, ...path: readonly string[]): string[] {
  return valuesAt(node, ...path)
    .flatMap((each) => each.texts())
    .flatMap(({ value }) => literalOf(value) ?? []);
}
