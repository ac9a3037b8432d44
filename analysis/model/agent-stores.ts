import { agents } from './agents';
import type { Resource } from './assembly';
import { governanceOf } from './governance';
import { identities, type Identity } from './identities';
import type { Model } from './model';
import type { Node } from './node';

/** What agents use: what governs them, what their roles name, and what is deployed in the stack of a Runtime. */
export interface AgentStores {
  /** Known to be of an agent: it governs one, a role of one names it, or a Runtime mounts it. */
  readonly used: ReadonlySet<Resource>;
  /** The used ones, and everything in the stacks of agents. */
  readonly near: ReadonlySet<Resource>;
}

export function agentStores(model: Model): AgentStores {
  return model.view(collect);
}

function collect(model: Model): AgentStores {
  const used = new Set<Resource>();
  const parts = new Set<Resource>();
  const known = identities(model);
  for (const agent of agents(model)) {
    parts.add(agent.runtime);
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
    for (const resource of mentionedIn(model, agent.runtime.properties)) {
      used.add(resource);
      if (resource.type === 'AWS::EC2::Subnet') {
        // The network of an agent, with its flow logs and their key.
        parts.add(resource);
      }
    }
  }
  // A file system belongs to its access points, a table to its streams.
  for (const resource of [...used]) {
    if (/::AccessPoint$/.test(resource.type)) {
      mentionedIn(model, resource.properties).forEach((each) => used.add(each));
    }
  }
  const families = familiesOf(model);
  const stacks = new Set([...parts].map(({ stack }) => families.get(stack.id)));
  const near = model.resources.filter(({ stack }) => stacks.has(families.get(stack.id)));
  return { used, near: new Set([...used, ...near]) };
}

/** With a nested stack its whole family counts: stack → the stack at the top. */
function familiesOf(model: Model): ReadonlyMap<string, string> {
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

function mentionedIn(model: Model, node: Node, depth = 0): Resource[] {
  if (node.kind === 'object') {
    return depth > 8 ? [] : node.entries().flatMap(([, value]) => mentionedIn(model, value, depth + 1));
  }
  return node.kind === 'list'
    ? node.items().flatMap((item) => mentionedIn(model, item, depth + 1))
    : node.texts().flatMap(({ value }) => model.mentioned(value));
}
