import { type OutsideAccess as ReadAccess, outsideAccess } from '../model/outside-access';
import { isNear } from '../model/agent-stores';
import { literalOf } from '../model/compose-text';
import { unreadStorePolicies } from '../model/unread-store-policies';
import type { Agent } from './agent';
import { type App, distinctBy, whenOf } from './app';
import { conditionsOf, selectionTexts } from './permissions';
import type { OutsideAccess, Unknown } from './statement';

/** Principals outside of the accounts of the app with access to the stores, keys and triggers of an agent. */
export function outsideAccessOf(app: App, agent: Agent): OutsideAccess[] {
  const found = accessTo(app, agent)
    .filter(({ who }) => who !== 'unread')
    .map(({ to, by, name, statement, giver, guard }): OutsideAccess => {
      const actions = statement ? selectionTexts(app, statement.actions) : by === 'call' ? [app.text(name)] : [];
      const conditions = statement ? conditionsOf(app, statement.conditions) : [];
      return {
        to: app.nameOf(to),
        id: to.id,
        type: to.type,
        by,
        who:
          by === 'call' ? app.nameOf(giver) : by === 'policy' && literalOf(name) === '*' ? 'everybody' : app.text(name),
        ...(actions.length > 0 ? { actions } : {}),
        ...(conditions.length > 0 ? { conditions } : {}),
        ...whenOf(guard),
      };
    });
  return distinctBy(found, (each) => JSON.stringify(each));
}

/** Policies and copies with a principal that is known only at deployment, and other parts of policies that can't be read. */
export function unreadAccessOf(app: App, agent: Agent): Unknown[] {
  const principals = accessTo(app, agent)
    .filter(({ who, name }) => who === 'unread' && namesNobody(app, name))
    .map(({ to, by, name }) => ({
      where: app.nameOf(to),
      what: `who ${app.text(name)} is, whom its ${by} gives access`,
    }));
  const parts = unreadStorePolicies(app.model)
    .filter(({ store }) => isNear(app.model, agent, store))
    .map(({ store, part }) => ({ where: app.nameOf(store), what: `what its policy allows: ${part.hint}` }));
  return [...principals, ...parts];
}

/** Whether a name has a part that only the deployment decides and that isn't a resource of the app. */
function namesNobody({ model }: App, name: ReadAccess['name']): boolean {
  return name.some(
    (part) =>
      typeof part === 'object' &&
      part.kind !== 'pseudo' &&
      !(part.kind === 'reference' && model.resource(part.resource)),
  );
}

function accessTo({ model }: App, agent: Agent): ReadAccess[] {
  return outsideAccess(model).filter(({ to }) => isNear(model, agent, to));
}
