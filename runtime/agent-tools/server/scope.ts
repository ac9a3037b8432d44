import * as z from 'zod/v4';
import { Refusal } from './refusal';

/** An input that must name something in scope. The names are in the schema, so that a model need not guess. */
export const oneOf = (names: readonly string[], what: string) =>
  z
    .string()
    .max(2048)
    .describe(`${what}. In scope: ${shown(names)}`);

/** Refuses names outside the scope that the construct set. */
export function requireInScope(given: readonly string[], scope: readonly string[], what: string): void {
  const outside = given.find((name) => !scope.includes(name));
  if (outside !== undefined) {
    throw new Refusal(`${what} '${outside.slice(0, 200)}' is out of scope. In scope: ${shown(scope)}.`);
  }
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 50).join(', ');
  return names.length > 50 ? `${first} and ${names.length - 50} more` : first;
}
