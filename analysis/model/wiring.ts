import { entryTypeOf, type EntryType } from '../facts/entry-types';
import type { Resource } from './assembly';
import type { Edge, EdgeKind } from './edge';
import { keyTest } from './key-test';
import { type Mention, mentionsBelow } from './mentions';
import type { Model } from './model';
import type { Node } from './node';
import { identities } from './identities';
import { takenByNotification, takenFromBus } from './taken';

/**
 * The edges that the properties of resources make, without any permission: what hands on to what, other names, what runs
 * under which role. A property counts as a source or as a target by its name; any resource of the entry table that it
 * mentions is one.
 */
export function wiring(model: Model): readonly Edge[] {
  return model.view(collect);
}

/** Properties of a mapping that name where it takes from. */
const SOURCES: ReadonlySet<string> = new Set([
  'ApiId',
  'ApplicationName',
  'DataSourceName',
  'EventBusArn',
  'EventBusName',
  'EventSourceArn',
  'GatewayIdentifier',
  'HttpApiId',
  'ListenerArn',
  'LoadBalancerArn',
  'LogGroupIdentifier',
  'LogGroupName',
  'ResourceId',
  'RestApiId',
  'RuleSetName',
  'SelfManagedEventSource',
  'ServiceIdentifier',
  'SourceArn',
  'TopicArn',
]);

/** Properties that are a source in one type only: `Source` is what is built in a build. */
const SOURCES_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['AWS::Pipes::Pipe', ['Source']],
  // Target groups and registries, through which requests come in.
  ['AWS::ECS::Service', ['LoadBalancers', 'ServiceRegistries', 'VpcLatticeConfigurations']],
  ['AWS::ECS::TaskSet', ['LoadBalancers', 'ServiceRegistries']],
  ['AWS::AutoScaling::AutoScalingGroup', ['LoadBalancerNames', 'TargetGroupARNs', 'TrafficSources']],
]);

/** What is only told to code, or describes. */
const isNotWired = keyTest(
  /^(?:Environment|EnvironmentVariables|EventPattern|FilterCriteria|FilterPolicy|Variables|Metadata|Tags|Description|Code|UserData|DefinitionString|Definition|DefinitionSubstitutions|LoggingConfig(?:uration)?|DependsOn|(?!Redrive).*Polic(?:y|ies).*|.*Role|.*RoleArn|.*Kms.*)$/i,
);

/** Of what only keeps messages, the properties that send them on. */
const OF_A_HOLDER = /^(?:RedrivePolicy|DeadLetterConfig|Subscription)$/;

/** Keeps data and only replicates or writes under its role; nothing that is sent to it runs, but for SQL under the roles of a database. */
const STORES: ReadonlySet<string> = new Set(['AWS::S3::Bucket', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']);

/** Pulls images and secrets for a task; the code of the task doesn't have it. */
const ROLE_OF_THE_AGENT = ['AWS::ECS::TaskDefinition', 'ExecutionRoleArn'] as const;

function collect(model: Model): Edge[] {
  return [...model.resources.flatMap((resource) => wired(model, resource)), ...roleEdges(model)];
}

function roleEdges(model: Model): Edge[] {
  return identities(model).all.flatMap((identity) =>
    identity.runs
      .filter(({ resource, property }) => {
        const [type, name] = ROLE_OF_THE_AGENT;
        const isWorking = !STORES.has(resource.type) || property.startsWith('AssociatedRoles');
        return isWorking && !(resource.type === type && property === name);
      })
      .map(({ resource, guard, place }) => edge(resource.id, identity.id, 'runs as', guard, place)),
  );
}

function wired(model: Model, resource: Resource): Edge[] {
  const entry = entryTypeOf(resource.type);
  if (isCustomResource(resource.type)) {
    const provider = wiredMentions(model, resource, (key) => key === 'ServiceToken').map((found) =>
      hands(resource, found),
    );
    return resource.type === BUCKET_NOTIFICATIONS
      ? [
          ...provider,
          ...notifications(
            resource,
            wiredMentions(model, resource, () => true),
          ),
        ]
      : provider;
  }
  if (!entry || entry.kind === 'authorization' || entry.kind === 'credential' || entry.kind === 'macro') {
    return [];
  }
  return wiredMentions(model, resource, (key) => entry.kind !== 'holder' || OF_A_HOLDER.test(key)).map((found) => {
    const { guard, place } = found.node;
    if (isSource(resource.type, found.path[0], entry)) {
      const feeds = edge(found.resource.id, resource.id, 'feeds', guard, place);
      return resource.type === 'AWS::Events::Rule' ? { ...feeds, takes: takenFromBus(resource) } : feeds;
    }
    return entry.kind === 'alias'
      ? edge(resource.id, found.resource.id, 'is', guard, place)
      : {
          ...hands(resource, found),
          ...(found.path[0] === NOTIFICATIONS ? { takes: takenByNotification(resource, place) } : {}),
        };
  });
}

/** What something can be sent to, or runs; not what is only told to code. */
function wiredMentions(model: Model, resource: Resource, asked: (property: string) => boolean): Mention[] {
  return mentionsBelow(model, resource, (key, depth) => (depth > 0 || asked(key)) && !isNotWired(key)).filter(
    ({ resource: { type } }) => entryTypeOf(type) !== undefined || type === 'AWS::IAM::InstanceProfile',
  );
}

function isSource(type: string, property: string, { kind }: EntryType): boolean {
  return kind !== 'alias' && (SOURCES.has(property) || SOURCES_OF.get(type)?.includes(property) === true);
}

/** What AWS CDK sets the notifications of a bucket with, because a template can't without a circle. */
const BUCKET_NOTIFICATIONS = 'Custom::S3BucketNotifications';

const NOTIFICATIONS = 'NotificationConfiguration';

function notifications(custom: Resource, mentions: readonly Mention[]): Edge[] {
  const targets = mentions.filter(({ path }) => path[0] === NOTIFICATIONS);
  return mentions
    .filter(({ path }) => path[0] === 'BucketName')
    .flatMap(({ resource: bucket }) =>
      targets.map(({ resource, node }) => ({
        ...edge(bucket.id, resource.id, 'delivers to', node.guard, node.place),
        takes: takenByNotification(custom, node.place),
      })),
    );
}

function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

function hands(resource: Resource, { resource: target, node }: Mention): Edge {
  const kind = isPartOfCompute(resource.type, target.type) ? 'is' : 'delivers to';
  return edge(resource.id, target.id, kind, node.guard, node.place);
}

/** A service and its task definition, an instance and its profile: what drives one drives the other. */
function isPartOfCompute(type: string, target: string): boolean {
  return (
    entryTypeOf(type)?.kind === 'compute' &&
    (target === 'AWS::IAM::InstanceProfile' || /::(?:TaskDefinition|LaunchTemplate|LaunchConfiguration)$/.test(target))
  );
}

function edge(from: string, to: string, kind: EdgeKind, guard: Node['guard'], because: Node['place']): Edge {
  return { from, to, kind, guard, certainty: 'yes', because };
}
