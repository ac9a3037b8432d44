import table from './replacements.json';

/**
 * Properties whose change replaces a resource, by type. The table is generated from AWS's resource specification
 * (`@aws-cdk/aws-service-spec`, Apache-2.0) by `npm run facts`; a test compares them.
 */

type Causes = 'yes' | 'maybe' | 'no';

/** As the library reads it: a property of a known type that isn't listed is updated in place. */
interface ResourceSpec {
  readonly properties: Readonly<Record<string, { readonly causesReplacement: Causes }>>;
}

const TABLE: Readonly<Record<string, string>> = table;

/** The properties that replace, or may replace, a resource of a type; undefined for a type that isn't known. */
export function replacingProperties(type: string): readonly string[] | undefined {
  return Object.hasOwn(TABLE, type)
    ? TABLE[type]
        .split(' ')
        .filter((word) => word !== '' && word !== '!')
        .map((name) => name.replace('?', ''))
    : undefined;
}

/** Whether AWS marks a type as stateful: buckets, tables, log groups, keys, queues. */
export const isStateful = (type: string): boolean => Object.hasOwn(TABLE, type) && TABLE[type].startsWith('!');

/**
 * Replaces `@aws-cdk/aws-service-spec` in `@aws-cdk/cloudformation-diff`: the library needs only one query, and the
 * whole specification has 2.6 MB and takes a second to read.
 */
export function loadAwsServiceSpecSync() {
  return {
    lookup: (_kind: 'resource', _index: 'cloudFormationType', _equals: 'equals', type: string): ResourceSpec[] => {
      if (!Object.hasOwn(TABLE, type)) return [];
      const listed = TABLE[type].split(' ');
      const causes = (name: string): Causes =>
        listed.includes(name) ? 'yes' : listed.includes(`${name}?`) ? 'maybe' : 'no';
      const properties = new Proxy<ResourceSpec['properties']>(
        {},
        { get: (_, name) => ({ causesReplacement: causes(String(name)) }) },
      );
      return [{ properties }];
    },
  };
}
