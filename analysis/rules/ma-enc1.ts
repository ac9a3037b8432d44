import { agentStores, policySubject, storeSubject } from '../model/agent-stores';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { identities } from '../model/identities';
import type { Model } from '../model/model';
import { printed } from '../model/printed-text';
import { admitted } from '../policy/admitted';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

/** Keys rotate and belong to the owner only. */
export const MA_ENC1 = rule({
  id: 'MA-ENC1',
  family: 'encryption',
  severity: 'fatal',
  subject: 'KMS key',
  what: 'KMS keys in an agent’s stacks rotate, and their key policies allow neither principals of another account nor the agent as an administrator. A condition counts only if it limits the account.',
  why: 'The key protects everything an agent stores; a key policy that allows everybody makes encryption useless.',
  fix: 'Set EnableKeyRotation, and name the principals or add a condition on the calling account; AgentKey does both. Declare another account with Declaration.principal, and move a key that no agent uses to another stack',
  page: 'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
  controls: { nist: ['SC-12', 'SC-28', 'AC-3'], iso: ['A.8.24'], soc2: ['CC6.1'] },
  *check(context) {
    for (const key of agentStores(context.model).near) {
      if (key.type === 'AWS::KMS::Key') {
        yield* judgeRotation(context, key);
      }
      if (key.type === 'AWS::KMS::Key' || key.type === 'AWS::KMS::ReplicaKey') {
        for (const policy of identities(context.model).policiesOf(key)) {
          for (const statement of policy.statements) {
            yield* judgeStatement(context, key, statement);
          }
        }
      }
    }
  },
});

/** A key that no agent is known to use may protect something else, so the finding can be acknowledged. */
function severityOf(model: Model, key: Resource): 'fatal' | 'error' {
  return agentStores(model).used.has(key) ? 'fatal' : 'error';
}

/** Asymmetric and HMAC keys and imported material can't rotate by themselves; a replica rotates with its primary. */
function* judgeRotation({ model }: RuleContext, key: Resource): Iterable<Finding> {
  const { properties, guard } = key;
  const when = (property: string, holds: (text: string | undefined) => boolean): Guard =>
    properties
      .at(property)
      .flatMap((node) => node.texts())
      .filter(({ value }) => holds(literalOf(value)))
      .reduce<Guard>((any, each) => any.or(each.guard), FALSE);
  const disabled = guard.and(when('Enabled', (value) => value?.toLowerCase() === 'false'));
  yield {
    at: placeAt(key, 'Enabled'),
    when: disabled,
    severity: 'error',
    says: 'The key is disabled, so nothing that it encrypts can be read',
  };
  const cannot = when('KeySpec', (spec) => spec !== 'SYMMETRIC_DEFAULT').or(when('Origin', (at) => at !== 'AWS_KMS'));
  const rotates = when('EnableKeyRotation', (value) => value?.toLowerCase() === 'true');
  const still = guard.and(cannot.not()).and(rotates.not());
  const unknown = when('EnableKeyRotation', (value) => value === undefined).possible();
  const at = placeAt(key, 'EnableKeyRotation');
  const says = `${storeSubject(model, key, 'The key')} does not rotate`;
  yield { at, when: still, certainty: unknown ? 'maybe' : 'yes', severity: severityOf(model, key), says };
}

function* judgeStatement(
  { model, agents, declared, unread }: RuleContext,
  key: Resource,
  statement: Statement,
): Iterable<Finding> {
  const at = placeAt(key, 'KeyPolicy');
  statement.unreadable.forEach((each) => unread(key.id, statement, each));
  for (const { who, kind, name, guard } of admitted(model, statement)) {
    if (who === 'unread') {
      unread(key.id, statement, name);
    } else if (!declared.principal(kind, name, key)) {
      const certainty = who === 'somebody unknown' || statement.effect === 'unknown' ? 'maybe' : 'yes';
      const begin = policySubject(model, key, 'The key', 'The key policy');
      const says =
        who === 'everybody'
          ? `${begin} allows everybody, without a condition that limits the account`
          : `${begin} lets in ${printed(name)}, which is not of this account`;
      yield { at, when: guard, certainty, severity: severityOf(model, key), says };
    }
  }
  if (statement.effect !== 'Allow' || statement.principals === 'attached' || !administers(statement)) {
    return;
  }
  for (const { except, name } of statement.principals) {
    const named = except ? [] : identities(model).named(name.value);
    const own = agents.find(({ executionRoles, sessionRoles }) =>
      [...executionRoles, ...sessionRoles].some(({ id }) => named.some((each) => each.id === id)),
    );
    if (own) {
      const says = 'The key policy lets a role of an agent administer the key';
      yield { at: statement, when: statement.guard.and(name.guard), says };
    }
  }
}

/** Actions that change the policy or delete the key. */
const ADMINISTRATION = ['kms:PutKeyPolicy', 'kms:CreateGrant', 'kms:ScheduleKeyDeletion', 'kms:DisableKey'];

function administers({ actions: { except, patterns }, conditions }: Statement): boolean {
  const taken = (action: string) =>
    patterns.some(({ value }) => subset([action], value, { ignoreCase: true }) === 'yes') !== except;
  // Grants for AWS resources only are what AWS services need.
  const isForServices = conditions.some(({ key }) => key === 'kms:grantisforawsresource');
  return ADMINISTRATION.some((action) => taken(action) && !(isForServices && action === 'kms:CreateGrant'));
}
