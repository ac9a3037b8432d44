import type { Conditions } from 'aws-cdk-lib/aws-iam';

/**
 * Confines a statement to the items of a table with these partition keys. Without the second condition, a request that
 * names no key would pass.
 *
 * Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 *
 * @param operator `StringLike` where a key holds `*`
 */
export function onlyItems(operator: 'StringEquals' | 'StringLike', ...keys: string[]): Conditions {
  return {
    [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}
