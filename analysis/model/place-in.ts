import type { Resource } from './assembly';
import type { Place } from './text';

/** A place in the resource itself: a value from a parameter or an export of a stack has these as its place. */
export function placeIn(resource: Resource, place: Place): Place {
  return place.resource ? place : resource.properties.place;
}
