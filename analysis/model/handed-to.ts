import type { Resource } from './assembly';
import { mentionsOf } from './mentions';
import type { Model } from './model';

/** Policies, tags and descriptions pass nothing to what they name. */
const NOT_HANDED_ON = /polic(?:y|ies)|^(?:Tags|Metadata|Description)$/i;

/** The resources that the properties of a resource name, except in policies. */
export function handedTo(model: Model, resource: Resource): Resource[] {
  return mentionsOf(model, resource)
    .filter(({ path }) => !path.some((key) => NOT_HANDED_ON.test(key)))
    .map((mention) => mention.resource);
}
