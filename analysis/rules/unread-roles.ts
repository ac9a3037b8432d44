import { formsOf } from '../facts/actions';
import { isCustomResource } from '../facts/custom-resources';
import type { Resource } from '../model/assembly';
import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Text, Unreadable } from '../model/text';
import type { Use } from '../policy/actions';
import { scopeOf } from '../policy/named-resource';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentRoles } from './agent-roles';
import { namedUses, wholeServices } from './permissions';
import type { Unread } from './unread';

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
