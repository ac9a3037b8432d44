import { speaksOf } from './match';
import type { PolicyStatement } from './statement';

/** True when an unconditional deny on every resource takes an action away, whatever else is allowed. */
export function deniesEverywhere(statements: readonly PolicyStatement[], action: string): boolean {
  return statements.some(
    (statement) =>
      statement.effect === 'Deny' &&
      statement.conditions.length === 0 &&
      statement.notResources.length === 0 &&
      statement.resources.includes('*') &&
      speaksOf(statement, action),
  );
}
