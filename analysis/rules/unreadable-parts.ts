import { isCustomResource } from '../facts/custom-resources';
import { isKnownType } from '../facts/known-types';
import { agents } from '../model/agents';
import type { Resource, Stack } from '../model/assembly';
import { at, isObject } from '../model/json';
import type { TemplateModel } from '../model/template-model';
import type { Unreadable } from '../model/text';
import { deploysApart } from '../model/unreadable-parts';
import { networkParts } from '../model/network-parts';
import { agentParts, agentStacks } from './agent-parts';
import { agentRoles } from './agent-roles';
import { noteGivenRecords } from './given-records';
import { namedIn, noteGivenRoles } from './given-roles';
import { mentioned, namesARole, nodesOf, serviceTokens } from './mentioned';
import { mentionsAnAgent } from './relevance';
import type { Unread } from './unread';
import { noteUnknownUsers } from './unknown-users';
import { noteRoleChanges, noteToldRoles } from './unread-role-changes';
import { noteRolesDecidedLater, unknownUse } from './unread-roles';

/** Transforms of AWS that write out resources of their own types and leave every other one alone. */
const OWN_TYPES_ONLY = /^AWS::(?:Serverless|SecretsManager|CodeDeployBlueGreen)/;

/** Notes parts of templates that can't be read and that could affect an agent. */
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
  noteToldRoles(model, unread);
  noteGivenRoles(model, unread);
  noteGivenRecords(model, unread);
  noteUnknownUsers(model, unread);
}

/**
 * Resources with an unknown effect: types of other vendors, types that are newer than the tables, and custom resources
 * with a function outside of the app.
 */
function unknownTypes(model: TemplateModel): Unreadable[] {
  const isUnknownType = isUnknown(model);
  return model.resources.filter(isUnknownType).map(unknownUse);
}

/** Properties of an agent's compute that are newer than the rules, or that the rules don't read. */
function unknownProperties(model: TemplateModel): Unreadable[] {
  return agents(model).flatMap(({ runtime, kind }) =>
    runtime.properties
      .entries()
      .filter(([name]) => !kind.properties.includes(name))
      .map(([name, { place }]) => ({
        origin: place,
        reason: 'unknown type',
        hint: `the effect of ${name} of ${runtime.type} isn't known`,
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

/** Whether a type isn't in the tables. Types of SAM are unreadable parts already. */
const isNew = (type: string): boolean => !/^AWS::Serverless::|::MODULE$/.test(type) && !isKnownType(type);

/** Notes parts of policies and of an agent's resources that a transform writes. */
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

/** Loops over keys without making a list of them, because every value of an agent's stack is visited. */
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

/** The agents that a part could affect. */
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
  if (deploysApart(resource) || isCustomResource(resource.type)) {
    // Most stack sets deploy to other accounts, most change sets to other stacks, and most custom resources have another
    // purpose: they can affect an agent only if they name one of its roles.
    return namesARole(model, resource.raw) || mentionsAnAgent(resource.raw) ? all() : [];
  }
  // The properties of a SAM resource say what it uses. The content of another template isn't known.
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

/** Whether a stack or its transform names something of an agent. */
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
