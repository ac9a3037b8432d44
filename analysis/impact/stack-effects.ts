import { printed } from '../model/printed-text';
import type { Effect } from './effect';
import { isCustomResource } from '../facts/custom-resources';
import type { Scene } from './scene';

/** Stacks that leave the app, parts of templates that can't be read, and types that aren't known. */
export function stackEffects({ pairs, before, after, changes }: Scene): Effect[] {
  const left = pairs.flatMap(({ before: old, after: now }): Effect[] =>
    old && !now && !old.nestedIn
      ? [
          {
            level: 'stays',
            kind: 'stack-stays',
            subject: old.id,
            says: 'The stack {} is not in the new app (or has another name, account or Region): "cdk deploy" deletes no stack, so it keeps running',
            names: [old.name ? printed(old.name) : old.id],
            fix: 'delete it with "cdk destroy" from the old version; the effects on its resources are listed as if it were deleted',
          },
        ]
      : [],
  );
  const known = new Set(before.unreadableParts.map(({ origin }) => origin.path));
  const unread = after.unreadableParts
    .filter(({ origin }) => !known.has(origin.path))
    .map(({ origin, hint }): Effect => ({
      level: 'unknown',
      kind: 'unreadable',
      subject: origin.stack.id,
      says: 'A part of the template cannot be read: {}',
      names: [`${origin.path}: ${hint}`],
    }));
  const unknown = changes
    .filter(({ action, type }) => action === 'update, not known' && !isCustomResource(type))
    .map(({ path, type }): Effect => ({
      level: 'unknown',
      kind: 'unreadable',
      subject: path,
      says: "The type {} isn't in the CloudFormation resource specification, so the resource may be replaced",
      names: [type],
    }));
  return [...left, ...unread, ...unknown];
}
