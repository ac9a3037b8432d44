import { literalOf, textKey, textOf } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import { statementsFor } from '../model/statements-for';
import type { Resource } from '../model/assembly';
import { reach, type Path } from '../model/reach';
import type { Text } from '../model/text';
import type { Agent } from './agent';
import { type App, sorted, sortedBy } from './app';
import { permits } from './permissions';
import { identityName, trustsOf } from './roles';
import type { Drive, Starter } from './statement';
import { isTrigger, nodeName, type Ways } from './ways';

/** Order in which the ways to drive an agent are listed. */
const DRIVES: readonly Drive[] = [
  'start sessions',
  'start turns through a workflow',
  'submit messages',
  'follow turns',
  'cancel and delete',
  'invoke the runtime directly',
];

/** Permissions of identities on sessions that others have created. */
const SESSION_ACTIONS: readonly (readonly [string, Drive])[] = [
  ['bedrock-mantle:CreateAgentSessionEvent', 'submit messages'],
  ['bedrock-mantle:GetAgentSession', 'follow turns'],
  ['bedrock-mantle:ListAgentSessionEvents', 'follow turns'],
  ['bedrock-mantle:ListAgentSessionItems', 'follow turns'],
  ['bedrock-mantle:DeleteAgentSession', 'cancel and delete'],
];

/**
 * The principals that may drive an agent: by identity policies, by resource policies, and through resources of the app.
 */
export function startersOf(app: App, agent: Agent, ways: Ways): Starter[] {
  const known = identities(app.model);
  const own = new Set([...agent.sessionRoles, ...agent.executionRoles].map(({ id }) => id));
  const found = new Map<string, { identity?: Identity; may: Set<Drive>; certain: boolean }>();
  const note = (node: string, drive: Drive, certain: boolean) => {
    const identity = known.byName(node);
    const starter = found.get(node) ?? { ...(identity ? { identity } : {}), may: new Set<Drive>(), certain: false };
    starter.may.add(drive);
    found.set(node, { ...starter, certain: starter.certain || certain });
  };
  for (const path of ways.paths.filter((each) => isPrincipal(app, each))) {
    note(path.start, driveOf(agent, path), path.certainty === 'yes');
  }
  for (const [node, drive] of directDrives(app, agent, ways)) {
    note(node, drive, true);
  }
  for (const [identity, drive] of sessionUsers(app, agent).filter(([{ id }]) => !own.has(id))) {
    note(identity.id, drive, true);
  }
  const starters = [...found].map(([node, { identity, may, certain }]): Starter => {
    const workers = identity?.runs.map(({ resource }) => resource) ?? [];
    const isStep = identity !== undefined && (workers.length > 0 ? workers.every(isContinued) : delivers(identity));
    return {
      principal: identity ? identityName(app, identity) : nodeName(app, node),
      assumedBy: identity ? trustsOf(app, identity) : [],
      may: DRIVES.filter((drive) => may.has(drive)),
      ...(identity && !identity.resource ? { outside: true } : {}),
      ...(workers.length > 0 ? { worksFor: sorted(workers.map((worker) => app.nameOf(worker))) } : {}),
      ...(isStep ? { step: true } : {}),
      ...(certain ? {} : { certain: false }),
    };
  });
  return sortedBy([...starters, ...tokenHolders(app, agent)], ({ principal }) => principal);

  /** A trigger, or a resource that the app starts, only continues a turn. */
  function isContinued({ id, type }: Resource): boolean {
    return (
      isTrigger(type) ||
      reach(app.model)
        .intoNode(id)
        .some(({ from }) => {
          const identity = known.byName(from);
          return identity ? identity.runs.length > 0 : app.model.resource(from) !== undefined;
        })
    );
  }
}

/** Whether only delivering services use a role, for what others have started. */
function delivers({ trust }: Identity): boolean {
  const principals = trust.flatMap((statement) => (statement.principals === 'attached' ? [] : statement.principals));
  return (
    principals.length > 0 &&
    principals.every(({ kind, name }) => kind === 'Service' && DELIVERING.has(literalOf(name.value) ?? ''))
  );
}

const DELIVERING: ReadonlySet<string> = new Set([
  'apigateway.amazonaws.com',
  'events.amazonaws.com',
  'pipes.amazonaws.com',
  'scheduler.amazonaws.com',
]);

/** What principals on a path may also do directly. The paths have only the shortest way. */
function directDrives(app: App, agent: Agent, { paths }: Ways): [string, Drive][] {
  const known = reach(app.model);
  const own = new Set([...agent.sessionRoles, ...agent.executionRoles].map(({ id }) => id));
  const compute = new Set([agent.runtime, ...agent.endpoints].map(({ id }) => id));
  const leading = new Set(paths.map(({ start }) => start));
  const invoking = [...compute]
    .flatMap((id) => known.intoNode(id))
    .filter(({ from }) => !own.has(from) && !compute.has(from) && from !== agent.id && !from.startsWith('service '))
    .map(({ from }): [string, Drive] => [from, 'invoke the runtime directly']);
  const starting = paths
    .filter(({ start }) => identities(app.model).byName(start))
    .flatMap(({ start }): [string, Drive][] => [
      ...(agent.edges.some(({ from, kind }) => from === start && kind === 'starts')
        ? [[start, 'start sessions'] as [string, Drive]]
        : []),
      ...(known
        .outOf(start)
        .some(({ to }) => leading.has(to) && !compute.has(to) && app.model.resource(to) && !isIdentity(app, to))
        ? [[start, 'start turns through a workflow'] as [string, Drive]]
        : []),
    ]);
  return [...invoking, ...starting];
}

/** A Runtime with an authorizer takes requests of whoever has a token of the provider. */
function tokenHolders(app: App, { runtime }: Agent): Starter[] {
  return runtime.properties.at('AuthorizerConfiguration').map((node): Starter => {
    const issuer = app.said(node.at('CustomJWTAuthorizer', 'DiscoveryUrl')) || 'an identity provider';
    return { principal: `whoever has a token of ${issuer}`, assumedBy: [], may: ['invoke the runtime directly'] };
  });
}

function isIdentity(app: App, node: string): boolean {
  return identities(app.model).byName(node) !== undefined;
}

/**
 * Whether a path starts at an identity or at a principal of a resource policy. A principal that may only assume a role
 * is listed with the role, and a service that calls for a trigger of the app is listed as that trigger.
 */
function isPrincipal(app: App, { start, edges: [first] }: Path): boolean {
  if (identities(app.model).byName(start)) {
    return true;
  }
  return (
    app.model.resource(start) === undefined &&
    !start.startsWith('agent ') &&
    !start.startsWith('default bus ') &&
    !start.startsWith('service ') &&
    first.kind !== 'assumes' &&
    !isForUrl(first.because)
  );
}

/** Permissions of a function URL: the URL itself is a trigger. */
function isForUrl(because: Path['edges'][number]['because']): boolean {
  return 'holder' in because && because.holder.properties.at('FunctionUrlAuthType').length > 0;
}

function driveOf({ id, runtime, endpoints }: Agent, { edges }: Path): Drive {
  const compute = new Set([runtime, ...endpoints].map((resource) => resource.id));
  const doing = edges.filter(({ kind, from }) => kind !== 'assumes' && !compute.has(from));
  const [only] = doing;
  if (doing.length === 1 && compute.has(only.to)) {
    return 'invoke the runtime directly';
  }
  return doing.length === 1 && only.to === id ? 'start sessions' : 'start turns through a workflow';
}

const EVERYTHING: Text = ['*'];

/** The identities that may do something to sessions of the project of an agent. */
function sessionUsers(app: App, agent: Agent): [Identity, Drive][] {
  const { exact, others } = app.model.view(usersByProject);
  const projects = agent.roles
    .filter(({ purpose }) => purpose === 'session')
    .flatMap(({ permissions }) => permissions)
    .filter((read) => permits(read, 'bedrock-mantle:CreateInference'))
    .flatMap(({ resource }) => (resource ? [resource] : []));
  const [project = EVERYTHING] = projects;
  const known = identities(app.model);
  return [...(projects.length > 0 ? (exact.get(textKey(project)) ?? []) : [...exact.values()].flat()), ...others]
    .filter(({ identity, action }) => known.may(identity, action, project).verdict !== 'no')
    .map(({ identity, drive }) => [identity, drive]);
}

interface SessionUse {
  readonly identity: Identity;
  readonly action: string;
  readonly drive: Drive;
}

/** Uses of sessions by the project that they name, and those that are not of one project. */
function usersByProject(model: App['model']): { exact: Map<string, SessionUse[]>; others: SessionUse[] } {
  const exact = new Map<string, SessionUse[]>();
  const others: SessionUse[] = [];
  for (const identity of identities(model).all) {
    for (const [action, drive] of SESSION_ACTIONS) {
      const use = { identity, action, drive };
      const selections = statementsFor(identity, action).map(({ resources }) => resources);
      const patterns = selections.flatMap(({ patterns: each }) => each.map(({ value }) => value));
      if (selections.some(({ except }) => except) || patterns.some((pattern) => !isOneProject(pattern))) {
        others.push(use);
      } else {
        new Set(patterns.map(textKey)).forEach((key) => exact.set(key, [...(exact.get(key) ?? []), use]));
      }
    }
  }
  return { exact, others };
}

/** Whether a pattern is one project: without wildcards, and with parts that are the same for the whole app. */
function isOneProject(pattern: Text): boolean {
  const written = pattern.map((part) => (typeof part === 'string' ? part : part.kind === 'pseudo' ? '' : '*')).join('');
  return (
    !/[*?]/.test(written) && (literalOf(pattern) !== undefined || pattern.length > 1) && textOf(written).length > 0
  );
}
