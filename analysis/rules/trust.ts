import type { Stack } from '../model/assembly';
import { concat, literalOf, textKey, textOf } from '../model/compose-text';
import type { Identity } from '../model/identities';
import { printed } from '../model/printed-text';
import type { Text, Unreadable } from '../model/text';
import { subset } from '../policy/pattern';
import type { Condition, Statement } from '../policy/statement';
import type { Finding } from './finding';
import { listed } from './permissions';
import type { RuleContext } from './rule';

/** The only actions that the trust policy of an agent's role needs. */
const TRUST_ACTIONS = new Set(['sts:assumerole', 'sts:tagsession', 'sts:setsourceidentity']);

/** Findings about the trust policy of a role that only one service may assume. */
export function* trustFindings(
  identity: Identity,
  service: string,
  subject: string,
  context: Pick<RuleContext, 'unread' | 'declared'>,
): Iterable<Finding> {
  const { unread } = context;
  const { resource, trust } = identity;
  if (!resource || identity.kind !== 'role') {
    noteOutside(identity, subject, context);
    return;
  }
  const allows = trust.filter(({ effect }) => effect !== 'Deny');
  if (allows.length === 0) {
    yield { at: resource, says: `The trust policy doesn't let ${service} assume the role` };
  }
  for (const statement of allows) {
    unread(subject, statement, ...statement.unreadable);
    const isWhole = statement.principals === 'attached' && statement.unreadable.length > 0;
    if (statement.effect === 'Allow' && !isWhole) {
      yield* statementFindings(statement, service, resource.stack);
    }
  }
}

/** Notes a role that the app only refers to: its policies aren't in the app. */
function noteOutside(
  { arn, runs, statements }: Identity,
  subject: string,
  { unread, declared }: Pick<RuleContext, 'unread' | 'declared'>,
): void {
  const at = runs[0]?.resource ?? statements[0]?.holder;
  const place = runs[0]?.place ?? statements[0]?.place;
  const written = runs.map(({ role }) => role.value);
  if (!at || !place || [arn, ...written].some((text) => declared.outside(text))) {
    return;
  }
  const open = written.filter(isUnread);
  const hint = `the role ${printed(arn)} is not part of what is analyzed`;
  const missing: Unreadable = { origin: place, reason: 'outside the assembly', hint };
  unread(subject, at, ...(open.length > 0 ? open : [missing]));
}

function* statementFindings(statement: Statement, service: string, stack: Stack): Iterable<Finding> {
  const principals = statement.principals === 'attached' ? [] : statement.principals;
  const others = principals.filter(
    ({ kind, except, name }) =>
      !isUnread(name.value) && (except || kind !== 'Service' || literalOf(name.value)?.toLowerCase() !== service),
  );
  for (const { kind, except, name } of others) {
    const who = except ? 'everybody except the principal of a NotPrincipal' : `${kind} ${printed(name.value)}`;
    const says = `The role trusts more than ${service}: ${who}`;
    yield { at: statement, says, when: statement.guard.and(name.guard) };
  }
  const { actions } = statement;
  const more = actions.patterns.filter(
    ({ value }) => !isUnread(value) && !TRUST_ACTIONS.has(literalOf(value)?.toLowerCase() ?? ''),
  );
  if (actions.except || more.length > 0) {
    const named = listed(more.map(({ value }) => printed(value)));
    yield {
      at: statement,
      says: `The trust policy allows more than sts:AssumeRole: ${actions.except ? 'NotAction' : named}`,
    };
  }
  const namespace = service.split('.')[0];
  if (others.length > 0) {
    return;
  }
  if (!requires(statement, 'aws:sourceaccount', STRINGS, (value) => isOwnAccount(value, stack))) {
    const says = `The trust policy doesn't require aws:SourceAccount to be ${printed(stack.account)}`;
    yield { at: statement, says, when: withoutLimit(statement, 'aws:sourceaccount') };
  }
  if (!requires(statement, 'aws:sourcearn', ARNS, (value) => isOwnArn(value, namespace, stack))) {
    const says = `The trust policy doesn't require aws:SourceArn of ${namespace} in this account and Region`;
    yield { at: statement, says, when: withoutLimit(statement, 'aws:sourcearn') };
  }
}

const STRINGS = ['stringequals', 'stringlike'];
const ARNS = ['arnlike', 'arnequals', 'stringlike', 'stringequals'];

/** Whether every request must have a key with one of the values, in every deployment that has the statement. */
function requires(
  statement: Statement,
  key: string,
  operators: readonly string[],
  accepts: (value: Text) => boolean,
): boolean {
  return statement.conditions.some(
    (condition) =>
      isStrict(condition, key, operators) &&
      statement.guard.implies(condition.guard) &&
      condition.values.every(({ value }) => isUnread(value) || accepts(value)),
  );
}

/** The deployments in which the statement has no such condition. All, if a condition also allows others. */
function withoutLimit({ guard, conditions }: Statement, key: string) {
  const strict = conditions.filter((condition) => condition.key === key);
  const without = strict.reduce((left, condition) => left.and(condition.guard.not()), guard);
  return strict.length > 0 && without.possible() ? without : guard;
}

/** Whether a condition refuses requests without the key. */
export function isStrict(
  { key, test, set, ifExists, values }: Condition,
  wanted: string,
  operators: readonly string[],
) {
  return key === wanted && operators.includes(test) && set === undefined && !ifExists && values.length > 0;
}

export function isUnread(value: Text): boolean {
  return value.some((part) => typeof part === 'object' && part.kind !== 'reference' && part.unreadable !== undefined);
}

/**
 * Whether a value is the account of a stack. If the deployment decides the account, any account id counts as this
 * account.
 */
function isOwnAccount(value: Text, { account }: Stack): boolean {
  const known = literalOf(value);
  return textKey(value) === textKey(account) || (literalOf(account) === undefined && /^\d{12}$/.test(known ?? ''));
}

/** Whether an ARN pattern matches only resources of one service in the stack's account and Region. */
function isOwnArn(value: Text, namespace: string, { account, region, partition }: Stack): boolean {
  const own = concat(textOf(`arn:${partition}:${namespace}:`), region, textOf(':'), account, textOf(':*'));
  if (subset(value, own) === 'yes') {
    return true;
  }
  const [arn, inPartition, service, inRegion = '', inAccount = ''] = withoutColons(value).split(':');
  const decided = (given: string, stackValue: Text, form: RegExp) =>
    given === withoutColons(stackValue) || (literalOf(stackValue) === undefined && form.test(given));
  return (
    arn === 'arn' &&
    /^[^*?]+$/.test(inPartition ?? '') &&
    service === namespace &&
    decided(inRegion, region, /^[a-z]{2}(?:-[a-z]+)+-\d$/) &&
    decided(inAccount, account, /^\d{12}$/)
  );
}

/** A text whose holes have no colons in their keys, as `AWS::AccountId` has. */
const withoutColons = (text: Text): string =>
  text.map((part) => (typeof part === 'string' ? part : `\u0000${part.key.replaceAll(':', '_')}\u0001`)).join('');
