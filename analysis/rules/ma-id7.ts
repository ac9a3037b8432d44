import { type Agent, agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import { formsOf } from '../facts/actions';
import { entryTypeOf } from '../facts/entry-types';
import { DRIVING_AND_WRITING, type Edge } from '../model/edge';
import { evidenceBuckets } from '../model/evidence';
import { governanceOf } from '../model/governance';
import { identities, type Identity } from '../model/identities';
import { ownAccounts } from '../model/own-accounts';
import { storesOutside } from '../model/loads';
import type { Model } from '../model/model';
import { printed } from '../model/printed-text';
import { type Path, reach } from '../model/reach';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { type Use, usesOf } from '../policy/actions';
import type { Statement } from '../policy/statement';
import { type AgentRole, agentRoles, allowsOf, covering, handlerRoles } from './agent-roles';
import type { Finding, Located } from './finding';
import { scopeOf } from '../policy/named-resource';
import { isDenied, isIntent, isOfLibrary, listed, namedUses, wholeServices } from './permissions';
import { NETWORK_TOOLS } from '../network/network';
import { changesOfRecords } from './record-changes';
import { isStrong, strengthOf } from './strength';
import { rule, type RuleContext } from './rule';
import { isUnread } from './trust';

/** Actions that return the values of secrets. */
const SECRET_READING: ReadonlySet<string> = new Set([
  'secretsmanager:getsecretvalue',
  'secretsmanager:batchgetsecretvalue',
]);

/** The role untrusted commands run under cannot become more than it is, nor can the roles around it. */
export const MA_ID7 = rule({
  id: 'MA-ID7',
  family: 'identity',
  severity: 'fatal',
  subject: 'execution role',
  what: "The execution role reads and writes data that it was given by name and nothing else: it can't change identities, policies, code or networks, start turns, change what governs the agent, or become or drive something stronger. The roles around it (of sessions, clients and functions that start turns) can't make themselves stronger.",
  why: 'Commands in the environment are chosen by a model that reads untrusted text. A prompt can use every permission that the role can give itself.',
  fix: 'Remove the permission from the role. Let a function with its own role do the one thing, give the agent secrets by their ARN, or declare the action with Declaration.action',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-6', 'AC-6(1)', 'SC-3'], iso: ['A.8.2', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    for (const role of agentRoles(context.model)) {
      if (role.kinds.has('execution role')) {
        yield* outsideTheList(role, 'execution', context);
        yield* openSecrets(role);
        yield* governance(role, context);
        yield* ways(role, context);
      } else if (role.kinds.has('session role')) {
        yield* outsideTheList(role, 'session', context);
        yield* ways(role, context);
      } else {
        yield* powers(role.identity, 'client role', context);
        yield* strongWays(role, 'client role', context);
      }
    }
    for (const [identity, agents] of handlerRoles(context.model)) {
      yield* powers(identity, 'role of what starts turns', context);
      yield* strongWays({ identity, agents }, 'role of what starts turns', context);
    }
  },
});

/** Everything that isn't data on named resources, and isn't what the role is for. */
function* outsideTheList(
  { identity }: AgentRole,
  kind: 'execution' | 'session',
  context: RuleContext,
): Iterable<Finding> {
  for (const statement of allowsOf(identity)) {
    const power = new Set<string>();
    const control = new Set<string>();
    const elsewhere = new Set<string>();
    for (const use of namedUses(statement)) {
      const { action } = use;
      const isListed =
        use.class === 'data-read' ||
        use.class === 'data-write' ||
        isIntent(kind, action) ||
        (use.class === 'start' && isKnownStart(context.model, identity, statement, use));
      const isElsewhere = isListed && isOfAnotherAccount(context.model, use);
      if (
        (!isListed || isElsewhere) &&
        !isDenied(identity, action, use) &&
        !context.declared.use(identity, action, statement)
      ) {
        (isElsewhere ? elsewhere : use.class === 'power' ? power : control).add(action);
      }
    }
    for (const actions of wholeServices(statement)) {
      const first = usesOf(statement, actions).find(
        (use) => use.class === 'power' && !isDenied(identity, use.action, use),
      );
      if (first) {
        power.add(`${first.action} (part of ${actions.text})`);
      }
    }
    const at = { at: statement, subject: identity.id };
    if (power.size > 0) {
      const says = `The ${kind} role may call ${listed([...power])}`;
      yield { ...at, says, certainty: statement.effect === 'Allow' ? 'yes' : 'maybe', data: { actions: [...power] } };
    }
    if (elsewhere.size > 0) {
      const says = `The ${kind} role may call ${listed([...elsewhere])} on a resource of another account`;
      yield { ...at, says, severity: power.size > 0 ? 'fatal' : 'error', data: { actions: [...elsewhere] } };
    }
    if (control.size > 0) {
      const says = `The ${kind} role may call ${listed([...control])}, which isn't reading or writing data of a resource of the app`;
      yield { ...at, says, severity: power.size > 0 ? 'fatal' : 'error', data: { actions: [...control] } };
    }
  }
}

/** What is written there has left the account. */
function isOfAnotherAccount(model: TemplateModel, { resources }: Use): boolean {
  return !resources.except && resources.patterns.some(({ value }) => ownAccounts(model).of(value) === 'foreign');
}

/** Whether what an action starts is in the app, so that the ways from there are known. Those of a tool are judged by MA-NET1. */
function isKnownStart(
  model: TemplateModel,
  identity: Identity,
  statement: Statement,
  { action, resources }: Use,
): boolean {
  const leadsTo = (id: string) =>
    reach(model)
      .outOf(identity.id)
      .some(({ to, because }) => to === id && because === statement);
  return (
    !resources.except &&
    resources.patterns.every(
      ({ value }) =>
        isUnread(value) ||
        isWide(action, value) ||
        model.mentioned(value).some(({ id, type }) => NETWORK_TOOLS.includes(type) || leadsTo(id)),
    )
  );
}

/** MA-ID5 reports what is wide. An action without a resource form is never wide, and starts whatever there is. */
function isWide(action: string, value: Text): boolean {
  return scopeOf(value) !== 'one' && formsOf(action)?.length !== 0;
}

function* openSecrets({ identity }: AgentRole): Iterable<Finding> {
  for (const statement of allowsOf(identity)) {
    const isOpen = namedUses(statement).some(
      ({ action, resources }) =>
        SECRET_READING.has(action.toLowerCase()) &&
        !isDenied(identity, action) &&
        (resources.except || resources.patterns.some(({ value }) => !isUnread(value) && scopeOf(value) !== 'one')),
    );
    const isGivenBySecret =
      identity.granted.includes(statement) && statement.holder.type.startsWith('AWS::SecretsManager::');
    const uses = namedUses(statement).filter(({ action }) => action.toLowerCase().startsWith('secretsmanager:'));
    const isRead = uses.some(({ action }) => SECRET_READING.has(action.toLowerCase()));
    const isWritten = uses.some((use) => use.class === 'data-write');
    if (!isOpen && isGivenBySecret && (isRead || isWritten)) {
      const does = [...(isRead ? ['read'] : []), ...(isWritten ? ['change'] : [])].join(' and ');
      const says = `The policy of a secret lets the execution role ${does} it, which the policies of the role don't say`;
      yield { at: statement, subject: identity.id, says, severity: 'error' };
    }
    if (isOpen) {
      yield {
        at: statement,
        subject: identity.id,
        says: 'The execution role may read secrets that it was not given by ARN',
      };
    }
  }
}

/** What the role writes, or reads of secrets, that governs the agent. */
function* governance(role: AgentRole, { model, declared }: RuleContext): Iterable<Finding> {
  for (const agent of role.agents) {
    const governing = governanceOf(model, agent);
    for (const edge of reach(model).outOf(role.identity.id, ['writes', 'governs', 'reads', 'sends to'])) {
      const reason = governing.get(edge.to);
      const resource = model.resource(edge.to);
      const { type } = resource ?? storesOutside(model).find(({ id }) => id === edge.to) ?? {};
      if (reason === undefined || type === undefined || !('actions' in edge.because) || isUnreadEdge(edge)) {
        continue;
      }
      const statement = edge.because;
      if (isWideEverywhere(statement)) {
        continue; // MA-ID5 says so, and what governs the agent is only a part.
      }
      const actions = namedUses(statement)
        .filter((use) => touches(use, resource && isRecord(model, resource, reason) ? 'record' : reason, type))
        .map(({ action }) => action)
        .filter((action) => !declared.use(role.identity, action, statement));
      if (actions.length > 0) {
        yield {
          at: statement,
          subject: `${role.identity.id} ${edge.to}`,
          says: `The execution role may call ${listed(actions)} on ${nameOf(model, edge.to)}, which governs the agent`,
          when: edge.guard,
          certainty: edge.certainty,
          severity: reason === 'record' || actions.every(isReading) ? 'error' : 'fatal',
          related: resource ? [resource] : [],
          data: { actions, resource: edge.to },
        };
      }
    }
  }
}

const isReading = (action: string): boolean => /^s3:(?:Get|List)/i.test(action);

/** What a trail or the workflow records is for auditors: an agent that reads it sees what other turns did. */
function isRecord(model: Model, resource: Resource, reason: string): boolean {
  const isKept = reason === 'trail' || reason === 'record' || evidenceBuckets(model).has(resource);
  return resource.type === 'AWS::S3::Bucket' && isKept;
}

function isWideEverywhere({ resources: { except, patterns } }: Statement): boolean {
  return except || patterns.every(({ value }) => ['every', 'type'].includes(scopeOf(value)));
}

/** Whether a use changes what governs an agent. Logs are written and images are read by every execution role. */
function touches({ action, class: kind }: Use, reason: string, type: string): boolean {
  const name = action.toLowerCase();
  switch (reason) {
    case 'log':
      return kind !== 'data-read' && !/^logs:(?:createlogstream|putlogevents)$/.test(name) && name.startsWith('logs:');
    case 'key':
      return false; // Uses of a key are limited by what is encrypted with it.
    case 'definition':
      return type === 'AWS::SecretsManager::Secret' ? /^secretsmanager:/.test(name) : kind === 'data-write';
    case 'record':
      return kind === 'data-write' || kind === 'data-read';
    case 'trail':
    case 'store':
    case 'code':
    case 'image':
      // An event on the bus of outcomes is written, although the action starts what listens elsewhere.
      return (
        (kind === 'data-write' || name === 'events:putevents') && !name.startsWith('kms:') && !name.startsWith('logs:')
      );
    default:
      return false; // What drives the agent is a matter of the ways.
  }
}

/** What the role can become or drive counts as its own. */
function* ways(role: AgentRole, context: RuleContext): Iterable<Finding> {
  const { model, declared } = context;
  const { identity } = role;
  const own = new Set(
    role.agents.flatMap((agent) => [agent.id, agent.runtime.id, ...agent.endpoints.map(({ id }) => id)]),
  );
  const isSession = !role.kinds.has('execution role');
  const best = new Map<unknown, { readonly path: Path; readonly says: string; readonly certain: boolean }>();
  for (const path of reach(model).from(identity.id, DRIVING_AND_WRITING)) {
    const [first] = path.edges;
    // A session drives its agent: that is what it is for.
    if (isSession && path.edges.some(({ to }) => own.has(to))) {
      continue;
    }
    if (path.edges.some(isUnreadEdge)) {
      continue; // What can't be read is one finding, and neither good nor bad.
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
    const way = rest.length > 0 ? `, through ${nameOf(model, first.to)},` : '';
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

/** Agents, and the roles around them: what one of these can do is said of it, not of everybody who starts it. */
function judgedElsewhere(model: Model): ReadonlySet<string> {
  return new Set([
    ...agents(model).flatMap(({ id, runtime, endpoints }) => [id, runtime.id, ...endpoints.map((each) => each.id)]),
    ...agentRoles(model).map(({ identity }) => identity.id),
    ...[...handlerRoles(model).keys()].map(({ id }) => id),
  ]);
}

/** What a role around an agent can drive and that can make it stronger. Starting turns is what such a role is for. */
function* strongWays(
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
      target && target.id !== role.identity.id && isActedWith(model, path) ? strengthOf(target) : undefined;
    if (
      strength?.certain &&
      path.certainty === 'yes' &&
      !found.has(first.because) &&
      !path.edges.some(({ to }) => to !== role.identity.id && elsewhere.has(to)) &&
      !isDeclared(role, path, declared)
    ) {
      found.add(first.because);
      const way = rest.length > 0 ? `, through ${nameOf(model, first.to)},` : '';
      yield {
        at: first.because,
        subject: role.identity.id,
        says: `The ${kind}${way} can act with ${nameOf(model, path.end)}, which ${strength.says}`,
        when: path.guard,
        severity: 'error',
        related: rest.map(({ because }) => because),
        data: { path: [path.start, ...path.edges.map(({ to }) => to)] },
      };
    }
  }
}

/** An edge that is there only because a policy can't be read. */
function isUnreadEdge({ because, certainty }: Edge): boolean {
  return 'actions' in because && certainty === 'maybe' && because.unreadable.length > 0;
}

/** What runs under a role only to send on to its targets (rules, schedules, pipes): the ways from those are what counts. */
const DELIVERING: ReadonlySet<string> = new Set(['mapping', 'time']);

/** Whether what a way leads through runs what its caller sends or writes under the role at the end. */
function isActedWith(model: TemplateModel, { edges }: Pick<Path, 'edges'>): boolean {
  const holder = model.resource(edges.at(-1)!.from);
  return !DELIVERING.has(entryTypeOf(holder?.type ?? '')?.kind ?? '') || edges.some(({ kind }) => kind === 'loads');
}

/** What is wrong with the end of a way; undefined when nothing is. */
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
    // A role that only reads and writes data gives the agent nothing to escalate with, but a second identity.
    return { says: `can become ${nameOf(model, end)}${why}`, certain: strength?.certain ?? false };
  }
  if (drives) {
    return { says: `can start turns of its own agent (${nameOf(model, end)})`, certain: true };
  }
  const strength = target && isActedWith(model, { edges }) ? strengthOf(target) : undefined;
  // Whether something runs what is written next to it, or is told, is a guess: it counts where its role is known to be strong.
  if (isStrong(strength) && (strength.certain || !edges.some(isGuess))) {
    return { says: `can act with ${nameOf(model, end)}, which ${strength.says}`, certain: strength.certain };
  }
  // What this library makes to stop an agent lets it run again, too.
  const own = agents.flatMap(({ executionRoles, sessionRoles }) => [...executionRoles, ...sessionRoles]);
  return target && !edges.some(isGuess) && mayChange(model, target, own)
    ? { says: `can act with ${nameOf(model, end)}, which may change the roles of the agent`, certain: true }
    : undefined;
}

const isGuess = ({ kind }: Edge): boolean => kind === 'loads' || kind === 'reports to';

const ROLE_CHANGES = ['Attach', 'Detach', 'Put', 'Delete'].map((verb) => `iam:${verb}RolePolicy`);

function mayChange(model: TemplateModel, worker: Identity, roles: readonly Identity[]): boolean {
  return roles.some((role) =>
    ROLE_CHANGES.some(
      (action) =>
        covering(worker, action).length > 0 && identities(model).may(worker, action, role.arn).verdict !== 'no',
    ),
  );
}

/** A declaration of the action of the first step covers the way. */
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
  // Writing leads on, too, where what is written to hands it on.
  const leading = starting.length > 0 ? starting : uses.filter(({ class: kind }) => kind === 'data-write');
  return leading.length > 0 && leading.every(({ action }) => declared.use(identity, action, because));
}

/** Actions with which a role makes itself or others stronger, beside those that this library grants to such roles. */
function* powers(identity: Identity, kind: string, { model, declared }: RuleContext): Iterable<Finding> {
  for (const statement of allowsOf(identity)) {
    const actions = [...powerOf(identity, statement), ...changesOfRecords(model, identity, statement)].filter(
      (action) => !declared.use(identity, action, statement),
    );
    if (actions.length > 0) {
      yield {
        at: statement,
        subject: identity.id,
        says: `The ${kind} may call ${listed(actions)}`,
        severity: 'error',
        data: { actions },
      };
    }
  }
}

function powerOf(identity: Identity, statement: Statement): string[] {
  return namedUses(statement)
    .filter(
      ({ action, class: kind }) =>
        (kind === 'power' || ERASES.test(action)) && !isOfLibrary(action, statement) && !isDenied(identity, action),
    )
    .map(({ action }) => action);
}

/** Actions that end or shorten what was logged. Nothing around an agent needs them. */
const ERASES = /^logs:(?:delete(?:loggroup|logstream|retentionpolicy)|putretentionpolicy)$/i;

function nameOf(model: TemplateModel, id: string): string {
  const resource = model.resource(id);
  const identity = identities(model).byName(id);
  return (
    resource?.logicalId ??
    (identity ? printed(identity.arn) : (model.resource(id.replace(/^agent /, ''))?.logicalId ?? id))
  );
}
