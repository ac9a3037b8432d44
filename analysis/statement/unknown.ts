import { sessionRolesOutside } from '../model/agents';
import { holesOf, literalOf } from '../model/compose-text';
import type { TemplateModel } from '../model/template-model';
import { Unread } from '../rules/unread';
import { noteParts } from '../rules/unreadable-parts';
import type { Agent } from './agent';
import { type App, distinctBy } from './app';
import { unreadAccessOf } from './outside-access';
import { unreadIn } from './permissions';
import type { Unknown } from './statement';

/** The parts of the templates that the checks report as MA-READ1. */
function unreadableParts(model: TemplateModel) {
  const unread = new Unread(model);
  noteParts(model, unread);
  return unread.all();
}

/** The unknown parts of an agent. */
export function unknownOf(app: App, agent: Agent, network: readonly Unknown[]): Unknown[] {
  const found: Unknown[] = [...network];
  if (agent.sessionRoles.length === 0) {
    found.push({
      where: 'session role',
      what: 'no role of the app is trusted by bedrock-mantle and drives the Runtime',
    });
  }
  if (agent.executionRoles.length === 0) {
    const arn = app.said(agent.runtime.properties.at(agent.kind.role));
    found.push({ where: 'execution role', what: `${arn || 'not stated'}, which is not in the app` });
  }
  for (const { value } of agent.clients.flatMap((client) => sessionRolesOutside(app.model, client))) {
    found.push({ where: 'session role', what: `what the role ${app.text(value)} may do, which sessions may get` });
  }
  for (const { purpose, identity, permissions } of agent.roles) {
    const where = `${purpose} role`;
    if (!identity.resource) {
      found.push({ where, what: `what else the role ${app.text(identity.arn)} may do, which is not in the app` });
    }
    identity.outside.forEach(({ value }) => found.push({ where, what: `what the policy ${app.text(value)} allows` }));
    identity.boundaries
      .filter(({ statements }) => statements === 'unknown')
      .forEach(({ policy }) =>
        found.push({ where, what: `what the permissions boundary ${app.text(policy.value)} leaves` }),
      );
    permissions
      .flatMap((read) => unreadIn(app, read))
      .forEach((part) => found.push({ where, what: `the value of ${part}` }));
    // A resource policy for a role that only the deployment knows.
    for (const { conditions } of identity.granted.filter(({ effect }) => effect === 'unknown')) {
      const holes = conditions.flatMap(({ values }) => values.flatMap(({ value }) => holesOf(value)));
      holes
        .filter((hole) => hole.kind !== 'reference' && hole.unreadable)
        .forEach((hole) => found.push({ where, what: `the value of ${app.text([hole])}` }));
    }
    for (const { statement } of permissions) {
      if (statement.effect === 'unknown') {
        found.push({ where, what: `whether a statement of ${app.nameOf(statement.holder)} allows or denies` });
      }
    }
  }
  for (const { value } of agent.runtime.properties.at(agent.kind.role).flatMap((node) => node.texts())) {
    if (agent.executionRoles.length > 0 && !app.target(value) && literalOf(value) === undefined) {
      found.push({ where: 'execution role', what: `the value of ${app.text(value)}` });
    }
  }
  found.push(...unreadAccessOf(app, agent));
  for (const { unreadable, subjects } of app.model.view(unreadableParts)) {
    const { origin, hint } = unreadable;
    if (subjects.has(agent.id)) {
      found.push({ where: origin.resource ? app.nameOf(origin.resource) : `template ${origin.stack.id}`, what: hint });
    }
  }
  return distinctBy(found, ({ where, what }) => `${where} ${what}`);
}
