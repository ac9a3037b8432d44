import type { EventPlaceholder } from '../../../lib/contracts/starter';
import { SUBJECT_LIMITS, type TurnSubject } from '../../../lib/contracts/turn';
import { eventValue } from './event-value';
import { checkedValue } from './placeholder-value';
import { RefusedEventError } from './refused-event';

/** The facts of an event that the steps around its turn work from. */
export function subjectOf(facts: Readonly<Record<string, EventPlaceholder>>, event: object): TurnSubject {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, placeholder]) => {
      const value = eventValue(event, placeholder.path);
      if (value === undefined && placeholder.optional) {
        return [];
      }
      if (value === undefined) {
        throw new RefusedEventError(`${placeholder.name} is missing`);
      }
      const checked = checkedValue(placeholder, value);
      if (!SUBJECT_LIMITS.value.test(checked)) {
        throw new RefusedEventError(`${placeholder.name} is too long, or holds other than visible ASCII characters`);
      }
      return [[name, checked]];
    }),
  );
}
