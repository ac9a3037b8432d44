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
 * The edges that properties of resources make without a permission: from a source to a target, from an alias to its
 * resource, from compute to its role. The name of a property decides whether it is a source or a target. Every resource
 * of the entry table that the property mentions is one.
 */
export function wiring(model: Model): readonly Edge[] {
  return model.view(collect);
}

/** Properties of a mapping that name its source. */
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

/** Properties that are a source in one type only: `Source` of a build is the code to build. */
const SOURCES_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['AWS::Pipes::Pipe', ['Source']],
  // Requests to a web function go to its revisions, which have the role.
  ['AWS::Lambda::WebFunctionRevision', ['FunctionName']],
  // Target groups and registries, through which requests come in.
  ['AWS::ECS::Service', ['LoadBalancers', 'ServiceRegistries', 'VpcLatticeConfigurations']],
  ['AWS::ECS::TaskSet', ['LoadBalancers', 'ServiceRegistries']],
  ['AWS::AutoScaling::AutoScalingGroup', ['LoadBalancerNames', 'TargetGroupARNs', 'TrafficSources']],
]);

/** Properties that are input of code, or descriptions. */
const isNotWired = keyTest(
  /^(?:Environment|EnvironmentVariables|EventPattern|FilterCriteria|FilterPolicy|Variables|Metadata|Tags|Description|Code|UserData|DefinitionString|Definition|DefinitionSubstitutions|LoggingConfig(?:uration)?|DependsOn|(?!Redrive).*Polic(?:y|ies).*|.*Role|.*RoleArn|.*Kms.*)$/i,
);

/** For resources that only store messages, the properties that send the messages on. */
const OF_A_HOLDER = /^(?:RedrivePolicy|DeadLetterConfig|Subscription)$/;

/**
 * Stores that use their role only to replicate or write. Nothing that is sent to them runs, except SQL, under the roles
 * of a database.
 */
const STORES: ReadonlySet<string> = new Set(['AWS::S3::Bucket', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']);

/** The role that pulls images and secrets for a task. The code of the task can't use it. */
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

/** The resources that a resource sends to or runs, without those in input of code. */
function wiredMentions(model: Model, resource: Resource, asked: (property: string) => boolean): Mention[] {
  return mentionsBelow(model, resource, (key, depth) => (depth > 0 || asked(key)) && !isNotWired(key)).filter(
    ({ resource: { type } }) => entryTypeOf(type) !== undefined || type === 'AWS::IAM::InstanceProfile',
  );
}

function isSource(type: string, property: string, { kind }: EntryType): boolean {
  return kind !== 'alias' && (SOURCES.has(property) || SOURCES_OF.get(type)?.includes(property) === true);
}

/**
 * The custom resource of AWS CDK that sets the notifications of a bucket. The property of the bucket would be a
 * circular reference.
 */
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

/** A service and its task definition, an instance and its profile: whatever starts one starts the other. */
function isPartOfCompute(type: string, target: string): boolean {
  return (
    entryTypeOf(type)?.kind === 'compute' &&
    (target === 'AWS::IAM::InstanceProfile' || /::(?:TaskDefinition|LaunchTemplate|LaunchConfiguration)$/.test(target))
  );
}

function edge(from: string, to: string, kind: EdgeKind, guard: Node['guard'], because: Node['place']): Edge {
  return { from, to, kind, guard, certainty: 'yes', because };
}
