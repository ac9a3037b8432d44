import { agents } from '../model/agents';
import type { Resource, Stack } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { isCustomResource } from '../facts/custom-resources';
import { at, isObject } from '../model/json';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { printed } from '../model/printed-text';
import { writtenChanges } from '../model/written-calls';
import type { Text, Unreadable } from '../model/text';
import { identities, type Identity } from '../model/identities';
import { formsOf } from '../facts/actions';
import { isKnownType } from '../facts/known-types';
import type { Use } from '../policy/actions';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentParts, agentStacks, networkParts } from './agent-parts';
import { type AgentRole, agentRoles, covering } from './agent-roles';
import { namedIn, noteGivenRoles } from './given-roles';
import { isOfLibrary, namedUses, wholeServices } from './permissions';
import { scopeOf } from '../policy/named-resource';
import { mentionsAnAgent } from './relevance';
import type { Unread } from './unread';
import { remembered } from '../model/remembered';

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
  noteRoles(model, unread);
  noteRoleChanges(model, unread);
  noteGivenRoles(model, unread);
}

/** Types of other vendors, types that are newer than the tables, and custom resources whose function is not in the app: what they do, nobody here knows. */
function unknownTypes(model: TemplateModel): Unreadable[] {
  const isUnknownType = isUnknown(model);
  return model.resources
    .filter(isUnknownType)
    .map((resource) => unknownUse(resource, `what ${resource.type} does with what it is given`));
}

const unknownUse = (resource: Resource, what: string): Unreadable => ({
  origin: { stack: resource.stack, resource, path: 'Type' },
  reason: 'unknown type',
  hint: `nobody here knows ${what}`,
});

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

/** What gives a role policies, or lets others become it. */
const ROLE_CHANGES = ['iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:UpdateAssumeRolePolicy'];

/**
 * Resources that are given a role of an agent, and work under a role that may change it: a custom resource by its function,
 * a schedule, a state machine. With which policy isn't in a template. Policies that a condition names are: those count as
 * part of the role.
 */
function noteRoleChanges(model: TemplateModel, unread: Unread): void {
  const known = identities(model);
  const own = agentRoles(model).filter(({ identity }) => identity.resource !== undefined);
  const changed = new Map<Identity, AgentRole[]>();
  const changedBy = (worker: Identity): AgentRole[] =>
    remembered(changed, worker, () => {
      const actions = ROLE_CHANGES.filter((action) =>
        covering(worker, action).some((statement) => !isOfLibrary(action, statement)),
      );
      return own.filter(
        ({ identity }) =>
          identity !== worker && actions.some((action) => known.may(worker, action, identity.arn).verdict !== 'no'),
      );
    });
  const workers = new Map<Resource, Identity[]>();
  known.all.forEach((identity) =>
    identity.runs.forEach(({ resource }) => workers.set(resource, [...(workers.get(resource) ?? []), identity])),
  );
  // MA-STO1 reports the call of a schedule or a state machine, which the template says. The code of a function decides its own.
  const written = new Set(writtenChanges(model).map(({ maker }) => maker));
  for (const resource of model.resources) {
    const isCustom = isCustomResource(resource.type);
    if (written.has(resource) && !isCustom) {
      continue;
    }
    const under = isCustom
      ? serviceTokens(resource)
          .flatMap((token) => model.mentioned(token))
          .flatMap((each) => workers.get(each) ?? [])
      : (workers.get(resource) ?? []);
    const roles = under.flatMap(changedBy);
    const given = roles.length > 0 ? mentioned(model, resource) : undefined;
    const subjects = roles
      .filter(({ identity }) => given!.has(identity.resource!) || namesARole(model, resource.raw, [identity]))
      .flatMap((role) => role.subjects);
    const part = unknownUse(resource, `what ${resource.type} does with what it is given`);
    new Set(subjects).forEach((subject) => unread.note(subject, undefined, part));
  }
}

/** What performs a custom resource. */
function serviceTokens({ properties }: Resource): Text[] {
  return properties
    .at('ServiceToken')
    .flatMap((node) => node.texts())
    .map(({ value }) => value);
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

/** Policies that are more than data for a role that only the deployment knows, where that could be a role of an agent. */
function noteRoles(model: TemplateModel, unread: Unread): void {
  const own = agentRoles(model).filter(({ identity }) => identity.resource !== undefined);
  const open = identities(model).all.filter(
    ({ kind, resource, arn, statements }) =>
      kind === 'role' &&
      resource === undefined &&
      arn.some((part) => isDecidedLater(model, part)) &&
      statements.some((statement) => isMoreThanData(statement) && !hasPreset(statement.holder)),
  );
  for (const { arn, statements } of open) {
    const [{ place }] = statements;
    const couldBe = own.filter(({ identity }) => overlap(arn, identity.arn) !== 'no');
    const hint = `the role ${printed(arn)}, which a policy is attached to, is decided at deployment`;
    couldBe
      .flatMap(({ subjects }) => subjects)
      .forEach((subject) => unread.note(subject, undefined, { origin: place, reason: 'unknown reference', hint }));
  }
}

/** Whether the template has a name for it, which whoever deploys may replace. */
function hasPreset({ properties }: Resource): boolean {
  return ['Roles', 'RoleName']
    .flatMap((key) => properties.at(key))
    .flatMap((node) => node.items())
    .flatMap((node) => node.texts())
    .some(({ assumed }) => assumed !== undefined);
}

function isDecidedLater(model: TemplateModel, part: Text[number]): boolean {
  return (
    typeof part !== 'string' &&
    (part.kind === 'parameter' ||
      part.kind === 'unreadable' ||
      (part.kind === 'reference' && isCustomResource(model.resource(part.resource)?.type ?? '')))
  );
}

function isMoreThanData(statement: Statement): boolean {
  const isData = ({ action, class: kind, resources }: Use) =>
    (kind === 'data-read' || kind === 'data-write') &&
    !resources.except &&
    resources.patterns.every(({ value }) => scopeOf(value) === 'one' || formsOf(action)?.length === 0);
  return (
    statement.effect !== 'Deny' &&
    (statement.actions.except || wholeServices(statement).length > 0 || !namedUses(statement).every(isData))
  );
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

/** Whether a part of a template has the name of a role of an agent in it, also within other text. */
function namesARole(
  model: TemplateModel,
  part: unknown,
  roles: readonly Identity[] = agentRoles(model).map(({ identity }) => identity),
  written: (name: string) => string = (name) => name,
): boolean {
  const text = JSON.stringify(part) ?? '';
  return roles
    .flatMap(({ resource }) => resource?.properties.at('RoleName') ?? [])
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => literalOf(value) ?? [])
    .some((name) => text.includes(written(name)));
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

/** Every resource that the properties of a resource mention. */
export function mentioned(model: TemplateModel, resource: Resource): Set<Resource> {
  const found = new Set<Resource>();
  for (const { node } of nodesOf(resource)) {
    node.texts().forEach(({ value }) => model.mentioned(value).forEach((each) => found.add(each)));
  }
  found.delete(resource);
  return found;
}

/** The values of the properties of a resource that are neither objects nor lists, with the keys that lead to them. */
function* nodesOf({ properties }: Resource): Iterable<{ readonly node: Node; readonly path: readonly string[] }> {
  const open: { readonly node: Node; readonly path: readonly string[] }[] = [{ node: properties, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, path } = next;
    if (node.kind === 'object') {
      open.push(...node.entries().map(([key, value]) => ({ node: value, path: [...path, key] })));
    } else if (node.kind === 'list') {
      open.push(...node.items().map((item) => ({ node: item, path })));
    } else {
      yield next;
    }
  }
}
