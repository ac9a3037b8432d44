import { DRIVING_AND_WRITING } from '../model/edge';
import type { Identity } from '../model/identities';
import { reach } from '../model/reach';
import type { Agent } from './agent';
import { type App, sortedBy, whenOf } from './app';
import type { Influence } from './statement';
import { nodeName } from './ways';

/**
 * Roles that a role of an agent can assume, and resources that it can start or send to. The session role's own Runtime
 * isn't included.
 */
export function influencesOf(app: App, agent: Agent, role: Identity): Influence[] {
  const own = new Set([agent.id, agent.runtime.id, ...agent.endpoints.map(({ id }) => id)]);
  const isSession = agent.sessionRoles.includes(role);
  const paths = reach(app.model)
    .from(role.id, DRIVING_AND_WRITING)
    .filter(({ end, edges: [first] }) => end !== role.id && !(isSession && own.has(first.to)));
  return sortedBy(
    paths.map(({ end, edges, guard, certainty }): Influence => ({
      what: nodeName(app, end),
      type: app.model.resource(end)?.type ?? (end.startsWith('agent ') ? 'agent' : 'role'),
      way: edges.map(({ kind, to }) => ({ does: kind, to: nodeName(app, to) })),
      certain: certainty === 'yes',
      ...whenOf(guard),
    })),
    ({ what, way }) => `${what} ${way.map(({ does, to }) => `${does} ${to}`).join(' ')}`,
  );
}
