import type { NodeId } from './edge';
import { agents } from './agents';
import { type Path, reach } from './reach';
import type { TemplateModel } from './template-model';

/** What leads to an agent: each node with the shortest way. */
export function leadingToAgents(model: TemplateModel): ReadonlyMap<NodeId, Path> {
  return model.view(collect);
}

function collect(model: TemplateModel): Map<NodeId, Path> {
  const found = new Map<NodeId, Path>();
  for (const { id, executionRoles, sessionRoles } of agents(model)) {
    // A way through the agent itself is what the agent may do, not an entry.
    const own = new Set([...executionRoles, ...sessionRoles].map((role) => role.id));
    for (const path of reach(model).into(id)) {
      if (!found.has(path.start) && !path.edges.some(({ from, to }) => own.has(from) || own.has(to))) {
        found.set(path.start, path);
      }
    }
  }
  return found;
}
