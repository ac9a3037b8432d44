import { sessionRolesOutside } from '../model/agents';
import { literalOf } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import { statementsFor } from '../model/statements-for';
import type { TemplateModel } from '../model/template-model';
import { printed } from '../model/printed-text';
import { hasWildcard } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentRoles, handlerRoles, isKnownToAllow } from './agent-roles';
import type { Finding } from './finding';
import { isDenied, listed } from './permissions';
import { rule, type RuleContext } from './rule';
import { isStrong, strengthOf } from './strength';
import { isStrict, isUnread } from './trust';

const PASS_ROLE = 'iam:PassRole';

/** Passing a role is limited to that role and that service. */
export const MA_ID6 = rule({
  id: 'MA-ID6',
  family: 'identity',
  severity: 'fatal',
  subject: 'role that passes roles',
  what: 'iam:PassRole names exact role ARNs and carries iam:PassedToService.',
  why: 'A principal that can pass any role to a service can act with the most powerful role of the account.',
  fix: 'List the ARNs of the roles and require StringEquals iam:PassedToService with the service that gets them; agent.grants.driveSessions does so',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    const near = new Map<Identity, string>([
      ...[...handlerRoles(context.model)].map(([role, [agent]]): [Identity, string] => [role, agent.id]),
      ...agentRoles(context.model).map(({ identity, subjects }): [Identity, string] => [identity, subjects[0]]),
    ]);
    const ofAgents = new Set(
      agentRoles(context.model)
        .filter(({ kinds }) => kinds.has('session role') || kinds.has('execution role'))
        .map(({ identity }) => identity),
    );
    for (const identity of identities(context.model).all) {
      if (isDenied(identity, PASS_ROLE)) {
        continue;
      }
      const subject = near.get(identity);
      if (subject !== undefined) {
        noteRolesOutside(identity, subject, context);
      }
      for (const statement of statementsFor(identity, PASS_ROLE)) {
        if (subject !== undefined || passesOneOf(context.model, statement, ofAgents)) {
          yield* passFindings(identity, statement, subject ?? identity.id, context, ofAgents);
        }
      }
    }
  },
});

/** Notes session roles outside of the app: their permissions and trust policies aren't known. */
function noteRolesOutside(identity: Identity, subject: string, { model, declared, unread }: RuleContext): void {
  for (const { value, place } of sessionRolesOutside(model, identity)) {
    if (!declared.outside(value)) {
      const hint = `the role ${printed(value)}, which sessions may get, is not part of what is analyzed`;
      unread(subject, place, { origin: place, reason: 'outside the assembly', hint });
    }
  }
}

/** Whether a statement names a role of an agent. Identities with `*` may also pass it but aren't reported. */
function passesOneOf(model: TemplateModel, { resources }: Statement, roles: ReadonlySet<Identity>): boolean {
  return resources.patterns.some(({ value }) =>
    identities(model)
      .named(value, 'role')
      .some((role) => roles.has(role)),
  );
}

function* passFindings(
  { id }: Identity,
  statement: Statement,
  subject: string,
  { unread, declared, model }: RuleContext,
  ofAgents: ReadonlySet<Identity>,
): Iterable<Finding> {
  const { actions, resources, conditions, guard } = statement;
  unread(subject, statement, ...statement.unreadable);
  if (!isKnownToAllow(statement, PASS_ROLE)) {
    return;
  }
  const at = { at: statement, subject: id, actions: [PASS_ROLE] };
  if (actions.except || resources.except) {
    yield { ...at, says: 'iam:PassRole is allowed by NotAction or NotResource' };
    return;
  }
  const open = resources.patterns.filter(({ value }) => !isUnread(value) && !isExactRole(value));
  const identity = identities(model).byName(id);
  const isDeclared = identity !== undefined && declared.use(identity, PASS_ROLE, statement);
  if (open.length > 0 && !isDeclared) {
    const says = `iam:PassRole is allowed on ${listed(open.map(({ value }) => printed(value)))}`;
    yield {
      ...at,
      says,
      when: open.reduce((any, each) => any.or(each.guard), open[0].guard).and(guard),
    };
  }
  const strict = conditions.filter((condition) =>
    isStrict(condition, 'iam:passedtoservice', ['stringequals', 'stringlike']),
  );
  const without = strict.reduce((left, condition) => left.and(condition.guard.not()), guard);
  if (!conditions.some(({ unreadable }) => unreadable) && !isLimitedByTrust(model, statement, ofAgents)) {
    yield { ...at, says: 'iam:PassRole is allowed without iam:PassedToService', when: without };
  }
  if (strict.some(({ values }) => values.some(({ value }) => hasWildcard(value)))) {
    yield { ...at, says: 'iam:PassedToService has a wildcard' };
  }
}

/**
 * Whether a condition on the service would change nothing: each role trusts one service only, and IAM refuses to pass it
 * to another. The targets of aws-cdk-lib that run tasks write such a statement. Roles of agents and roles that are
 * stronger than ordinary ones always need the condition.
 */
function isLimitedByTrust(model: TemplateModel, { resources }: Statement, ofAgents: ReadonlySet<Identity>): boolean {
  return (
    !resources.except &&
    resources.patterns.every(({ value }) => {
      const roles = isExactRole(value) ? identities(model).named(value, 'role') : [];
      return (
        roles.length > 0 &&
        roles.every((role) => !ofAgents.has(role) && trustsOneService(role) && !isStrong(strengthOf(role)))
      );
    })
  );
}

function trustsOneService({ trust }: Identity): boolean {
  const principals = trust.flatMap((statement) => (statement.principals === 'attached' ? [] : statement.principals));
  const services = new Set(principals.map(({ name }) => literalOf(name.value)));
  return (
    services.size === 1 &&
    !services.has(undefined) &&
    trust.every(({ effect, unreadable }) => effect === 'Allow' && unreadable.length === 0) &&
    principals.every(({ kind, except }) => kind === 'Service' && !except)
  );
}

function isExactRole(value: Parameters<typeof hasWildcard>[0]): boolean {
  const [first] = value;
  return !hasWildcard(value) && (typeof first !== 'string' || /^arn:[^:]*:iam::/.test(first));
}
