import { conditionsHold, type ContextValue, contextOf } from '../policy/condition';
import { limitsOf } from '../policy/limits';
import type { Statement } from '../policy/statement';
import { verdictOf } from '../policy/truth';
import type { Identity } from './identities';
import { tagOfKey, tagsOf } from './role-tags';
import type { Text } from './text';

/**
 * Limits of callers. The others (`aws:SourceAccount`, `aws:SourceArn`) are about the resource that a service acts for: a
 * request of a role doesn't have such a key.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const OF_CALLERS =
  /^(?:aws:principal|aws:userid$|aws:sourcevpce?$|aws:sourceip$|aws:vpcsourceip$|aws:vpce|kms:calleraccount$)/;

/** Keys that only requests of AWS services have (same source). */
const OF_SERVICES = ['aws:principalservicename', 'aws:principalservicenameslist'];

/** Whether a request of a role can meet the conditions of a statement that is for everybody. */
export function canMeet({ id, arn, account }: Pick<Identity, 'id' | 'arn' | 'account'>, statement: Statement): boolean {
  const context = new Map([
    ...contextOf({
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'kms:CallerAccount': account,
      'aws:PrincipalIsAWSService': 'false',
    }),
    ...OF_SERVICES.map((key): [string, ContextValue] => [key, { values: [] }]),
  ]);
  return (
    limitsOf(statement).every(
      ({ condition: { key, values } }) =>
        OF_CALLERS.test(key) && (key !== 'aws:userid' || values.some(({ value }) => canBeSession(id, value))),
    ) && conditionsHold(statement.conditions, context, 'any').holds.possible.and(statement.guard).possible()
  );
}

/**
 * Whether a role certainly has the tags that a statement asks its callers for: those that the template gives it. The
 * deployment can give tags to every role of a stack, so without them it isn't known.
 */
export function hasAskedTags(role: Pick<Identity, 'resource'>, { conditions }: Statement): boolean {
  const asked = conditions.filter(({ key }) => tagOfKey(key) !== undefined);
  const tags = new Map(
    asked.map(({ key }): [string, ContextValue] => [
      key,
      { values: tagsOf(role, tagOfKey(key)!).map(({ value }) => value) },
    ]),
  );
  return asked.length === 0 || verdictOf(conditionsHold(asked, tags, 'any').holds) === 'yes';
}

/**
 * Whether `aws:userid` of a session of a role can have a value: the id of the role, a colon and the name of the session.
 * That of the root user or a federated user begins with the account.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
function canBeSession(role: string, [first]: Text): boolean {
  return typeof first === 'string'
    ? !/^\d{12}(?::|$)/.test(first)
    : first.kind !== 'reference' || !/^(?:Role|User)Id$/.test(first.attribute ?? '') || first.resource === role;
}
