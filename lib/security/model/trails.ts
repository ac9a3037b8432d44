import type { IndexedResource, TemplateIndex } from '../template-index';
import { at } from './json';

/** The bucket of a trail, if it is in the app. */
export function bucketOf(index: TemplateIndex, trail: IndexedResource): IndexedResource | undefined {
  return index.target(at(trail.properties, 'S3BucketName'));
}
