import { MANTLE_SERVICE_PRINCIPAL } from '../../lib/facts/service-principals';
import type { Answer } from '../policy/evaluate';
import { knownText } from '../policy/operators';
import { hasWildcard, overlap } from '../policy/pattern';
import type { Pattern, Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { COMPUTE_KINDS, type ComputeKind, type DrivenCompute } from '../../lib/facts/compute-kinds';
import type { Edge, EdgeKind } from './edge';
import { identities, type Identity } from './identities';
import { connects, statementsFor } from './statements-for';
import type { Model } from './model';
import type { Text } from './text';
import { addTo } from './list-map';

/** An agent: compute with the roles around it. */
export interface Agent {
  /** Node of its sessions. */
  readonly id: string;
  readonly kind: ComputeKind;
  readonly runtime: Resource;
  readonly endpoints: readonly Resource[];
  /** What the commands of the agent run under. More than one when the template decides between them. */
  readonly executionRoles: readonly Identity[];
  /** What the service runs its sessions under. */
  readonly sessionRoles: readonly Identity[];
  /** Identities that may create its sessions. */
  readonly clients: readonly Identity[];
  /** Edges into its sessions: from its compute, and from its clients. */
  readonly edges: readonly Edge[];
}

const CREATE_SESSION = 'bedrock-mantle:CreateAgentSession';
const PASS_ROLE = 'iam:PassRole';
const EVERYTHING: Text = ['*'];

/** The agents of an assembly. */
export function agents(model: Model): readonly Agent[] {
  return model.view(collect);
}

/** Every session role of the assembly: trusted by the service, or passed to it. */
export function sessionRoles(model: Model): readonly Identity[] {
  return model.view(collectSessionRoles);
}

function collect(model: Model): Agent[] {
  const clients = clientsOf(model);
  return COMPUTE_KINDS.flatMap((kind) => {
    const { driven } = kind;
    const executing = executionRolesByRuntime(model, kind);
    const runtimes = model.ofType(kind.type).filter((each) => driven || executing.get(each)?.some(connects));
    const sessions = driven
      ? sessionRolesByRuntime(model, driven, runtimes)
      : new Map(runtimes.map((runtime) => [runtime, sessionRolesOf(model, runtime)]));
    const endpoints = endpointsByRuntime(model, kind);
    return runtimes.map((runtime): Agent => {
      const id = `agent ${runtime.id}`;
      const sessionRoles = sessions.get(runtime) ?? [];
      const edges = clients.flatMap((client) => sessionEdge(client, sessionRoles, id) ?? []);
      return {
        id,
        kind,
        runtime,
        endpoints: endpoints.get(runtime) ?? [],
        executionRoles: executing.get(runtime) ?? [],
        sessionRoles,
        clients: clients
          .map(({ identity }) => identity)
          .filter(({ id: from }) => edges.some((edge) => edge.from === from)),
        edges: [...computeEdges(runtime, id, sessionRoles), ...edges],
      };
    });
  });
}

/** Whoever starts the compute starts the agent, and a session runs its commands on the compute. */
function computeEdges(runtime: Resource, agent: string, roles: readonly Identity[]): Edge[] {
  const edge = (from: string, to: string, kind: EdgeKind): Edge => ({
    from,
    to,
    kind,
    guard: runtime.guard,
    certainty: 'yes',
    because: runtime.properties.place,
  });
  return [
    edge(runtime.id, agent, 'is'),
    edge(agent, runtime.id, 'starts'),
    ...roles.map((role) => edge(agent, role.id, 'runs as')),
  ];
}

/** An identity that may create sessions, and the session roles that it may pass to them. */
interface Client {
  readonly identity: Identity;
  readonly statement: Statement;
  readonly create: Answer;
  readonly passes: ReadonlyMap<Identity, Answer>;
}

function clientsOf(model: Model): Client[] {
  const known = identities(model);
  const roles = sessionRoles(model);
  return known.all.flatMap((identity): Client[] => {
    const [statement] = statementsFor(identity, CREATE_SESSION);
    if (!statement) {
      return [];
    }
    const projects = statementsFor(identity, CREATE_SESSION).flatMap(({ resources: { except, patterns } }) =>
      except ? [EVERYTHING] : patterns.map(({ value }) => value),
    );
    const create = strongest(projects.map((project) => known.may(identity, CREATE_SESSION, project)));
    if (!create) {
      return [];
    }
    const passes = new Map<Identity, Answer>();
    for (const role of candidates(model, identity, PASS_ROLE, roles, (each) => each.resource)) {
      const pass = known.may(identity, PASS_ROLE, role.arn);
      if (pass.verdict !== 'no') {
        passes.set(role, pass);
      }
    }
    return [{ identity, statement, create, passes }];
  });
}

/**
 * An identity starts sessions of an agent if it may create sessions, and pass the session role. A session role that
 * isn't in the assembly can't be identified: then the permission to create sessions is enough, and the edge is
 * uncertain.
 */
function sessionEdge(client: Client, roles: readonly Identity[], to: string): Edge | undefined {
  const { identity, statement, create, passes } = client;
  const pass = strongest(roles.flatMap((role) => passes.get(role) ?? []));
  if (roles.includes(identity) || (roles.length > 0 && !pass)) {
    return undefined;
  }
  const guard = create.possible.and(pass?.possible ?? create.possible);
  const certainty = create.verdict === 'yes' && pass?.verdict === 'yes' ? 'yes' : 'maybe';
  return guard.possible() ? { from: identity.id, to, kind: 'starts', guard, certainty, because: statement } : undefined;
}

function strongest(answers: readonly Answer[]): Answer | undefined {
  return answers.find(({ verdict }) => verdict === 'yes') ?? answers.find(({ verdict }) => verdict === 'maybe');
}

function sessionRolesByRuntime(
  model: Model,
  { actions }: DrivenCompute,
  runtimes: readonly Resource[],
): Map<Resource, Identity[]> {
  const known = identities(model);
  const found = new Map<Resource, Identity[]>();
  for (const role of sessionRoles(model)) {
    const invoked = new Set(
      actions.flatMap((action) =>
        candidates(model, role, action, runtimes, (runtime) => runtime).filter((runtime) => {
          const [arn] = model.arn(runtime);
          const resources: Text[] = arn ? [arn.value, [...arn.value, '/runtime-endpoint/*']] : [EVERYTHING];
          return resources.some((resource) => known.may(role, action, resource).verdict !== 'no');
        }),
      ),
    );
    invoked.forEach((runtime) => addTo(found, runtime, role));
  }
  return found;
}

/**
 * The session roles of compute that no action starts. No policy names such compute, so these are the session roles of
 * its stack.
 */
function sessionRolesOf(model: Model, { stack }: Resource): Identity[] {
  return sessionRoles(model).filter(({ resource }) => resource?.stack === stack);
}

/** The elements that an identity's statements for an action can apply to: those that the statements name, or all. */
function candidates<T>(
  model: Model,
  identity: Identity,
  action: string,
  all: readonly T[],
  resourceOf: (each: T) => Resource | undefined,
): readonly T[] {
  const named = new Set<Resource>();
  for (const { resources } of statementsFor(identity, action)) {
    for (const { value } of resources.patterns) {
      const found = model.named(value);
      if (resources.except || found.length === 0) {
        return all;
      }
      found.forEach(({ resource }) => named.add(resource));
    }
  }
  return all.filter((each) => named.has(resourceOf(each)!));
}

function endpointsByRuntime(model: Model, kind: ComputeKind): Map<Resource, Resource[]> {
  const found = new Map<Resource, Resource[]>();
  for (const [type, property] of kind.endpoints) {
    for (const endpoint of model.ofType(type)) {
      const texts = endpoint.properties.at(property).flatMap((node) => node.texts());
      for (const runtime of new Set(texts.flatMap(({ value }) => model.mentioned(value)))) {
        addTo(found, runtime, endpoint);
      }
    }
  }
  return found;
}

function executionRolesByRuntime(model: Model, { type, role }: ComputeKind): Map<Resource, Identity[]> {
  const found = new Map<Resource, Identity[]>();
  for (const identity of identities(model).all) {
    for (const { resource, property } of identity.runs) {
      if (resource.type === type && property === role) {
        addTo(found, resource, identity);
      }
    }
  }
  return found;
}

/** Whether a statement names a service in one of its actions. The `*` of an administrator's policy doesn't count. */
export function namesService({ actions }: Statement, service: string): boolean {
  return actions.patterns.some(({ value }) => knownText(value)?.toLowerCase().startsWith(`${service}:`));
}

/** What an identity may pass to sessions: roles of the assembly, others and patterns. */
function passedToSessions(identity: Identity): Pattern[] {
  return statementsFor(identity, PASS_ROLE).flatMap(({ conditions, resources }) => {
    const services = conditions
      .filter(({ key }) => key === 'iam:passedtoservice')
      .flatMap(({ values }) => values.map(({ value }) => knownText(value)));
    return services.includes(MANTLE_SERVICE_PRINCIPAL) && !resources.except ? resources.patterns : [];
  });
}

/** Roles by name that an identity may pass to sessions and that nothing of the assembly describes. */
export function sessionRolesOutside(model: Model, identity: Identity): Pattern[] {
  return passedToSessions(identity).filter(
    ({ value }) =>
      !hasWildcard(value) &&
      value.every((part) => typeof part === 'string' || part.kind === 'pseudo') &&
      identities(model).named(value, 'role').length === 0,
  );
}

function collectSessionRoles(model: Model): Identity[] {
  const known = identities(model);
  const passed = new Set(known.all.flatMap(passedToSessions).flatMap(({ value }) => known.named(value, 'role')));
  return known.all.filter((role) => passed.has(role) || trusts(role, MANTLE_SERVICE_PRINCIPAL));
}

/** Whether a service may assume a role, by its trust policy. */
export function trusts({ trust }: Identity, service: string): boolean {
  const name: Text = [service];
  return trust.some(
    ({ effect, principals }) =>
      effect !== 'Deny' &&
      principals !== 'attached' &&
      principals.some(
        (principal) =>
          principal.kind === 'Service' &&
          !principal.except &&
          overlap(principal.name.value, name, { ignoreCase: true }) === 'yes',
      ),
  );
}
