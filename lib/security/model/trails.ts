import type { TemplateSource } from '../template/template-source';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { at, listAt, textAt } from './json';

/** The fields of one advanced event selector, each with its operators. */
export type SelectorFields = ReadonlyMap<string, unknown>;

/** The trails that record in the account of a stack; one that is decided at deployment may be the same. */
export function trailsFor(index: TemplateIndex, source: TemplateSource): IndexedResource[] {
  return index
    .ofType('AWS::CloudTrail::Trail')
    .filter(
      (trail) =>
        trail.source.account === source.account || trail.source.account === undefined || source.account === undefined,
    );
}

/** The advanced event selectors of a trail. */
export function selectorsOf(trail: IndexedResource): SelectorFields[] {
  return listAt(trail.properties, 'AdvancedEventSelectors').map(
    (selector) =>
      new Map(
        listAt(selector, 'FieldSelectors').map((field): [string, unknown] => [textAt(field, 'Field') ?? '', field]),
      ),
  );
}

/** True when a field of a selector equals one value and nothing else limits it. */
export function fieldEquals(selector: SelectorFields, field: string, value: string): boolean {
  const equal = listAt(selector.get(field), 'Equals');
  return equal.length === 1 && equal[0] === value;
}

/** True when a selector has no fields beside these. */
export function onlyFields(selector: SelectorFields, ...fields: string[]): boolean {
  return [...selector.keys()].every((field) => fields.includes(field));
}

/** The bucket of a trail, if it is in the app. */
export function bucketOf(index: TemplateIndex, trail: IndexedResource): IndexedResource | undefined {
  return index.target(at(trail.properties, 'S3BucketName'));
}
