import type { Resource } from '../model/assembly';
import { concat, literalOf } from '../model/compose-text';
import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import { literalsAt } from '../model/values-at';
import { scopeOf } from '../policy/named-resource';
import { overlap, subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { allowing } from './agent-roles';
import type { Finding } from './finding';
import type { RuleContext } from './rule';

/** Where the lock of new files of a bucket is set. */
export const RETENTION = ['ObjectLockConfiguration', 'Rule', 'DefaultRetention'];

const BYPASS = 's3:BypassGovernanceRetention';

/** Identities that may delete locked files early. Administrators don't count: every account has them. */
export function* lockBypasses(context: RuleContext, bucket: Resource, name: string): Iterable<Finding> {
  const { model, declared } = context;
  const isGovernance = literalsAt(bucket.properties, ...RETENTION, 'Mode').includes('GOVERNANCE');
  const policy = identities(model)
    .policiesOf(bucket)
    .flatMap(({ statements }) => statements);
  const isRefused = policy.some(
    ({ effect, actions, conditions }) =>
      effect === 'Deny' &&
      conditions.length === 0 &&
      !actions.except &&
      actions.patterns.some(({ value }) => subset([BYPASS], value, { ignoreCase: true }) === 'yes'),
  );
  if (isGovernance && !isRefused) {
    yield* bypassByPolicy(context, bucket, name, policy);
  }
  const files = model.arn(bucket).map(({ value }) => concat(value, ['/*']));
  for (const identity of isGovernance && !isRefused ? identities(model).all : []) {
    for (const statement of allowing(identity, BYPASS)) {
      const isByName = statement.actions.patterns.some(
        ({ value: [first] }) => typeof first === 'string' && /^s3:\W*b/i.test(first),
      );
      const isOfBucket = statement.resources.patterns.some(
        ({ value }) =>
          model.mentioned(value).includes(bucket) ||
          model.named(value).some(({ resource }) => resource === bucket) ||
          ((isByName || scopeOf(value) === 'one') && files.some((each) => overlap(value, each) === 'yes')),
      );
      if (isOfBucket && !statement.resources.except && !declared.use(identity, BYPASS, statement)) {
        const says = `${name} has a lock that ${identity.resource?.logicalId ?? printed(identity.arn)} may bypass`;
        yield { at: statement, subject: `${bucket.id} ${identity.id}`, says, when: statement.guard };
      }
    }
  }
}

/** Principals outside of the app that the policy of the bucket lets delete locked files early. Only IAM decides for a whole account. */
function* bypassByPolicy(
  { model, declared }: RuleContext,
  bucket: Resource,
  name: string,
  policy: readonly Statement[],
): Iterable<Finding> {
  for (const statement of policy) {
    const { effect, principals, actions } = statement;
    const mayBypass =
      actions.except || actions.patterns.some(({ value }) => overlap(value, [BYPASS], { ignoreCase: true }) !== 'no');
    for (const { kind, except, name: who } of effect !== 'Deny' && principals !== 'attached' && mayBypass
      ? principals
      : []) {
      const isOne = kind === 'AWS' && !except && /:(?:role|user|assumed-role)\//.test(literalOf(who.value) ?? '');
      if (isOne && identities(model).named(who.value).length === 0 && !declared.principal(kind, who.value, bucket)) {
        const says = `${name} has a lock that ${printed(who.value)} may bypass`;
        yield { at: statement, subject: `${bucket.id} ${printed(who.value)}`, says, when: statement.guard };
      }
    }
  }
}
