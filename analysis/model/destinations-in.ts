import type { Resource } from './assembly';
import type { Model } from './model';
import type { Node } from './node';
import type { Case, Text } from './text';

/** Properties with policies, roles and names, which say nothing about where data goes. */
const NO_DESTINATION =
  /(?<!redrive)polic(?:y|ies)|^(?:Tags|Metadata|Description|DependsOn|Environment|Definition\w*|Role|RoleArn)$/i;

/** The texts below a node that can say where data goes. */
export function destinationsIn(node: Node, depth = 0): Case<Text>[] {
  if (node.kind === 'object') {
    return depth > 10
      ? []
      : node.entries().flatMap(([key, value]) => (NO_DESTINATION.test(key) ? [] : destinationsIn(value, depth + 1)));
  }
  return node.kind === 'list' ? node.items().flatMap((item) => destinationsIn(item, depth + 1)) : node.texts();
}

/** The resources of the assembly that the texts below a node name. */
export function mentionedIn(model: Model, node: Node): Resource[] {
  return destinationsIn(node).flatMap(({ value }) => [
    ...model.mentioned(value),
    ...model.named(value).map(({ resource }) => resource),
  ]);
}
