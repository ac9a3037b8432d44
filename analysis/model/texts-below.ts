import type { Node } from './node';
import type { Case, Text } from './text';

/** A text, with the keys that lead to it from the node that was asked. */
export interface TextBelow extends Case<Text> {
  readonly keys: readonly string[];
}

/** No property of a resource type is deeper. A written template can be as deep as it likes. */
const MAX_DEPTH = 12;

/**
 * The texts below a node.
 *
 * @param asked whether the values below a key are read
 */
export function textsBelow(
  node: Node,
  asked: (key: string) => boolean = () => true,
  keys: readonly string[] = [],
): TextBelow[] {
  if (node.kind === 'object') {
    return keys.length > MAX_DEPTH
      ? []
      : node.entries().flatMap(([key, value]) => (asked(key) ? textsBelow(value, asked, [...keys, key]) : []));
  }
  return node.kind === 'list'
    ? node.items().flatMap((item) => textsBelow(item, asked, keys))
    : node.texts().map((text) => ({ ...text, keys }));
}
