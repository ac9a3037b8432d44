import { entryTypeOf } from '../facts/entry-types';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { identities } from './identities';
import { isOutside } from './outside-hosts';
import { addTo } from './list-map';
import { mentionsOf } from './mentions';
import type { Model } from './model';
import type { Node } from './node';
import type { OutsideAccess } from './outside-access';
import { accountOf, ownAccounts } from './own-accounts';
import { placeIn } from './place-in';
import type { Case, Text } from './text';

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
  return [...services.values()].flatMap((resources) => {
    const outside = new Map(resources.map((each) => [each, placesOutside(model, each)]));
    return [...outside.values()].every((places) => places.length === 0)
      ? []
      : resources.flatMap((each) => ofResource(model, each, outside, stores));
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

interface Written extends Case<Text> {
  readonly keys: readonly string[];
}

function ofResource(
  model: Model,
  at: Resource,
  outside: ReadonlyMap<Resource, readonly PlaceOutside[]>,
  stores: ReadonlySet<Resource>,
): OutsideAccess[] {
  const around = together(model, at);
  const places = [at, ...around.written].flatMap((each) => outside.get(each) ?? []);
  const to =
    places.length === 0
      ? undefined
      : [at, ...around.read].map((each) => storeReadBy(model, each, stores)).find((store) => store !== undefined);
  return to === undefined
    ? []
    : places.map(({ giver, by, who, value, place, guard }) => ({
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

/** The store of an agent that a resource reads: by its properties, or by its role. */
function storeReadBy(model: Model, at: Resource, stores: ReadonlySet<Resource>): Resource | undefined {
  const named = mentionsOf(model, at);
  const store = named.find(({ resource, path }) => stores.has(resource) && !path.some(isWrittenTo));
  if (store || entryTypeOf(at.type)?.kind === 'compute') {
    return store?.resource;
  }
  const known = identities(model);
  return [...new Set(named.map(({ resource }) => resource))]
    .flatMap((role) => (role.type === 'AWS::IAM::Role' ? (known.of(role)?.statements ?? []) : []))
    .filter(
      ({ effect, actions }) =>
        effect !== 'Deny' && actions.patterns.some(({ value }) => READING.test(literalOf(value) ?? '')),
    )
    .flatMap(({ resources }) => resources.patterns.flatMap(({ value }) => namedBy(model, value)))
    .find((each) => stores.has(each));
}

const READING = /\*|:(?:Get|BatchGet|Query|Scan|Select|Receive)/i;

interface PlaceOutside extends Case<Text>, Pick<OutsideAccess, 'by' | 'who' | 'giver'> {}

/** The accounts, buckets and hosts outside of the app that a resource names as something other than what it reads. */
function placesOutside(model: Model, giver: Resource): PlaceOutside[] {
  return textsIn(giver.properties)
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

function textsIn(node: Node): Written[] {
  return textsBelow(node, [], 0).filter(({ keys }) => !keys.some((key) => NO_PLACE.test(key)));
}

function textsBelow(node: Node, keys: readonly string[], depth: number): Written[] {
  if (node.kind === 'object') {
    return depth > 10 ? [] : node.entries().flatMap(([key, value]) => textsBelow(value, [...keys, key], depth + 1));
  }
  return node.kind === 'list'
    ? node.items().flatMap((item) => textsBelow(item, keys, depth + 1))
    : node.texts().map((text) => ({ ...text, keys }));
}
