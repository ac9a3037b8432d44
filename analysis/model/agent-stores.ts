import { type Agent, agents } from './agents';
import type { Resource } from './assembly';
import { governanceOf } from './governance';
import { identities, type Identity } from './identities';
import { mentionsOf } from './mentions';
import type { Model } from './model';

/** What agents use: what governs them, what their roles name, and what is deployed in the stack of a Runtime. */
export interface AgentStores {
  /** Known to belong to an agent: it governs one, a role of one names it, or a Runtime mounts it. */
  readonly used: ReadonlySet<Resource>;
  /** The used ones, and everything in the stacks of agents. */
  readonly near: ReadonlySet<Resource>;
}

/** What all agents of an assembly use. */
export function agentStores(model: Model): AgentStores {
  return model.view(collect);
}

/** Whether a resource is used by an agent, or in a stack of one of its parts. */
export function isNear(model: Model, agent: Agent, resource: Resource): boolean {
  const { used, topStacks } = model.view(readUses).get(agent.id)!;
  return used.has(resource) || topStacks.has(model.view(topLevelStacks).get(resource.stack.id));
}

/** The subject of a sentence about a store: `The bucket`, and why it is judged if no agent is known to use it. */
export function storeSubject(model: Model, store: Resource, name: string): string {
  return agentStores(model).used.has(store) ? name : `${name} is in the stack of an agent and`;
}

/** The subject of a sentence about the policy of a store. */
export function policySubject(model: Model, store: Resource, name: string, policy: string): string {
  return agentStores(model).used.has(store) ? policy : `${name} is in the stack of an agent, and its policy`;
}

function collect(model: Model): AgentStores {
  const all = [...model.view(readUses).values()];
  const used = new Set(all.flatMap((each) => [...each.used]));
  const topStacks = new Set(all.flatMap((each) => [...each.topStacks]));
  const topOf = model.view(topLevelStacks);
  const near = model.resources.filter(({ stack }) => topStacks.has(topOf.get(stack.id)));
  return { used, near: new Set([...used, ...near]) };
}

interface Uses {
  readonly used: ReadonlySet<Resource>;
  /** Ids of the top-level stacks that the parts of the agent are in. */
  readonly topStacks: ReadonlySet<string | undefined>;
}

function readUses(model: Model): ReadonlyMap<string, Uses> {
  return new Map(agents(model).map((agent) => [agent.id, usesOf(model, agent)]));
}

function usesOf(model: Model, agent: Agent): Uses {
  const used = new Set<Resource>();
  const parts = new Set<Resource>([agent.runtime]);
  const known = identities(model);
  [...agent.executionRoles, ...agent.sessionRoles].forEach((role) => {
    if (role.resource) {
      parts.add(role.resource);
    }
    namedBy(model, role, used);
  });
  for (const [node, reason] of governanceOf(model, agent)) {
    const resource = model.resource(node);
    if (resource && (reason !== 'key' || resource.type === 'AWS::KMS::Key')) {
      used.add(resource);
    }
    if (resource && (reason === 'drives' || reason === 'role')) {
      parts.add(resource);
      const role = known.of(resource);
      if (role) {
        namedBy(model, role, used);
      }
    }
  }
  for (const { resource } of mentionsOf(model, agent.runtime)) {
    used.add(resource);
    if (resource.type === 'AWS::EC2::Subnet' && model.view(stacksOfNetworks).has(resource.stack.id)) {
      // The network of an agent, with its flow logs and their key.
      parts.add(resource);
    }
  }
  // A file system belongs to its access points, a key to what it encrypts.
  for (const resource of [...used]) {
    mentionsOf(model, resource).forEach(({ resource: each }) => each.type === 'AWS::KMS::Key' && used.add(each));
    if (/::AccessPoint$/.test(resource.type)) {
      mentionsOf(model, resource).forEach(({ resource: each }) => used.add(each));
    }
  }
  const topOf = model.view(topLevelStacks);
  return { used, topStacks: new Set([...parts].map(({ stack }) => topOf.get(stack.id))) };
}

/**
 * Ids of the stacks that have the endpoint of the service. A stack with only the VPC of an agent belongs to others: their
 * databases and queues are in it, too.
 */
function stacksOfNetworks(model: Model): ReadonlySet<string> {
  return new Set(
    model
      .ofType('AWS::EC2::VPCEndpoint')
      .filter(({ properties }) =>
        properties
          .at('ServiceName')
          .flatMap((node) => node.texts())
          .some(({ value }) => value.some((part) => typeof part === 'string' && part.includes('bedrock-mantle'))),
      )
      .map(({ stack }) => stack.id),
  );
}

/** The top-level stack of each stack: a stack and its nested stacks count as one. */
function topLevelStacks(model: Model): ReadonlyMap<string, string> {
  const parents = new Map(model.assembly.stacks.map(({ id, nestedIn }) => [id, nestedIn?.stack]));
  const top = (id: string, depth = 0): string => {
    const parent = parents.get(id);
    return parent === undefined || depth > parents.size ? id : top(parent, depth + 1);
  };
  return new Map([...parents.keys()].map((id) => [id, top(id)]));
}

/** The resources that the statements of a role name, one by one. */
function namedBy(model: Model, { statements }: Identity, used: Set<Resource>): void {
  for (const { effect, resources } of statements) {
    if (effect !== 'Deny' && !resources.except) {
      for (const { value } of resources.patterns) {
        model.named(value).forEach(({ resource }) => used.add(resource));
        model.mentioned(value).forEach((resource) => used.add(resource));
      }
    }
  }
}
