import { printed } from '../model/printed-text';
import type { Unreadable } from '../model/text';
import { literalOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Statement } from '../policy/statement';
import { type AgentRole, agentRoles, allowsOf } from './agent-roles';
import type { Finding } from './finding';
import { scopeOf } from '../policy/named-resource';
import { listed, namedUses, reasonForEverything, unusualPatterns, wholeServices } from './permissions';
import { rule, type RuleContext } from './rule';
import { isUnread } from './trust';

/** Least privilege on every role of an agent. */
export const MA_ID5 = rule({
  id: 'MA-ID5',
  family: 'identity',
  severity: 'fatal',
  subject: 'role of an agent',
  what: 'The roles of an agent allow named actions on named resources: no "*", no "service:*", no NotAction or NotResource; Resource "*" only for actions that have no resource-level form. A name is one resource or a prefix below one: table/* isn\'t one.',
  why: 'A prompt-injected turn can do whatever its roles allow. What a role may do has to be readable from its policy and must not grow with the services AWS adds.',
  fix: 'Name the actions and the ARNs, or use the grants of AWS CDK. Where that is impossible, declare the action with Declaration.action',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    for (const role of agentRoles(context.model)) {
      yield* outsidePolicies(role, context);
      for (const statement of allowsOf(role.identity)) {
        context.unread(role.subjects[0], statement, ...statement.unreadable);
        if (statement.effect === 'Allow') {
          yield* widthOf(role, statement, context);
        }
      }
    }
  },
});

function* widthOf(role: AgentRole, statement: Statement, context: RuleContext): Iterable<Finding> {
  const { identity } = role;
  const at = { at: statement, subject: identity.id };
  if (statement.actions.except || statement.resources.except) {
    const says = 'An allow statement uses NotAction or NotResource';
    yield { ...at, says, isPattern: statement.actions.except };
    return;
  }
  for (const { text, pattern } of wholeServices(statement)) {
    const when = statement.guard.and(pattern.guard);
    yield {
      ...at,
      says: text === '*' ? 'The action * allows every action' : `The action ${text} allows every action of a service`,
      when,
      isPattern: true,
    };
  }
  const patterns = role.kinds.size === 1 && role.kinds.has('client role') ? [] : unusualPatterns(statement);
  if (patterns.length > 0) {
    const says = `${listed(patterns)} allows every action that matches the pattern, also those that AWS adds later`;
    yield { ...at, says, severity: 'error', data: { actions: patterns }, isPattern: true };
  }
  yield* openResources(role, statement, context);
}

const WORDS = {
  every: 'on every resource',
  type: 'on every resource of a type',
  part: 'on every resource whose name matches a pattern',
} as const;

function* openResources(
  { identity, kinds }: AgentRole,
  statement: Statement,
  { declared }: RuleContext,
): Iterable<Finding> {
  const holders = [statement.holder, identity.resource];
  const found = new Map<string, { scope: keyof typeof WORDS; actions: string[]; names: string[]; when: Guard }>();
  for (const use of namedUses(statement)) {
    for (const { value, guard } of use.resources.patterns) {
      const scope = isUnread(value) && literalOf(value) === undefined && value.length === 1 ? 'one' : scopeOf(value);
      const isFine =
        scope === 'one' ||
        (scope === 'every' && reasonForEverything(use.action, identity, kinds.has('execution role')) !== undefined) ||
        declared.action(identity, use.action, holders) ||
        declared.action(identity, use.action, holders, value);
      if (!isFine) {
        const when = use.guard.and(guard).and(statement.guard);
        const known = found.get(scope) ?? { scope, actions: [], names: [], when };
        known.actions.push(use.action);
        known.names.push(printed(value));
        found.set(scope, { ...known, when: known.when.or(when) });
      }
    }
  }
  for (const { scope, actions, names, when } of found.values()) {
    yield {
      at: statement,
      subject: identity.id,
      says: `${listed(actions)} ${new Set(actions).size > 1 ? 'are' : 'is'} allowed ${WORDS[scope]}${scope === 'every' ? '' : `: ${listed(names)}`}`,
      when,
      severity: scope === 'part' ? 'error' : 'fatal',
      isPattern: true,
      data: { actions: [...new Set(actions)] },
    };
  }
}

/** Policies outside of the app. Policies of AWS are broad and AWS extends them; others can't be read. */
function* outsidePolicies({ identity, subjects }: AgentRole, { declared, unread }: RuleContext): Iterable<Finding> {
  for (const policy of identity.outside) {
    const name = printed(policy.value);
    if (declared.outside(policy.value)) {
      continue;
    }
    if (/^arn:[^:]*:iam::aws:policy\//.test(name)) {
      const says = `The managed policy ${name} belongs to AWS, which can widen it`;
      yield { at: policy.place, subject: `${identity.id} ${name}`, says, when: policy.guard };
    } else if (isUnread(policy.value)) {
      unread(subjects[0], policy.place, policy.value);
    } else {
      const hint = `the managed policy ${name} is not part of what is analyzed`;
      const missing: Unreadable = { origin: policy.place, reason: 'outside the assembly', hint };
      unread(subjects[0], policy.place, missing);
    }
  }
}
