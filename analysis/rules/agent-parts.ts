import { agents } from '../model/agents';
import type { Resource, Stack } from '../model/assembly';
import { governanceOf } from '../model/governance';
import type { Model } from '../model/model';
import { agentRoles } from './agent-roles';
import { addTo } from '../model/list-map';

/**
 * Ids of the stacks that hold a part of an agent: a Runtime, a session or execution role, or something that runs as a
 * client. A stack and its nested stacks count as one.
 */
export function agentStacks(model: Model): ReadonlySet<string> {
  return model.view(collectStacks);
}

/** Ids of everything that belongs to agents: compute, roles, and what governs them, with the agents. */
export function agentParts(model: Model): ReadonlyMap<string, readonly string[]> {
  return model.view(collectParts);
}

function collectStacks(model: Model): Set<string> {
  const parts: (Resource | undefined)[] = [
    ...agents(model).flatMap(({ runtime, endpoints }) => [runtime, ...endpoints]),
    ...agentRoles(model).flatMap(({ identity, kinds }) =>
      kinds.has('session role') || kinds.has('execution role')
        ? [identity.resource]
        : identity.runs.map(({ resource }) => resource),
    ),
  ];
  const byId = new Map(model.assembly.stacks.map((stack) => [stack.id, stack]));
  const rootOf = (stack: Stack): string => {
    const parent = stack.nestedIn && byId.get(stack.nestedIn.stack);
    return parent && parent !== stack ? rootOf(parent) : stack.id;
  };
  const roots = new Set(parts.flatMap((part) => (part ? [rootOf(part.stack)] : [])));
  return new Set(model.assembly.stacks.filter((stack) => roots.has(rootOf(stack))).map(({ id }) => id));
}

function collectParts(model: Model): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  for (const agent of agents(model)) {
    for (const id of governanceOf(model, agent).keys()) {
      addTo(parts, id, agent.id);
    }
  }
  for (const { identity, subjects } of agentRoles(model)) {
    if (!parts.has(identity.id)) {
      subjects.forEach((subject) => addTo(parts, identity.id, subject));
    }
  }
  return parts;
}
