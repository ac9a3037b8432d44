/**
 * Limits a policy statement to the items of a table with these partition keys. Without the second condition, a request
 * without a key would be allowed.
 *
 * Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 *
 * @param operator `StringLike` if a key contains `*`
 */
export function onlyItems(
  operator: 'StringEquals' | 'StringLike',
  ...keys: string[]
): Record<string, Record<string, unknown>> {
  return {
    [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}
