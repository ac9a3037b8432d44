import { formsOf } from '../facts/actions';
import { isCustomResource } from '../facts/custom-resources';
import type { Resource } from '../model/assembly';
import { identities, type Identity } from '../model/identities';
import { printed } from '../model/printed-text';
import { remembered } from '../model/remembered';
import type { TemplateModel } from '../model/template-model';
import type { Text, Unreadable } from '../model/text';
import { writtenChanges } from '../model/written-calls';
import type { Use } from '../policy/actions';
import { scopeOf } from '../policy/named-resource';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { type AgentRole, agentRoles, covering } from './agent-roles';
import { mentioned, namesARole, serviceTokens } from './mentioned';
import { isOfLibrary, namedUses, wholeServices } from './permissions';
import type { Unread } from './unread';

/** Actions that add permissions to a role, or let others assume it. */
const ROLE_EXPANSIONS = ['iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:UpdateAssumeRolePolicy'];

/**
 * Notes resources that name a role of an agent and run under a role that may change it: a custom resource (by its
 * function), a schedule, a state machine. The template doesn't say which policy they add.
 */
export function noteRoleChanges(model: TemplateModel, unread: Unread): void {
  const known = identities(model);
  const own = agentRoles(model).filter(({ identity }) => identity.resource !== undefined);
  const changed = new Map<Identity, AgentRole[]>();
  const changedBy = (worker: Identity): AgentRole[] =>
    remembered(changed, worker, () => {
      const actions = ROLE_EXPANSIONS.filter((action) =>
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
  // MA-STO1 reports calls of schedules and state machines, which are in the template. The calls of a function aren't.
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
    const part = unknownUse(resource);
    new Set(subjects).forEach((subject) => unread.note(subject, undefined, part));
  }
}

/**
 * Notes policies with more than data access for a role that only the deployment knows and that could be a role of an
 * agent.
 */
export function noteRolesDecidedLater(model: TemplateModel, unread: Unread): void {
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

/** Whether the template has a default name for the role, which whoever deploys may replace. */
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

/** A resource with an unknown effect. */
export const unknownUse = (resource: Resource): Unreadable => ({
  origin: { stack: resource.stack, resource, path: 'Type' },
  reason: 'unknown type',
  hint: `the effect of ${resource.type} isn't known`,
});
