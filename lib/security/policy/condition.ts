import type { PolicyCondition, PolicyStatement } from './statement';

/** The conditions of a statement on one key. */
export function conditionsOn(statement: PolicyStatement, key: string): PolicyCondition[] {
  return statement.conditions.filter((condition) => condition.key === key.toLowerCase());
}
