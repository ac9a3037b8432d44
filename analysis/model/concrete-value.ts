import { holesOf, literalOf } from './compose-text';
import type { Node } from './node';
import { printed } from './printed-text';
import { TemplateNode } from './template-node';

/**
 * A value of a template as plain JSON, in a model of one deployment.
 *
 * @returns undefined for a value that isn't there
 * @throws Error with the place and the reason when something in it isn't known before the deployment
 */
export function concreteValue(nodes: readonly Node[]): unknown {
  if (nodes.length === 0) {
    return undefined;
  }
  const [node] = nodes;
  if (nodes.length > 1) {
    throw unknownValue(node, 'it depends on a condition that the deployment decides');
  }
  switch (node.kind) {
    case 'unreadable':
      throw unknownValue(node, node.unreadable!.hint);
    case 'list':
      return node.items().map((item) => concreteValue([item]));
    case 'object': {
      const keys = [...new Set(node.entries().map(([key]) => key))];
      const members = keys.map((key) => [key, concreteValue(node.at(key))] as const);
      return Object.fromEntries(members.filter(([, value]) => value !== undefined));
    }
    default:
      return (node instanceof TemplateNode ? node.primitive : undefined) ?? knownText(node);
  }
}

function knownText(node: Node): string {
  const texts = node.texts();
  const known = texts.length === 1 ? literalOf(texts[0].value) : undefined;
  if (known === undefined) {
    const holes = [...new Set(texts.flatMap(({ value }) => holesOf(value).map((hole) => printed([hole]))))];
    throw unknownValue(node, `${holes.join(', ') || 'which of its values it has'} is known after a deployment only`);
  }
  return known;
}

function unknownValue({ place }: Node, reason: string): Error {
  const at = place.resource?.id ?? place.stack.id;
  return new Error(
    `${place.path} of ${at} isn't known: ${reason}. Fix: write the value into the template, or give the parameter a default.`,
  );
}
