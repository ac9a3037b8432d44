import { CfnResource, Reference, Stage, Tokenization } from 'aws-cdk-lib/core';
import { beyond, type Quota, QUOTAS } from './quota';
import { elementsById } from './template-elements';
import type { WrittenTemplates } from './written-templates';

/** The additions that stacks can make to a resource of another stack. */
interface Shared {
  readonly quota: Quota;
  /** Type of the added resource, the property with its target, and that property of its construct. */
  readonly added: readonly [type: string, property: string];
  /** Type of the target, and its property with the initial entries. */
  readonly owner: readonly [type: string, property?: string];
}

const rules = (direction: 'Ingress' | 'Egress'): Shared => ({
  quota: QUOTAS.securityGroupRules,
  added: [`AWS::EC2::SecurityGroup${direction}`, 'GroupId'],
  owner: ['AWS::EC2::SecurityGroup', `SecurityGroup${direction}`],
});

const SHARED: readonly Shared[] = [
  rules('Ingress'),
  rules('Egress'),
  {
    quota: QUOTAS.metricFilters,
    added: ['AWS::Logs::MetricFilter', 'LogGroupName'],
    owner: ['AWS::Logs::LogGroup'],
  },
];

const KINDS: ReadonlySet<string> = new Set(SHARED.flatMap(({ added, owner }) => [added[0], owner[0]]));

/**
 * Counts the additions of the stacks of a Stage to one resource: each agent adds a rule to the security group of the
 * endpoints, and a metric filter to the log group of the trail, from its own stack.
 */
export function stageQuotas(stage: Stage, templates: WrittenTemplates): string[] {
  const resources = stage.node
    .findAll()
    .filter((each): each is CfnResource => CfnResource.isCfnResource(each))
    .filter((each) => KINDS.has(each.cfnResourceType) && Stage.of(each) === stage);
  return SHARED.flatMap(({ quota, added, owner }) => {
    const counts = new Map<string, number>();
    const add = (key: string, count: number) => counts.set(key, (counts.get(key) ?? 0) + count);
    for (const resource of resources) {
      const type = resource.cfnResourceType;
      if (type === owner[0] && owner[1] !== undefined) {
        const listed = propertiesOf(resource, templates)[owner[1]];
        add(resource.node.path, Array.isArray(listed) ? listed.length : 0);
      } else if (type === added[0]) {
        add(ownerOf(resource, added[1], templates), 1);
      }
    }
    return [...counts].flatMap(([path, count]) => beyond(path, quota, count));
  });
}

/** Path of the resource in a property, or the property as its stack writes it, if the resource isn't in the app. */
function ownerOf(resource: CfnResource, property: string, templates: WrittenTemplates): string {
  const member = property[0].toLowerCase() + property.slice(1);
  const named = (resource as unknown as Record<string, unknown>)[member];
  const [reference] = typeof named === 'string' ? Tokenization.reverseString(named).tokens : [];
  if (reference !== undefined && Reference.isReference(reference)) {
    return reference.target.node.path;
  }
  const written = propertiesOf(resource, templates)[property];
  const id = (written as { Ref?: string } | undefined)?.Ref;
  const local = id === undefined ? undefined : elementsById(resource.stack).get(id);
  return local?.node.path ?? (typeof written === 'string' ? written : JSON.stringify(written));
}

function propertiesOf({ stack, logicalId }: CfnResource, templates: WrittenTemplates) {
  return templates.of(stack).resource(String(stack.resolve(logicalId)))?.Properties ?? {};
}
