import type { TemplateSource } from '../template/template-source';
import type { TemplateIndex } from '../template-index';
import { agentRoles, runtimes } from './agents';
import { runtimeVpcs } from './network';
import { reach } from './reach';

/**
 * The stacks that hold a part of an agent: a Runtime, a role of one, something that starts turns, or the network of a
 * Runtime. With a nested stack its whole family counts. What else such a stack stores is judged by the agent's rules.
 */
export function agentStacks(index: TemplateIndex): ReadonlySet<string> {
  return index.view(collect);
}

function collect(index: TemplateIndex): Set<string> {
  const { session, execution } = agentRoles(index);
  const { starters } = reach(index);
  const parts: TemplateSource[] = [
    ...runtimes(index).map(({ source }) => source),
    ...[...session, ...execution].flatMap(({ resource }) => (resource ? [resource.source] : [])),
    ...index.resources.filter(({ id }) => starters.has(id)).map(({ source }) => source),
    ...runtimes(index)
      .flatMap((runtime) => runtimeVpcs(index, runtime))
      .flatMap((vpc) => index.target(vpc)?.source ?? []),
  ];
  const parents = new Map(index.sources.map((source) => [source.id, source.nestedIn?.sourceId]));
  const rootOf = (id: string): string => {
    const parent = parents.get(id);
    return parent === undefined ? id : rootOf(parent);
  };
  const roots = new Set(parts.map(({ id }) => rootOf(id)));
  return new Set(index.sources.filter(({ id }) => roots.has(rootOf(id))).map(({ id }) => id));
}
