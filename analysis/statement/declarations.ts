import { titleOf } from '../rules/decisions';
import { Declared } from '../rules/declared';
import type { Declaration } from '../rules/read-declarations';
import type { Resource } from '../model/assembly';
import type { TemplateModel } from '../model/template-model';
import type { Agent } from './agent';
import { type App, distinctBy } from './app';
import type { DeclaredDecision } from './statement';

/** Declarations in the stacks of an agent, its roles and its network. Their end says whether they are still in force. */
export function declaredFor(app: App, agent: Agent, networks: readonly Resource[]): DeclaredDecision[] {
  const byStack = app.model.view(declarationsByStack);
  const resources = [agent.runtime, ...agent.roles.flatMap(({ identity }) => identity.resource ?? []), ...networks];
  const declared = [...new Set(resources.map(({ stack }) => stack.id))]
    .flatMap((stack) => byStack.get(stack) ?? [])
    .map((declaration) => ({
      what: titleOf(declaration, (text) => app.text(text)),
      reason: declaration.reason,
      ...(declaration.expires === undefined ? {} : { expires: declaration.expires }),
    }));
  return distinctBy(declared, ({ what, reason }) => `${what} ${reason}`);
}

function declarationsByStack(model: TemplateModel): Map<string, Declaration[]> {
  const found = new Map<string, Declaration[]>();
  for (const declaration of new Declared(model, new Date(0)).all) {
    const { id } = declaration.place.stack;
    found.set(id, [...(found.get(id) ?? []), declaration]);
  }
  return found;
}
