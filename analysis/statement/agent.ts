import { agents, type Agent as ModelAgent } from '../model/agents';
import type { Resource } from '../model/assembly';
import type { App } from './app';
import { readRole, type ReadRole } from './roles';

/** An agent with the permissions of its roles. */
export interface Agent extends ModelAgent {
  readonly name: string;
  readonly roles: readonly ReadRole[];
}

/** The agents of an app, ordered by id. */
export function agentsOf(app: App): Agent[] {
  return [...agents(app.model)]
    .sort((one, other) => (one.runtime.id < other.runtime.id ? -1 : 1))
    .map((agent) => ({
      ...agent,
      name: app.said(agent.runtime.properties.at(agent.kind.chosenName)) || app.nameOf(agent.runtime),
      roles: [
        ...agent.sessionRoles.map((role) => readRole(app, 'session', role)),
        ...agent.executionRoles.map((role) => readRole(app, 'execution', role)),
      ],
    }));
}

/** The Runtime of an agent and its aliases. */
export function runtimesOf({ runtime, endpoints }: ModelAgent): Resource[] {
  return [runtime, ...endpoints];
}
