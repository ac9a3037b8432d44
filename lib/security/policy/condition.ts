import type { PolicyCondition, PolicyStatement } from './statement';

/** The conditions of a statement on one key. */
export function conditionsOn(statement: PolicyStatement, key: string): PolicyCondition[] {
  return statement.conditions.filter((condition) => condition.key === key.toLowerCase());
}

/**
 * The values a statement insists on for a key: every one of them exact, none optional. Undefined when it insists on
 * nothing, because there is no such condition or because a missing key would pass it.
 *
 * @param operators the operators that compare for equality of this key, without `IfExists`.
 */
export function requiredValues(
  statement: PolicyStatement,
  key: string,
  operators: readonly string[] = ['StringEquals'],
): readonly string[] | undefined {
  // `IfExists` and `ForAllValues:` pass when the key is missing, so they insist on nothing.
  const insisting = conditionsOn(statement, key).filter(({ operator, values }) => {
    const name = operator.replace(/^ForAnyValue:/i, '').toLowerCase();
    return values.length > 0 && operators.some((accepted) => accepted.toLowerCase() === name);
  });
  return insisting.length > 0 ? insisting[0].values : undefined;
}

/** Operators that compare ARNs. `ArnEquals` and `ArnLike` behave alike. */
export const ARN_OPERATORS = ['ArnLike', 'ArnEquals', 'StringLike', 'StringEquals'] as const;
