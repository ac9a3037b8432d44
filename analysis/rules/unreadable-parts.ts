import { isCustomResource } from '../facts/custom-resources';
import { isKnownType } from '../facts/known-types';
import { agents } from '../model/agents';
import type { Resource, Stack } from '../model/assembly';
import { at, isObject } from '../model/json';
import type { TemplateModel } from '../model/template-model';
import type { Unreadable } from '../model/text';
import { agentParts, agentStacks, networkParts } from './agent-parts';
import { agentRoles } from './agent-roles';
import { namedIn, noteGivenRoles } from './given-roles';
import { mentioned, namesARole, nodesOf, serviceTokens } from './mentioned';
import { mentionsAnAgent } from './relevance';
import type { Unread } from './unread';
import { noteRoleChanges, noteRolesDecidedLater, unknownUse } from './unread-roles';

/** Transforms of AWS that write out resources of their own types and leave every other one alone. */
const OWN_TYPES_ONLY = /^AWS::(?:Serverless|SecretsManager|CodeDeployBlueGreen)/;

/** Parts of templates that can't be read and that could touch an agent. */
export function noteParts(model: TemplateModel, unread: Unread): void {
  if (agentRoles(model).length === 0 && agents(model).length === 0) {
    return;
  }
  for (const part of [...model.unreadableParts, ...unknownTypes(model), ...unknownProperties(model)]) {
    const subjects = touched(model, part);
    subjects.forEach((subject) => unread.note(subject, undefined, part));
  }
  noteInside(model, unread);
  noteRolesDecidedLater(model, unread);
  noteRoleChanges(model, unread);
  noteGivenRoles(model, unread);
}

/** Types of other vendors, types that are newer than the tables, and custom resources whose function is not in the app: what they do, nobody here knows. */
function unknownTypes(model: TemplateModel): Unreadable[] {
  const isUnknownType = isUnknown(model);
  return model.resources.filter(isUnknownType).map(unknownUse);
}

/** Properties of the compute of agents that are newer than the rules, or that move it to a place that they don't read. */
function unknownProperties(model: TemplateModel): Unreadable[] {
  return agents(model).flatMap(({ runtime, kind }) =>
    runtime.properties
      .entries()
      .filter(([name]) => !kind.properties.includes(name))
      .map(([name, { place }]) => ({
        origin: place,
        reason: 'unknown type',
        hint: `nobody here knows what ${name} of ${runtime.type} changes`,
      })),
  );
}

function isUnknown(model: TemplateModel): (resource: Resource) => boolean {
  return (resource) => {
    const { type } = resource;
    if (!isCustomResource(type)) {
      return type.startsWith('AWS::') ? isNew(type) : type.includes('::') && !type.endsWith('::MODULE');
    }
    return serviceTokens(resource).some((token) => model.mentioned(token).length + model.named(token).length === 0);
  };
}

/** SAM is read as what it is: written out at deployment. */
const isNew = (type: string): boolean => !/^AWS::Serverless::|::MODULE$/.test(type) && !isKnownType(type);

/** Parts of policies, and of what belongs to an agent, that a transform writes. */
function noteInside(model: TemplateModel, unread: Unread): void {
  for (const resource of model.resources) {
    if (agentStacks(model).has(resource.stack.id) && hasTransform(resource.raw)) {
      const isPart = [resource, ...mentioned(model, resource)].some(({ id }) => agentParts(model).has(id));
      for (const { node, path } of nodesOf(resource)) {
        if (node.unreadable?.reason === 'transform' && (isPart || path.some((key) => /polic/i.test(key)))) {
          allAgents(model).forEach((subject) => unread.note(subject, resource, node.unreadable));
        }
      }
    }
  }
}

/** Without a list of the keys of each object: every value of an agent's stack is looked at. */
function hasTransform(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(hasTransform);
  }
  if (!isObject(value)) {
    return false;
  }
  for (const key in value) {
    const inner = value[key];
    if (key === 'Fn::Transform' || (typeof inner === 'object' && hasTransform(inner))) {
      return true;
    }
  }
  return false;
}

/** The agents that a part could touch. */
function touched(model: TemplateModel, { origin, hint, reason }: Unreadable): readonly string[] {
  const { resource, stack } = origin;
  const isOfAnAgent = agentStacks(model).has(stack.id);
  const all = () => allAgents(model);
  if (!resource) {
    return OWN_TYPES_ONLY.test(hint) ? [] : isOfAnAgent || namesAnAgent(model, stack) ? all() : [];
  }
  const named = [resource, ...mentioned(model, resource)].flatMap(({ id }) => [
    ...(agentParts(model).get(id) ?? []),
    ...(networkParts(model).get(id) ?? []),
  ]);
  if (named.length > 0) {
    return [...new Set(named)];
  }
  if (resource.type === 'AWS::CloudFormation::StackSet' || isCustomResource(resource.type)) {
    // Most stack sets deploy to other accounts, and most custom resources do something else: they touch an agent if they name
    // one of its roles.
    return namesARole(model, resource.raw) || mentionsAnAgent(resource.raw) ? all() : [];
  }
  // The properties of a SAM resource say what it is given; what is in another template, nobody here knows.
  const isWhole =
    reason !== 'unknown type' &&
    (!resource.type.startsWith('AWS::Serverless::') || resource.type === 'AWS::Serverless::Application');
  const isGiven = () => mentionsAnAgent(resource.raw) || hasRoleName(model, resource.raw);
  return (isWhole && isOfAnAgent) || isGiven() ? all() : [];
}

/** Whether the name of a role of an agent is one of the texts. */
const hasRoleName = (model: TemplateModel, part: unknown): boolean =>
  namesARole(model, part, undefined, (name) => `"${name}"`);

function allAgents(model: TemplateModel): readonly string[] {
  const ids = agents(model).map(({ id }) => id);
  return ids.length > 0 ? ids : agentRoles(model).flatMap(({ subjects }) => subjects);
}

/** Whether a stack, or what transforms it, is given something of an agent. */
function namesAnAgent(model: TemplateModel, stack: Stack): boolean {
  return (
    hasRoleName(model, at(stack.template, 'Transform')) ||
    model.resources
      .filter((resource) => resource.stack === stack)
      .some((resource) => {
        const isNamed = namedIn(resource);
        return (
          [...mentioned(model, resource)].some(({ id }) => agentParts(model).has(id) || networkParts(model).has(id)) ||
          agentRoles(model).some(({ identity }) => identity.resource && isNamed(identity.resource))
        );
      })
  );
}
