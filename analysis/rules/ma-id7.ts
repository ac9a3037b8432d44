import { formsOf } from '../facts/actions';
import type { Identity } from '../model/identities';
import { ownAccounts } from '../model/own-accounts';
import { reach } from '../model/reach';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { NETWORK_TOOLS } from '../network/network';
import { type Use, usesOf } from '../policy/actions';
import { scopeOf } from '../policy/named-resource';
import type { Statement } from '../policy/statement';
import { type AgentRole, agentRoles, allowsOf, handlerRoles } from './agent-roles';
import type { Finding } from './finding';
import { governingAccess } from './governing-access';
import { isDenied, isIntent, isOfLibrary, listed, namedUses, wholeServices } from './permissions';
import { changesOfRecords } from './record-changes';
import { rule, type RuleContext } from './rule';
import { isUnread } from './trust';
import { waysToPower, waysToStrongRoles } from './ways-to-power';

/** Actions that return the values of secrets. */
const SECRET_READING: ReadonlySet<string> = new Set([
  'secretsmanager:getsecretvalue',
  'secretsmanager:batchgetsecretvalue',
]);

/** The role for untrusted commands, and the roles around it, can't gain permissions. */
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
        yield* governingAccess(role, context);
        yield* waysToPower(role, context);
      } else if (role.kinds.has('session role')) {
        yield* outsideTheList(role, 'session', context);
        yield* waysToPower(role, context);
      } else {
        yield* powers(role.identity, 'client role', context);
        yield* waysToStrongRoles(role, 'client role', context);
      }
    }
    for (const [identity, agents] of handlerRoles(context.model)) {
      yield* powers(identity, 'role of what starts turns', context);
      yield* waysToStrongRoles({ identity, agents }, 'role of what starts turns', context);
    }
  },
});

/** Every permission that isn't reading or writing data of named resources, and isn't the purpose of the role. */
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

/** Data that is written to another account has left the owner's control. */
function isOfAnotherAccount(model: TemplateModel, { resources }: Use): boolean {
  return !resources.except && resources.patterns.some(({ value }) => ownAccounts(model).of(value) === 'foreign');
}

/**
 * Whether an action starts something in the app, so that the paths from there are known. MA-NET1 judges those of
 * network tools.
 */
function isKnownStart(
  model: TemplateModel,
  identity: Identity,
  statement: Statement,
  { action, resources }: Use,
): boolean {
  const leadsTo = leadingTo(model, identity, statement);
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

/** Whether an action starts only resources of the app that its policy names. */
function startsOnlyKnown(model: TemplateModel, identity: Identity, statement: Statement, { resources }: Use): boolean {
  const leadsTo = leadingTo(model, identity, statement);
  return (
    !resources.except && resources.patterns.every(({ value }) => model.mentioned(value).some(({ id }) => leadsTo(id)))
  );
}

const leadingTo = (model: TemplateModel, identity: Identity, statement: Statement) => (id: string) =>
  reach(model)
    .outOf(identity.id)
    .some(({ to, because }) => to === id && because === statement);

/** MA-ID5 reports wide patterns. For an action without a resource form, `*` isn't wide. */
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
      const says = `The policy of a secret lets the execution role ${does} it, but no policy of the role does`;
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

/** Actions that give a role or others more permissions, without those that this library grants to such roles. */
function* powers(identity: Identity, kind: string, { model, declared }: RuleContext): Iterable<Finding> {
  for (const statement of allowsOf(identity)) {
    const known = [...powerOf(model, identity, statement), ...changesOfRecords(model, identity, statement)].filter(
      (action) => !declared.use(identity, action, statement),
    );
    const everything = everythingOf(identity, statement);
    const actions = [...known, ...everything];
    if (actions.length > 0) {
      yield {
        at: statement,
        subject: identity.id,
        says: `The ${kind} may call ${listed(actions)}`,
        severity: 'error',
        data: { actions },
        isPattern: everything.length > 0,
      };
    }
  }
}

/** Patterns of actions with which a role can do everything, or give itself what it wants. */
function everythingOf(identity: Identity, statement: Statement): string[] {
  return wholeServices(statement)
    .filter(({ text }) => /^(?:iam:|sts:|[^:]*[*?])/i.test(text))
    .flatMap((actions) => {
      const first = usesOf(statement, actions).find(
        ({ action, class: kind }) => kind === 'power' && !isDenied(identity, action),
      );
      const isAny = /^[^:]*[*?]/.test(actions.text);
      return first ? [isAny ? `every action (${actions.text})` : `${first.action} (part of ${actions.text})`] : [];
    });
}

function powerOf(model: TemplateModel, identity: Identity, statement: Statement): string[] {
  return namedUses(statement)
    .filter(
      (use) =>
        (use.class === 'power' || ERASES.test(use.action)) &&
        !isOfLibrary(use.action, statement) &&
        !isDenied(identity, use.action) &&
        !(STARTS_CODE.test(use.action) && startsOnlyKnown(model, identity, statement, use)),
    )
    .map(({ action }) => action);
}

/** Actions that run code under the role of what they start. With names, the ways to that role say how strong it is. */
const STARTS_CODE = /^(?:ecs:(?:run|start)task|codebuild:startbuild(?:batch)?)$/i;

/** Actions that delete logs or shorten their retention. No role around an agent needs them. */
const ERASES = /^logs:(?:delete(?:loggroup|logstream|retentionpolicy)|putretentionpolicy)$/i;
