// Makes analysis/facts/replacements.json from AWS's resource specification, the data of @aws-cdk/cloudformation-diff.
// By path: jest and the bundler replace the package by the table that is made here.
import { loadAwsServiceSpecSync } from '../../node_modules/@aws-cdk/aws-service-spec';

/**
 * Type → its properties that replace the resource, separated by spaces; `?` after one that only may. `!` first for a type
 * that AWS marks as stateful.
 */
export type ReplacementsTable = Readonly<Record<string, string>>;

/** The table of all types, also of those that are never replaced: a type that is missing is unknown. */
export function replacementsTable(): ReplacementsTable {
  const rows = [...loadAwsServiceSpecSync().all('resource')].map(({ cloudFormationType, properties, isStateful }) => {
    const replacing = Object.entries(properties).flatMap(([name, { causesReplacement }]) =>
      causesReplacement === 'yes' ? [name] : causesReplacement === 'maybe' ? [`${name}?`] : [],
    );
    return [cloudFormationType, [...(isStateful ? ['!'] : []), ...replacing.sort()].join(' ')] as const;
  });
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}
