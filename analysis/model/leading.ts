import { type Agent, agents } from './agents';
import { DRIVING, type Edge, type NodeId } from './edge';
import { isGeneralPermission } from './general-permission';
import { type Path, reach } from './reach';
import type { TemplateModel } from './template-model';

/** What leads to an agent: each node with the shortest way. */
export function leadingToAgents(model: TemplateModel): ReadonlyMap<NodeId, Path> {
  return model.view(all);
}

/** What is made to lead to an agent: without ways by a permission that doesn't name what it leads to. */
export function madeForAgents(model: TemplateModel): ReadonlyMap<NodeId, Path> {
  return model.view(made);
}

function all(model: TemplateModel): Map<NodeId, Path> {
  return collect(model, () => true);
}

function made(model: TemplateModel): Map<NodeId, Path> {
  return collect(model, (agent, edge) => !isGeneralPermission(agent, edge));
}

function collect(model: TemplateModel, isUsed: (agent: Agent, edge: Edge) => boolean): Map<NodeId, Path> {
  const found = new Map<NodeId, Path>();
  for (const agent of agents(model)) {
    // A way through the agent itself is what the agent may do, not an entry.
    const own = new Set([...agent.executionRoles, ...agent.sessionRoles].map((role) => role.id));
    const keep = (edge: Edge) => !own.has(edge.from) && !own.has(edge.to) && isUsed(agent, edge);
    for (const path of reach(model).into(agent.id, DRIVING, keep)) {
      if (!found.has(path.start)) {
        found.set(path.start, path);
      }
    }
  }
  return found;
}
