import { computeKindOf } from '../../lib/facts/compute-kinds';
import type { Resource } from './assembly';
import { literalOf, textOf } from './compose-text';
import { destinationsIn, destinationResources } from './destinations-in';
import type { Model } from './model';
import type { Node } from './node';
import type { OutsideAccess } from './outside-access';
import { accountOf, ownAccounts } from './own-accounts';
import { placeIn } from './place-in';
import type { Text } from './text';

/** Types that move data from one resource that they name to another one. */
const MOVES_DATA =
  /^AWS::(?:SNS::Subscription|Logs::(?:SubscriptionFilter|Delivery|DeliveryDestination|AccountPolicy)|Events::(?:Rule|Archive|Endpoint)|Pipes::Pipe|KinesisFirehose::DeliveryStream|DMS::\w+|DataSync::\w+|AppFlow::Flow|ECR::ReplicationConfiguration|Backup::BackupPlan|S3::(?:AccessPoint|MultiRegionAccessPoint|AccessGrant)|Kinesis::StreamConsumer|Lambda::EventSourceMapping|DynamoDB::GlobalTable|RAM::ResourceShare|Oam::Link)$/;

/**
 * Services with resources that name stores and accounts without moving data between them: code (what it does isn't in a
 * template), policies and identities, networks, and what measures, tags or deploys.
 */
const MOVES_NOTHING =
  /^AWS::(?:Amplify|ApiGateway|ApiGatewayV2|AppConfig|AppRunner|ApplicationAutoScaling|AutoScaling|Batch|Bedrock|BedrockAgentCore|BedrockMantle|Budgets|CDK|CE|CertificateManager|CloudFormation|CloudFront|CloudTrail|CloudWatch|CodeBuild|CodeDeploy|CodePipeline|Cognito|Config|EC2|ECR|ECS|EFS|EKS|EMR\w*|ElasticLoadBalancing\w*|GuardDuty|IAM|KMS|LakeFormation|Lambda|Organizations|RAM|ResourceGroups|Route53\w*|SSM|SSO|SageMaker|Scheduler|SecretsManager|SecurityHub|Serverless|ServiceCatalog\w*|StepFunctions|Synthetics|Tags|VpcLattice|WAFv2|XRay)::|Polic(?:y|ies)$|Permissions?$/;

/** Whether a resource could move data to another account: a known type, or any other type that is given an account. */
function mayMove({ type, raw, stack }: Resource): boolean {
  if (MOVES_DATA.test(type) || !type.startsWith('AWS::') || MOVES_NOTHING.test(type)) {
    return MOVES_DATA.test(type);
  }
  const text = JSON.stringify(raw.Properties ?? {});
  const { Parameters, Mappings } = stack.template;
  return (
    ACCOUNT.test(text) ||
    (/"Ref"|"Fn::(?:FindInMap|Sub|ImportValue)"/.test(text) && ACCOUNT.test(JSON.stringify([Parameters, Mappings])))
  );
}

const ACCOUNT = /(?<!\d)\d{12}(?!\d)/;

/** Types that move the data of every resource of a type in the account. */
const OF_THE_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['AWS::ECR::ReplicationConfiguration', 'AWS::ECR::Repository'],
  ['AWS::Logs::AccountPolicy', 'AWS::Logs::LogGroup'],
  ['AWS::Oam::Link', 'AWS::Logs::LogGroup'],
  ['AWS::ObservabilityAdmin::OrganizationCentralizationRule', 'AWS::Logs::LogGroup'],
  ['AWS::SecurityLake::Subscriber', 'AWS::CloudTrail::Trail'],
]);

/** Links of CloudWatch share the types that they list. Metrics don't contain what an agent was told. */
const sharesLogs = ({ type, properties }: Resource): boolean =>
  type !== 'AWS::Oam::Link' ||
  properties
    .at('ResourceTypes')
    .flatMap((list) => list.items())
    .flatMap((each) => each.texts())
    .some(({ value }) => !/^AWS::(?!Logs::)/.test(literalOf(value) ?? ''));

/** Destinations of a delivery stream that aren't AWS services. */
const OUTSIDE_DESTINATION = /^(?:HttpEndpoint|Splunk|Snowflake)DestinationConfiguration$/;

/** Access by resources that move data of an agent's resources to another account or out of AWS. */
export function byMovers(model: Model, near: ReadonlySet<Resource>, used: ReadonlySet<Resource>): OutsideAccess[] {
  // What an agent writes to a delivery stream arrives in its bucket, past the policies of the agent's endpoints.
  const streams = [...used].filter(({ type }) => type === 'AWS::KinesisFirehose::DeliveryStream');
  return [...streams.flatMap((stream) => byBuckets(model, stream, stream)), ...byOtherMovers(model, near, used)];
}

function byOtherMovers(model: Model, near: ReadonlySet<Resource>, used: ReadonlySet<Resource>): OutsideAccess[] {
  return model.resources
    .filter((mover) => mayMove(mover) && sharesLogs(mover))
    .flatMap((mover) => {
      const type = OF_THE_ACCOUNT.get(mover.type);
      const from = type
        ? [...used, ...near].find((each) => each.type === type)
        : movedFrom(movedBy(model, mover), near, used);
      return from && !used.has(mover)
        ? [mover, ...behind(model, mover)].flatMap((each) => [
            ...byDestinations(model, each, from),
            ...byDelivery(each, from),
            ...(MOVES_DATA.test(mover.type) ? byBuckets(model, each, from) : []),
          ])
        : [];
    });
}

/** The store that a mover reads, rather than the role and the key that it works with. */
function movedFrom(
  named: readonly Resource[],
  near: ReadonlySet<Resource>,
  used: ReadonlySet<Resource>,
): Resource | undefined {
  const ofAgents = named.filter((each) => used.has(each) || near.has(each));
  return ofAgents.find(({ type }) => !/^AWS::(?:IAM|KMS)::/.test(type)) ?? ofAgents[0];
}

/** The resources that a mover reads. For a backup plan these are in its selections. */
function movedBy(model: Model, mover: Resource): Resource[] {
  const selections =
    mover.type === 'AWS::Backup::BackupPlan'
      ? model
          .ofType('AWS::Backup::BackupSelection')
          .map(({ properties }) => destinationResources(model, properties))
          .filter((selected) => selected.includes(mover))
          .flat()
      : [];
  return [...destinationResources(model, mover.properties), ...selections];
}

/** The targets of a mover that move data themselves: a delivery stream, the location of a task. */
function behind(model: Model, mover: Resource, depth = 0): Resource[] {
  const next =
    depth > 3
      ? []
      : [mover.properties, ...documentOf(mover)]
          .flatMap((node) => destinationResources(model, node))
          .filter(({ type }) => PASSES_DATA_ON.test(type));
  return next.flatMap((each) => [each, ...behind(model, each, depth + 1)]);
}

/** The policy of an account that names where its log groups are sent. Other policies name no destination. */
const documentOf = ({ type, properties }: Resource): Node[] =>
  type === 'AWS::Logs::AccountPolicy' ? properties.at('PolicyDocument') : [];

const PASSES_DATA_ON = /^AWS::(?:KinesisFirehose::DeliveryStream|Logs::DeliveryDestination|DataSync::Location\w+)$/;

/** Access by receivers of a mover that aren't in AWS. */
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

/** Connectors of Amazon AppFlow that keep the data in AWS. */
const OF_AWS: ReadonlySet<string> = new Set(['S3', 'EventBridge', 'Redshift', 'LookoutMetrics']);

/** Access by buckets that a mover writes to and that aren't in the assembly: they may belong to anybody. */
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
      place: placeIn(mover, place),
      guard: guard.and(mover.guard),
    }));
}

const leading = ([first]: Text): string => (typeof first === 'string' ? first : '');

/** Access by accounts, ARNs and buckets that a resource names and that don't belong to the owner. */
export function byDestinations(model: Model, at: Resource, to: Resource): OutsideAccess[] {
  const accounts = ownAccounts(model);
  const documents = OF_THE_ACCOUNT.has(at.type)
    ? at.properties.at('PolicyDocument').flatMap((node) => node.json())
    : [];
  // The image of a build is next to its variables.
  return [at.properties, ...at.properties.at('Environment', 'Image'), ...documents]
    .flatMap((node) => destinationsIn(node))
    .filter(({ value }) => {
      const account = accountOf(value) ?? (computeKindOf(at.type) ? undefined : registryOf(value));
      return account !== undefined && accounts.ofAccount(account) === 'foreign';
    })
    .map(({ value, guard, place }) => ({
      to,
      by: 'destination',
      who: 'another account',
      name: value,
      kind: 'AWS',
      giver: at,
      place: placeIn(at, place),
      guard: guard.and(at.guard),
    }));
}

/** The account of the registry that the image of a function is from: also by a FIPS or a dual-stack host. */
export function registryOf([first]: Text): Text | undefined {
  const account = typeof first === 'string' ? /^(\d{12})\.dkr[.-]ecr(?:-fips)?\./.exec(first)?.[1] : undefined;
  return account === undefined ? undefined : textOf(account);
}
