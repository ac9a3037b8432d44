import { entryTypeOf } from '../facts/entry-types';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { identities } from './identities';
import { isOutside } from './outside-hosts';
import { addTo } from './list-map';
import { mentionsOf } from './mentions';
import type { Model } from './model';
import type { OutsideAccess } from './outside-access';
import { accountOf, ownAccounts } from './own-accounts';
import { placeIn } from './place-in';
import { remembered } from './remembered';
import type { Case, Text } from './text';
import { textsBelow } from './texts-below';

/**
 * Data of an agent that a service moves out of the app: a job with an input and an output, a task between two
 * locations, an index that a data source fills. The types aren't listed. What counts is that a resource, with those of
 * the same service that it names, reads a store of an agent and names a place outside of the app.
 */
export function byServices(model: Model, used: ReadonlySet<Resource>): OutsideAccess[] {
  const stores = new Set([...used].filter(({ type }) => !HOLDS_NO_DATA.test(type)));
  const services = new Map<string, Resource[]>();
  for (const resource of stores.size === 0 ? [] : model.resources) {
    if (!MOVES_NOTHING.test(resource.type) && !used.has(resource)) {
      addTo(services, serviceOf(resource), resource);
    }
  }
  const places = new Map<Resource, readonly PlaceOutside[]>();
  const placesOf = (each: Resource) => remembered(places, each, () => placesOutside(model, each));
  return [...services.values()].flatMap((resources) => {
    const read = new Map(
      resources.flatMap((each) => storeReadBy(model, each, stores).map((store) => [each, store] as const)),
    );
    return read.size === 0 ? [] : resources.flatMap((each) => ofResource(model, each, read, placesOf));
  });
}

/** Services whose resources are judged by other rules, or name stores without copying what is in them. */
const MOVES_NOTHING =
  /^AWS::(?:ApiGateway|ApiGatewayV2|AppConfig|AppRunner|ApplicationAutoScaling|AutoScaling|Batch|BedrockAgentCore|BedrockMantle|Budgets|CDK|CE|CertificateManager|CloudFormation|CloudFront|CloudTrail|CloudWatch|CodeBuild|CodeDeploy|CodePipeline|Cognito|Config|EC2|ECR|ECS|EKS|ElasticLoadBalancing\w*|Events|IAM|KMS|Lambda|Organizations|Pipes|ResourceGroups|Route53\w*|SNS|SQS|SSM|SSO|Scheduler|SecretsManager|Serverless|ServiceCatalog\w*|StepFunctions|Synthetics|Tags|VpcLattice|WAFv2|XRay)::|Polic(?:y|ies)$|^(?!AWS::)/;

/** Types that hold nothing that an agent was told, read or wrote. */
const HOLDS_NO_DATA = /^AWS::(?:IAM|KMS|EC2|ECR|Lambda|StepFunctions|CodeBuild|CodePipeline|Bedrock)::/;

/** Keys of what a resource reads, and of what it writes. Anything else may be both. */
const READS =
  /source|input|origin|code|script|image|model|schema|template|library|manifest|dependenc|trust|arguments|command|environment|parameters|variables/i;
const WRITES = /dest|target|output|sink|deliver|export|result|report|share|subscriber|grantee|principal|accessor/i;

/** @param stores the store that each resource of the service reads */
function ofResource(
  model: Model,
  at: Resource,
  stores: ReadonlyMap<Resource, Resource>,
  placesOf: (resource: Resource) => readonly PlaceOutside[],
): OutsideAccess[] {
  const around = together(model, at);
  const to = [at, ...around.read].map((each) => stores.get(each)).find((store) => store !== undefined);
  return to === undefined
    ? []
    : [at, ...around.written].flatMap(placesOf).map(({ giver, by, who, value, place, guard }) => ({
        to,
        by,
        who,
        name: value,
        kind: 'AWS',
        giver,
        place: placeIn(giver, place),
        guard: guard.and(giver.guard).and(at.guard),
      }));
}

/** The resources of the same service that a resource names: as something to read, or to write to. */
function together(model: Model, at: Resource) {
  const read = new Set<Resource>();
  const written = new Set<Resource>();
  const visit = (resource: Resource, reads: boolean, writes: boolean, depth: number): void => {
    for (const { resource: each, path } of depth > 3 ? [] : mentionsOf(model, resource)) {
      if (each !== at && serviceOf(each) === serviceOf(at)) {
        const canRead = reads && !path.some(isWrittenTo);
        const canWrite = writes && !path.some(isRead);
        if ((canRead && !read.has(each)) || (canWrite && !written.has(each))) {
          if (canRead) {
            read.add(each);
          }
          if (canWrite) {
            written.add(each);
          }
          visit(each, canRead, canWrite, depth + 1);
        }
      }
    }
  };
  visit(at, true, true, 0);
  return { read, written };
}

const serviceOf = ({ type }: Resource): string => type.split('::')[1] ?? type;
const isWrittenTo = (key: string): boolean => WRITES.test(key);
const isRead = (key: string): boolean => READS.test(key) && !WRITES.test(key);

/** The first store of an agent that a resource reads, by its properties or else by its role. */
function storeReadBy(model: Model, at: Resource, stores: ReadonlySet<Resource>): Resource[] {
  const named = mentionsOf(model, at);
  const store = named.find(({ resource, path }) => stores.has(resource) && !path.some(isWrittenTo));
  if (store || entryTypeOf(at.type)?.kind === 'compute') {
    return store ? [store.resource] : [];
  }
  const known = identities(model);
  return [...new Set(named.map(({ resource }) => resource))]
    .flatMap((role) => (role.type === 'AWS::IAM::Role' ? (known.of(role)?.statements ?? []) : []))
    .filter(
      ({ effect, actions }) =>
        effect !== 'Deny' && actions.patterns.some(({ value }) => READING.test(literalOf(value) ?? '')),
    )
    .flatMap(({ resources }) => resources.patterns.flatMap(({ value }) => namedBy(model, value)))
    .filter((each) => stores.has(each))
    .slice(0, 1);
}

const READING = /\*|:(?:Get|BatchGet|Query|Scan|Select|Receive)/i;

interface PlaceOutside extends Case<Text>, Pick<OutsideAccess, 'by' | 'who' | 'giver'> {}

/** The accounts, buckets and hosts outside of the app that a resource names as something other than what it reads. */
function placesOutside(model: Model, giver: Resource): PlaceOutside[] {
  return textsBelow(giver.properties, { asked: (key) => !NO_PLACE.test(key) })
    .filter(({ keys }) => !keys.some(isRead))
    .flatMap(({ keys, ...text }): PlaceOutside[] => {
      const { value } = text;
      const account = accountOf(value);
      if (account !== undefined && ownAccounts(model).ofAccount(account) === 'foreign') {
        return [{ ...text, giver, by: 'destination', who: 'another account' }];
      }
      const key = keys[keys.length - 1] ?? '';
      const who = literalOf(value) === undefined ? 'unread' : 'somebody unknown';
      if (isBucket(key, value)) {
        const bucket = bucketOf(value);
        return namedBy(model, bucket).length === 0 ? [{ ...text, value: bucket, giver, by: 'copy', who }] : [];
      }
      return isHost(key, value) && isOutside(model, addressOf(value))
        ? [{ ...text, giver, by: 'destination', who }]
        : [];
    });
}

const startOf = ([first]: Text): string => (typeof first === 'string' ? first : '');

/** Whether a text is the address of a bucket, or its name in a property for it. */
const isBucket = (key: string, value: Text): boolean =>
  /^(?:s3a?:\/\/|arn:[^:]*:s3:::)/.test(startOf(value)) ||
  (/bucket(?:name)?$/i.test(key) && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(literalOf(value) ?? ''));

/** Whether a text is a URL with any scheme, or the name of a host in a property for it. */
const isHost = (key: string, value: Text): boolean =>
  /^[a-z][a-z0-9+.:-]*:\/\//i.test(startOf(value)) ||
  (/url$|endpoint|host|server|broker/i.test(key) &&
    /^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?(?:[,/]|$)/i.test(startOf(value)));

/** A host as the URL of a page, whatever its scheme is. */
function addressOf([first, ...rest]: Text): Text {
  return [`https://${(typeof first === 'string' ? first : '').replace(/^[a-z][a-z0-9+.:-]*:\/\//i, '')}`, ...rest];
}

/** The bucket in an address like `s3://bucket/prefix`. */
function bucketOf(value: Text): Text {
  const known = literalOf(value);
  const name = known === undefined ? undefined : /^(?:s3a?:\/\/)?([^/:]+)(?:\/|$)/.exec(known)?.[1];
  return name === undefined ? value : [`arn:aws:s3:::${name}`];
}

function namedBy(model: Model, value: Text): Resource[] {
  return [...model.mentioned(value), ...model.named(value).map(({ resource }) => resource)];
}

/** Properties that say nothing about where data goes. */
const NO_PLACE = /(?<!redrive)polic(?:y|ies)|^(?:Tags|Metadata|Description|DisplayName|DependsOn|Role|RoleArn)$/i;
