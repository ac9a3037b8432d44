import { agents } from '../model/agents';
import type { Resource, Stack } from '../model/assembly';
import { governanceOf } from '../model/governance';
import { mentionsOf } from '../model/mentions';
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

/** Ids of the networks that agents run in (VPC, subnets, security groups, route tables), with the agents. */
export function networkParts(model: Model): ReadonlyMap<string, readonly string[]> {
  return model.view(collectNetworks);
}

function collectNetworks(model: Model): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  const ofNetwork = (resource: Resource) =>
    mentionsOf(model, resource).flatMap(({ resource: each }) => (each.type.startsWith('AWS::EC2::') ? [each] : []));
  for (const agent of agents(model)) {
    const used = new Set(ofNetwork(agent.runtime));
    used.forEach((each) => ofNetwork(each).forEach((more) => more.type === 'AWS::EC2::VPC' && used.add(more)));
    for (const association of model.ofType('AWS::EC2::SubnetRouteTableAssociation')) {
      const joined = ofNetwork(association);
      if (joined.some((each) => used.has(each))) {
        joined.forEach((each) => used.add(each));
      }
    }
    used.forEach(({ id }) => addTo(parts, id, agent.id));
  }
  return parts;
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
