import { entryTypeOf } from '../facts/entry-types';
import { type Agent, agents } from '../model/agents';
import { DRIVING_AND_WRITING, type Edge, isUnreadEdge } from '../model/edge';
import { governanceOf } from '../model/governance';
import { identities, type Identity } from '../model/identities';
import type { Model } from '../model/model';
import { type Path, reach } from '../model/reach';
import type { TemplateModel } from '../model/template-model';
import { type AgentRole, agentRoles, covering, handlerRoles } from './agent-roles';
import type { Finding, Located } from './finding';
import { namedUses } from './permissions';
import type { RuleContext } from './rule';
import { shownName } from './shown-name';
import { assumesKnownRoles, isStrong, strengthOf } from './strength';

/** The paths on which a role of an agent can become or use something stronger. */
export function* waysToPower(role: AgentRole, context: RuleContext): Iterable<Finding> {
  const { model, declared } = context;
  const { identity } = role;
  const own = new Set(
    role.agents.flatMap((agent) => [agent.id, agent.runtime.id, ...agent.endpoints.map(({ id }) => id)]),
  );
  const isSession = !role.kinds.has('execution role');
  const best = new Map<unknown, { readonly path: Path; readonly says: string; readonly certain: boolean }>();
  for (const path of reach(model).from(identity.id, DRIVING_AND_WRITING)) {
    const [first] = path.edges;
    // Starting its agent is the purpose of a session role.
    if (isSession && path.edges.some(({ to }) => own.has(to))) {
      continue;
    }
    if (path.edges.some(isUnreadEdge)) {
      continue; // What can't be read is a finding of MA-READ1.
    }
    const end = endOf(model, role, path);
    if (!end || isDeclared(role, path, declared)) {
      continue;
    }
    const certain = path.certainty === 'yes' && end.certain;
    const known = best.get(first.because);
    if (!known || (certain && !known.certain)) {
      best.set(first.because, { path, says: end.says, certain });
    }
  }
  for (const { path, says, certain } of best.values()) {
    const [first, ...rest] = path.edges;
    const at: Located = first.because;
    const way = rest.length > 0 ? `, through ${shownName(model, first.to)},` : '';
    yield {
      at,
      subject: identity.id,
      says: `The ${isSession ? 'session' : 'execution'} role${way} ${says}`,
      when: path.guard,
      certainty: certain ? 'yes' : 'maybe',
      related: rest.map(({ because }) => because),
      data: { path: [path.start, ...path.edges.map(({ to }) => to)] },
    };
  }
}

/** Agents and the roles around them. Their own findings say what they can do, not the findings of those who start them. */
function judgedElsewhere(model: Model): ReadonlySet<string> {
  return new Set([
    ...agents(model).flatMap(({ id, runtime, endpoints }) => [id, runtime.id, ...endpoints.map((each) => each.id)]),
    ...agentRoles(model).map(({ identity }) => identity.id),
    ...[...handlerRoles(model).keys()].map(({ id }) => id),
  ]);
}

/** The paths on which a role around an agent can use a stronger role. Starting turns is the purpose of such a role. */
export function* waysToStrongRoles(
  role: Pick<AgentRole, 'identity' | 'agents'>,
  kind: string,
  context: RuleContext,
): Iterable<Finding> {
  const { model, declared } = context;
  const known = identities(model);
  const found = new Set<unknown>();
  const elsewhere = context.model.view(judgedElsewhere);
  for (const path of reach(model).from(role.identity.id)) {
    const [first, ...rest] = path.edges;
    const target = known.byName(path.end);
    const strength =
      target && target.id !== role.identity.id && isActedWith(model, path)
        ? strengthOf(target, (use) => !assumesKnownRoles(model, use))
        : undefined;
    if (
      strength?.certain &&
      path.certainty === 'yes' &&
      !found.has(first.because) &&
      !path.edges.some(({ to }) => to !== role.identity.id && elsewhere.has(to)) &&
      !isDeclared(role, path, declared)
    ) {
      found.add(first.because);
      const way = rest.length > 0 ? `, through ${shownName(model, first.to)},` : '';
      yield {
        at: first.because,
        subject: role.identity.id,
        says: `The ${kind}${way} can act with ${shownName(model, path.end)}, which ${strength.says}`,
        when: path.guard,
        severity: 'error',
        related: rest.map(({ because }) => because),
        data: { path: [path.start, ...path.edges.map(({ to }) => to)] },
      };
    }
  }
}

/**
 * Kinds of entries that use a role only to send to their targets (rules, schedules, pipes). The paths from the targets
 * count instead.
 */
const DELIVERING: ReadonlySet<string> = new Set(['mapping', 'time']);

/** Whether the last resource on a path runs its caller's input under the role at the end of the path. */
function isActedWith(model: TemplateModel, { edges }: Pick<Path, 'edges'>): boolean {
  const holder = model.resource(edges.at(-1)!.from);
  return !DELIVERING.has(entryTypeOf(holder?.type ?? '')?.kind ?? '') || edges.some(({ kind }) => kind === 'loads');
}

/** What is wrong with the end of a path; undefined when nothing is. */
function endOf(
  model: TemplateModel,
  { identity, agents }: AgentRole,
  { end, edges }: Path,
): { readonly says: string; readonly certain: boolean } | undefined {
  if (end === identity.id) {
    return undefined;
  }
  const target = identities(model).byName(end);
  const drives = agents.some((agent: Agent) => end === agent.id || governanceOf(model, agent).get(end) === 'drives');
  if (edges.every(({ kind }) => kind === 'assumes') && target) {
    const strength = strengthOf(target);
    const why = strength ? `, which ${strength.says}` : '';
    // A role that only reads and writes data gives the agent no power, but a second identity.
    return { says: `can become ${shownName(model, end)}${why}`, certain: strength?.certain ?? false };
  }
  // What has edges for some of what it gets starts turns only where the way goes on.
  if (drives && !reach(model).divides(end)) {
    return { says: `can start turns of its own agent (${shownName(model, end)})`, certain: true };
  }
  const strength = target && isActedWith(model, { edges }) ? strengthOf(target) : undefined;
  // Whether something runs what is written to its store, or the events that it gets, is a guess. It counts only if its
  // role is known to be strong.
  if (isStrong(strength) && (strength.certain || !edges.some(isGuess))) {
    return { says: `can act with ${shownName(model, end)}, which ${strength.says}`, certain: strength.certain };
  }
  // The kill switch of this library may change roles of the agent, so it can also let the agent run again.
  const own = agents.flatMap(({ executionRoles, sessionRoles }) => [...executionRoles, ...sessionRoles]);
  return target && !edges.some(isGuess) && mayChange(model, target, own)
    ? { says: `can act with ${shownName(model, end)}, which may change the roles of the agent`, certain: true }
    : undefined;
}

const isGuess = ({ kind }: Edge): boolean => kind === 'loads' || kind === 'reports to';

/** Changes of what a role may do. */
const POLICY_CHANGES = ['Attach', 'Detach', 'Put', 'Delete'].map((verb) => `iam:${verb}RolePolicy`);

function mayChange(model: TemplateModel, worker: Identity, roles: readonly Identity[]): boolean {
  return roles.some((role) =>
    POLICY_CHANGES.some(
      (action) =>
        covering(worker, action).length > 0 && identities(model).may(worker, action, role.arn).verdict !== 'no',
    ),
  );
}

/** Whether a path is declared. A declaration for the action of the first step covers the path. */
function isDeclared(
  { identity }: Pick<AgentRole, 'identity'>,
  { edges: [{ because }] }: Path,
  declared: RuleContext['declared'],
): boolean {
  if (!('actions' in because) || because.principals !== 'attached') {
    return false;
  }
  const uses = namedUses(because);
  const starting = uses.filter(({ class: kind }) => kind === 'start' || kind === 'power');
  // A path can also begin with writing data that something passes on.
  const leading = starting.length > 0 ? starting : uses.filter(({ class: kind }) => kind === 'data-write');
  return leading.length > 0 && leading.every(({ action }) => declared.use(identity, action, because));
}
