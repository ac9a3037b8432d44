import type { Resource } from './assembly';
import type { Model } from './model';
import type { Node } from './node';
import type { Case, Text } from './text';
import { textsBelow } from './texts-below';

/** Properties with policies, roles and names, which say nothing about where data goes. */
const NO_DESTINATION =
  /(?<!redrive)polic(?:y|ies)|^(?:Tags|Metadata|Description|DependsOn|Environment|Definition\w*|Role|RoleArn)$/i;

/** The texts below a node that can say where data goes. */
export function destinationsIn(node: Node): Case<Text>[] {
  return textsBelow(node, { asked: (key) => !NO_DESTINATION.test(key) });
}

/** The resources of the assembly that the destinations below a node name. */
export function destinationResources(model: Model, node: Node): Resource[] {
  return destinationsIn(node).flatMap(({ value }) => [
    ...model.mentioned(value),
    ...model.named(value).map(({ resource }) => resource),
  ]);
}
