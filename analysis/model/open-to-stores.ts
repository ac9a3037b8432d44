import type { Resource } from './assembly';
import type { Model } from './model';
import { literalsAt } from './values-at';
import { destinationResources } from './destinations-in';
import type { OutsideAccess } from './outside-access';

/** Access by everybody through entries that read or write a store without authorization. */
export function byOpenEntries(model: Model, used: ReadonlySet<Resource>): OutsideAccess[] {
  return model.resources.flatMap((entry) => {
    const open = OPEN_TO_STORES.get(entry.type)?.(model, entry) ?? [];
    return open
      .filter((store) => used.has(store) && STORE.test(store.type))
      .map((to) => ({
        to,
        by: 'destination' as const,
        who: 'everybody' as const,
        name: [entry.logicalId],
        kind: 'AWS' as const,
        giver: entry,
        place: entry.properties.place,
        guard: entry.guard,
      }));
  });
}

const STORE = /^AWS::(?:S3::Bucket|DynamoDB::\w*Table)$/;

/** The stores that an entry without an authorization reads and writes, by the type of the entry. */
const OPEN_TO_STORES: ReadonlyMap<string, (model: Model, entry: Resource) => Resource[]> = new Map([
  [
    'AWS::CloudFront::Distribution',
    (model: Model, { properties }: Resource) =>
      properties
        .at('DistributionConfig', 'DefaultCacheBehavior')
        .some((behavior) => behavior.at('TrustedKeyGroups').length > 0)
        ? []
        : properties.at('DistributionConfig', 'Origins').flatMap((origins) => destinationResources(model, origins)),
  ],
  [
    'AWS::ApiGateway::Method',
    (model: Model, { properties }: Resource) =>
      literalsAt(properties, 'AuthorizationType').some((type) => type !== 'NONE')
        ? []
        : properties.at('Integration', 'Uri').flatMap((uri) => destinationResources(model, uri)),
  ],
  [
    'AWS::AppSync::DataSource',
    (model: Model, { properties }: Resource) =>
      properties
        .at('ApiId')
        .flatMap((api) => destinationResources(model, api))
        .some(hasApiKey)
        ? properties.at('DynamoDBConfig').flatMap((config) => destinationResources(model, config))
        : [],
  ],
]);

const hasApiKey = ({ properties }: Resource): boolean =>
  [properties, ...properties.at('AdditionalAuthenticationProviders').flatMap((list) => list.items())].some((each) =>
    literalsAt(each, 'AuthenticationType').includes('API_KEY'),
  );
