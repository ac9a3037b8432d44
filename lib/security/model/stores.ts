import type { IndexedResource, TemplateIndex } from '../template-index';
import { agentRoles } from './agents';
import { agentStacks } from './agent-stacks';
import { bucketOf } from './trails';

/** The resources of some types that an agent uses: those in its stacks, and those elsewhere that its roles name. */
export function storesOfAgents(index: TemplateIndex, ...types: string[]): IndexedResource[] {
  const stacks = agentStacks(index);
  const named = index.view(namedByRoles);
  return index.ofType(...types).filter((resource) => stacks.has(resource.source.id) || named.has(resource.id));
}

function namedByRoles(index: TemplateIndex): ReadonlySet<string> {
  const statements = agentRoles(index).all.flatMap((role) => role.statements);
  const ids = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ resources }) => resources)
    .flatMap((resource) => index.mentioned(resource))
    .map(({ id }) => id);
  const trailBuckets =
    agentStacks(index).size === 0
      ? []
      : index.ofType('AWS::CloudTrail::Trail').flatMap((trail) => bucketOf(index, trail)?.id ?? []);
  return new Set([...ids, ...trailBuckets]);
}
