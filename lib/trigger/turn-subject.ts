import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { SUBJECT_LIMITS } from '../contracts/turn';
import { parsePlaceholder } from './prompt-template';
import { SUBJECT_TYPES, type EventPlaceholder } from '../contracts/starter';

/**
 * Parses the values of a trigger for staging and delivery: `event.<path> | <type>` by name.
 *
 * @throws InputError for too many names, a name of another form, and a type that can hold free text
 */
export function parseSubject(where: IConstruct, subject: Record<string, string>): Record<string, EventPlaceholder> {
  const names = Object.keys(subject);
  requireInput(names.length <= SUBJECT_LIMITS.names, where, {
    input: 'subject',
    value: names,
    allowed: `at most ${SUBJECT_LIMITS.names} names`,
    fix: 'leave out what staging and delivery do not need',
  });
  return Object.fromEntries(names.map((name) => [name, parseFact(where, name, subject[name])]));
}

function parseFact(where: IConstruct, name: string, fact: string): EventPlaceholder {
  requireInput(SUBJECT_LIMITS.name.test(name), where, {
    input: 'subject',
    value: name,
    allowed: 'names of 1 to 32 letters and digits that begin with a lower-case letter',
    fix: 'write it as in pullRequestId',
  });
  const placeholder = parsePlaceholder(where, `subject.${name}`, fact);
  requireInput((SUBJECT_TYPES as readonly string[]).includes(placeholder.type), where, {
    input: `subject.${name}`,
    value: fact,
    allowed: `one of the types ${SUBJECT_TYPES.join(', ')}, which hold no free text`,
    fix: 'let staging read the text from its source, and tell it only what identifies it',
  });
  return placeholder;
}
