import { constantArgument } from './assigned-constants';
import { member, originsOf, overlaps, sourceOf, valueFrom } from './data-value';
import { type Flow, statesOf } from './state-machine';

/**
 * Those of some origins that are the content of an object in a bucket, which the execution chooses. An object with a
 * constant key is a part of the workflow, like a definition.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function contentOfObjects(flow: Flow, origins: readonly string[]): readonly string[] {
  const readers = new Map(
    statesOf(flow)
      .filter(({ call }) => call?.api.toLowerCase() === 's3:getobject')
      .filter((state) => constantArgument(flow, state, 'Key') === undefined)
      .map(({ name }) => [name, [...originsOf(member(valueFrom(name), 'Body'))]]),
  );
  return origins.filter((origin) => readers.get(sourceOf(origin))?.some((body) => overlaps(body, origin)));
}
