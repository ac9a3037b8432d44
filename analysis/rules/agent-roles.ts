import { INFERENCE_ACTIONS, RUNTIME_DRIVE_ACTIONS, SESSION_START_ACTIONS } from '../../lib/identity/perms';
import { type Agent, agents, namesService, sessionRoles } from '../model/agents';
import type { Resource } from '../model/assembly';
import { isGeneralPermission } from '../model/general-permission';
import { governanceOf, type GovernanceReason } from '../model/governance';
import { identities, type Identity } from '../model/identities';
import { statementsFor } from '../model/statements-for';
import { mentionsOf } from '../model/mentions';
import type { Model } from '../model/model';
import { isOfAdministrator } from '../model/edge';
import { reach } from '../model/reach';
import { isEverything } from '../policy/condition';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';

/** What an identity is to an agent. A role can be several things at once, which is then a finding. */
export type AgentRoleKind = 'session role' | 'execution role' | 'client role';

/** An identity of an agent. */
export interface AgentRole {
  readonly identity: Identity;
  readonly kinds: ReadonlySet<AgentRoleKind>;
  readonly agents: readonly Agent[];
  /** What MA-READ1 names: its agents, or the identity itself. */
  readonly subjects: readonly string[];
}

/** The identities of the agents of an assembly, made by this library or not. */
export function agentRoles(model: Model): readonly AgentRole[] {
  return model.view(collect);
}

function collect(model: Model): AgentRole[] {
  const known = identities(model).all;
  const all = agents(model);
  const sessions = new Set([...sessionRoles(model), ...known.filter(hasSessionWork)]);
  return known.flatMap((identity): AgentRole[] => {
    const kinds = new Set<AgentRoleKind>();
    const executing = all.filter(({ executionRoles }) => executionRoles.includes(identity));
    if (sessions.has(identity)) {
      kinds.add('session role');
    }
    if (executing.length > 0) {
      kinds.add('execution role');
    }
    if (startsTurns(identity)) {
      kinds.add('client role');
    }
    if (kinds.size === 0) {
      return [];
    }
    const own = all.filter(
      (agent) => executing.includes(agent) || agent.sessionRoles.includes(identity) || agent.clients.includes(identity),
    );
    const subjects = own.length > 0 ? own.map(({ id }) => id) : [identity.id];
    return [{ identity, kinds, agents: own, subjects }];
  });
}

/** Whether a role outside of the app gets permissions that only a session role needs: for a model and a Runtime. */
function hasSessionWork(identity: Identity): boolean {
  return (
    identity.resource === undefined &&
    [...INFERENCE_ACTIONS, ...RUNTIME_DRIVE_ACTIONS].every((action) => allowing(identity, action).length > 0)
  );
}

/**
 * Whether a policy that names the service lets an identity start turns. Administrators, who may do everything, don't
 * count.
 */
function startsTurns(identity: Identity): boolean {
  return SESSION_START_ACTIONS.some((action) => allowing(identity, action).length > 0);
}

/** Allow statements that cover an action and name its service. A bare `*` doesn't count. */
export function allowing(identity: Identity, action: string): Statement[] {
  return covering(identity, action).filter((statement) => namesService(statement, action.split(':')[0]));
}

/**
 * Every allow statement of an identity, including statements of resource policies that name it and statements that
 * can't be read.
 */
export function allowsOf(identity: Identity): Statement[] {
  return [...identity.statements, ...identity.granted].filter(({ effect }) => effect !== 'Deny');
}

/** Allow statements that cover an action. Statements that can't be read are left out. */
export function covering(identity: Identity, action: string): Statement[] {
  return statementsFor(identity, action).filter((statement) => isKnownToAllow(statement, action));
}

/** Whether a statement allows an action in every deployment. */
export function isKnownToAllow({ effect, actions: { except, patterns } }: Statement, action: string): boolean {
  const isNamed = () => patterns.some(({ value }) => subset([action], value, { ignoreCase: true }) === 'yes');
  return effect === 'Allow' && (except || isNamed());
}

/**
 * Roles of functions, state machines and builds that start turns of an agent, also through others. The agent's own
 * roles aren't included, nor are administrators, who can do so only because they may do everything, unless what runs
 * under the role names a part of the agent.
 */
export function handlerRoles(model: Model): ReadonlyMap<Identity, readonly Agent[]> {
  return model.view(collectHandlers);
}

function collectHandlers(model: Model): Map<Identity, Agent[]> {
  const known = identities(model);
  const own = new Set(agentRoles(model).map(({ identity }) => identity));
  const found = new Map<Identity, Agent[]>();
  for (const agent of agents(model)) {
    for (const { start, edges } of reach(model).into(agent.id, [
      'starts',
      'sends to',
      'feeds',
      'delivers to',
      'runs as',
      'is',
    ])) {
      const identity = known.byName(start);
      const because = edges[0]?.because;
      const isNamed =
        because !== undefined &&
        'resources' in because &&
        because.effect === 'Allow' &&
        !because.resources.patterns.some(({ value }) => isEverything(value));
      const isOfAgent = edges.some(({ from }) => agent.executionRoles.some(({ id }) => id === from));
      const isMadeForIt = () =>
        isNamed
          ? !edges.some((edge) => isOfAdministrator(edge) || isGeneralPermission(agent, edge))
          : edges.length > 0 && namesPartOf(model, identity!, agent);
      if (identity && !own.has(identity) && !isOfAgent && isMadeForIt()) {
        const known = found.get(identity) ?? [];
        found.set(identity, known.includes(agent) ? known : [...known, agent]);
      }
    }
  }
  return found;
}

/** What code is told of an agent that it starts turns of. */
const TOLD: ReadonlySet<GovernanceReason | undefined> = new Set<GovernanceReason>(['drives', 'role', 'definition']);

/** Whether something that runs under an identity names what starts turns: in a variable, for example. */
function namesPartOf(model: Model, identity: Identity, agent: Agent): boolean {
  const governing = governanceOf(model, agent);
  return identity.runs.some(({ resource }) =>
    mentionsOf(model, resource).some(({ resource: { id } }) => id !== identity.id && TOLD.has(governing.get(id))),
  );
}

/** The place of a finding about an identity: its resource, or its first policy if the identity isn't in the app. */
export function placeOfIdentity({ resource, statements, granted, runs }: Identity): Resource | undefined {
  return resource ?? statements[0]?.holder ?? granted[0]?.holder ?? runs[0]?.resource;
}
