import { agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import type { Unreadable } from '../model/text';
import { agentParts, agentStacks } from './agent-parts';
import { agentRoles } from './agent-roles';
import { mentionsAnAgent } from './relevance';
import type { Unread } from './unread';

/** Transforms of AWS that write out resources of their own types and leave every other one alone. */
const OWN_TYPES_ONLY = /^AWS::(?:Serverless|SecretsManager|CodeDeployBlueGreen)/;

/** Parts of templates that can't be read and that could touch an agent. */
export function noteParts(model: TemplateModel, unread: Unread): void {
  if (agentRoles(model).length === 0 && agents(model).length === 0) {
    return;
  }
  for (const part of model.unreadableParts) {
    const subjects = touched(model, part);
    subjects.forEach((subject) => unread.note(subject, undefined, part));
  }
}

/** The agents that a part could touch. */
function touched(model: TemplateModel, { origin, hint }: Unreadable): readonly string[] {
  const { resource, stack } = origin;
  const isOfAnAgent = agentStacks(model).has(stack.id);
  const all = () => {
    const ids = agents(model).map(({ id }) => id);
    return ids.length > 0 ? ids : agentRoles(model).flatMap(({ subjects }) => subjects);
  };
  if (!resource) {
    return isOfAnAgent && !OWN_TYPES_ONLY.test(hint) ? all() : [];
  }
  const named = [resource, ...mentioned(model, resource)].flatMap((each) => agentParts(model).get(each.id) ?? []);
  if (named.length > 0) {
    return [...new Set(named)];
  }
  // The properties of a SAM resource say what it is given; what is in another template, nobody here knows.
  const isWhole = !resource.type.startsWith('AWS::Serverless::') || resource.type === 'AWS::Serverless::Application';
  return (isWhole && isOfAnAgent) || mentionsAnAgent(resource.raw) ? all() : [];
}

/** Every resource that the properties of a resource mention. */
export function mentioned(model: TemplateModel, resource: Resource): Set<Resource> {
  const found = new Set<Resource>();
  const open: Node[] = [resource.properties];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === 'object') {
      open.push(...node.entries().map(([, value]) => value));
    } else if (node.kind === 'list') {
      open.push(...node.items());
    } else {
      node.texts().forEach(({ value }) => model.mentioned(value).forEach((each) => found.add(each)));
    }
  }
  found.delete(resource);
  return found;
}
