import type { Resource } from '../model/assembly';
import { literalOf, textKey } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import type { Place, Text } from '../model/text';
import { valuesAt } from '../model/values-at';
import type { RuleContext } from './rule';

/** Whether a value is good. `known` is undefined for a text that only the deployment knows. */
export type Judge = (known: string | undefined, text: Text) => boolean;

/** Where a property of a resource is, or would be. */
export function placeAt(resource: Resource, ...path: readonly string[]): Place {
  return { stack: resource.stack, resource, path: ['Properties', ...path].join('.') };
}

/** When one of the values is good. A value that the deployment decides is neither good nor bad, and is noted. */
export function whenSome(nodes: readonly Node[], judge: Judge, note?: (text: Text) => void): Guard {
  return nodes
    .flatMap((node) => node.texts())
    .filter(({ value }) => {
      const open = value.some(
        (part) => typeof part !== 'string' && part.kind !== 'reference' && part.kind !== 'pseudo',
      );
      if (open) {
        note?.(value);
      }
      return open || judge(literalOf(value), value);
    })
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

/** When there is a value at all. */
export function whenPresent(nodes: readonly Node[]): Guard {
  return nodes.reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

/** When a resource lacks a good value at a path of its properties. What can't be read is noted for the subject. */
export function whenLacking(
  { unread }: Pick<RuleContext, 'unread'>,
  subject: string,
  resource: Resource,
  path: readonly string[],
  judge: Judge,
): Guard {
  const good = whenSome(valuesAt(resource.properties, ...path), judge, (text) => unread(subject, resource, text));
  return resource.guard.and(good.not());
}

/** CloudFormation also accepts Booleans as texts. */
export const isTrue: Judge = (known) => known?.toLowerCase() === 'true';

/** The resources of the assembly that a property names. */
export function resourcesAt({ properties }: Resource, property: string, model: TemplateModel): Resource[] {
  const found = valuesAt(properties, property)
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => [...model.named(value).map(({ resource }) => resource), ...model.mentioned(value)]);
  return [...new Map(found.map((each) => [textKey([each.id]), each])).values()];
}
