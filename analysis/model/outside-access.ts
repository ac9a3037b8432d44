import { type Admitted, admitted } from '../policy/admitted';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentStores } from './agent-stores';
import type { Resource } from './assembly';
import { concat, literalOf, textOf } from './compose-text';
import type { Guard } from './guard';
import { identities } from './identities';
import type { Model } from './model';
import type { Node } from './node';
import { accountOf, ownAccounts } from './own-accounts';
import { resourcePolicies } from './resource-policies';
import { byCalls, byRecordings, byTasks } from './sent-outside';
import type { TemplateModel } from './template-model';
import { destinationsIn } from './destinations-in';
import type { Place, Text } from './text';

/** Access that somebody outside of the accounts of the assembly has to a resource next to an agent. */
export interface OutsideAccess {
  /** What they have access to: a bucket, a queue, a key. */
  readonly to: Resource;
  /**
   * What gives it: a resource policy, the ACL of a bucket, a copy of its data, something that sends the data on, or a call
   * that the template has AWS make.
   */
  readonly by: 'policy' | 'ACL' | 'copy' | 'destination' | 'call';
  /** `unread`: whoever deploys decides who it is. */
  readonly who: Admitted['who'];
  /** The principal, account or ARN; for an ACL its name, for a call the action. */
  readonly name: Text;
  /** Kind of the principal of a policy. */
  readonly kind: Admitted['kind'];
  /** The statement of a policy. */
  readonly statement?: Statement;
  /** The resource that gives it, when it isn't a policy. */
  readonly giver: Resource;
  readonly place: Place;
  readonly guard: Guard;
}

/** ACLs that let in others than the owner and the log delivery of Amazon S3. */
const CLOSED_ACLS = new Set([
  'Private',
  'BucketOwnerFullControl',
  'BucketOwnerRead',
  'LogDeliveryWrite',
  'AwsExecRead',
]);

/** Stores whose own properties say where their data goes. */
const SENDS_BY_ITSELF = /^AWS::(?:S3::|SNS::Topic$|DynamoDB::)/;

/** Types that move data of what they name to where else they name. */
const MOVES_DATA =
  /^AWS::(?:SNS::Subscription|Logs::(?:SubscriptionFilter|Delivery|DeliveryDestination|AccountPolicy)|Events::(?:Rule|Archive|Endpoint)|Pipes::Pipe|KinesisFirehose::DeliveryStream|DMS::\w+|DataSync::\w+|AppFlow::Flow|ECR::ReplicationConfiguration|Backup::BackupPlan|S3::(?:AccessPoint|MultiRegionAccessPoint|AccessGrant)|Kinesis::StreamConsumer|Lambda::EventSourceMapping|DynamoDB::GlobalTable|RAM::ResourceShare|Oam::Link)$/;

/** Types that move the data of every resource of a type in the account. */
const OF_THE_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['AWS::ECR::ReplicationConfiguration', 'AWS::ECR::Repository'],
  ['AWS::Logs::AccountPolicy', 'AWS::Logs::LogGroup'],
  ['AWS::Oam::Link', 'AWS::Logs::LogGroup'],
]);

/** Links of CloudWatch share what they list: metrics say nothing about what an agent was told. */
const sharesLogs = ({ type, properties }: Resource): boolean =>
  type !== 'AWS::Oam::Link' ||
  properties
    .at('ResourceTypes')
    .flatMap((list) => list.items())
    .flatMap((each) => each.texts())
    .some(({ value }) => !/^AWS::(?!Logs::)/.test(literalOf(value) ?? ''));

/** Types whose policy speaks of every resource of a type in the account and Region. */
const POLICY_OF_THE_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['AWS::ECR::RegistryPolicy', 'AWS::ECR::Repository'],
  ['AWS::Logs::ResourcePolicy', 'AWS::Logs::LogGroup'],
]);

/** Destinations of a delivery stream that are no AWS service. */
const OUTSIDE_DESTINATION = /^(?:HttpEndpoint|Splunk|Snowflake)DestinationConfiguration$/;

/** Policies of these say who invokes, assumes or passes something: starters, roles and endpoints tell it. */
const NO_STORE = /^AWS::(?:Lambda|IAM|EC2|ApiGateway\w*|BedrockAgentCore)::/;

/** Everything next to an agent that others have access to. */
export function outsideAccess(model: TemplateModel): readonly OutsideAccess[] {
  return model.view(collect);
}

function collect(model: TemplateModel): OutsideAccess[] {
  const { near, used } = agentStores(model);
  const inPlace = [...near].flatMap((store) => [
    ...(NO_STORE.test(store.type) ? ofFunctions(model, store) : byPolicies(model, store)),
    ...(store.type === 'AWS::S3::Bucket' ? [...byAcl(store), ...byCopies(model, store)] : []),
    ...(used.has(store) || SENDS_BY_ITSELF.test(store.type) ? byDestinations(model, store, store) : []),
  ]);
  const moved = model.resources
    .filter((mover) => MOVES_DATA.test(mover.type) && sharesLogs(mover))
    .flatMap((mover) => {
      const type = OF_THE_ACCOUNT.get(mover.type);
      const from = type
        ? [...used, ...near].find((each) => each.type === type)
        : movedBy(model, mover).find((each) => used.has(each) || near.has(each));
      return from && !used.has(mover)
        ? [mover, ...behind(model, mover)].flatMap((each) => [
            ...byDestinations(model, each, from),
            ...byDelivery(each, from),
            ...byBuckets(model, each, from),
          ])
        : [];
    });
  return [
    ...inPlace,
    ...moved,
    ...byAccountPolicies(model, near),
    ...published(model, used),
    ...byCalls(model),
    ...byTasks(model, used),
    ...byRecordings(model, used),
  ];
}

/** Who invokes a function is a matter of its entries. Everything else shows or changes its code and variables. */
function ofFunctions(model: Model, to: Resource): OutsideAccess[] {
  const isMore = ({ actions: { except, patterns } }: Statement) =>
    except || patterns.some(({ value }) => !/^lambda:invoke/i.test(literalOf(value) ?? ''));
  return to.type === 'AWS::Lambda::Function'
    ? byPolicies(model, to).filter(({ statement }) => statement !== undefined && isMore(statement))
    : [];
}

/** Entries that hand out what is in a store, or write to it, without asking who it is. */
function published(model: Model, used: ReadonlySet<Resource>): OutsideAccess[] {
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

/** What entries without an authorization read and write by themselves. */
const OPEN_TO_STORES: ReadonlyMap<string, (model: Model, entry: Resource) => Resource[]> = new Map([
  [
    'AWS::CloudFront::Distribution',
    (model: Model, { properties }: Resource) =>
      properties
        .at('DistributionConfig', 'DefaultCacheBehavior')
        .some((behavior) => behavior.at('TrustedKeyGroups').length > 0)
        ? []
        : properties.at('DistributionConfig', 'Origins').flatMap((origins) => mentionedIn(model, origins)),
  ],
  [
    'AWS::ApiGateway::Method',
    (model: Model, { properties }: Resource) =>
      textsOf(properties, 'AuthorizationType').some((type) => type !== 'NONE')
        ? []
        : properties.at('Integration', 'Uri').flatMap((uri) => mentionedIn(model, uri)),
  ],
  [
    'AWS::AppSync::DataSource',
    (model: Model, { properties }: Resource) =>
      properties
        .at('ApiId')
        .flatMap((api) => mentionedIn(model, api))
        .some(hasApiKey)
        ? properties.at('DynamoDBConfig').flatMap((config) => mentionedIn(model, config))
        : [],
  ],
]);

const hasApiKey = ({ properties }: Resource): boolean =>
  [properties, ...properties.at('AdditionalAuthenticationProviders').flatMap((list) => list.items())].some((each) =>
    textsOf(each, 'AuthenticationType').includes('API_KEY'),
  );

const textsOf = (node: Node, key: string): string[] =>
  node
    .at(key)
    .flatMap((each) => each.texts())
    .flatMap(({ value }) => literalOf(value) ?? []);

/** What a resource moves data of. A backup plan gets that from its selections. */
function movedBy(model: Model, mover: Resource): Resource[] {
  const selections =
    mover.type === 'AWS::Backup::BackupPlan'
      ? model
          .ofType('AWS::Backup::BackupSelection')
          .map(({ properties }) => mentionedIn(model, properties))
          .filter((selected) => selected.includes(mover))
          .flat()
      : [];
  return [...mentionedIn(model, mover.properties), ...selections];
}

/** What a mover hands its data to, if that moves data itself: a delivery stream, the location of a task. */
function behind(model: Model, mover: Resource, depth = 0): Resource[] {
  const next = depth > 3 ? [] : mentionedIn(model, mover.properties).filter(({ type }) => HANDS_ON.test(type));
  return next.flatMap((each) => [each, ...behind(model, each, depth + 1)]);
}

const HANDS_ON = /^AWS::(?:KinesisFirehose::DeliveryStream|Logs::DeliveryDestination|DataSync::Location\w+)$/;

/** What a mover hands to somebody who isn't in AWS. */
function byDelivery(mover: Resource, to: Resource): OutsideAccess[] {
  const streams = mover.properties.entries().filter(([name]) => OUTSIDE_DESTINATION.test(name));
  const flows = mover.properties
    .at('DestinationFlowConfigList')
    .flatMap((list) => list.items())
    .flatMap((each) => each.at('ConnectorType'))
    .filter((each) => each.texts().some(({ value }) => !OF_AWS.has(literalOf(value) ?? '')));
  return [
    ...streams,
    ...flows.flatMap((each) => each.texts().map(({ value }): [string, Node] => [literalOf(value) ?? '', each])),
  ].map(([name, { place, guard }]) => ({
    to,
    by: 'destination',
    who: 'somebody unknown',
    name: [name],
    kind: 'AWS',
    giver: mover,
    place,
    guard: guard.and(mover.guard),
  }));
}

/** Connectors of Amazon AppFlow whose data stays in AWS. */
const OF_AWS: ReadonlySet<string> = new Set(['S3', 'EventBridge', 'Redshift', 'LookoutMetrics']);

/** Buckets that a mover writes to and that the assembly doesn't have: they may be anybody's. */
function byBuckets(model: Model, mover: Resource, to: Resource): OutsideAccess[] {
  return destinationsIn(mover.properties)
    .filter(({ value }) => /^arn:[^:]*:s3:::/.test(leading(value)) && model.named(value).length === 0)
    .filter(({ value }) => model.mentioned(value).length === 0)
    .map(({ value, guard, place }) => ({
      to,
      by: 'copy',
      who: literalOf(value) === undefined ? 'unread' : 'somebody unknown',
      name: value,
      kind: 'AWS',
      giver: mover,
      place: place.resource ? place : mover.properties.place,
      guard: guard.and(mover.guard),
    }));
}

const leading = ([first]: Text): string => (typeof first === 'string' ? first : '');

/** Whom the policy of a registry or of all log groups lets in to those of an agent. */
function byAccountPolicies(model: Model, near: ReadonlySet<Resource>): OutsideAccess[] {
  return resourcePolicies(model).flatMap(({ holder, statements }) => {
    const type = POLICY_OF_THE_ACCOUNT.get(holder.type);
    if (type === undefined) {
      return [];
    }
    const stores = [...near].filter((each) => each.type === type);
    return statements.flatMap((statement) => {
      const { except, patterns } = statement.resources;
      const to = stores.find((store) =>
        model
          .arn(store)
          .flatMap(({ value }) => [value, [...value, ':*']])
          .some((arn) => except || patterns.some((each) => overlap(concat(arn), each.value) !== 'no')),
      );
      return to
        ? admitted(model, statement).map((each) => ({
            ...each,
            to,
            by: 'policy' as const,
            statement,
            giver: holder,
            place: statement.place,
          }))
        : [];
    });
  });
}

function byPolicies(model: Model, to: Resource): OutsideAccess[] {
  return identities(model)
    .policiesOf(to)
    .flatMap(({ statements }) => statements)
    .flatMap((statement) =>
      admitted(model, statement).map((each) => ({
        ...each,
        to,
        by: 'policy' as const,
        statement,
        giver: statement.holder,
        place: statement.place,
      })),
    );
}

/** An ACL is in force unless public access is blocked. */
function byAcl(bucket: Resource): OutsideAccess[] {
  return bucket.properties
    .at('AccessControl')
    .flatMap((node) => node.texts())
    .filter(({ value }) => !CLOSED_ACLS.has(literalOf(value) ?? ''))
    .map(({ value, guard }) => ({
      ...ofStore(bucket, 'AccessControl', guard),
      by: 'ACL',
      who: literalOf(value) === undefined ? 'unread' : 'everybody',
      name: value,
    }));
}

function ofStore(store: Resource, property: string, guard: Guard) {
  const place: Place = { stack: store.stack, resource: store, path: `Properties.${property}` };
  return { to: store, giver: store, kind: 'AWS' as const, place, guard: guard.and(store.guard) };
}

const COPIES = [
  ['ReplicationConfiguration', 'Rules', 'Destination', 'Bucket'],
  ['InventoryConfigurations', 'Destination', 'BucketArn'],
  ['AnalyticsConfigurations', 'StorageClassAnalysis', 'DataExport', 'Destination', 'BucketArn'],
] as const;

/** The ARN of a bucket has no account: one that the assembly doesn't have may be anybody's. */
function byCopies(model: Model, bucket: Resource): OutsideAccess[] {
  return COPIES.flatMap((path) =>
    path
      .reduce<Node[]>(
        (nodes, key) =>
          nodes.flatMap((node) => node.at(key)).flatMap((node) => (node.kind === 'list' ? node.items() : [node])),
        [bucket.properties],
      )
      .flatMap((node) => node.texts())
      .filter(({ value }) => model.named(value).length === 0)
      .map(({ value, guard }) => ({
        ...ofStore(bucket, path[0], guard),
        by: 'copy' as const,
        who: literalOf(value) === undefined ? ('unread' as const) : ('somebody unknown' as const),
        name: value,
      })),
  );
}

/** Accounts, ARNs and buckets that a resource names, and that aren't the owner's. */
function byDestinations(model: Model, at: Resource, to: Resource): OutsideAccess[] {
  const accounts = ownAccounts(model);
  const documents = OF_THE_ACCOUNT.has(at.type)
    ? at.properties.at('PolicyDocument').flatMap((node) => node.json())
    : [];
  return [at.properties, ...documents]
    .flatMap((node) => destinationsIn(node))
    .filter(({ value }) => {
      const account = accountOf(value) ?? (at.type === 'AWS::Lambda::Function' ? registryOf(value) : undefined);
      return account !== undefined && accounts.ofAccount(account) === 'foreign';
    })
    .map(({ value, guard, place }) => ({
      to,
      by: 'destination',
      who: 'another account',
      name: value,
      kind: 'AWS',
      giver: at,
      place: place.resource ? place : at.properties.place,
      guard: guard.and(at.guard),
    }));
}

/** The account of the registry that the image of a function is from. */
export function registryOf([first]: Text): Text | undefined {
  const account = typeof first === 'string' ? /^(\d{12})\.dkr\.ecr\./.exec(first)?.[1] : undefined;
  return account === undefined ? undefined : textOf(account);
}

function mentionedIn(model: Model, node: Node): Resource[] {
  return destinationsIn(node).flatMap(({ value }) => [
    ...model.mentioned(value),
    ...model.named(value).map(({ resource }) => resource),
  ]);
}
