import { factText } from '../../../lib/contracts/fact-text';
import type { EventPlaceholder } from '../../../lib/contracts/starter';
import { SUBJECT_LIMITS, type TurnSubject } from '../../../lib/contracts/turn';
import { eventValue } from './event-value';
import { checkedValue } from './placeholder-value';
import { RefusedEventError } from './refused-event';

/** The values of an event that staging and delivery use. */
export function subjectOf(facts: Readonly<Record<string, EventPlaceholder>>, event: object): TurnSubject {
  const subject: TurnSubject = Object.fromEntries(
    Object.entries(facts).flatMap(([name, placeholder]) => {
      const value = eventValue(event, placeholder.path);
      if (value === undefined && placeholder.optional) {
        return [];
      }
      if (value === undefined) {
        throw new RefusedEventError(`${placeholder.name} is missing`);
      }
      const checked = factText(checkedValue(placeholder, value));
      if (!SUBJECT_LIMITS.value.test(checked)) {
        throw new RefusedEventError(`${placeholder.name} is too long`);
      }
      return [[name, checked]];
    }),
  );
  if (Object.values(subject).join('').length > SUBJECT_LIMITS.total) {
    throw new RefusedEventError('the values of the subject are too long together');
  }
  return subject;
}
