import { policySubject } from '../model/agent-stores';
import { registryOf } from '../model/moved-outside';
import { type OutsideAccess, outsideAccess } from '../model/outside-access';
import { accountOf } from '../model/own-accounts';
import { printed } from '../model/printed-text';
import { unreadStorePolicies } from '../model/unread-store-policies';
import { handlerRoles } from './agent-roles';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';

/** Only the owner has access to what an agent stores and to what starts it. */
export const MA_STO1 = rule({
  id: 'MA-STO1',
  family: 'store',
  severity: 'error',
  subject: 'store of an agent',
  what: 'Resource policies of what an agent stores or is started by (buckets, tables, queues, topics, buses, secrets, log groups, repositories) allow no principal of another account that isn’t declared, no role with access to them lets another account or every user of an identity provider assume it, and nothing copies, streams or sends it to another account. No custom resource, schedule or state machine makes a call that changes what governs an agent: its trail, evidence, logs, keys, guardrail, workflow or roles.',
  why: 'Ledger, evidence and results hold what agents read and decided; whoever may read or change them from outside can leak it or rewrite the record.',
  fix: 'Remove the statement or the copy, limit it by aws:PrincipalAccount or aws:PrincipalOrgID, or declare the principal with Declaration.principal. Move a store that no agent uses to another stack',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html',
  controls: { nist: ['AC-3', 'AC-4', 'AC-21'], iso: ['A.5.15', 'A.5.33', 'A.8.3'], soc2: ['CC6.1', 'CC6.6'] },
  *check(context) {
    for (const { store, statement, part } of unreadStorePolicies(context.model)) {
      context.unread(store.id, statement, part);
    }
    for (const access of outsideAccess(context.model)) {
      if (!access.to.type.startsWith('AWS::KMS::') || access.by !== 'policy') {
        yield* judge(context, access);
      }
    }
  },
});

function saysOf({ to, who, name, giver, place }: OutsideAccess): string {
  if (who === 'another account' && /^arn:[^:]*:kms:/.test(printed(name))) {
    return `${giver.logicalId} uses a key of another account (${printed(name)})`;
  }
  if (who === 'another account' && /\.(?:EventSourceArn|Source)$/.test(place.path)) {
    return `${giver.logicalId} takes its input from another account (${printed(name)})`;
  }
  if (who === 'everybody') {
    return `${to.logicalId} is open to everybody through ${giver.logicalId}`;
  }
  return who === 'another account'
    ? to === giver && (to.type === 'AWS::Lambda::Function' || registryOf(name))
      ? `${to.logicalId} runs or sends to something of another account (${printed(name)})`
      : `${to.logicalId} is copied or sent to another account (${printed(name)})`
    : `${to.logicalId} is sent out of AWS (${printed(name)})`;
}

function* judge({ model, declared, unread }: RuleContext, access: OutsideAccess): Iterable<Finding> {
  const { to, by, who, kind, name, statement, giver, guard, place } = access;
  const at = statement ?? place;
  if (who === 'unread') {
    unread(to.id, statement ?? to, name);
    return;
  }
  switch (by) {
    case 'policy':
      if (!declared.principal(kind, name, giver) && !declared.principal(kind, name, to)) {
        const policy = policySubject(model, to, to.logicalId, `The policy of ${to.logicalId}`);
        const says =
          who === 'everybody'
            ? `${policy} allows everybody`
            : `${policy} allows ${printed(name)}, which is not of this account`;
        yield { at, subject: to.id, when: guard, says, data: { principal: printed(name) } };
      }
      return;
    case 'role':
      // Who may assume a role that leads to an agent is judged by MA-TRG3.
      if (![...handlerRoles(model).keys()].some(({ resource }) => resource === giver)) {
        if (!declared.principal(kind, name, giver) && !declared.principal(kind, name, to)) {
          const others =
            kind === 'Federated'
              ? `every user of ${printed(name)}`
              : who === 'everybody'
                ? 'everybody'
                : `${printed(name)}, which is not of this account,`;
          const says = `The role ${giver.logicalId}, which has access to ${to.logicalId}, lets ${others} assume it`;
          yield { at: place, subject: to.id, when: guard, says, data: { principal: printed(name) } };
        }
      }
      return;
    case 'ACL':
      yield { at, when: guard, says: `The ACL ${printed(name)} of the bucket allows access from outside` };
      return;
    case 'copy':
      if (!declared.outside(name)) {
        yield { at, when: guard, says: `${to.logicalId} is copied to ${printed(name)}, which is not in the app` };
      }
      return;
    case 'call':
      if (!declared.part(giver)) {
        yield {
          at,
          subject: `${giver.id} ${printed(name)}`,
          when: guard,
          says: `${giver.logicalId} calls ${printed(name)} on ${to.logicalId}, which governs an agent`,
          data: { action: printed(name), resource: to.id },
        };
      }
      return;
    case 'destination': {
      const account = accountOf(name) ?? registryOf(name) ?? name;
      if (!declared.principal('AWS', account, giver) && !declared.outside(name) && !declared.part(giver)) {
        yield {
          at,
          subject: to.id,
          when: guard,
          says: saysOf(access),
          data: { account: printed(account) },
        };
      }
    }
  }
}
