import type { Node } from './node';
import type { Case, Text } from './text';

/** A text, with the keys that lead to it from the node that was asked. */
export interface TextBelow extends Case<Text> {
  readonly keys: readonly string[];
}

export interface TextsBelowOptions {
  /** Whether the values below a key are read. @default all are */
  readonly asked?: (key: string) => boolean;
  /** Reads the texts of a JSON object that is written as a text, such as a policy, instead of the text. @default false */
  readonly documents?: boolean;
}

/**
 * Levels of objects and lists that are read. No property of a resource type and no argument of a call has as many; a written
 * template can be as deep as it likes.
 */
const MAX_DEPTH = 32;

/** The texts below a node. */
export function textsBelow(top: Node, { asked = () => true, documents = false }: TextsBelowOptions = {}): TextBelow[] {
  const read = (node: Node, keys: readonly string[], depth: number): TextBelow[] => {
    if (depth > MAX_DEPTH) {
      return [];
    }
    if (node.kind === 'object') {
      return node.entries().flatMap(([key, value]) => (asked(key) ? read(value, [...keys, key], depth + 1) : []));
    }
    if (node.kind === 'list') {
      return node.items().flatMap((item) => read(item, keys, depth + 1));
    }
    const parsed = documents ? node.json().filter(({ kind }) => kind === 'object') : [];
    return parsed.length > 0
      ? parsed.flatMap((document) => read(document, keys, depth + 1))
      : node.texts().map((text) => ({ ...text, keys }));
  };
  return read(top, [], 0);
}
