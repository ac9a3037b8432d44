import {
  AGENTCORE_SERVICE_PRINCIPAL,
  INFERENCE_ACTIONS,
  MANTLE_SERVICE_PRINCIPAL,
  RUNTIME_DRIVE_ACTIONS,
  SESSION_START_ACTIONS,
} from '../../identity/perms';
import { conditionsOn } from '../policy/condition';
import { speaksOf } from '../policy/match';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { type IndexedRole, type PlacedStatement, roleOf, roles } from './roles';
import { textAt } from './json';

/** The roles of the agents of an app, whoever made them. A role can be several things at once, which is then a finding. */
export interface AgentRoles {
  /** Trusted by bedrock-mantle, or passed to it. */
  readonly session: readonly IndexedRole[];
  /** Trusted by bedrock-agentcore, or the role of a Runtime. */
  readonly execution: readonly IndexedRole[];
  /** May start turns. */
  readonly client: readonly IndexedRole[];
  /** All of them, once each. */
  readonly all: readonly IndexedRole[];
}

/** The Runtimes of the app. */
export function runtimes(index: TemplateIndex): readonly IndexedResource[] {
  return index.ofType('AWS::BedrockAgentCore::Runtime');
}

/** The roles of the agents of the app. */
export function agentRoles(index: TemplateIndex): AgentRoles {
  return index.view(collect);
}

/** Allow statements that speak of an action. */
export function allowing(role: IndexedRole, action: string): PlacedStatement[] {
  return role.statements.filter((statement) => statement.effect === 'Allow' && speaksOf(statement, action));
}

/** True when a statement names a service in one of its actions, rather than reaching it through a bare `*`. */
export function namesService(statement: PlacedStatement, service: string): boolean {
  return statement.actions.some((action) => action.toLowerCase().startsWith(`${service}:`));
}

/** True when a policy lets the role start turns of agents. Administrators that may do everything do not count. */
export function mayStartTurns(role: IndexedRole): boolean {
  return SESSION_START_ACTIONS.some((action) =>
    allowing(role, action).some((statement) => namesService(statement, 'bedrock-mantle')),
  );
}

/** True when a service may assume a role according to its trust policy. */
export function trusts(role: IndexedRole, service: string): boolean {
  return role.trustedServices.some((trusted) => trusted.toLowerCase() === service);
}

/** A role that is not in the app, but gets from it what only a session role needs: a model and a Runtime. */
function hasSessionWork(role: IndexedRole): boolean {
  return (
    role.resource === undefined &&
    [...INFERENCE_ACTIONS, ...RUNTIME_DRIVE_ACTIONS].every((action) =>
      allowing(role, action).some((statement) => namesService(statement, action.split(':')[0])),
    )
  );
}

function collect(index: TemplateIndex): AgentRoles {
  const every = [...roles(index).values()];
  const passed = new Set<IndexedRole>();
  for (const role of every) {
    for (const statement of allowing(role, 'iam:PassRole')) {
      const services = conditionsOn(statement, 'iam:PassedToService').flatMap(({ values }) => values);
      if (services.includes(MANTLE_SERVICE_PRINCIPAL)) {
        statement.resources.forEach((resource) => {
          const target = roleOf(index, resource);
          if (target) {
            passed.add(target);
          }
        });
      }
    }
  }
  const used = new Set(runtimes(index).map((runtime) => roleOf(index, textAt(runtime.properties, 'RoleArn'))));
  const session = every.filter(
    (role) => trusts(role, MANTLE_SERVICE_PRINCIPAL) || passed.has(role) || hasSessionWork(role),
  );
  const execution = every.filter((role) => trusts(role, AGENTCORE_SERVICE_PRINCIPAL) || used.has(role));
  const client = every.filter(mayStartTurns);
  return { session, execution, client, all: [...new Set([...session, ...execution, ...client])] };
}
